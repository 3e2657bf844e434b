"""Length-frequency samples: how many fish of each length class were measured at each date.

All routines on lengths take the same array, ``number(time, length)``. Its lengths are the middles
of classes of one width, in centimetres, because the published relations of growth and death are
in centimetres; its times are the dates of the samples.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError
from bluecloud_routines.fisheries._columns import require_columns

Floats = NDArray[np.float64]

_ORIGIN = np.datetime64("2000-01-01", "ns")
_YEAR_NS = 365.25 * 86_400e9


@dataclass(frozen=True)
class Samples:
    """The samples as plain numbers, checked.

    Attributes
    ----------
    years
        When they were taken, years of 365.25 days since 2000-01-01.
    middles, width
        Of the length classes, cm.
    number
        Fish by (sample, class).
    """

    years: Floats
    middles: Floats
    width: float
    number: Floats

    @property
    def lowest(self) -> float:
        """The lower edge of the smallest class."""
        return float(self.middles[0]) - self.width / 2

    @property
    def largest(self) -> float:
        """The middle of the largest class that has fish."""
        return float(self.middles[self.number.sum(axis=0) > 0].max())


def length_frequency(fish: pd.DataFrame, *, width: float) -> xr.DataArray:
    """How many fish of each length class were measured at each date.

    Parameters
    ----------
    fish
        A row a fish, or a row for fish of one length: ``time`` (dates), ``length`` (cm) and,
        where a row is several fish, their ``number``.
    width
        Of a class, cm. Classes begin at multiples of it, and include their lower edge.

    Returns
    -------
    xarray.DataArray
        ``number(time, length)``, from the smallest fish to the largest, at each date there is.

    Raises
    ------
    ParameterError
        If the width is not above 0, or there would be fewer than 5 classes or more than 1000.
    TimeAxisError
        If ``time`` has no dates, has a time zone, or one is missing.
    ValuesError
        If a column or all rows are absent, a length is not above 0, or a number is negative.
    """
    require_columns(fish, ("time", "length"))
    if not (np.isfinite(width) and width > 0):
        raise ParameterError(f"width is {width:g} cm: a number above 0 is needed")
    if fish["time"].dtype.kind != "M" or fish["time"].isna().any():
        raise TimeAxisError("'time' is not a date in every row: dates are needed")
    if isinstance(fish["time"].dtype, pd.DatetimeTZDtype):
        raise TimeAxisError(
            f"'time' is of the time zone {fish['time'].dt.tz}: dates without one are needed "
            "(dt.tz_localize(None) keeps those of the zone)"
        )
    for name in ("length", "number"):
        if name in fish and fish[name].dtype.kind not in "fiu":
            raise ValuesError(f"{name!r} is of type {fish[name].dtype}: numbers are needed")
    length = fish["length"].to_numpy(np.float64)
    count = fish["number"].to_numpy(np.float64) if "number" in fish else np.ones(len(fish))
    if not (np.isfinite(length) & (length > 0)).all():
        raise ValuesError("a 'length' is missing, infinite, zero or negative: lengths are in cm")
    if not (np.isfinite(count) & (count >= 0)).all():
        raise ValuesError("a 'number' is missing, infinite or negative")
    # A hundredth of a millionth of a class, so that 0.3 is in the class that begins at 3 x 0.1.
    place = np.floor(length / width + 1e-8).astype(np.int64)
    first, classes = int(place.min()), int(np.ptp(place)) + 1
    if not 5 <= classes <= 1000:
        raise ParameterError(f"a width of {width:g} cm gives {classes} classes: 5 to 1000")
    dates, sample = np.unique(fish["time"].dt.normalize().to_numpy(), return_inverse=True)
    number = np.zeros((len(dates), classes))
    np.add.at(number, (sample, place - first), count)
    middles: Floats = (np.arange(first, first + classes, dtype=np.float64) + 0.5) * width
    return as_array(dates, middles, number)


def as_array(times: NDArray[np.datetime64], middles: Floats, number: Floats) -> xr.DataArray:
    """Numbers of fish with what they are of."""
    return xr.DataArray(
        number,
        dims=("time", "length"),
        coords={
            "time": ("time", times, {"standard_name": "time", "long_name": "date of the sample"}),
            "length": (
                "length",
                middles,
                {"long_name": "middle of the length class", "units": "cm"},
            ),
        },
        name="number",
        attrs={"long_name": "number of fish", "units": "1"},
    )


def samples_of(lengths: xr.DataArray, *, least: int = 1) -> Samples:
    """The samples, checked.

    Parameters
    ----------
    lengths
        ``number(time, length)``.
    least
        How many samples are needed.

    Raises
    ------
    UnitsError
        If the lengths are not said to be in centimetres.
    TimeAxisError
        If there are too few dates, or they are unsorted, repeated or missing.
    ValuesError
        If dimensions are others, classes are few or of several widths, a number is missing,
        infinite or negative, or a sample has no fish.
    """
    if set(lengths.dims) != {"time", "length"} or not {"time", "length"} <= set(lengths.coords):
        raise ValuesError(f"the dimensions are {lengths.dims}: 'time' and 'length' are needed")
    units = lengths["length"].attrs.get("units")
    if units != "cm":
        raise UnitsError(f"the units of 'length' are {units!r}: 'cm' is needed")
    ordered = lengths.transpose("time", "length")
    middles = np.asarray(ordered["length"].values, np.float64)
    steps = np.diff(middles)
    if middles.size < 5 or not (steps > 0).all() or np.ptp(steps) > 1e-6 * steps[0]:
        raise ValuesError("'length' has not 5 classes or more, rising and of one width")
    if middles[0] - steps[0] / 2 < -1e-9:
        raise ValuesError(f"the smallest class is {middles[0]:g} cm: it begins below 0")
    number = np.asarray(ordered.values, np.float64)
    if not (np.isfinite(number) & (number >= 0)).all():
        raise ValuesError("a number of fish is missing, infinite or negative: none caught is 0")
    empty = np.flatnonzero(number.sum(axis=1) == 0)
    if empty.size:
        when = pd.Timestamp(ordered["time"].values[empty[0]])
        raise ValuesError(f"the sample of {when:%Y-%m-%d} has no fish: leave it out")
    times = ordered["time"].values
    if times.dtype.kind != "M" or np.isnat(times).any():
        raise TimeAxisError("'time' is not a date in every sample: dates are needed")
    years = years_of(times)
    if len(years) < least or not (np.diff(years) > 0).all():
        raise TimeAxisError(
            f"there are {len(years)} dates: at least {least}, sorted and each of them once"
        )
    return Samples(years, middles, float(steps.mean()), number)


def years_of(times: NDArray[np.datetime64]) -> Floats:
    """Years of 365.25 days since 2000-01-01."""
    years: Floats = (times.astype("datetime64[ns]") - _ORIGIN).astype(np.float64) / _YEAR_NS
    return years


def dates_of(years: Floats) -> NDArray[np.datetime64]:
    """The dates of years since 2000-01-01."""
    return _ORIGIN + (years * _YEAR_NS).astype("timedelta64[ns]")

"""What the NPZD model is driven by and judged by, checked before anything is computed."""

from dataclasses import dataclass

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines._temperature import to_celsius
from bluecloud_routines._time import require_daily, with_dates
from bluecloud_routines.biodiversity._chlorophyll import plain_units, require_chlorophyll
from bluecloud_routines.biodiversity._npzd_model import Days
from bluecloud_routines.biodiversity._npzd_parameters import Floats
from bluecloud_routines.biodiversity.npzd_forcing import in_mmol_m3
from bluecloud_routines.errors import ParameterError, TooShortError, UnitsError, ValuesError

_NAMES = ("par", "temperature", "din", "phosphate", "silicate")
_MICROEINSTEIN = frozenset({"umolm-2s-1", "µmolm-2s-1", "umol/m2/s", "uem-2s-1"})
_LEAST_DAYS = 3  # with observations, in each part that is judged


@dataclass(frozen=True)
class Observed:
    """Means of the days with observations, of the forcing's period.

    Attributes
    ----------
    chlorophyll, zooplankton
        On the days of ``any_day``: missing where there is none of the kind.
    second_half
        Whether each of these days is in the second half of a year.
    any_day
        Which days of the forcing have any observation.
    """

    chlorophyll: Floats
    zooplankton: Floats | None
    second_half: NDArray[np.bool_]
    any_day: NDArray[np.bool_]

    def misfits(self, chlorophyll: Floats, zooplankton: Floats) -> Floats:
        """Of (day, member), for all days and those of each half: root mean squares over means."""
        days = (np.ones_like(self.second_half), ~self.second_half, self.second_half)
        total = np.stack([_misfit(chlorophyll, self.chlorophyll, some) for some in days])
        if self.zooplankton is not None:
            total += np.stack([_misfit(zooplankton, self.zooplankton, some) for some in days])
        return total


def daily_forcing(forcing: xr.Dataset, *, split_day: int | None) -> tuple[pd.DatetimeIndex, Days]:
    """The forcing's days, in the model's units.

    Raises
    ------
    ParameterError, UnitsError, TimeAxisError, ValuesError
        As :func:`npzd_drivers` says.
    """
    missing = [name for name in _NAMES if name not in forcing]
    if missing:
        raise ParameterError(f"the forcing lacks {missing}: there are {list(forcing.data_vars)}")
    given: dict[str, Floats] = {}
    times = pd.DatetimeIndex([])
    for name in _NAMES:
        series, times = with_dates(forcing[name])
        if series.dims != ("time",):
            raise ParameterError(f"{name!r} is on {series.dims}: on 'time' alone is needed")
        given[name] = np.asarray(_in_units(series, name).values, dtype=float)
    if not len(times):
        raise ValuesError("the forcing has no day")
    require_daily(times)
    for name, values in given.items():
        if not np.isfinite(values).all():
            count = int((~np.isfinite(values)).sum())
            raise ValuesError(
                f"{name!r} is missing or infinite on {count} of {len(times)} days: every day needs "
                "a value (station_forcing gives one)"
            )
        least, most = (-2.5, 45.0) if name == "temperature" else (0.0, np.inf)
        if values.min() < least or values.max() > most:
            raise ValuesError(
                f"{name!r} goes from {values.min():g} to {values.max():g}: "
                f"{least:g} to {most:g} is allowed"
            )
    late = np.asarray(times.day_of_year) > (366 if split_day is None else split_day)
    return times, Days(**given, part=late.astype(np.int64))


def observed(
    chlorophyll: xr.DataArray,
    zooplankton: xr.DataArray | None,
    times: pd.DatetimeIndex,
    days: Days,
    *,
    in_halves: bool,
) -> Observed:
    """The observations on the forcing's days.

    Raises
    ------
    UnitsError, TimeAxisError, ValuesError, TooShortError
        As :func:`npzd_drivers` says.
    """
    require_chlorophyll(chlorophyll)
    green = _day_means(chlorophyll, "chlorophyll", times)
    animals = None
    if zooplankton is not None:
        animals = _day_means(in_mmol_m3(zooplankton, "zooplankton"), "zooplankton", times)
    any_day = np.isfinite(green)
    second_half = days.part == 1
    for name, values in (("chlorophyll", green), ("zooplankton", animals)):
        if values is None:
            continue
        any_day |= np.isfinite(values)
        halves = [~second_half, second_half] if in_halves else [np.ones(len(times), dtype=bool)]
        few = min(int(np.isfinite(values[half]).sum()) for half in halves)
        if few < (_LEAST_DAYS if in_halves else 2 * _LEAST_DAYS):
            raise TooShortError(
                f"{name} is observed on {int(np.isfinite(values).sum())} days of "
                f"{times[0]:%Y-%m-%d} to {times[-1]:%Y-%m-%d}, on {few} in the part with fewest: "
                f"{_LEAST_DAYS} in each half of the year are needed, {2 * _LEAST_DAYS} in all"
            )
    return Observed(
        chlorophyll=green[any_day],
        zooplankton=None if animals is None else animals[any_day],
        second_half=second_half[any_day],
        any_day=any_day,
    )


def _day_means(series: xr.DataArray, name: str, times: pd.DatetimeIndex) -> Floats:
    """On each of the days, the mean of what was observed then, or nothing."""
    series, when = with_dates(series)
    values = pd.Series(np.asarray(series.values, dtype=float), index=when.normalize()).dropna()
    if np.isinf(values).any() or (values < 0).any():
        raise ValuesError(
            f"{name} goes from {values.min():g} to {values.max():g}: finite, 0 or more is allowed"
        )
    by_day = values.groupby(level=0).mean()
    found = by_day.reindex(times.normalize()).to_numpy(dtype=float)
    if np.isfinite(found).any() and not np.nansum(found) > 0:
        raise ValuesError(f"{name} is 0 on every day: a misfit relative to that has no meaning")
    return np.asarray(found)


def _misfit(model: Floats, seen: Floats, some: NDArray[np.bool_]) -> Floats:
    used = some & np.isfinite(seen)
    if not used.any():
        return np.zeros(model.shape[1])
    departure = model[used] - seen[used][:, None]
    return np.asarray(np.sqrt(np.mean(departure**2, axis=0)) / max(seen[used].mean(), 1e-12))


def _in_units(series: xr.DataArray, name: str) -> xr.DataArray:
    if name == "temperature":
        return to_celsius(series)
    if name == "par":
        if plain_units(series.attrs.get("units")) not in _MICROEINSTEIN:
            raise UnitsError(
                f"'par' is in {series.attrs.get('units')!r}: 'umol m-2 s-1' is needed; "
                "W m-2 of photosynthetic light times 4.57 gives it"
            )
        return series
    return in_mmol_m3(series, name)

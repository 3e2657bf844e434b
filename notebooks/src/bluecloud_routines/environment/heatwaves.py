"""Marine heatwaves and cold spells after Hobday et al. (2016, 2018).

A heatwave is a spell of at least five days warmer than the 90th percentile of that time of the
year. Choices that the papers leave open, and why they fall this way:

- The window around a day of the baseline may reach into the years before and after it, as in
  the authors' own program, whose events this routine reproduces.
- Events are joined over short gaps after the five-day rule, as the paper says; ``join_first``
  is the order in which the first Blue-Cloud service did it.
- A missing day ends an event, and events are never joined across one: what is unknown is
  neither a heatwave nor its absence.
"""

import json
import warnings
from dataclasses import asdict, dataclass

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines._cores import available_cores
from bluecloud_routines._temperature import CELSIUS, to_celsius
from bluecloud_routines._time import day_of_leap_year, ordered_years, require_daily, with_dates
from bluecloud_routines.environment._climatology import DAYS, Reference
from bluecloud_routines.environment._detection import Rules, detect
from bluecloud_routines.environment._runs import filled_short_gaps
from bluecloud_routines.errors import (
    BaselineError,
    ParameterError,
    ShortBaselineWarning,
    ValuesError,
)

CATEGORIES = {1: "Moderate", 2: "Strong", 3: "Severe", 4: "Extreme"}
REFERENCES = (
    "Hobday et al. (2016, https://doi.org/10.1016/j.pocean.2015.12.014), "
    "(2018, https://doi.org/10.5670/oceanog.2018.205)"
)

_SHORTEST_BASELINE = 10
_FULL_BASELINE = 30


@dataclass(frozen=True)
class _Definition:
    """The options of :func:`marine_heatwaves`, checked."""

    baseline: tuple[int, int]
    percentile: float
    window_half_days: int
    smooth_days: int
    min_duration_days: int
    max_gap_days: int
    max_pad_days: int
    join_first: bool
    cold: bool

    def __post_init__(self) -> None:
        if not (0 < self.percentile < 100 and self.percentile != 50):
            raise ParameterError(f"percentile is {self.percentile}: 0 to 100 without 0, 50 and 100")
        if not self.cold and self.percentile < 50:
            raise ParameterError(
                f"percentile is {self.percentile}: a heatwave's is above 50; below it are cold "
                "spells (cold=True)"
            )
        for name, least, most in (
            ("window_half_days", 0, 30),
            ("smooth_days", 1, 181),
            ("min_duration_days", 1, 365),
            ("max_gap_days", 0, 365),
            ("max_pad_days", 0, 365),
        ):
            value = getattr(self, name)
            if isinstance(value, bool) or int(value) != value or not least <= value <= most:
                raise ParameterError(f"{name} is {value!r}: a whole number {least} to {most}")
        if self.smooth_days % 2 == 0:
            raise ParameterError(f"smooth_days is {self.smooth_days}: odd, to have a middle")

    @property
    def quantile(self) -> float:
        """Of the values with the sign that makes events high: above one half."""
        return max(self.percentile, 100 - self.percentile) / 100

    def reference(self, times: pd.DatetimeIndex) -> Reference:
        """Where in these times the baseline lies."""
        first, last = self.baseline
        return Reference(
            day=day_of_leap_year(times) - 1,
            first=int(np.searchsorted(times.year, first)),
            stop=int(np.searchsorted(times.year, last, side="right")),
            quantile=self.quantile,
            half_window=self.window_half_days,
            smooth=self.smooth_days,
        )

    def rules(self) -> Rules:
        """What makes an event."""
        return Rules(self.min_duration_days, self.max_gap_days, self.join_first, self.cold)


def marine_heatwaves(
    sst: xr.DataArray,
    *,
    baseline: tuple[int, int],
    percentile: float = 90.0,
    window_half_days: int = 5,
    smooth_days: int = 31,
    min_duration_days: int = 5,
    max_gap_days: int = 2,
    max_pad_days: int = 0,
    join_first: bool = False,
    cold: bool = False,
) -> xr.Dataset:
    """Climatology, threshold and daily category of marine heatwaves, for a series or a grid.

    Dask arrays stay lazy: they are rechunked so that time is whole in each block, and nothing
    is computed here. :func:`heatwave_events` turns the result into a table.

    Parameters
    ----------
    sst
        Daily temperature in kelvin or degrees Celsius with a dimension ``time``; any other
        dimensions are kept. NaN is missing.
    baseline
        First and last year of the reference period, both included and wholly covered. At least
        10 years; fewer than 30 give a :class:`ShortBaselineWarning`.
    percentile
        Of the threshold, above 50 and below 100, linearly interpolated. For cold spells it is
        the lower one: 10 and 90 both mean that a tenth of the days is colder.
    window_half_days
        Days pooled on either side of each day of the year, 0 to 30.
    smooth_days
        Length of the running mean over climatology and threshold, odd, 1 to 181 (1: none).
    min_duration_days
        Shortest event, 1 or more.
    max_gap_days
        Events with at most so many days between them are one; 0 joins none.
    max_pad_days
        Gaps of at most so many missing days are interpolated linearly before anything else.
    join_first
        Join short gaps before the shortest duration is asked for.
    cold
        Look for cold spells: below the lower percentile instead of above the upper.

    Returns
    -------
    xarray.Dataset
        ``climatology`` and ``threshold`` (degree_Celsius; ``doy``: day of a leap year, 1 to
        366), ``category`` (``time``; 0 no event, 1 Moderate, 2 Strong, 3 Severe, 4 Extreme;
        the days of a joined gap count as 1) and ``sst`` as it was used. Cells and days without
        data are NaN in all of them.

    Raises
    ------
    UnitsError
        If ``sst`` has no units, or units that are no temperature.
    TimeAxisError
        If time is absent, unsorted, repeated, not daily, or of another calendar.
    BaselineError
        If the baseline is reversed, shorter than 10 years or not covered.
    ParameterError
        If another option is outside its range.
    ValuesError
        If there is no value at all, or an infinite one (with dask: when it is computed).

    References
    ----------
    Hobday et al. (2016), https://doi.org/10.1016/j.pocean.2015.12.014;
    Hobday et al. (2018), https://doi.org/10.5670/oceanog.2018.205
    """
    definition = _Definition(
        baseline=ordered_years(baseline),
        percentile=percentile,
        window_half_days=window_half_days,
        smooth_days=smooth_days,
        min_duration_days=min_duration_days,
        max_gap_days=max_gap_days,
        max_pad_days=max_pad_days,
        join_first=join_first,
        cold=cold,
    )
    sst, times = with_dates(_numbers(to_celsius(sst)))
    require_daily(times)
    _require_covered(times, definition.baseline)
    sst = _padded(sst, max_pad_days)
    climatology, threshold, category = xr.apply_ufunc(
        detect,
        sst,
        input_core_dims=[["time"]],
        output_core_dims=[["doy"], ["doy"], ["time"]],
        kwargs={
            "reference": definition.reference(times),
            "rules": definition.rules(),
            # Dask has threads of its own.
            "threads": 1 if sst.chunks else available_cores(),
        },
        dask="parallelized",
        output_dtypes=[np.float64, np.float64, np.float32],
        dask_gufunc_kwargs={"output_sizes": {"doy": DAYS}},
    )
    result = xr.Dataset(
        {
            "climatology": climatology.transpose("doy", ...),
            "threshold": threshold.transpose("doy", ...),
            "category": category.transpose(*sst.dims),
            "sst": sst,
        }
    ).assign_coords(doy=("doy", np.arange(1, DAYS + 1, dtype=np.int16)))
    return _described(result, definition)


def _numbers(sst: xr.DataArray) -> xr.DataArray:
    if sst.size == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(sst.sizes)}")
    if sst.dtype.kind not in "fiu":
        raise ValuesError(f"the values are of type {sst.dtype}: numbers are needed")
    if sst.dtype not in (np.float32, np.float64):
        sst = sst.astype(np.float64)
    if sst.chunks is None and bool(sst.isnull().all()):
        raise ValuesError(f"all {sst.size} values are missing")
    return sst


def _require_covered(times: pd.DatetimeIndex, baseline: tuple[int, int]) -> None:
    first, last = baseline
    years = last - first + 1
    if years < _SHORTEST_BASELINE:
        raise BaselineError(
            f"the baseline {first}-{last} has {years} years: {_SHORTEST_BASELINE} are the least "
            f"for a percentile of each day, {_FULL_BASELINE} are advised"
        )
    begin, end = times[0].normalize(), times[-1].normalize()
    if begin > pd.Timestamp(first, 1, 1) or end < pd.Timestamp(last, 12, 31):
        raise BaselineError(
            f"the baseline {first}-{last} is not covered: the data are from {begin:%Y-%m-%d} to "
            f"{end:%Y-%m-%d}, and each of its years must be whole"
        )
    if years < _FULL_BASELINE:
        warnings.warn(
            f"the baseline {first}-{last} has {years} years: {_FULL_BASELINE} are advised, and "
            "the threshold is less certain",
            ShortBaselineWarning,
            stacklevel=3,
        )


def _padded(sst: xr.DataArray, max_pad_days: int) -> xr.DataArray:
    """Whole in time, with short gaps filled."""
    if sst.chunks and len(sst.chunksizes["time"]) > 1:
        others = {dim: "auto" for dim in sst.dims if dim != "time"}
        sst = sst.chunk({"time": -1, **others})
    if max_pad_days == 0:
        return sst
    filled: xr.DataArray = xr.apply_ufunc(
        filled_short_gaps,
        sst,
        input_core_dims=[["time"]],
        output_core_dims=[["time"]],
        kwargs={"max_days": max_pad_days},
        dask="parallelized",
        output_dtypes=[sst.dtype],
        keep_attrs=True,
    )
    return filled.transpose(*sst.dims)


def _ordinal(number: float) -> str:
    text = f"{number:g}"
    teen = "." in text or text[:-1] == "1"
    return text + ("th" if teen else {"1": "st", "2": "nd", "3": "rd"}.get(text[-1], "th"))


def _described(result: xr.Dataset, definition: _Definition) -> xr.Dataset:
    first, last = definition.baseline
    spell = "cold spell" if definition.cold else "heatwave"
    standard_name = result["sst"].attrs.get("standard_name", "sea_surface_temperature")
    temperature = {"standard_name": standard_name, "units": CELSIUS}
    result["sst"].attrs.update(temperature)
    result["sst"].encoding = {}
    result["doy"].attrs = {"long_name": "day of a leap year", "units": "1"}
    result["climatology"].attrs = {
        **temperature,
        "long_name": f"mean of each day of the year, {first}-{last}",
    }
    result["threshold"].attrs = {
        **temperature,
        "long_name": f"{_ordinal(definition.percentile)} percentile of each day of the year",
        "comment": f"over {first}-{last}; a {spell} lies beyond it",
    }
    result["category"].attrs = {
        "long_name": f"category of marine {spell}",
        "flag_values": np.arange(5, dtype=np.int8),
        "flag_meanings": " ".join(["none", *CATEGORIES.values()]).lower(),
    }
    result["category"].encoding = {"dtype": "int8", "_FillValue": np.int8(-1)}
    result.attrs = {
        "title": f"Marine {spell}s",
        "references": REFERENCES,
        "parameters": json.dumps(asdict(definition)),
    }
    return result

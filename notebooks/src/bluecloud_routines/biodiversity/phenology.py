"""When phytoplankton blooms: start, peak and end of each year's bloom in each cell.

Three ways are in use, and they mean different things. The threshold is the water's own median, a
little raised: the bloom is when chlorophyll is above usual (Siegel et al. 2002). The cumulative way
asks when a part of the year's chlorophyll has been, and needs no threshold. The rate of change asks
when chlorophyll rises and falls fastest (Brody et al. 2013).
"""

import json
from collections.abc import Sequence
from typing import Literal

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines._counts import Floats, Integers
from bluecloud_routines._time import with_dates
from bluecloud_routines.biodiversity._bloom import Calendar, Search, found_blooms, medians
from bluecloud_routines.biodiversity._chlorophyll import require_chlorophyll
from bluecloud_routines.errors import ParameterError, TimeAxisError, TooShortError, ValuesError
from bluecloud_routines.mann_kendall import monotonic_trend

BLOOM_METHODS = ("threshold", "cumulative", "rate")
Method = Literal["threshold", "cumulative", "rate"]
BLOOM_REFERENCES = (
    "Siegel et al. (2002, https://doi.org/10.1126/science.1069174); "
    "Racault et al. (2012, Ecological Indicators 14, 152-163); "
    "Brody et al. (2013, https://doi.org/10.1002/jgrc.20167)"
)
_LONGEST_STEP_DAYS = 31.0
_GREEN = "mass_concentration_of_chlorophyll_a_in_sea_water"
_DAY = "day of the year that begins with month {month}, 1 at its beginning"
_ABOUT: dict[str, dict[str, str]] = {
    "start": {"units": "day", "long_name": f"start of the bloom, {_DAY}"},
    "peak": {"units": "day", "long_name": f"peak of the bloom, {_DAY}"},
    "end": {"units": "day", "long_name": f"end of the bloom, {_DAY}"},
    "duration": {"units": "day", "long_name": "days from the bloom's start to its end"},
    "maximum": {"units": "mg m-3", "standard_name": _GREEN, "long_name": "chlorophyll at the peak"},
    "amplitude": {
        "units": "mg m-3",
        "long_name": "chlorophyll at the peak less the median of the year",
    },
    "coverage": {"units": "1", "long_name": "share of the year's steps with a value"},
}


def bloom_phenology(
    chlorophyll: xr.DataArray,
    *,
    method: Method = "threshold",
    threshold: float = 1.05,
    shares: tuple[float, float] = (0.15, 0.85),
    smoothing_days: float = 8.0,
    max_gap_days: float = 24.0,
    min_duration_days: float = 15.0,
    min_coverage: float = 0.5,
    first_month: int = 1,
) -> xr.Dataset:
    """Start, peak and end of each year's largest bloom.

    Gaps up to ``max_gap_days`` are filled on a straight line, and the series is smoothed by a
    running mean. The peak is the year's highest value; start and end are looked for up to half a
    year from it, so that a start may lie in the year before: it is then below 1.

    Parameters
    ----------
    chlorophyll
        mg m-3, on ``time`` at steps of a month or less and any other dimensions. Dask arrays stay
        lazy. NaN is missing.
    method
        ``threshold``: the last rise above the threshold before the peak, and the first fall below
        it after, between steps on a straight line. ``cumulative``: when the first and the second of
        ``shares`` of the year's chlorophyll have been; steps without values count for nothing.
        ``rate``: the steps of fastest rise before and fastest fall after the peak, by slopes from
        the step before to the step after.
    threshold
        Of the threshold: times the median of the year, 1 to 3.
    shares
        Of the cumulative method, above 0, below 1, ascending.
    smoothing_days
        Width of the running mean, to an odd number of steps; a step or less smooths nothing.
    max_gap_days
        Longest time between two values that is filled.
    min_duration_days
        Shorter blooms are left out.
    min_coverage
        Share of the year's steps that must have a value, before gaps are filled; 0 to 1.
    first_month
        With which the year begins: 1; 7 in the southern hemisphere.

    Returns
    -------
    xarray.Dataset
        On ``year`` and the other dimensions: ``start``, ``peak``, ``end`` (day of the year, 1 at
        its first instant), ``duration`` (days), ``maximum`` and ``amplitude`` (above the median;
        mg m-3), ``coverage``. NaN where there is no bloom, or its start or end is in a gap or not
        seen.

    Raises
    ------
    UnitsError
        If the chlorophyll is not in mg m-3.
    TimeAxisError
        If times are unsorted, repeated, or more than 31 days apart as a rule.
    TooShortError
        If there is no whole year.
    ParameterError
        If an option is out of range.
    ValuesError
        If there is no value, or one is infinite or below zero.

    References
    ----------
    Siegel et al. (2002), https://doi.org/10.1126/science.1069174; Racault et al. (2012),
    Ecological Indicators 14, 152-163; Brody et al. (2013), https://doi.org/10.1002/jgrc.20167
    """
    search = Search(method, threshold, shares, min_duration_days, min_coverage)
    _require(search, smoothing_days, max_gap_days, first_month)
    require_chlorophyll(chlorophyll)
    if not chlorophyll.size:
        raise ValuesError("the chlorophyll has no value")
    series, times = with_dates(chlorophyll)
    calendar = _calendar(times, first_month, smoothing_days, max_gap_days)
    if series.chunks and len(series.chunksizes["time"]) > 1:
        series = series.chunk(time=-1)
    found = xr.apply_ufunc(
        found_blooms,
        series.drop_attrs(deep=False),
        input_core_dims=[["time"]],
        output_core_dims=[["year"]] * len(_ABOUT),
        kwargs={"calendar": calendar, "search": search},
        dask="parallelized",
        output_dtypes=[np.float64] * len(_ABOUT),
        dask_gufunc_kwargs={"output_sizes": {"year": len(calendar.years)}},
    )
    result = xr.Dataset(
        {
            name: each.assign_attrs(
                {key: text.format(month=first_month) for key, text in _ABOUT[name].items()}
            )
            for name, each in zip(_ABOUT, found, strict=True)
        }
    ).assign_coords(year=("year", calendar.years, {"long_name": "year", "units": "1"}))
    for name in ("start", "peak", "end", "duration"):
        result[name].attrs["ancillary_variables"] = "coverage"
    told: dict[str, object] = {
        "method": method,
        "smoothing_days": smoothing_days,
        "max_gap_days": max_gap_days,
        "min_duration_days": min_duration_days,
        "min_coverage": min_coverage,
        "first_month": first_month,
    }
    if method == "threshold":
        told["threshold"] = threshold
    if method == "cumulative":
        told["shares"] = list(shares)
    result = result.transpose("year", ...)
    return result.assign_attrs(references=BLOOM_REFERENCES, parameters=json.dumps(told))


def chlorophyll_trend(
    chlorophyll: xr.DataArray, *, confidence: float = 0.95, min_values: int = 24
) -> xr.Dataset:
    """Whether chlorophyll rises or falls over the years, each month compared with its like.

    The test is the seasonal one of Mann and Kendall with Sen's slope, of monthly medians, which
    neither gaps nor blooms mislead.

    Parameters
    ----------
    chlorophyll
        As for :func:`bloom_phenology`.
    confidence, min_values
        As for :func:`bluecloud_routines.mann_kendall.monotonic_trend`.

    Returns
    -------
    xarray.Dataset
        As of ``monotonic_trend``, with ``trend_percent``: the slope over the median of all months,
        in per cent a year.

    Raises
    ------
    UnitsError, TimeAxisError, TooShortError, ParameterError, ValuesError
        As the two functions named.
    """
    require_chlorophyll(chlorophyll)
    months = _monthly_medians(chlorophyll)
    result = monotonic_trend(
        months, season=months["time"].dt.month, confidence=confidence, min_values=min_values
    )
    whole = months.chunk(time=-1) if months.chunks else months
    middle = xr.apply_ufunc(
        _medians,
        whole,
        input_core_dims=[["time"]],
        output_core_dims=[["all"]],
        kwargs={"groups": [np.arange(months.sizes["time"])]},
        dask="parallelized",
        output_dtypes=[np.float64],
        dask_gufunc_kwargs={"output_sizes": {"all": 1}},
    ).isel(all=0)
    percent = 100 * result["trend"] / middle
    result["trend_percent"] = percent.drop_attrs(deep=False).assign_attrs(
        long_name="Sen's slope over the median of all months", units="percent year-1"
    )
    return result


def _monthly_medians(chlorophyll: xr.DataArray) -> xr.DataArray:
    """The median of each calendar month from the first to the last; NaN where there is none."""
    series, times = with_dates(chlorophyll)
    if series.chunks and len(series.chunksizes["time"]) > 1:
        series = series.chunk(time=-1)
    month = pd.PeriodIndex(times, freq="M")
    every = pd.period_range(month[0], month[-1], freq="M")
    monthly: xr.DataArray = xr.apply_ufunc(
        _medians,
        series,
        input_core_dims=[["time"]],
        output_core_dims=[["time"]],
        exclude_dims={"time"},
        kwargs={"groups": [np.flatnonzero(month == each) for each in every]},
        dask="parallelized",
        output_dtypes=[np.float64],
        dask_gufunc_kwargs={"output_sizes": {"time": len(every)}},
    )
    monthly = monthly.assign_coords(time=every.to_timestamp())
    return monthly.assign_attrs(chlorophyll.attrs)


def _medians(values: Floats, *, groups: Sequence[Integers]) -> Floats:
    """The median of each group of (..., time) values that has one, (..., group)."""
    made = np.full((*values.shape[:-1], len(groups)), np.nan)
    for number, group in enumerate(groups):
        if len(group):
            made[..., number] = medians(values[..., group])
    return made


def _require(search: Search, smoothing_days: float, max_gap_days: float, first_month: int) -> None:
    if search.method not in BLOOM_METHODS:
        raise ParameterError(f"method is {search.method!r}: one of {list(BLOOM_METHODS)}")
    if not 1 <= search.threshold <= 3:
        raise ParameterError(f"threshold is {search.threshold}: 1 to 3 times the median")
    low, high = search.shares
    if not 0 < low < high < 1:
        raise ParameterError(f"shares are {search.shares}: above 0, below 1, the lesser first")
    for name, value, most in (
        ("smoothing_days", smoothing_days, 120.0),
        ("max_gap_days", max_gap_days, 120.0),
        ("min_duration_days", search.min_duration_days, 365.0),
        ("min_coverage", search.min_coverage, 1.0),
    ):
        if not 0 <= value <= most:
            raise ParameterError(f"{name} is {value}: 0 to {most:g} is allowed")
    if first_month not in range(1, 13):
        raise ParameterError(f"first_month is {first_month}: 1 to 12")


def _calendar(
    times: pd.DatetimeIndex, first_month: int, smoothing_days: float, max_gap_days: float
) -> Calendar:
    """The steps of each year, in days, and what the options are in steps."""
    if len(times) < 2:
        raise TooShortError(f"there are {len(times)} times: a year of them is needed")
    days = (times - times[0]).to_numpy("timedelta64[ns]").astype(np.float64) / 86_400e9
    step = float(np.median(np.diff(days)))
    if step > _LONGEST_STEP_DAYS:
        raise TimeAxisError(f"the steps are {step:g} days: a month or less is needed")
    year = np.asarray(times.year) - (np.asarray(times.month) < first_month)
    begins = pd.DatetimeIndex([pd.Timestamp(int(each), first_month, 1) for each in np.unique(year)])
    origin = (begins - times[0]).to_numpy("timedelta64[ns]").astype(np.float64) / 86_400e9
    ends = (begins + pd.DateOffset(years=1) - times[0]).to_numpy("timedelta64[ns]")
    last = ends.astype(np.float64) / 86_400e9
    # A year is whole where its first and last steps are not more than a step from its ends.
    slack = step * 1.5
    whole = (origin >= days[0] - slack) & (last <= days[-1] + slack)
    if not whole.any():
        raise TooShortError(
            f"the times go from {times[0]:%Y-%m-%d} to {times[-1]:%Y-%m-%d}: no year that begins "
            f"with month {first_month} is whole"
        )
    width = max(1, round(smoothing_days / step))
    return Calendar(
        years=np.unique(year)[whole],
        origin=origin[whole],
        last=last[whole],
        days=days,
        smooth=width if width % 2 else width + 1,
        max_gap_days=max_gap_days,
    )

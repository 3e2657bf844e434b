"""The time axis: what a routine may assume of it, checked before anything is computed.

Days and months are those of the Gregorian calendar. Model calendars (no leap years, 360 days)
are refused by name: their days of the year mean other dates.
"""

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import BaselineError, TimeAxisError

_GREGORIAN = frozenset({"standard", "gregorian", "proleptic_gregorian"})
_DAY = pd.Timedelta(days=1)
_MONTH = pd.Timedelta(days=28), pd.Timedelta(days=31)


def with_dates(series: xr.DataArray) -> tuple[xr.DataArray, pd.DatetimeIndex]:
    """Give the series with times as ``datetime64``, and those times.

    Raises
    ------
    TimeAxisError
        If there is no ``time`` dimension with dates of the Gregorian calendar, or the times are
        missing, repeated or not in ascending order.
    """
    if "time" not in series.dims:
        raise TimeAxisError(f"a dimension 'time' is needed, and there is only {series.dims}")
    index = series.indexes.get("time")
    if isinstance(index, xr.CFTimeIndex):
        if index.calendar not in _GREGORIAN:
            raise TimeAxisError(
                f"the calendar is {index.calendar!r}: only {sorted(_GREGORIAN)} have the days "
                "that this routine counts; convert the series first (xarray's convert_calendar)"
            )
        index = index.to_datetimeindex(time_unit="ns")
        series = series.assign_coords(time=("time", index, series["time"].attrs))
    if not isinstance(index, pd.DatetimeIndex):
        kind = "no coordinate" if index is None else f"values of type {index.dtype}"
        raise TimeAxisError(f"'time' has {kind}: dates are needed (decode_times when reading)")
    if index.hasnans:
        raise TimeAxisError(f"{np.count_nonzero(index.isna())} of {len(index)} times are missing")
    if index.has_duplicates:
        first = index[index.duplicated()][0]
        raise TimeAxisError(f"the time {first} occurs more than once: each must occur once")
    if not index.is_monotonic_increasing:
        at = int(np.flatnonzero(np.diff(index.asi8) < 0)[0])
        raise TimeAxisError(
            f"the times are not in order: {index[at]} is followed by {index[at + 1]}; "
            "sort the series first (sortby('time'))"
        )
    return series, index


def require_daily(times: pd.DatetimeIndex) -> None:
    """Refuse times that are not one day apart.

    Raises
    ------
    TimeAxisError
        If any step differs from one day. A day without data is a missing value, not a missing
        date: otherwise nobody could tell a gap from two neighbouring days.
    """
    uneven = np.flatnonzero(times[1:] - times[:-1] != _DAY)
    if uneven.size:
        before, after = times[uneven[0]], times[uneven[0] + 1]
        found = f"the steps are not daily: {before} is followed by {after} ({after - before}); "
        if uneven.size == len(times) - 1 and _MONTH[0] <= after - before <= _MONTH[1]:
            raise TimeAxisError(f"{found}this is a monthly series; daily data are needed")
        raise TimeAxisError(
            f"{found}one value a day is needed, missing days as missing values "
            "(resample(time='1D'))"
        )


def require_monthly(times: pd.DatetimeIndex) -> None:
    """Refuse two values in one month.

    Raises
    ------
    TimeAxisError
        If a month of a year has more than one value. Months without any are allowed.
    """
    months = pd.PeriodIndex(times, freq="M")
    if months.has_duplicates:
        first = months[months.duplicated()][0]
        raise TimeAxisError(
            f"{first} has {int((months == first).sum())} values: one a month is needed "
            "(resample(time='MS').mean())"
        )


def ordered_years(baseline: tuple[int, int]) -> tuple[int, int]:
    """Give the first and the last year of a reference period.

    Raises
    ------
    BaselineError
        If it is not two whole years, the first not after the last.
    """
    try:
        first, last = (int(year) for year in baseline if int(year) == year)
    except (TypeError, ValueError) as error:
        raise BaselineError(
            f"the baseline is {baseline!r}: a first and a last year are needed, as (1991, 2020)"
        ) from error
    if first > last:
        raise BaselineError(f"the baseline {first}-{last} is reversed: its first year comes first")
    return first, last


def day_of_leap_year(times: pd.DatetimeIndex) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """Number the days 1 to 366 as in a leap year: 1 March is day 61 in every year."""
    day = np.asarray(times.day_of_year, dtype=np.int64)
    return np.where(~np.asarray(times.is_leap_year) & (day > 59), day + 1, day)

"""The largest bloom of each year in many series at once."""

from dataclasses import dataclass

import numpy as np

from bluecloud_routines._counts import Floats, Integers
from bluecloud_routines.errors import ValuesError

_HALF_YEAR_DAYS = 183.0


@dataclass(frozen=True)
class Calendar:
    """Times in days since the first, and what options are in them.

    Attributes
    ----------
    years, origin, last
        Whole years, and the day that each begins and ends with.
    days
        Of each step.
    smooth
        Steps of the running mean, odd.
    max_gap_days
        Longest time between two values that is filled.
    """

    years: Integers
    origin: Floats
    last: Floats
    days: Floats
    smooth: int
    max_gap_days: float


@dataclass(frozen=True)
class Search:
    """How start and end are found, and which blooms are left out."""

    method: str
    threshold: float
    shares: tuple[float, float]
    min_duration_days: float
    min_coverage: float


def found_blooms(values: Floats, *, calendar: Calendar, search: Search) -> tuple[Floats, ...]:
    """Start, peak, end, duration, maximum, amplitude and coverage, each (..., year)."""
    if np.isinf(values).any() or (values < 0).any():
        raise ValuesError("chlorophyll is infinite or below zero somewhere: NaN is what is missing")
    series = np.asarray(values, dtype=np.float64).reshape(-1, values.shape[-1])
    smooth = smoothed(filled(series, calendar), calendar.smooth)
    found = np.full((7, len(series), len(calendar.years)), np.nan)
    for number, (begin, end) in enumerate(zip(calendar.origin, calendar.last, strict=True)):
        inside = np.flatnonzero((calendar.days >= begin) & (calendar.days < end))
        coverage = np.isfinite(series[:, inside]).mean(axis=1)
        found[6, :, number] = coverage
        kept = (coverage >= search.min_coverage) & np.isfinite(smooth[:, inside]).any(axis=1)
        if kept.any():
            # No more than half a year beyond the year itself is ever looked at.
            near = slice(
                np.searchsorted(calendar.days, calendar.days[inside[0]] - _HALF_YEAR_DAYS),
                np.searchsorted(
                    calendar.days, calendar.days[inside[-1]] + _HALF_YEAR_DAYS, "right"
                ),
            )
            around = smooth[:, near] if kept.all() else smooth[kept, near]
            one = _year(around, inside - near.start, calendar.days[near], search)
            one[:3] += 1 - begin  # the first instant of the year is 1
            found[:6, kept, number] = one
    return tuple(each.reshape(*values.shape[:-1], -1) for each in found)


def filled(series: Floats, calendar: Calendar) -> Floats:
    """The series with gaps filled on a straight line where they are short enough."""
    if not np.isnan(series).any():
        return series
    days, steps = calendar.days, np.arange(series.shape[1])
    known = np.isfinite(series)
    before = np.maximum.accumulate(np.where(known, steps, -1), axis=1)
    after = np.minimum.accumulate(np.where(known, steps, len(steps))[:, ::-1], axis=1)[:, ::-1]
    a, b = np.clip(before, 0, None), np.clip(after, None, len(steps) - 1)
    between = (before >= 0) & (after < len(steps)) & ~known
    between &= days[b] - days[a] <= calendar.max_gap_days
    left, right = (np.take_along_axis(series, each, axis=1) for each in (a, b))
    width = np.where(days[b] > days[a], days[b] - days[a], 1.0)
    return np.where(between, left + (right - left) * (days - days[a]) / width, series)


def smoothed(series: Floats, width: int) -> Floats:
    """Running means of what there is; what is missing stays so."""
    if width == 1:
        return series
    known = np.isfinite(series)
    padding = ((0, 0), (width // 2 + 1, width // 2))
    total, number = (
        np.cumsum(np.pad(each, padding), axis=1)
        for each in (np.where(known, series, 0.0), known.astype(np.float64))
    )
    sums, counts = (each[:, width:] - each[:, :-width] for each in (total, number))
    return np.where(known, sums / np.maximum(counts, 1), np.nan)


def medians(values: Floats) -> Floats:
    """The median of what there is of (..., value); NaN where there is nothing."""
    if not np.isnan(values).any():
        return np.asarray(np.median(values, axis=-1))
    ordered = np.sort(values, axis=-1)  # the missing last
    known = np.isfinite(ordered).sum(axis=-1, keepdims=True)
    low, high = (
        np.take_along_axis(ordered, np.clip(each, 0, values.shape[-1] - 1), axis=-1)[..., 0]
        for each in ((known - 1) // 2, known // 2)
    )
    return np.where(known[..., 0] > 0, (low + high) / 2, np.nan)


def _year(smooth: Floats, inside: Integers, days: Floats, search: Search) -> Floats:
    """Start, peak, end (days), duration, maximum and amplitude of the year's bloom, (6, series)."""
    within = smooth[:, inside]
    peak = inside[np.nanargmax(within, axis=1)]
    rows = np.arange(len(smooth))
    highest = smooth[rows, peak]
    median = medians(within)
    if search.method == "cumulative":
        start, end = _cumulative(within, days[inside], search.shares)
    elif search.method == "rate":
        start, end = _steepest(smooth, peak, days)
    else:
        limit = search.threshold * median
        end = _crossing(smooth, peak, days, limit)
        start = -_crossing(smooth[:, ::-1], smooth.shape[1] - 1 - peak, -days[::-1], limit)
    duration = end - start
    # What never varies has no peak; a start without an end is no bloom that was seen.
    seen = (duration >= search.min_duration_days) & (highest > median)
    made = np.stack([start, days[peak], end, duration, highest, highest - median])
    return np.where(seen, made, np.nan)


def _crossing(smooth: Floats, peak: Integers, days: Floats, limit: Floats) -> Floats:
    """The day after the peak on which each series falls below its limit; NaN where unseen."""
    steps = np.arange(smooth.shape[1])
    near = days[None, :] - days[peak][:, None] <= _HALF_YEAR_DAYS
    beyond = (steps > peak[:, None]) & near
    # A gap ends the search: what happened in it is not known.
    stop = beyond & ~(smooth >= limit[:, None])
    at = np.where(stop.any(axis=1), stop.argmax(axis=1), 0)
    rows = np.arange(len(smooth))
    low, high = smooth[rows, at], smooth[rows, np.maximum(at - 1, 0)]
    fall = np.where(high > low, high - low, 1.0)
    share = np.where(high > low, (high - limit) / fall, 1.0)
    day = days[np.maximum(at - 1, 0)] + share * (days[at] - days[np.maximum(at - 1, 0)])
    seen = (at > 0) & np.isfinite(low) & (smooth[rows, peak] > limit)
    return np.where(seen, day, np.nan)


def _cumulative(within: Floats, days: Floats, shares: tuple[float, float]) -> tuple[Floats, Floats]:
    """The days by which the shares of the year's chlorophyll have been."""
    parts = (within[:, 1:] + within[:, :-1]) / 2 * np.diff(days)
    sums = np.cumsum(np.nan_to_num(parts), axis=1)
    total = np.concatenate([np.zeros((len(within), 1)), sums], axis=1)
    found = []
    for share in shares:
        wanted = share * total[:, -1:]
        at = np.clip((total < wanted).sum(axis=1), 1, total.shape[1] - 1)
        rows = np.arange(len(total))
        low, high = total[rows, at - 1], total[rows, at]
        part = np.where(high > low, (wanted[:, 0] - low) / np.where(high > low, high - low, 1), 0)
        day = days[at - 1] + part * (days[at] - days[at - 1])
        found.append(np.where(total[:, -1] > 0, day, np.nan))
    return found[0], found[1]


def _steepest(smooth: Floats, peak: Integers, days: Floats) -> tuple[Floats, Floats]:
    """The days of the fastest rise before the peak and the fastest fall after it."""
    slope = np.full(smooth.shape, np.nan)
    slope[:, 1:-1] = (smooth[:, 2:] - smooth[:, :-2]) / (days[2:] - days[:-2])
    away = days[None, :] - days[peak][:, None]
    found = []
    for sign in (1, -1):
        side = (-sign * away >= 0) & (np.abs(away) <= _HALF_YEAR_DAYS)
        change = np.where(side & np.isfinite(slope), sign * slope, -np.inf)
        at = change.argmax(axis=1)
        most = change[np.arange(len(change)), at]
        found.append(np.where(most > 0, days[at], np.nan))
    return found[0], found[1]

"""The seasonal climatology and percentile of a block of daily series, in plain arrays.

Most of the time of a heatwave analysis goes here: 366 percentiles a cell, each of some 330
values. Two facts make it short. The windows of neighbouring days overlap, so the values of one
calendar day in all years are put in order once and serve every window they are in. And a high
percentile depends on the highest values only, so that of each calendar day the few highest do:
whether they did is seen afterwards, since then no value left out lies above the percentile.
Windows where they did not are done again with all their values, so the result is always exact.
"""

from dataclasses import dataclass
from functools import cached_property
from math import ceil
from typing import NamedTuple, TypeVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

DAYS = 366
_FEB_29 = 59  # where 29 February stands, counted from 0

# Of each calendar day, that many times its even share of the values above the percentile is
# looked at first. They are not evenly shared: with 2 one window in 13 needed all its values, with
# 2.5 one in 180 (NOAA's OISST, north-west Atlantic, 30 years).
_SPARE = 2.5

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]
_Number = TypeVar("_Number", np.int64, np.float64)


class Stretch(NamedTuple):
    """Days of the year that follow one another in every year, and their windows' days.

    Attributes
    ----------
    days
        The days of the year, counted from 0.
    at
        Where in time these are, and as many on either side as a window reaches: (day, year).
    outside
        Which of them are before or after the data.
    """

    days: slice
    at: Integers
    outside: Flags


@dataclass(frozen=True)
class Reference:
    """Which days make up the climatology, and what is taken from them.

    Attributes
    ----------
    day
        The day of a leap year of each time, counted from 0; no date is left out.
    first, stop
        The baseline, whole years, as positions in time; the second excluded.
    quantile
        0.5 to 1.
    half_window, smooth
        Days on either side that are pooled; length of the running mean, odd.
    """

    day: Integers
    first: int
    stop: int
    quantile: float
    half_window: int
    smooth: int

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """January and February, and the year from March on.

        The window around a day of the baseline may reach beyond the baseline's ends, as far as
        there are data.
        """
        baseline = self.day[self.first : self.stop]

        def stretch(first: int, stop: int) -> Stretch:
            reach = np.arange(-self.half_window, stop - first + self.half_window)
            at = self.first + np.flatnonzero(baseline == first) + reach[:, None]
            return Stretch(slice(first, stop), at, (at < 0) | (at >= len(self.day)))

        return stretch(0, _FEB_29), stretch(_FEB_29 + 1, DAYS)


def climatology(block: Floats, reference: Reference) -> tuple[Floats, Floats]:
    """Mean and percentile of each day of the year, smoothed, for a (cell, time) block.

    NaN is left out; a day of the year without any value gives NaN. Where values are equal the
    percentile equals them exactly: water under ice, at -1.8 degC for months, is no event by a
    rounding error.
    """
    seasons = np.empty((2, len(block), DAYS))
    for days, at, outside in reference.stretches:
        values = block.take(at, axis=1, mode="clip")
        values[:, outside] = np.nan
        seasons[:, :, days] = _statistics(values, reference)
    # 29 February is the mean of its neighbours: leap years alone are too few.
    before, after = seasons[:, :, _FEB_29 - 1], seasons[:, :, _FEB_29 + 1]
    seasons[:, :, _FEB_29] = before + 0.5 * (after - before)
    mean, limit = _smoothed(seasons, reference.smooth)
    return mean, limit


def _statistics(values: Floats, reference: Reference) -> tuple[Floats, Floats]:
    """Mean and quantile of each window of (cell, day, year) values, which are reordered."""
    width = 2 * reference.half_window + 1
    absent = np.isnan(values)
    values[absent] = 0
    total = _over_windows(np.add, np.einsum("cdy->cd", values), width)
    number = _over_windows(np.add, values.shape[2] - np.count_nonzero(absent, axis=2), width)
    last = np.maximum(number - 1, 0)
    position = last * reference.quantile
    below = position.astype(np.int64)
    # With signs changed the highest come first, and an infinite value in place of none last.
    np.negative(values, out=values)
    values[absent] = np.inf
    values.sort(axis=2)
    ranks = last - below, last - np.minimum(below + 1, last)
    low, high = _in_windows(values, width, reference.quantile, ranks)
    with np.errstate(invalid="ignore", divide="ignore"):  # where there is no value
        return total / number, -(low + (position - below) * (high - low))


def _in_windows(
    values: Floats, width: int, quantile: float, ranks: tuple[Integers, Integers]
) -> list[Floats]:
    """The values of these ranks, the first the greater, in each window of (cell, day, year).

    The values are ascending along ``year``.
    """
    years = values.shape[2]
    few = min(years, ceil(_SPARE * years * (1 - quantile)) + 1)
    least = values[:, :, :few].reshape(len(values), -1)
    ordered = np.sort(sliding_window_view(least, width * few, axis=1)[:, ::few], axis=2)
    found = [np.take_along_axis(ordered, rank[:, :, None], axis=2)[:, :, 0] for rank in ranks]
    if few < years:
        left_out = _over_windows(np.minimum, values[:, :, few], width)
        again = np.nonzero(found[0] > left_out)
        if again[0].size:
            windows = sliding_window_view(values, width, axis=1)[again]
            ordered = np.sort(windows.reshape(len(windows), -1), axis=1)
            for one, rank in zip(found, ranks, strict=True):
                one[again] = np.take_along_axis(ordered, rank[again][:, None], axis=1)[:, 0]
    return found


def _over_windows(ufunc: np.ufunc, days: NDArray[_Number], width: int) -> NDArray[_Number]:
    """The sum, or what else the function makes of two, of each window of (cell, day) values."""
    windows = days.shape[1] - width + 1
    found = days[:, :windows].copy()
    for first in range(1, width):
        ufunc(found, days[:, first : first + windows], out=found)
    return found


def _smoothed(days: Floats, width: int) -> Floats:
    """Running mean around the year; as departures from the middle, so equal values stay equal."""
    half = width // 2
    around = np.concatenate([days[..., DAYS - half :], days, days[..., :half]], axis=-1)
    total = np.zeros_like(days)
    gaps = bool(np.isnan(days).any())
    for first in range(width):
        departure = around[..., first : first + DAYS] - days
        total += np.nan_to_num(departure) if gaps else departure
    number = sliding_window_view(~np.isnan(around), width, axis=-1).sum(axis=-1) if gaps else width
    with np.errstate(invalid="ignore", divide="ignore"):
        return days + total / number

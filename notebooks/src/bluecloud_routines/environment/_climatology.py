"""The seasonal climatology and percentile of a block of daily series, in plain arrays.

Nearly all the time of a heatwave analysis goes here: 366 percentiles a cell, each of some 330
values. They are found by partition, not by sorting, on blocks of cells whose sample of one day
stays in a core's cache; numpy lets go of the interpreter's lock meanwhile, so threads gain.
"""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

DAYS = 366
_FEB_29 = 59  # where 29 February stands, counted from 0

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Reference:
    """Which days make up the climatology, and what is taken from them.

    Attributes
    ----------
    day
        The day of a leap year of each time, counted from 0.
    first, stop
        The baseline as positions in time, the second excluded.
    quantile
        0 to 1.
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
    def samples(self) -> list[Integers]:
        """Where the values are that are pooled for each day of the year.

        The window around a day of the baseline may reach beyond the baseline's ends, as far as
        there are data.
        """
        beside = np.arange(-self.half_window, self.half_window + 1)
        baseline = self.day[self.first : self.stop]
        pooled = (
            (np.flatnonzero(baseline == day)[:, None] + self.first + beside).ravel()
            for day in range(DAYS)
        )
        return [at[(at >= 0) & (at < len(self.day))] for at in pooled]


def climatology(block: Floats, reference: Reference, *, gaps: bool) -> tuple[Floats, Floats]:
    """Mean and percentile of each day of the year, smoothed, for a (cell, time) block.

    ``gaps`` says whether there may be NaN in the block. A day of the year without any value
    gives NaN. Where values are equal the percentile equals them exactly: water under ice, at
    -1.8 degC for months, is no event by a rounding error.
    """
    mean = np.full((len(block), DAYS), np.nan)
    limit = np.full((len(block), DAYS), np.nan)
    statistics = _statistics_with_gaps if gaps else _statistics
    room = np.empty(len(block) * max(at.size for at in reference.samples))
    for day, at in enumerate(reference.samples):
        if day != _FEB_29 and at.size:
            sample = room[: len(block) * at.size].reshape(len(block), at.size)
            block.take(at, axis=1, out=sample, mode="clip")  # any other mode makes a copy
            mean[:, day], limit[:, day] = statistics(sample, reference.quantile)
    for days in (mean, limit):
        # 29 February is the mean of its neighbours: leap years alone are too few.
        before, after = days[:, _FEB_29 - 1], days[:, _FEB_29 + 1]
        days[:, _FEB_29] = before + 0.5 * (after - before)
    return _smoothed(mean, reference.smooth), _smoothed(limit, reference.smooth)


def _statistics(sample: Floats, quantile: float) -> tuple[Floats, Floats]:
    """Mean and quantile of each row; the sample is reordered."""
    last = sample.shape[1] - 1
    mean = sample.sum(axis=1) / (last + 1)
    position = last * quantile
    below = min(int(position), last - 1)
    sample.partition(below, axis=1)
    low = sample[:, below]
    # The next value in order is the least of those that the partition put above.
    high = sample[:, below + 1 :].min(axis=1)
    return mean, low + (position - below) * (high - low)


def _statistics_with_gaps(sample: Floats, quantile: float) -> tuple[Floats, Floats]:
    """The same of the values that are present in each row; NaN where there is none."""
    number = sample.shape[1] - np.isnan(sample).sum(axis=1)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = np.nansum(sample, axis=1) / number
    sample.sort(axis=1)  # NaN goes last
    last = np.maximum(number - 1, 0)
    position = last * quantile
    below = position.astype(np.int64)
    low = np.take_along_axis(sample, below[:, None], axis=1)[:, 0]
    high = np.take_along_axis(sample, np.minimum(below + 1, last)[:, None], axis=1)[:, 0]
    return mean, low + (position - below) * (high - low)


def _smoothed(days: Floats, width: int) -> Floats:
    """Running mean around the year; as departures from the middle, so equal values stay equal."""
    half = width // 2
    around = np.concatenate([days[:, DAYS - half :], days, days[:, :half]], axis=1)
    total = np.zeros_like(days)
    number: Floats | int = width
    if np.isnan(days).any():
        number = sliding_window_view(~np.isnan(around), width, axis=1).sum(axis=2, dtype=np.float64)
    for first in range(width):
        departure = around[:, first : first + DAYS] - days
        total += departure if isinstance(number, int) else np.nan_to_num(departure)
    with np.errstate(invalid="ignore", divide="ignore"):
        return days + total / number

"""Runs of days: finding, joining and measuring them in a (cell, time) block at once.

A block is seen as one long row with a gap after each cell, so that the ends of all runs of all
cells come from one comparison; ``reduceat`` then measures every run without a loop.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Integers = NDArray[np.int64]


@dataclass(frozen=True)
class Runs:
    """Runs of days, in order of cell and time; ``stop`` is the position after the last day."""

    cell: Integers
    start: Integers
    stop: Integers

    @property
    def length(self) -> Integers:
        """Days of each run, both ends included."""
        return self.stop - self.start

    @property
    def offset(self) -> Integers:
        """Where each run begins among the days of all runs."""
        return np.cumsum(self.length) - self.length

    def days(self) -> tuple[Integers, Integers]:
        """Cell and time of every day of every run."""
        length = self.length
        time = np.repeat(self.start - self.offset, length) + np.arange(length.sum())
        return np.repeat(self.cell, length), time

    def where(self, kept: Flags) -> "Runs":
        """Only the runs that are kept."""
        return Runs(self.cell[kept], self.start[kept], self.stop[kept])


def runs_of(flags: Flags) -> Runs:
    """The unbroken runs of true values along time in a (cell, time) array."""
    cells, times = flags.shape
    row = np.zeros(1 + cells * (times + 1), dtype=np.bool_)
    row[1:].reshape(cells, times + 1)[:, :-1] = flags
    edges = np.flatnonzero(row[1:] != row[:-1])
    start, stop = edges[::2], edges[1::2]
    cell = start // (times + 1)
    return Runs(cell, start - cell * (times + 1), stop - cell * (times + 1))


def joined(runs: Runs, *, max_gap: int, missing: Flags | None) -> Runs:
    """Join runs of a cell over gaps of at most ``max_gap`` days of which none is missing."""
    if len(runs.cell) < 2 or max_gap == 0:
        return runs
    near = (runs.start[1:] - runs.stop[:-1] <= max_gap) & (runs.cell[1:] == runs.cell[:-1])
    if missing is not None:
        absent = np.zeros((missing.shape[0], missing.shape[1] + 1), dtype=np.int64)
        np.cumsum(missing, axis=1, out=absent[:, 1:])
        near &= absent[runs.cell[1:], runs.start[1:]] == absent[runs.cell[:-1], runs.stop[:-1]]
    first = np.concatenate([[True], ~near])
    last = np.concatenate([~near, [True]])
    return Runs(runs.cell[first], runs.start[first], runs.stop[last])


def events_of(
    exceeds: Flags,
    *,
    min_duration: int,
    max_gap: int,
    join_first: bool,
    missing: Flags | None,
) -> Runs:
    """The runs that are long enough, joined over short gaps.

    Hobday et al. (2016) join events, each long enough by itself; with ``join_first`` short
    runs are joined before they are measured.
    """
    runs = runs_of(exceeds)
    if join_first:
        runs = joined(runs, max_gap=max_gap, missing=missing)
        return runs.where(runs.length >= min_duration)
    runs = runs.where(runs.length >= min_duration)
    return joined(runs, max_gap=max_gap, missing=missing)


def filled_short_gaps(series: Floats, max_days: int) -> Floats:
    """Interpolate linearly over gaps of at most ``max_days`` that have values on both sides.

    Takes and gives (..., time); longer gaps, and those at an end, stay NaN.
    """
    times = series.shape[-1]
    block = np.array(series.reshape(-1, times))
    gaps = runs_of(np.isnan(block))
    gaps = gaps.where((gaps.length <= max_days) & (gaps.start > 0) & (gaps.stop < times))
    cell, time = gaps.days()
    start, stop = np.repeat(gaps.start, gaps.length), np.repeat(gaps.stop, gaps.length)
    before, after = block[cell, start - 1], block[cell, stop]
    block[cell, time] = before + (after - before) * (time - start + 1) / (stop - start + 1)
    return block.reshape(series.shape)

"""From daily values to climatology, threshold and daily category, block of cells by block."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.environment._climatology import DAYS, Floats, Reference, climatology
from bluecloud_routines.environment._runs import events_of
from bluecloud_routines.errors import ValuesError

Values = NDArray[np.floating]

# Fewer cells would spend the time on calls, more on the way to memory.
_CELLS = 16

# Days that are turned at once, so that a (time, cell) array is read line by line of the cache.
_TILE = 512


@dataclass(frozen=True)
class Rules:
    """When days above the threshold are an event; see :func:`marine_heatwaves`."""

    min_duration: int
    max_gap: int
    join_first: bool
    cold: bool


def detect(
    values: Values, *, reference: Reference, rules: Rules, threads: int = 1
) -> tuple[Floats, Floats, NDArray[np.float32]]:
    """Climatology, threshold (..., day of year) and category (..., time) of (..., time) values.

    Raises
    ------
    ValuesError
        If any value is infinite.
    """
    *shape, times = values.shape
    # A file has time first, and each thread turns its own cells: turning them all at once would
    # cost a second copy of everything, by one thread.
    if values.flags.c_contiguous:
        cells = values.reshape(-1, times)
    else:
        cells = np.moveaxis(values, -1, 0).reshape(times, -1).T
    mean = np.full((len(cells), DAYS), np.nan)
    limit = np.full((len(cells), DAYS), np.nan)
    category = np.empty((len(cells), times), dtype=np.float32)

    def work(first: int) -> None:
        part = slice(first, first + _CELLS)
        block = _turned(cells[part])
        if np.isfinite(block).all():
            mean[part], limit[part] = _detect_block(block, None, reference, rules, category[part])
            return
        if np.isinf(block).any():
            raise ValuesError("there are infinite values: a missing value is NaN")
        category[part] = np.nan
        absent: NDArray[np.bool_] = np.isnan(block)
        at = np.flatnonzero(~absent.all(axis=1))  # cells of land need nothing
        if at.size:
            found = np.empty((len(at), times), dtype=np.float32)
            sea = first + at
            mean[sea], limit[sea] = _detect_block(block[at], absent[at], reference, rules, found)
            category[sea] = found

    if threads == 1:
        for first in range(0, len(cells), _CELLS):
            work(first)
    else:
        with ThreadPoolExecutor(threads) as pool:
            list(pool.map(work, range(0, len(cells), _CELLS)))
    return (
        mean.reshape(*shape, DAYS),
        limit.reshape(*shape, DAYS),
        category.reshape(*shape, times),
    )


def _turned(cells: Values) -> Floats:
    """The same (cell, time) values in double precision, each cell's in one row of memory."""
    block = np.empty(cells.shape)
    for first in range(0, cells.shape[1], _TILE):
        block[:, first : first + _TILE] = cells[:, first : first + _TILE]
    return block


def _detect_block(
    block: Floats,
    missing: NDArray[np.bool_] | None,
    reference: Reference,
    rules: Rules,
    category: NDArray[np.float32],
) -> tuple[Floats, Floats]:
    """Climatology and threshold of a (cell, time) block; its category is written in place."""
    sign = -1 if rules.cold else 1
    if rules.cold:
        block = -block
    mean, limit = climatology(block, reference)
    runs = events_of(
        block > np.take(limit, reference.day, axis=1),
        min_duration=rules.min_duration,
        max_gap=rules.max_gap,
        join_first=rules.join_first,
        missing=missing,
    )
    category[:] = 0
    if missing is not None:
        category[missing] = np.nan
    cell, time = runs.days()
    day = reference.day[time]
    category[cell, time] = categories(block[cell, time], mean[cell, day], limit[cell, day])
    return sign * mean, sign * limit


def categories(temperature: Floats, mean: Floats, limit: Floats) -> Floats:
    """1 to 4 on each day of an event: how many times threshold minus climatology is reached.

    A day in a joined gap, below the threshold, is 1: it belongs to the event.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        times = np.floor((temperature - mean) / (limit - mean))
    # fmax and fmin, because 0/0 (water under ice in a joined gap) is 1 as well.
    bounded: Floats = np.fmin(np.fmax(times, 1.0), 4.0)
    return bounded

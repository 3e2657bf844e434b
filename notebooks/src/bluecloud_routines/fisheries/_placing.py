"""Rows of a table of catches, each put into a cell, a period and a stratum.

What lies in no single cell or period is shared out or left out, and what is left out is counted
by its reason. The sums of whatever was placed are those of the table less the losses.
"""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError
from bluecloud_routines.fisheries._columns import (
    Floats,
    amounts,
    in_unit,
    labels,
    periods,
    require_columns,
)
from bluecloud_routines.fisheries.cwp import as_numbers
from bluecloud_routines.fisheries.grids import (
    IRREGULAR,
    TOO_WIDE,
    Downgrade,
    Grid,
    check_downgrade,
    irregular_shares,
    place,
    shares,
)

LOSSES = ("irregular area", "wider than the grid", "longer than a period")

Integers = NDArray[np.integer]
_RESERVED = {"area", "catch", "lat", "lon", "loss", "time", "time_end", "unit"}


@dataclass(frozen=True)
class Options:
    """How rows are placed; the words are those of `catch_at_scale`."""

    resolution: float
    downgrade: Downgrade
    period: str
    unit: str
    by: tuple[str, ...]


@dataclass(frozen=True)
class Rows:
    """Where each row belongs: columns of one length."""

    cells: Integers
    times: Integers
    until: Integers  # the last period of a row; `times` itself where rows have one
    strata: dict[str, Integers]
    amounts: Floats

    def taken(self, rows: Integers) -> "Rows":
        """Some of the rows, perhaps several times."""
        times = self.times[rows]
        return Rows(
            self.cells[rows],
            times,
            times if self.until is self.times else self.until[rows],
            {name: positions[rows] for name, positions in self.strata.items()},
            self.amounts[rows],
        )


@dataclass(frozen=True)
class Placed:
    """A table that was placed: its rows, what their positions mean, and what was lost."""

    grid: Grid
    names: dict[str, tuple[str, ...]]
    index: pd.PeriodIndex | None  # none where all periods are pooled
    bounds: tuple[pd.Timestamp, pd.Timestamp]
    rows: Rows
    reported: float
    losses: dict[str, float]
    other_units: int

    @property
    def sizes(self) -> tuple[int, ...]:
        """Numbers of names, cells and periods: the shape of the sums, time last."""
        number = 1 if self.index is None else len(self.index)
        return (*(len(each) for each in self.names.values()), self.grid.cells, number)

    @property
    def shape(self) -> tuple[int, ...]:
        """The same, with the cells as rows and columns."""
        *names, _, times = self.sizes
        return (*names, self.grid.rows, self.grid.columns, times)

    def keys(self) -> NDArray[np.int64]:
        """The place of each row among all strata, cells and periods, time varying fastest.

        Of the cells most are never fished: with time inside, their part of the sums is never
        touched, and its memory never used.
        """
        *sizes, cells, times = self.sizes
        keys = np.zeros(len(self.rows.cells), dtype=np.int64)
        for size, positions in zip(sizes, self.rows.strata.values(), strict=True):
            keys *= size
            keys += positions
        keys *= cells
        keys += self.rows.cells
        keys *= times
        keys += self.rows.times
        return keys


def placed_table(
    catch: pd.DataFrame, options: Options, areas: pd.DataFrame | None = None
) -> Placed:
    """Each row in its cell, period and stratum; shared rows once for each of their cells.

    Raises
    ------
    ParameterError, UnitsError, TimeAxisError, ValuesError
        As `catch_at_scale` says.
    """
    check_downgrade(options.downgrade)
    grid = Grid(float(options.resolution))
    wrong = sorted(_RESERVED.intersection(options.by))
    if wrong or len(set(options.by)) < len(options.by):
        raise ParameterError(
            f"by is {list(options.by)}: columns of names, each once, and none of "
            f"{sorted(_RESERVED)}"
        )
    require_columns(catch, ("area", "time", "catch", *options.by))
    catch, others = in_unit(catch, options.unit)
    # The columns know nothing of one another, and numpy lets go of the interpreter's lock.
    with ThreadPoolExecutor() as threads:
        timed = threads.submit(periods, catch, options.period)
        celled = threads.submit(_in_cells, catch["area"], grid)
        named = {name: threads.submit(labels, catch, name) for name in options.by}
        values = amounts(catch)
        when, (numbers, cells) = timed.result(), celled.result()
        known = {name: each.result() for name, each in named.items()}
    rows = Rows(
        cells,
        when.first,
        when.last,
        {name: each.positions for name, each in known.items()},
        values,
    )
    losses = dict.fromkeys(LOSSES, 0.0)
    if rows.cells.min() < 0:
        rows = _shared_out(rows, catch["area"], numbers, grid, options.downgrade, areas, losses)
    if rows.until is not rows.times:
        rows = _spread_in_time(rows, options.downgrade, losses)
    return Placed(
        grid,
        {name: each.names for name, each in known.items()},
        when.index,
        when.bounds,
        rows,
        float(values.sum()),
        losses,
        others,
    )


def _in_cells(area: pd.Series, grid: Grid) -> tuple[Integers, Integers]:
    """The code of each row and its cell, `TOO_WIDE` or `IRREGULAR`."""
    numbers = as_numbers(area)
    return numbers, place(numbers, grid)


def _shared_out(
    rows: Rows,
    names: pd.Series,
    numbers: Integers,
    grid: Grid,
    downgrade: Downgrade,
    areas: pd.DataFrame | None,
    losses: dict[str, float],
) -> Rows:
    """Rows of no single cell shared among their cells, or left out and counted."""
    whole = np.flatnonzero(rows.cells >= 0)
    taken, cells, parts = [whole], [rows.cells[whole]], [np.ones(len(whole))]

    def share(own: Integers, covered: NDArray[np.int64], part: Floats) -> None:
        taken.append(np.repeat(own, len(covered)))
        cells.append(np.tile(covered, len(own)))
        parts.append(np.tile(part, len(own)))

    irregular = np.flatnonzero(rows.cells == IRREGULAR)
    known = {} if areas is None else irregular_shares(areas, grid, downgrade)
    for name, own in _groups(irregular, names.iloc[irregular].astype(str).to_numpy()):
        if name in known and downgrade != "drop":
            share(own, *known[name])
        else:
            losses["irregular area"] += float(rows.amounts[own].sum())
    wide = np.flatnonzero(rows.cells == TOO_WIDE)
    if downgrade == "drop":
        losses["wider than the grid"] += float(rows.amounts[wide].sum())
    else:
        for number, own in _groups(wide, numbers[wide]):
            share(own, *shares(int(number), grid, downgrade))
    found = rows.taken(np.concatenate(taken))
    return replace(
        found, cells=np.concatenate(cells), amounts=found.amounts * np.concatenate(parts)
    )


def _groups(rows: Integers, keys: NDArray[Any]) -> Iterator[tuple[Any, Integers]]:
    """Each key once, with its rows."""
    uniques, inverse = np.unique(keys, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    edges = np.searchsorted(inverse[order], np.arange(1, len(uniques)))
    if len(rows):
        yield from zip(uniques.tolist(), np.split(rows[order], edges), strict=True)


def _spread_in_time(rows: Rows, downgrade: Downgrade, losses: dict[str, float]) -> Rows:
    """Rows of several periods shared equally among them, or left out and counted."""
    length = rows.until - rows.times + 1
    if (length == 1).all():
        return replace(rows, until=rows.times)
    if downgrade == "drop":
        losses["longer than a period"] += float(rows.amounts[length > 1].sum())
        kept = rows.taken(np.flatnonzero(length == 1))
        return replace(kept, until=kept.times)
    found = rows.taken(np.repeat(np.arange(len(length)), length))
    step = np.arange(len(found.times)) - np.repeat(np.cumsum(length) - length, length)
    times = found.times + step
    return replace(
        found, times=times, until=times, amounts=found.amounts / np.repeat(length, length)
    )

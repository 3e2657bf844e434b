"""Rows of a table of catches, each put into a cell, a period and a stratum.

What lies in no single cell or period is shared out or left out, and what is left out is counted
by its reason. The sums of whatever was placed are those of the table less the losses.

A table is gone through in blocks of rows that fit into a processor's cache: a table of millions
of rows would else be written to memory and read again at each step.
"""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError
from bluecloud_routines.fisheries._columns import (
    Floats,
    Labels,
    Periods,
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
Shares = tuple[NDArray[np.int64], Floats]

_RESERVED = {"area", "catch", "lat", "lon", "loss", "time", "time_end", "unit"}
_BLOCK = 1 << 16
_LARGEST = (1 << 31) - 1  # of 32-bit integers, which are quicker


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
    strata: tuple[Integers, ...]
    amounts: Floats

    def taken(self, rows: Integers) -> "Rows":
        """Some of the rows, perhaps several times."""
        strata = tuple(positions[rows] for positions in self.strata)
        return Rows(self.cells[rows], self.times[rows], strata, self.amounts[rows])


@dataclass(frozen=True)
class Block:
    """Rows that were placed together, and what of them was left out, by its reason."""

    rows: Rows
    losses: dict[str, float]
    as_given: bool  # whether each row of the table is in one place, in the table's order


@dataclass(frozen=True)
class Strata:
    """What the positions of rows mean: the names, the cells and the periods."""

    names: dict[str, tuple[str, ...]]
    grid: Grid
    index: pd.PeriodIndex | None  # none where all periods are pooled
    bounds: tuple[pd.Timestamp, pd.Timestamp]

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

    def keys(self, rows: Rows) -> NDArray[np.int64]:
        """The place of each row among all strata, cells and periods, time varying fastest.

        Of the cells most are never fished: with time inside, their part of the sums is never
        touched, and its memory never used.
        """
        sizes, columns = self.sizes, (*rows.strata, rows.cells, rows.times)
        small = math.prod(sizes) <= _LARGEST
        keys: NDArray[Any] = columns[0].astype(np.int32 if small else np.int64)
        for size, positions in zip(sizes[1:], columns[1:], strict=True):
            keys *= size
            keys += positions
        return keys.astype(np.int64, copy=False)


class CatchTable:
    """A table that was checked, ready to be placed.

    Raises
    ------
    ParameterError, UnitsError, TimeAxisError, ValuesError
        As `catch_at_scale` says.
    """

    def __init__(
        self, catch: pd.DataFrame, options: Options, areas: pd.DataFrame | None = None
    ) -> None:
        check_downgrade(options.downgrade)
        grid = Grid(float(options.resolution))
        if _RESERVED.intersection(options.by) or len(set(options.by)) < len(options.by):
            raise ParameterError(
                f"by is {list(options.by)}: columns of names, each once, and none of "
                f"{sorted(_RESERVED)}"
            )
        require_columns(catch, ("area", "time", "catch", *options.by))
        catch, self.other_units = in_unit(catch, options.unit)
        self.options = options
        self.amounts, self.reported = amounts(catch)
        self._when: Periods = periods(catch, options.period)
        known: dict[str, Labels] = {name: labels(catch, name) for name in options.by}
        self._positions = [each.positions for each in known.values()]
        self._areas = catch["area"]
        self._numbers = as_numbers(catch["area"])
        self._irregular: dict[str, Shares] = {}
        if areas is not None and options.downgrade != "drop":
            self._irregular = irregular_shares(areas, grid, options.downgrade)
        names = {name: each.names for name, each in known.items()}
        self.strata = Strata(names, grid, self._when.index, self._when.bounds)

    @property
    def parts(self) -> list[slice]:
        """The rows of the table by blocks."""
        number = len(self.amounts)
        return [slice(low, min(low + _BLOCK, number)) for low in range(0, number, _BLOCK)]

    def block(self, part: slice) -> Block:
        """Some rows in their places; shared rows once for each of their cells and periods."""
        losses = dict.fromkeys(LOSSES, 0.0)
        when, grid = self._when, self.strata.grid
        given = rows = Rows(
            place(self._numbers[part], grid),
            when.of(when.begin[part]),
            tuple(positions[part] for positions in self._positions),
            self.amounts[part],
        )
        origin: Integers = np.arange(len(rows.cells))
        if when.end is not when.begin:
            rows, origin = self._spread_in_time(rows, when.of(when.end[part]), losses)
        if (rows.cells < 0).any():
            rows = self._shared_out(rows, part.start + origin, losses)
        return Block(rows, losses, rows is given)

    def placed(self) -> tuple[Rows, dict[str, float]]:
        """All rows in their places at once, and what was left out."""
        blocks = [self.block(part) for part in self.parts]
        found = [block.rows for block in blocks]
        strata = (np.concatenate(each) for each in zip(*(r.strata for r in found), strict=True))
        rows = Rows(
            np.concatenate([rows.cells for rows in found]),
            np.concatenate([rows.times for rows in found]),
            tuple(strata),
            np.concatenate([rows.amounts for rows in found]),
        )
        return rows, all_lost(block.losses for block in blocks)

    def _spread_in_time(
        self, rows: Rows, until: Integers, losses: dict[str, float]
    ) -> tuple[Rows, Integers]:
        """Rows of several periods shared equally among them, or left out and counted."""
        length = until - rows.times + 1
        every = np.arange(len(length))
        if (length == 1).all():
            return rows, every
        if self.options.downgrade == "drop":
            losses["longer than a period"] += float(rows.amounts[length > 1].sum())
            kept = every[length == 1]
            return rows.taken(kept), kept
        origin = np.repeat(every, length)
        step = np.arange(len(origin)) - np.repeat(np.cumsum(length) - length, length)
        found = rows.taken(origin)
        parts = found.amounts / length[origin]
        return replace(found, times=found.times + step, amounts=parts), origin

    def _shared_out(self, rows: Rows, origin: Integers, losses: dict[str, float]) -> Rows:
        """Rows of no single cell shared among their cells, or left out and counted."""
        whole = np.flatnonzero(rows.cells >= 0)
        taken, cells, parts = [whole], [rows.cells[whole]], [np.ones(len(whole))]

        def share(own: Integers, covered: NDArray[np.int64], part: Floats) -> None:
            taken.append(np.repeat(own, len(covered)))
            cells.append(np.tile(covered, len(own)))
            parts.append(np.tile(part, len(own)))

        irregular = np.flatnonzero(rows.cells == IRREGULAR)
        names = self._areas.iloc[origin[irregular]].astype(str).to_numpy()
        for name, own in _groups(irregular, names):
            if name in self._irregular:
                share(own, *self._irregular[name])
            else:
                losses["irregular area"] += float(rows.amounts[own].sum())
        wide = np.flatnonzero(rows.cells == TOO_WIDE)
        if self.options.downgrade == "drop":
            losses["wider than the grid"] += float(rows.amounts[wide].sum())
        else:
            for number, own in _groups(wide, self._numbers[origin[wide]]):
                share(own, *shares(int(number), self.strata.grid, self.options.downgrade))
        found = rows.taken(np.concatenate(taken))
        return replace(
            found, cells=np.concatenate(cells), amounts=found.amounts * np.concatenate(parts)
        )


def all_lost(losses: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """What was left out of several blocks, by its reason."""
    found = list(losses)
    return {reason: sum(each[reason] for each in found) for reason in LOSSES}


def _groups(rows: Integers, keys: NDArray[Any]) -> Iterator[tuple[Any, Integers]]:
    """Each key once, with its rows."""
    uniques, inverse = np.unique(keys, return_inverse=True)
    order = np.argsort(inverse, kind="stable")
    edges = np.searchsorted(inverse[order], np.arange(1, len(uniques)))
    if len(rows):
        yield from zip(uniques.tolist(), np.split(rows[order], edges), strict=True)

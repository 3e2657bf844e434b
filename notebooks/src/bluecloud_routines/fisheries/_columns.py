"""The columns of a table of catches, checked and turned into whole numbers.

A table has millions of rows and few different species, gears, areas and days, so everything
below works with positions among those few.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError

Period = Literal["month", "quarter", "year", "all"]
Unit = Literal["t", "no"]

Integers = NDArray[np.integer]
Floats = NDArray[np.float64]

_FREQUENCIES = {"month": "M", "quarter": "Q", "year": "Y"}
_SOME = 1 << 16
_TICKS = {"s": 86_400, "ms": 86_400_000, "us": 86_400_000_000, "ns": 86_400_000_000_000}


@dataclass(frozen=True)
class Labels:
    """A column of names: which there are, and which each row has."""

    names: tuple[str, ...]
    positions: Integers


@dataclass(frozen=True)
class Periods:
    """The periods that a table covers, and how its times fall into them."""

    index: pd.PeriodIndex | None  # none where all are pooled
    bounds: tuple[pd.Timestamp, pd.Timestamp]  # first and last day
    begin: NDArray[np.datetime64]
    end: NDArray[np.datetime64]  # `begin` itself where rows have no end
    positions: NDArray[np.int32]  # of each day from the first

    def of(self, times: NDArray[np.datetime64]) -> NDArray[np.int32]:
        """The position of the period that each time lies in."""
        first = self.bounds[0].to_datetime64().astype("datetime64[D]").astype(int)
        positions: NDArray[np.int32] = self.positions.take(_days(times) - first)
        return positions


def require_columns(catch: pd.DataFrame, names: Sequence[str]) -> None:
    """Refuse a table without rows, or without one of the columns.

    Raises
    ------
    ValuesError
        If so.
    """
    absent = [name for name in names if name not in catch.columns]
    if absent:
        raise ValuesError(f"there is no column {absent[0]!r}: the columns are {list(catch)}")
    if len(catch) == 0:
        raise ValuesError("the table of catches has no rows")


def in_unit(catch: pd.DataFrame, unit: str) -> tuple[pd.DataFrame, int]:
    """The rows in one unit, and how many there are in others.

    Raises
    ------
    ParameterError
        If the unit is neither ``t`` nor ``no``.
    UnitsError
        If the table does not say its units, or has no row in the one.
    """
    if unit not in get_args(Unit):
        raise ParameterError(f"unit is {unit!r}: 't' (tonnes) or 'no' (number of fish)")
    if "unit" not in catch.columns:
        said = catch.attrs.get("units")
        if said != unit:
            raise UnitsError(
                f"the table has no column 'unit', and its attribute 'units' is {said!r}: one of "
                f"them must say {unit!r}, since tonnes and numbers of fish do not add up"
            )
        return catch, 0
    column = catch["unit"]
    wanted = (column == unit).to_numpy(bool)
    kept = int(wanted.sum())
    if kept == len(catch):
        return catch, 0
    if kept == 0:
        raise UnitsError(f"no row is in {unit!r}: the units are {sorted(set(column.astype(str)))}")
    return catch[wanted], len(catch) - kept


def amounts(catch: pd.DataFrame) -> tuple[Floats, float]:
    """The catches as numbers, and their sum.

    Raises
    ------
    ValuesError
        If one is missing, infinite, negative or no number.
    """
    column = catch["catch"]
    if column.dtype.kind not in "fiu":
        raise ValuesError(f"'catch' is of type {column.dtype}: numbers are needed")
    values = column.to_numpy(np.float64)
    # The sum and the least are much quicker than looking at each.
    total = float(values.sum())
    if not np.isfinite(total):
        wrong = np.flatnonzero(~np.isfinite(values))
        raise ValuesError(
            f"{wrong.size} of {values.size} catches are missing or infinite, first in row "
            f"{catch.index[wrong[0]]}: leave them out, or say what they are"
        )
    if values.min() < 0:
        at = int(values.argmin())
        raise ValuesError(f"the catch of row {catch.index[at]} is {values[at]:g}: it is negative")
    return values, total


def labels(catch: pd.DataFrame, name: str) -> Labels:
    """The names in a column, in alphabetical order, and the position of each row's.

    Raises
    ------
    ValuesError
        If a row has none.
    """
    column = catch[name]
    if isinstance(column.dtype, pd.CategoricalDtype):
        positions, uniques = column.cat.codes.to_numpy(), column.cat.categories
    else:
        positions, uniques = pd.factorize(column)
    if positions.min() < 0:
        at = int(np.argmin(positions))
        raise ValuesError(f"row {catch.index[at]} has no {name!r}: give it a name, as 'UNK'")
    used = np.zeros(len(uniques), dtype=bool)
    for low in range(0, len(positions), _SOME):
        used[positions[low : low + _SOME]] = True
        if used.all():
            break  # mostly after the first
    names = np.array([str(each) for each in uniques])[used]
    order = np.argsort(names)
    if used.all() and (order == np.arange(len(order))).all():
        return Labels(tuple(names.tolist()), positions)
    place = np.zeros(len(uniques), dtype=np.int64)
    place[np.flatnonzero(used)[order]] = np.arange(len(order))
    return Labels(tuple(names[order].tolist()), place[positions])


def periods(catch: pd.DataFrame, period: str) -> Periods:
    """Which periods the rows cover, from ``time`` to ``time_end`` where there is such a column.

    Raises
    ------
    ParameterError
        If there is no such period.
    TimeAxisError
        If a time is missing or no date, or a row ends before it begins.
    """
    if period not in get_args(Period):
        raise ParameterError(f"period is {period!r}: one of {', '.join(get_args(Period))}")
    begin, extremes = _times(catch, "time")
    end, last = begin, extremes[1]
    if "time_end" in catch.columns:
        end, (_, last) = _times(catch, "time_end")
    if end is not begin and (end < begin).any():
        at = int(np.argmax(end < begin))
        raise TimeAxisError(f"row {catch.index[at]} ends before it begins")
    bounds = pd.Timestamp(extremes[0]).normalize(), pd.Timestamp(last).normalize()
    days = pd.date_range(*bounds)
    if period == "all":
        pooled = np.zeros(len(days), dtype=np.int32)
        return Periods(None, bounds, begin, end, pooled)
    of_days = days.to_period(_FREQUENCIES[period])
    positions = (of_days.asi8 - of_days.asi8[0]).astype(np.int32)
    index = pd.period_range(of_days[0], of_days[-1])
    return Periods(index, bounds, begin, end, positions)


def joint_key(parts: Sequence[tuple[Integers, int]]) -> NDArray[np.int64]:
    """One whole number for each combination of positions; the last part varies fastest.

    Parameters
    ----------
    parts
        Positions, and among how many.
    """
    key, keys = np.zeros(len(parts[0][0]), dtype=np.int64), 1
    for positions, count in parts:
        if count == 1:
            continue
        # Numbered anew where the product would outgrow whole numbers.
        if keys * count > 1 << 62:
            found, key = np.unique(key, return_inverse=True)
            keys = len(found)
        key *= count
        key += positions
        keys *= count
    return key


def _days(times: NDArray[np.datetime64]) -> NDArray[np.int64]:
    """Days since 1970."""
    days: NDArray[np.int64] = times.view(np.int64) // _TICKS[np.datetime_data(times.dtype)[0]]
    return days


def _extremes(times: NDArray[np.datetime64]) -> NDArray[np.datetime64]:
    """The first and the last; a missing time is the least of whole numbers."""
    numbers = times.view(np.int64)
    return np.array([numbers.min(), numbers.max()]).view(times.dtype)


def _times(catch: pd.DataFrame, name: str) -> tuple[NDArray[np.datetime64], NDArray[np.datetime64]]:
    """The times of a column, and the first and the last of them.

    These are looked for once: each pass over millions of times counts.
    """
    column = catch[name]
    if column.dtype.kind != "M":
        raise TimeAxisError(f"{name!r} is of type {column.dtype}: dates are needed")
    if getattr(column.dtype, "tz", None) is not None:
        column = column.dt.tz_convert(None)
    times: NDArray[np.datetime64] = column.to_numpy()
    extremes = _extremes(times)
    if np.isnat(extremes[0]):
        missing = np.isnat(times).sum()
        raise TimeAxisError(f"{missing} of {len(times)} values of {name!r} are missing")
    return times, extremes

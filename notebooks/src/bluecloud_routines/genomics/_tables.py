"""What the analyses of communities may assume of their tables, checked before anything else.

A community is a table of counts: a row a sample, a column a taxon. Counts are whole numbers of
individuals or reads; rarefaction and coverage have no meaning for percentages, so these are
refused and not rounded.
"""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, ValuesError

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

_NAMED = 5  # names in a message


def counts_of(counts: pd.DataFrame) -> Integers:
    """The counts as whole numbers, (sample, taxon).

    Raises
    ------
    ValuesError
        If there is no sample or taxon, a name occurs twice, a count is missing, infinite, below
        zero or no whole number, or a sample has no count at all.
    """
    if counts.empty:
        raise ValuesError(
            f"the table of counts has {counts.shape[0]} samples and {counts.shape[1]} taxa: "
            "at least one of each is needed"
        )
    require_unique(counts.index, "sample")
    require_unique(counts.columns, "taxon")
    try:
        values = counts.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValuesError(f"a count is no number: {error}") from error
    for is_wrong, what in (
        (np.isnan(values), "is missing: 0 says that a taxon was not found"),
        (np.isinf(values), "is infinite"),
        (values < 0, "is below zero"),
        (values != np.floor(values), "is no whole number: counts are needed, not shares"),
        (values > 2**53, "is too large to be a count"),
    ):
        if is_wrong.any():
            row, column = (int(at) for at in np.argwhere(is_wrong)[0])
            where = f"sample {counts.index[row]!r}, taxon {counts.columns[column]!r}"
            raise ValuesError(f"{where}: the count {what} (it is {values[row, column]})")
    nothing = counts.index[values.sum(axis=1) == 0]
    if len(nothing):
        raise ValuesError(f"nothing was counted in {named(nothing)}: leave such samples out")
    return values.astype(np.int64)


def amounts_of(table: pd.DataFrame, row: str, column: str) -> Floats:
    """Amounts that need be no whole numbers, such as shares or reads: (row, column).

    ``row`` and ``column`` say what they are, in messages.

    Raises
    ------
    ValuesError
        If there is no row or column, a name occurs twice, or an amount is missing, infinite or
        below zero.
    """
    if table.empty:
        raise ValuesError(
            f"the table has {table.shape[0]} rows ({row}) and {table.shape[1]} columns ({column}): "
            "at least one of each is needed"
        )
    require_unique(table.index, row)
    require_unique(table.columns, column)
    try:
        values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValuesError(f"an amount is no number: {error}") from error
    for is_wrong, what in (
        (np.isnan(values), "is missing: 0 says that nothing was found"),
        (np.isinf(values), "is infinite"),
        (values < 0, "is below zero"),
    ):
        if is_wrong.any():
            first, second = (int(at) for at in np.argwhere(is_wrong)[0])
            where = f"{row} {table.index[first]!r}, {column} {table.columns[second]!r}"
            raise ValuesError(f"{where}: the amount {what}")
    return values


def distances_of(distances: pd.DataFrame) -> Floats:
    """The distances between samples, (sample, sample).

    Raises
    ------
    ValuesError
        If the table is not square with the same names on both sides, or not symmetric, or a
        distance is missing, infinite or below zero, or one to the sample itself is not zero.
    """
    if distances.empty or not distances.index.equals(distances.columns):
        raise ValuesError(
            f"the table of distances is {distances.shape[0]} x {distances.shape[1]}: it needs the "
            "same samples in its rows and its columns"
        )
    require_unique(distances.index, "sample")
    values = distances.to_numpy(dtype=np.float64)
    if not np.isfinite(values).all():
        raise ValuesError("a distance is missing or infinite: all pairs of samples need one")
    if (values < 0).any() or np.diagonal(values).any():
        raise ValuesError("a distance is below zero, or that of a sample to itself is not zero")
    if not np.allclose(values, values.T, rtol=1e-12, atol=1e-14):
        raise ValuesError("the distances are not symmetric: from A to B is not from B to A")
    return values


_Table = TypeVar("_Table", pd.DataFrame, pd.Series)


def rows_for(samples: pd.Index, table: _Table, what: str) -> _Table:
    """The rows of these samples, in their order.

    Raises
    ------
    ValuesError
        If a sample has no row, or more than one.
    """
    require_unique(table.index, what)
    absent = samples.difference(table.index, sort=False)
    if len(absent):
        raise ValuesError(f"the {what} has no row for {named(absent)}")
    return table.loc[samples]


def require_unique(names: pd.Index, what: str) -> None:
    """Refuse a name that occurs twice.

    Raises
    ------
    ValuesError
        With the first such name.
    """
    if names.has_duplicates:
        raise ValuesError(
            f"the {what} {names[names.duplicated()][0]!r} occurs more than once: each must occur "
            "once"
        )


def whole_number(name: str, value: float, least: int, most: int) -> int:
    """The option as a whole number within its bounds.

    Raises
    ------
    ParameterError
        If it is none.
    """
    if isinstance(value, bool) or int(value) != value or not least <= value <= most:
        raise ParameterError(f"{name} is {value!r}: a whole number {least} to {most}")
    return int(value)


def one_of(name: str, value: str, allowed: Iterable[str]) -> None:
    """Refuse a word that is not among those allowed.

    Raises
    ------
    ParameterError
        If it is none of them.
    """
    allowed = list(allowed)
    if value not in allowed:
        raise ParameterError(f"{name} is {value!r}: one of {allowed}")


def named(names: pd.Index) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(repr(name) for name in names[:_NAMED]) + more

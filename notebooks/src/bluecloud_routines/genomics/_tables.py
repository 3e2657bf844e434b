"""What the analyses of communities may assume of their tables and options.

Tables of counts are checked as for every laboratory, in ``bluecloud_routines._counts``.
"""

from collections.abc import Iterable
from typing import TypeVar

import numpy as np
import pandas as pd

from bluecloud_routines._counts import Floats, Integers, counts_of, named, require_unique
from bluecloud_routines.errors import ParameterError, ValuesError

_TILE = 256

__all__ = [
    "Floats",
    "Integers",
    "counts_of",
    "distances_of",
    "named",
    "one_of",
    "require_unique",
    "rows_for",
    "whole_number",
]


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
    least, most = values.min(), values.max()  # both missing if any is
    if not np.isfinite(least) or not np.isfinite(most):
        raise ValuesError("a distance is missing or infinite: all pairs of samples need one")
    if least < 0 or np.diagonal(values).any():
        raise ValuesError("a distance is below zero, or that of a sample to itself is not zero")
    if not _is_mirrored(values) and not np.allclose(values, values.T, rtol=1e-12, atol=1e-14):
        raise ValuesError("the distances are not symmetric: from A to B is not from B to A")
    return values


def _is_mirrored(values: Floats) -> bool:
    """Whether both halves are the same to the last bit, seen tile by tile as memory is quick."""
    starts = range(0, len(values), _TILE)
    tiles = [slice(first, first + _TILE) for first in starts]
    return all(
        np.array_equal(values[row, column], values[column, row].T)
        for number, row in enumerate(tiles)
        for column in tiles[number:]
    )


_Table = TypeVar("_Table", pd.DataFrame, pd.Series)


def rows_for(samples: pd.Index, table: _Table, what: str) -> _Table:
    """The rows of these samples, in their order.

    Raises
    ------
    ValuesError
        If a sample has no row, or more than one.
    """
    require_unique(table.index, what)
    if table.index.equals(samples):
        return table
    places = table.index.get_indexer(samples)
    absent = samples[places < 0]
    if len(absent):
        raise ValuesError(f"the {what} has no row for {named(absent)}")
    return table.iloc[places]


def whole_number(name: str, value: float, least: int, most: int) -> int:
    """The option as a whole number within its bounds.

    Raises
    ------
    ParameterError
        If it is none.
    """
    # The range first: what is missing or infinite has no whole number.
    if isinstance(value, bool) or not least <= value <= most or int(value) != value:
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

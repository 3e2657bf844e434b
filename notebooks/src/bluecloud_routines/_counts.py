"""What routines may assume of a table of counts, checked before anything else.

A community is a table of counts: a row a sample, a column a taxon. Counts are whole numbers of
individuals or reads; rarefaction and coverage have no meaning for percentages, so these are
refused and not rounded.
"""

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ValuesError

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


def named(names: pd.Index) -> str:
    """The first few names, and how many more there are."""
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(repr(name) for name in names[:_NAMED]) + more

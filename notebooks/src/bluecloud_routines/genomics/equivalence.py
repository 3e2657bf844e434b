"""Few columns that say what all of them say: Escoufier's equivalent vectors.

The RV coefficient of two tables on the same rows says how alike the rows' places in them are, 1
being the same up to a rotation and a scale. Columns are taken one by one, each time the one with
which those that are taken are most like the whole table.

Nothing of the size of columns x columns is made. With A = YY' the trace of A with one column's
matrix is that column's y'Ay, and the square of the chosen ones' matrix grows by the squared inner
products of the new column with them; a step is one product of the table with one column.
"""

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._tables import Floats, require_unique, whole_number

_EQUAL = 1e-12  # coefficients nearer than this are equal, and the first column counts


def rv_coefficient(first: pd.DataFrame, second: pd.DataFrame) -> float:
    """How alike the rows of two tables lie, 0 to 1; columns are centred.

    It does not change when either table is turned, mirrored, shifted or multiplied by a number.

    Raises
    ------
    ValuesError
        If the rows are not the same, a value is missing or infinite, or a table does not vary.

    References
    ----------
    Robert & Escoufier (1976), https://doi.org/10.2307/2347233
    """
    if not first.index.equals(second.index):
        raise ValuesError("the two tables need the same rows in the same order")
    x, y = _centred(first, False), _centred(second, False)
    own = np.sqrt(((x.T @ x) ** 2).sum() * ((y.T @ y) ** 2).sum())
    return float(min(((x.T @ y) ** 2).sum() / own, 1.0))


def equivalent_vectors(
    table: pd.DataFrame, *, vectors: int = 50, scaled: bool = True
) -> pd.DataFrame:
    """The columns that together are most like the whole table, in the order they are taken.

    Parameters
    ----------
    table
        Numbers: a row a station, a column a cluster; 2 rows or more.
    vectors
        How many columns, 1 or more; all of them where there are fewer. Taking ends before where
        what is left does not vary.
    scaled
        Whether all columns are brought to the same variance; without it, those with the largest
        amounts count most.

    Returns
    -------
    pandas.DataFrame
        A row a column taken: ``column`` and ``rv``, the coefficient of the columns so far with the
        whole table. It grows but for rare cases, since what is best next depends on what was
        taken before.

    Raises
    ------
    ParameterError
        If ``vectors`` is out of range.
    ValuesError
        If there are fewer than 2 rows, a name occurs twice, a value is missing or infinite, or no
        column varies.

    References
    ----------
    Escoufier (1970), Echantillonnage dans une population de variables aleatoires reelles, Publ.
    Inst. Stat. Univ. Paris 19, 1-47; Robert & Escoufier (1976), https://doi.org/10.2307/2347233
    """
    whole_number("vectors", vectors, 1, 10**6)
    y = _centred(table, scaled)
    places = y @ y.T
    whole = np.sqrt((places**2).sum())
    with_whole = np.einsum("ij,ij->j", y, places @ y)  # of each column, y'Ay
    own = np.einsum("ij,ij->j", y, y) ** 2
    with_taken = np.zeros_like(own)  # squared inner products with those taken
    numerator = square = 0.0
    is_left = own > 0
    taken: list[tuple[object, float]] = []
    for _ in range(min(vectors, int(is_left.sum()))):
        size = np.sqrt(square + 2 * with_taken + own, out=np.ones_like(own), where=is_left)
        rv = np.where(is_left, (numerator + with_whole) / (whole * size), -1.0)
        best = int(np.argmax(rv >= rv.max() - _EQUAL))
        numerator += with_whole[best]
        square += 2 * with_taken[best] + own[best]
        with_taken += (y.T @ y[:, best]) ** 2
        is_left[best] = False
        taken.append((table.columns[best], min(float(rv[best]), 1.0)))
    return pd.DataFrame(taken, columns=["column", "rv"])


def _centred(table: pd.DataFrame, scaled: bool) -> Floats:
    """The columns around their means; one that does not vary is exactly zero."""
    if len(table) < 2 or not table.shape[1]:
        raise ValuesError(
            f"the table has {len(table)} rows and {table.shape[1]} columns: 2 rows and 1 column "
            "are the least"
        )
    require_unique(table.index, "row")
    require_unique(table.columns, "column")
    try:
        values = table.to_numpy(dtype=np.float64, na_value=np.nan)
    except (TypeError, ValueError) as error:
        raise ValuesError(f"a value is no number: {error}") from error
    if not np.isfinite(values).all():
        row, column = (int(at) for at in np.argwhere(~np.isfinite(values))[0])
        raise ValuesError(
            f"row {table.index[row]!r}, column {table.columns[column]!r}: the value is missing or "
            "infinite"
        )
    around = values - values.mean(axis=0)
    length = np.sqrt((around**2).sum(axis=0))
    varies = length > 1e-12 * np.abs(values).max(axis=0) * np.sqrt(len(values))
    if not varies.any():
        raise ValuesError("no column varies: there is nothing to represent")
    # The largest length is one: squares of squares of small shares would vanish.
    scale = np.where(varies, length if scaled else length.max(), np.inf)
    return np.asarray(around / scale)

"""Rows and columns of a table as points on the same map: correspondence analysis.

It asks where a table departs from what its margins alone would give. Stations with like
communities lie near each other, and each cluster lies towards the stations that have more of it
than their share. The sum of the eigenvalues is the table's chi-square over its total.

The axes are the eigenvectors of the smaller of the two matrices of inner products: for some
hundred stations and thousands of clusters that is a matrix of stations, and the singular value
decomposition of the whole table is never made.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics._tables import Floats, amounts_of, named, whole_number

SCALINGS = (1, 2)
_NOTHING = 1e-12  # of the largest eigenvalue: an axis below that is rounding
_NO_INERTIA = 1e-24  # all rows alike, but for rounding


@dataclass(frozen=True)
class Correspondence:
    """The places of rows and columns.

    Attributes
    ----------
    rows, columns
        A row a place, a column an axis.
    eigenvalues
        Of all axes that are more than rounding, the largest first; of them, as many have places
        as were asked for.
    explained
        Share of the inertia on each of those axes.
    inertia
        The sum of all eigenvalues, the table's chi-square over its total.
    """

    rows: pd.DataFrame
    columns: pd.DataFrame
    eigenvalues: pd.Series
    explained: pd.Series
    inertia: float


def correspondence_analysis(
    table: pd.DataFrame, *, axes: int = 2, scaling: int = 1
) -> Correspondence:
    """Correspondence analysis of a table of amounts.

    Axes have no sign of their own: each points so that its largest column coordinate is positive.

    Parameters
    ----------
    table
        Amounts of 0 or more, such as reads or shares: a row a station, a column a cluster. Each
        row and each column needs something above zero.
    axes
        How many axes, 1 or more; with fewer than that the table gives what it has.
    scaling
        1 keeps the chi-square distances between rows, 2 those between columns (Legendre and
        Legendre's scalings); the other side is then at the corners of the first.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If an amount is missing, infinite or below zero, a row or a column is zero throughout, or
        all rows have the same profile.

    References
    ----------
    Greenacre (1984), Theory and Applications of Correspondence Analysis, Academic Press;
    Legendre & Legendre (1998), Numerical Ecology, Elsevier, section 9.4
    """
    values = amounts_of(table, "row", "column")
    whole_number("axes", axes, 1, 10**6)
    if scaling not in SCALINGS:
        raise ParameterError(f"scaling is {scaling!r}: one of {list(SCALINGS)}")
    for sums, labels, what in (
        (values.sum(axis=1), table.index, "row"),
        (values.sum(axis=0), table.columns, "column"),
    ):
        if (sums == 0).any():
            raise ValuesError(
                f"the {what} {named(labels[sums == 0])} is zero throughout: leave out"
            )
    part = values / values.sum()
    row_mass, column_mass = part.sum(axis=1), part.sum(axis=0)
    root = np.sqrt(row_mass)[:, None] * np.sqrt(column_mass)
    residual = part / root - root
    lengths, left, right = _directions(residual, axes)
    inertia = float(np.einsum("ij,ij->", residual, residual))
    if inertia < _NO_INERTIA:
        raise ValuesError("all rows have the same profile: there is nothing to lay out")
    kept = left.shape[1]
    singular = np.sqrt(lengths[:kept])
    corners = left / np.sqrt(row_mass)[:, None]
    others = right / np.sqrt(column_mass)[:, None]
    rows, columns = (corners * singular, others) if scaling == 1 else (corners, others * singular)
    largest = np.argmax(np.abs(columns), axis=0)
    signs = np.sign(columns[largest, np.arange(kept)])
    names = [f"axis {number}" for number in range(1, kept + 1)]
    every = [f"axis {number}" for number in range(1, len(lengths) + 1)]
    return Correspondence(
        pd.DataFrame(rows * signs, index=table.index, columns=names),
        pd.DataFrame(columns * signs, index=table.columns, columns=names),
        pd.Series(lengths, index=every, name="eigenvalue"),
        pd.Series(lengths[:kept] / inertia, index=names, name="explained"),
        inertia,
    )


def _directions(residual: Floats, axes: int) -> tuple[Floats, Floats, Floats]:
    """Eigenvalues above rounding, and the unit vectors of rows and of columns of the first axes."""
    is_wide = residual.shape[0] <= residual.shape[1]
    narrow = residual if is_wide else residual.T
    lengths, vectors = np.linalg.eigh(narrow @ narrow.T)
    lengths = lengths[::-1]
    # One direction always belongs to the margins and has no length.
    lengths = lengths[lengths > _NOTHING * max(lengths[0], 0)]
    vectors = np.ascontiguousarray(vectors[:, ::-1][:, : min(axes, len(lengths))])
    others = (narrow.T @ vectors) / np.sqrt(lengths[: vectors.shape[1]])
    return (lengths, vectors, others) if is_wide else (lengths, others, vectors)

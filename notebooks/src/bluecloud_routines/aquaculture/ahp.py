"""Weights from comparisons in pairs: the analytic hierarchy process of Saaty."""

from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, ValuesError

REFERENCE = "Saaty (1977, https://doi.org/10.1016/0022-2496(77)90033-5)"
# Saaty's mean consistency index of random comparisons of 1 to 10 things.
RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49)


class AhpWeights(NamedTuple):
    """Weights that add up to one, and how far the comparisons contradict one another."""

    weights: pd.Series
    lambda_max: float
    consistency_ratio: float


def ahp_weights(pairwise: pd.DataFrame, *, max_consistency_ratio: float = 0.1) -> AhpWeights:
    """Weights of criteria that were compared in pairs.

    Parameters
    ----------
    pairwise
        Square, with the criteria as index and columns: how many times as important as the
        column's criterion the row's is, from 1/9 to 9. What is below the diagonal is the inverse
        of what is above.
    max_consistency_ratio
        Comparisons that contradict one another more than this are refused; above 0.

    Returns
    -------
    AhpWeights
        The principal eigenvector, its eigenvalue, and the consistency ratio: 0 where no
        comparison contradicts another, 1 where they might be random.

    Raises
    ------
    ParameterError
        If the limit is not above zero, or the comparisons exceed it; the one that departs most
        from the weights is named.
    ValuesError
        If the table is not square, has 0 or more than 10 criteria or one twice, or entries that
        are missing, outside 1/9 to 9 or not inverse to one another.

    References
    ----------
    Saaty (1977), https://doi.org/10.1016/0022-2496(77)90033-5
    """
    if not max_consistency_ratio > 0:
        raise ParameterError(f"max_consistency_ratio is {max_consistency_ratio}: above 0, as 0.1")
    names = [str(name) for name in pairwise.index]
    if names != [str(name) for name in pairwise.columns] or not 1 <= len(names) <= 10:
        raise ValuesError(
            f"the rows are {names} and the columns {list(pairwise.columns)}: the same 1 to 10 "
            "criteria in the same order are needed"
        )
    if len(set(names)) < len(names):
        raise ValuesError(f"the criteria are {names}: each must be named once")
    try:
        a = pairwise.to_numpy(np.float64)
    except (TypeError, ValueError) as error:
        raise ValuesError(f"a comparison is no number: {error}") from error
    _check_entries(a, names)
    values, vectors = np.linalg.eig(a)
    principal = int(np.argmax(values.real))
    weights = np.abs(vectors[:, principal].real)
    weights /= weights.sum()
    number, lambda_max = len(names), float(values[principal].real)
    ratio = 0.0
    if number > 2:
        ratio = max((lambda_max - number) / (number - 1) / RANDOM_INDEX[number - 1], 0.0)
    if ratio > max_consistency_ratio:
        strain = np.abs(np.log(a * weights[None, :] / weights[:, None]))
        row, column = np.unravel_index(int(np.argmax(strain)), strain.shape)
        raise ParameterError(
            f"the comparisons contradict one another: their consistency ratio is {ratio:.3f}, and "
            f"{max_consistency_ratio:g} is the most; think again of {names[row]} against "
            f"{names[column]}, {a[row, column]:.3g} where the others make it "
            f"{weights[row] / weights[column]:.3g}"
        )
    return AhpWeights(pd.Series(weights, index=names, name="weight"), lambda_max, ratio)


def _check_entries(a: NDArray[np.float64], names: list[str]) -> None:
    near = 1e-3
    wrong = ~((a >= 1 / 9 - near) & (a <= 9 + near))
    wrong |= ~(np.abs(a * a.T - 1) <= 2 * near)
    if wrong.any():
        row, column = (int(n) for n in np.argwhere(wrong)[0])
        raise ValuesError(
            f"{names[row]} against {names[column]} is {a[row, column]:g} and the other way "
            f"{a[column, row]:g}: numbers from 1/9 to 9 are needed, each the inverse of the other"
        )

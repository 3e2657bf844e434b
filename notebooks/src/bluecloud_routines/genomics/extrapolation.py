"""Where a map leaves what its samples have seen."""

import numpy as np

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._tables import Floats
from bluecloud_routines.genomics.boosting import matrix_of


def mess(points: Floats, reference: Floats) -> Floats:
    """Similarity of points to a reference sample: the multivariate environmental similarity.

    For each feature: 100 at the reference's median and 0 at its ends; below zero, by what share
    of the range (per cent) the point lies outside it. The least of the features counts.

    Parameters
    ----------
    points, reference
        (point, feature) and (sample, feature), finite and in the same units.

    Raises
    ------
    ValuesError
        If a value is missing or infinite, the numbers of features differ, or a feature has one
        value in all of the reference.

    References
    ----------
    Elith et al. (2010), https://doi.org/10.1111/j.2041-210X.2010.00036.x
    """
    points, reference = matrix_of(points, "points"), matrix_of(reference, "reference")
    if points.shape[1] != reference.shape[1]:
        raise ValuesError(
            f"the points have {points.shape[1]} features, the reference {reference.shape[1]}: "
            "they need the same"
        )
    least = np.full(len(points), np.inf)
    for column, values in zip(points.T, np.sort(reference, axis=0).T, strict=True):
        low, high = values[0], values[-1]
        if low == high:
            raise ValuesError(f"a feature is {low} in all of the reference: it has no range")
        below = 100 * np.searchsorted(values, column) / len(values)
        inside = np.where(below <= 50, 2 * below, 2 * (100 - below))
        similarity = np.where(below == 0, 100 * (column - low) / (high - low), inside)
        similarity = np.where(column > high, 100 * (high - column) / (high - low), similarity)
        least = np.minimum(least, similarity)
    return least

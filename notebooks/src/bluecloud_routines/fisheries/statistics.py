"""How a field of catches is spread over its cells: what changes with the scale.

All but :func:`taylor_slope` take the catch of each cell; cells without a catch are left out,
since whether a cell was fished at all is another question than how the catch is spread. None
of them knows how wide a cell is: a number is comparable with another of the same width only.
"""

import numpy as np
from numpy.typing import ArrayLike, NDArray

from bluecloud_routines.errors import ParameterError, ValuesError

Floats = NDArray[np.float64]


def occupied(catch: ArrayLike) -> Floats:
    """The catches above nothing.

    Raises
    ------
    ValuesError
        If there is none, or one is missing, infinite or negative.
    """
    values = np.asarray(catch, dtype=np.float64).ravel()
    if not np.isfinite(values).all():
        raise ValuesError(f"{(~np.isfinite(values)).sum()} catches are missing or infinite")
    if (values < 0).any():
        raise ValuesError(f"a catch is {values.min():g}: it is negative")
    values = values[values > 0]
    if values.size == 0:
        raise ValuesError("no cell has a catch")
    return values


def entropy(catch: ArrayLike) -> float:
    """Shannon's entropy of the shares of the cells, natural logarithm.

    0 where one cell has everything, the logarithm of the number of cells where all have alike.
    """
    values = occupied(catch)
    share = values / values.sum()
    # Adding 0 makes of -0.0 what it is.
    return float(-(share * np.log(share)).sum()) + 0.0


def gini(catch: ArrayLike) -> float:
    """Gini's coefficient over the cells: 0 where all have alike, near 1 where one has all."""
    values = np.sort(occupied(catch))
    rank = np.arange(1, values.size + 1)
    unequal = 2 * (rank * values).sum() / (values.size * values.sum())
    return float(unequal - (values.size + 1) / values.size)


def cells_for_share(catch: ArrayLike, share: float) -> int:
    """The least number of cells that together have a share of the catch.

    Raises
    ------
    ParameterError
        If the share is not above 0 and at most 1.
    """
    if not 0 < share <= 1:
        raise ParameterError(f"share is {share:g}: above 0 and at most 1")
    running = np.cumsum(np.sort(occupied(catch))[::-1])
    # Rounding must not ask for one cell more than there are.
    wanted = share * running[-1] * (1 - 1e-12)
    return int(np.searchsorted(running, wanted) + 1)


def morans_i(field: ArrayLike) -> float:
    """Moran's I of the catches of occupied cells, neighbours being the eight around a cell.

    Parameters
    ----------
    field
        Catch by rows of latitude and all columns of longitude: the first and the last are
        neighbours.

    Returns
    -------
    float
        Near 1 where like lies beside like, about -1/(n - 1) where places are by chance; NaN
        where no occupied cells are neighbours, or all have alike.
    """
    values = np.asarray(field, dtype=np.float64)
    if values.ndim != 2:
        raise ValuesError(f"the field has {values.ndim} dimensions: latitude and longitude are two")
    mean = occupied(values).mean()
    present = values > 0
    departure = np.where(present, values - mean, 0.0)
    products, pairs = 0.0, 0
    for down, right in ((0, 1), (1, -1), (1, 0), (1, 1)):
        # Each pair once; both directions have the same weight.
        upper, lower = slice(0, values.shape[0] - down), slice(down, None)
        moved = np.roll(departure, -right, axis=1)[lower]
        there = np.roll(present, -right, axis=1)[lower]
        products += float((departure[upper] * moved).sum())
        pairs += int((present[upper] & there).sum())
    squares = float((departure**2).sum())
    if pairs == 0 or squares <= 1e-24 * mean**2 * present.sum():
        return float("nan")
    return float(present.sum()) * products / (pairs * squares)


def taylor_slope(mean: ArrayLike, variance: ArrayLike) -> float:
    """The slope of log variance on log mean over scales (Taylor's power law).

    1 where the catches of cells are independent of one another, 2 where neighbours have alike:
    so much of the pattern remains in wider cells. NaN where fewer than two scales vary.

    References
    ----------
    Taylor (1961), https://doi.org/10.1038/189732a0
    """
    means, variances = (np.asarray(each, dtype=np.float64) for each in (mean, variance))
    usable = (means > 0) & (variances > 0)
    x, y = np.log(means[usable]), np.log(variances[usable])
    if x.size < 2 or np.ptp(x) == 0:
        return float("nan")
    x = x - x.mean()
    return float((x * y).sum() / (x * x).sum())

"""How far above the clutter a cell must be, so that false alarms are as rare as was asked for.

The power of the sea in an image of L looks follows a gamma distribution of shape L about its
mean. The mean is not known and is taken from N cells around the one that is tested, so that the
threshold has to allow for its error too. For the three usual estimates:

* the mean of the cells: the ratio of the cell to it follows F(2L, 2LN), so that the multiplier
  is that distribution's quantile, and N (p^(-1/N) - 1) for one look;
* the k-th smallest of the cells (Rohling 1983): an integral over its distribution, solved here to
  near machine precision;
* mean and standard deviation: no closed form exists. Beyond 2048 cells it is solved as if both
  were known; below, as the expectation over simulated rings, each of which gives its exact
  probability.

Cells are taken as independent. Those of an oversampled image are not: there N counts for less,
and the false alarms are somewhat more than was asked for.
"""

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import optimize, special

from bluecloud_routines.errors import ParameterError

Floats = NDArray[np.float64]

FEWEST_FOR_DEVIATION = 32
_NODES = (32, 64, 128, 256, 512, 1024, 2048)
_SIMULATED = 4_000_000
_SEED = 1968


def mean_multiplier(cells: ArrayLike, *, pfa: float, looks: float = 1.0) -> Floats:
    """The multiple of the mean of so many cells that one of the sea exceeds with probability pfa.

    Parameters
    ----------
    cells
        How many cells the mean is of, 1 or more.
    pfa
        Probability of a false alarm of one cell, above 0 and below 1.
    looks
        Equivalent number of looks, above 0; 4.4 for Sentinel-1 GRD of high resolution.

    Raises
    ------
    ParameterError
        If one is outside its range.

    Examples
    --------
    >>> float(mean_multiplier(16, pfa=1e-3))
    8.638824416951874
    """
    number = _checked(cells, pfa, looks)
    # The tail of F as a beta distribution: exact down to the smallest probabilities.
    share = special.betaincinv(looks * number, looks, pfa)
    multiplier: Floats = number * (1 / share - 1)
    return multiplier


def order_multiplier(cells: int, *, rank: int, pfa: float, looks: float = 1.0) -> float:
    """The multiple of the rank-th smallest of so many cells; see :func:`mean_multiplier`.

    Raises
    ------
    ParameterError
        If the rank is not 1 to the number of cells, or another is outside its range.
    """
    _checked(cells, pfa, looks)
    if not 1 <= rank <= cells:
        raise ParameterError(f"rank is {rank} of {cells} cells: 1 to {cells}")
    return _order_multiplier(int(cells), int(rank), float(pfa), float(looks))


@cache
def _order_multiplier(cells: int, rank: int, pfa: float, looks: float) -> float:
    # Over the normal score of the order statistic, the integrand is smooth and dies out on both
    # sides, so that equal steps converge faster than any power.
    score = np.linspace(-12.0, 8.0, 801)
    weight = np.exp(-(score**2) / 2)
    weight /= weight.sum()
    share = special.betaincinv(rank, cells - rank + 1, special.ndtr(score))
    power = special.gammaincinv(looks, share)

    def excess(log_multiplier: float) -> float:
        tail = weight @ special.gammaincc(looks, np.exp(log_multiplier) * power)
        return float(np.log(max(tail, 1e-300)) - np.log(pfa))

    return float(np.exp(optimize.brentq(excess, -30.0, 30.0, xtol=1e-13)))


def deviation_multiplier(cells: ArrayLike, *, pfa: float, looks: float = 1.0) -> Floats:
    """How many standard deviations above the mean; see :func:`mean_multiplier`.

    Raises
    ------
    ParameterError
        If there are fewer than 32 cells, from which no deviation is known well enough, or
        another is outside its range.
    """
    number = _checked(cells, pfa, looks)
    if number.size and number.min() < FEWEST_FOR_DEVIATION:
        raise ParameterError(
            f"cells is {number.min():g}: {FEWEST_FOR_DEVIATION} are the least for a deviation"
        )
    known = (special.gammainccinv(looks, pfa) / looks - 1) * np.sqrt(looks)
    if number.size == 0:
        return number
    # Between nodes, straight in 1/N, in which the correction is nearly so.
    upto = np.searchsorted(_NODES, number.min(), side="right") - 1
    nodes = _NODES[upto:]
    values = [_simulated_deviation(n, float(pfa), float(looks)) for n in nodes]
    inverse = np.array([0.0, *(1 / n for n in reversed(nodes))])
    found: Floats = np.interp(1 / number, inverse, [known, *reversed(values)])
    return found


@cache
def _simulated_deviation(cells: int, pfa: float, looks: float) -> float:
    random = np.random.default_rng(_SEED)
    rings = random.gamma(looks, 1 / looks, (_SIMULATED // cells, cells))
    mean, deviation = rings.mean(axis=1), rings.std(axis=1)

    def excess(multiplier: float) -> float:
        tail = special.gammaincc(looks, looks * (mean + multiplier * deviation))
        return float(np.log(max(tail.mean(), 1e-300)) - np.log(pfa))

    return float(optimize.brentq(excess, 0.0, 200.0, xtol=1e-9))


def detection_probability(
    contrast_db: ArrayLike, *, cells: ArrayLike, pfa: float, looks: float = 1.0
) -> Floats:
    """How likely a target is found by the mean of so many cells.

    Parameters
    ----------
    contrast_db
        Mean power of the target with the sea in its cell, over that of the sea, in decibels.
        The target fluctuates from look to look; for one look this is Swerling's first case.

    Raises
    ------
    ParameterError
        If another is outside its range.
    """
    number = _checked(cells, pfa, looks)
    ratio = 10 ** (np.asarray(contrast_db, dtype=np.float64) / 10)
    multiplier = mean_multiplier(number, pfa=pfa, looks=looks) / ratio
    found: Floats = special.betainc(looks * number, looks, number / (number + multiplier))
    return found


def _checked(cells: ArrayLike, pfa: float, looks: float) -> Floats:
    number = np.asarray(cells, dtype=np.float64)
    if number.size and not number.min() >= 1:
        raise ParameterError(f"cells is {number.min():g}: 1 or more")
    if not 0 < pfa < 1:
        raise ParameterError(f"pfa is {pfa}: above 0 and below 1, as 1e-6")
    if not 0 < looks < np.inf:
        raise ParameterError(f"looks is {looks}: above 0, as 4.4")
    return number

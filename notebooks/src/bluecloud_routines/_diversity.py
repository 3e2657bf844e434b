"""Measures of diversity of many communities at once, each a row of amounts.

Amounts may be counts or abundances, except for :func:`chao1`, which needs counts. A row without
anything has no diversity: NaN, and a richness of 0.
"""

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines._counts import Floats, Integers

Amounts = NDArray[np.float64] | NDArray[np.int64]


def richness(amounts: Amounts) -> Integers:
    """Number of taxa found."""
    return np.asarray((amounts > 0).sum(axis=1), dtype=np.int64)


def shannon_entropy(amounts: Amounts) -> Floats:
    """Shannon's entropy of the shares, natural logarithm."""
    share = _shares(amounts)
    logarithm = np.log(share, where=share > 0, out=np.zeros_like(share))
    return np.asarray(-(share * logarithm).sum(axis=1) + 0.0)  # no -0


def concentration(amounts: Amounts) -> Floats:
    """Simpson's concentration: that two individuals are of one taxon, drawn with replacement."""
    return np.asarray((_shares(amounts) ** 2).sum(axis=1))


def chao1(counts: Integers) -> Floats:
    """Chao's estimate of all taxa, bias-corrected."""
    once, twice = ((counts == k).sum(axis=1) for k in (1, 2))
    return np.asarray(richness(counts) + once * (once - 1) / (2 * (twice + 1)))


def _shares(amounts: Amounts) -> Floats:
    total = amounts.sum(axis=1, keepdims=True)
    shares = np.full(amounts.shape, np.nan)
    np.divide(amounts, total, out=shares, where=total > 0)
    return shares

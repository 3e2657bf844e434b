"""Sums of squares between groups, for many orders of the samples at once.

Around the centre of all samples, the sum is a quadratic form for each of as many contrasts
between groups as there are groups less one: matrix products, of which only those with one half
of the symmetric matrix are formed. Whether a sum reaches a value is asked in single precision,
which is twice as quick, with a bound for all that can be rounded; the few orders that are within
it are asked again in double precision. So single precision decides nothing.
"""

import numpy as np
from numpy.typing import NDArray

from bluecloud_routines.genomics._tables import Floats, Integers

_BLOCK = 128  # so many terms at most are added in single precision
_UNIT = 2.0**-24  # what single precision rounds by


class SquaresBetween:
    """The sums of squares between groups.

    Parameters
    ----------
    inner
        Inner products of the samples' places around their centre.
    sizes
        How many samples each group has.
    """

    def __init__(self, inner: Floats, sizes: Integers) -> None:
        self._inner, self._sizes = inner, sizes
        # In its own scale, so that no distances are too large or small for single precision.
        self._scale = max(float(inner.max()), -float(inner.min()))
        self._single = np.empty(inner.shape, np.float32)
        np.divide(inner, self._scale, out=self._single, casting="same_kind")
        self._contrasts = _contrasts(sizes)
        # The sizes of the terms add up to no more than the matrix's norm for each contrast, by
        # Cauchy and Schwarz. Each is rounded when it is made, multiplied (twice) and added. What
        # the norm itself is rounded by, a row at a time, is far within the hundredth for it.
        terms = 2 * _BLOCK + 5
        squares = np.vecdot(self._single, self._single).sum(dtype=np.float64)
        norm = float(np.sqrt(squares)) * self._scale
        self._bound = 1.01 * terms * _UNIT * norm * (len(sizes) - 1)

    def reaching(self, codes: Integers, least: float) -> int:
        """For how many (order, sample) rows of codes the sum is ``least`` or more."""
        nearly = self._nearly(codes)
        open_rows = codes[np.abs(nearly - least) <= self._bound]
        surely = np.count_nonzero(nearly > least + self._bound)
        return int(surely + np.count_nonzero(self.exact(open_rows) >= least))

    def exact(self, codes: Integers) -> Floats:
        """The sum for each (order, sample) row of codes, in double precision.

        The last group needs no product of its own: around the centre, all add up to zero.
        """
        last = len(self._sizes) - 1
        member = np.arange(last)[:, None, None] == codes.T
        # One product for all: with few orders it takes as long as to read the matrix.
        members = np.ascontiguousarray(member.transpose(1, 0, 2), dtype=np.float64)
        flat = members.reshape(len(members), -1)
        sums = (self._inner @ flat).reshape(members.shape)
        found = np.einsum("igj,igj,g->j", members, sums, 1 / self._sizes[:last])
        found += np.einsum("ij,ij->j", members.sum(axis=1), sums.sum(axis=1)) / self._sizes[last]
        return np.asarray(found)

    def _nearly(self, codes: Integers) -> Floats:
        """The same sums within the bound."""
        orders, samples = codes.shape
        found = np.zeros(orders)
        # The same memory for all: to be given new one takes a good part of the time.
        weights = np.empty((orders, samples), np.float32)
        room = np.empty(orders * samples, np.float32)
        for contrast in self._contrasts:
            np.take(contrast, codes, out=weights, mode="clip")
            for first in range(0, samples, _BLOCK):
                end = min(first + _BLOCK, samples)
                own = weights[:, first:end]
                products = room[: orders * end].reshape(orders, end)
                np.matmul(own, self._single[first:end, :end], out=products)
                found += np.vecdot(own, products[:, first:])
                if first:  # what is before the diagonal is there twice
                    shape = (orders, -1, _BLOCK)
                    before = weights[:, :first].reshape(shape), products[:, :first].reshape(shape)
                    found += 2 * np.vecdot(*before).sum(axis=1, dtype=np.float64)
        return found * self._scale


def _contrasts(sizes: Integers) -> NDArray[np.float32]:
    """Weights (contrast, group) whose products add up to what a pair of samples counts for.

    Two samples of a group count for one over its size. Around the centre, the same may be taken
    from all pairs: with one over the number of samples, one contrast fewer than groups is left.
    """
    share = np.diag(1 / sizes) - 1 / sizes.sum()
    lengths, directions = np.linalg.eigh(share)
    weights = directions[:, 1:] * np.sqrt(lengths[1:])
    return np.ascontiguousarray(weights.T, dtype=np.float32)

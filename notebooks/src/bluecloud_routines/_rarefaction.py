"""How many taxa a part of a sample is expected to show, and how complete a sample is.

The expectation is a sum of hypergeometric probabilities and is computed as such: a draw would add
noise of its own and throw counts away (Hurlbert 1971, Chao & Jost 2012).
"""

import numpy as np
from scipy.special import gammaln

from bluecloud_routines._counts import Floats, Integers

_HALVINGS = 100  # of the interval in which a size is looked for: to the last digit


class Sample:
    """The counts of one sample, as the numbers of taxa that were found once, twice and so on."""

    def __init__(self, counts: Integers) -> None:
        found = np.unique(counts[counts > 0], return_counts=True)
        self.abundance, self.taxa = (each.astype(np.float64) for each in found)
        self.reads = float(counts.sum())
        once, twice = (float(self.taxa[self.abundance == k].sum()) for k in (1, 2))
        share = (self.reads - 1) / self.reads
        # Chao1's number of unseen taxa; the second form is for a sample without any found twice.
        unseen = once**2 / (2 * twice) if twice else once * (once - 1) / 2
        self.once, self.unseen = once, share * unseen
        weight = self.reads * self.unseen
        # What remains of the unseen share with each further read.
        self.remains = weight / (weight + once) if once else 0.0

    def richness_at(self, reads: Floats) -> Floats:
        """Expected number of taxa; beyond the sample, extrapolated."""
        inside = np.minimum(reads, self.reads)
        seen = self.taxa @ (1 - self._absent(inside))
        further = np.maximum(reads - self.reads, 0)
        if self.unseen == 0:
            return np.asarray(seen)
        lost = self.once / (self.reads * self.unseen + self.once)
        return np.asarray(seen + self.unseen * -np.expm1(further * np.log1p(-lost)))

    def deviation_at(self, reads: float) -> float:
        """Standard deviation of the number of taxa over all draws of that many reads."""
        absent: Floats = self._absent(np.array([reads]))[:, 0]
        both = self.abundance[:, None] + self.abundance
        together = self._ratio(both.ravel(), np.array([reads]))[:, 0].reshape(both.shape)
        covariance = together - np.outer(absent, absent)
        variance = self.taxa @ covariance @ self.taxa
        # A taxon with itself is no pair of taxa.
        variance += self.taxa @ (absent - absent**2 - np.diagonal(covariance))
        return float(np.sqrt(np.maximum(variance, 0.0)))

    def coverage_at(self, reads: Floats) -> Floats:
        """Expected coverage of that many reads; beyond the sample, extrapolated."""
        n = self.reads
        # A size between n - 1 and n has no expectation of its own: it lies between both.
        inside = np.minimum(reads, n - 1)
        missed = (self.taxa * self.abundance / n) @ self._ratio(
            self.abundance, inside, all_of=n - 1
        )
        whole = self.once / n * self.remains
        between = np.clip(reads - (n - 1), 0, 1)
        further = np.maximum(reads - n, 0)
        beyond = self.once / n * self.remains ** (further + 1) if self.remains else 0.0
        return np.asarray(1 - np.where(reads > n, beyond, missed + between * (whole - missed)))

    def size_for(self, coverage: float) -> float:
        """The number of reads, a real number, with that coverage; infinite where there is none."""
        if coverage > self.coverage_at(np.array([self.reads]))[0]:
            if not self.remains:
                return np.inf
            lacking = (1 - coverage) * self.reads / self.once
            return float(self.reads - 1 + np.log(lacking) / np.log(self.remains))
        least, most = 0.0, self.reads
        for _ in range(_HALVINGS):
            middle = (least + most) / 2
            if self.coverage_at(np.array([middle]))[0] < coverage:
                least = middle
            else:
                most = middle
        return most

    def _absent(self, reads: Floats) -> Floats:
        """The probability that a taxon of each abundance is in no read, (abundance, size)."""
        return self._ratio(self.abundance, reads)

    def _ratio(self, abundance: Floats, reads: Floats, *, all_of: float | None = None) -> Floats:
        """C(n - k, m) / C(all, m), for real m as well; 0 where the rest is too small."""
        whole = self.reads if all_of is None else all_of
        return _without(self.reads - abundance[:, None], reads, whole)


def expected_taxa(counts: Integers, size: int) -> Floats:
    """Number of taxa that so many individuals of each row are expected to show.

    Parameters
    ----------
    counts
        (row, taxon), whole numbers.
    size
        Individuals drawn. Rows with fewer have no number: NaN.
    """
    values = counts.astype(np.float64)
    total = values.sum(axis=1, keepdims=True)
    enough = total[:, 0] >= size
    absent = _without(
        np.where(enough[:, None], total - values, size), size, np.maximum(total, size)
    )
    seen = np.where(values > 0, 1 - absent, 0.0).sum(axis=1)
    return np.where(enough, seen, np.nan)


def _without(rest: Floats, size: Floats | float, whole: Floats | float) -> Floats:
    """C(rest, size) / C(whole, size): no one of a taxon is drawn; 0 where the rest is too small."""
    possible = rest - size > -1
    room = np.where(possible, rest - size, 0)
    logarithm = gammaln(rest + 1) - gammaln(room + 1) - gammaln(whole + 1)
    return np.where(possible, np.exp(logarithm + gammaln(whole - size + 1)), 0.0)

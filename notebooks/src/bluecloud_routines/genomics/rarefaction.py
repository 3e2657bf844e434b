"""How many taxa a sample would show at another size, or at another completeness.

Samples are sequenced to different depths, and a deeper one shows more taxa. Rarefaction asks how
many a random part of the reads is expected to show. The expectation is a sum of hypergeometric
probabilities and is computed as such: a draw would add noise of its own and throw reads away.
Equal numbers of reads still favour poor communities, of which they show a larger part; samples
are therefore also compared at equal coverage, the share of the community's individuals that
belong to taxa found (Chao & Jost 2012).
"""

import numpy as np
import pandas as pd
from scipy.special import gammaln

from bluecloud_routines.errors import ParameterError
from bluecloud_routines.genomics._tables import Floats, Integers, counts_of

METHODS = ("rarefied", "observed", "extrapolated", "extrapolated_beyond_double")

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
        n, m = self.reads, reads
        whole = n if all_of is None else all_of
        rest = n - abundance[:, None]
        possible = rest - m > -1
        room = np.where(possible, rest - m, 0)
        logarithm = gammaln(rest + 1) - gammaln(room + 1) - gammaln(whole + 1)
        ratio = np.exp(logarithm + gammaln(whole - m + 1))
        return np.where(possible, ratio, 0.0)


def rarefaction(
    counts: pd.DataFrame, *, depths: list[int] | Integers, extrapolate: bool = False
) -> pd.DataFrame:
    """Expected number of taxa and coverage of each sample at each size.

    Parameters
    ----------
    counts
        A row a sample, a column a taxon; whole numbers.
    depths
        Sizes, in reads, 1 or more.
    extrapolate
        Go on beyond a sample's own reads, with the unseen taxa that Chao1 estimates. Beyond
        twice the sample this is not reliable.

    Returns
    -------
    pandas.DataFrame
        ``sample``, ``depth`` (reads), ``richness`` (taxa), ``coverage`` (0 to 1) and ``method``,
        one of :data:`METHODS`. Without ``extrapolate``, sizes above a sample's reads have no row.

    Raises
    ------
    ParameterError
        If a size is below 1 or no whole number.
    ValuesError
        If the table is none of counts.

    References
    ----------
    Hurlbert (1971), https://doi.org/10.2307/1934145;
    Chao & Jost (2012), https://doi.org/10.1890/11-1952.1
    """
    values = counts_of(counts)
    asked = np.asarray(depths, dtype=np.float64)
    if asked.ndim != 1 or not asked.size or (asked < 1).any() or (asked % 1 != 0).any():
        raise ParameterError(f"depths are {list(depths)!r}: whole numbers of reads, 1 or more")
    tables = []
    for name, row in zip(counts.index, values, strict=True):
        sample = Sample(row)
        sizes = asked if extrapolate else asked[asked <= sample.reads]
        tables.append(
            pd.DataFrame(
                {
                    "sample": name,
                    "depth": sizes.astype(np.int64),
                    "richness": sample.richness_at(sizes),
                    "coverage": sample.coverage_at(sizes),
                    "method": [method_of(size, sample.reads) for size in sizes],
                }
            )
        )
    return pd.concat(tables, ignore_index=True)


def richness_at_coverage(counts: pd.DataFrame, *, coverage: float | None = None) -> pd.DataFrame:
    """Expected number of taxa of each sample at one coverage, so that samples compare fairly.

    Parameters
    ----------
    counts
        A row a sample, a column a taxon; whole numbers.
    coverage
        Above 0 and below 1. By default the largest that every sample reaches at twice its size
        or less, beyond which nothing can be said reliably.

    Returns
    -------
    pandas.DataFrame
        By sample: ``coverage``, ``depth`` (reads that have it, a real number), ``richness``
        (taxa) and ``method``, one of :data:`METHODS`. Where the sample is complete but less than
        the coverage asked for, which rounding can cause, the sample is taken as it is.

    Raises
    ------
    ParameterError
        If the coverage is not between 0 and 1.
    ValuesError
        If the table is none of counts.

    References
    ----------
    Chao & Jost (2012), https://doi.org/10.1890/11-1952.1
    """
    if coverage is not None and not 0 < coverage < 1:
        raise ParameterError(f"coverage is {coverage!r}: above 0 and below 1")
    samples = [Sample(row) for row in counts_of(counts)]
    if coverage is None:
        coverage = min(float(s.coverage_at(np.array([2 * s.reads]))[0]) for s in samples)
    rows = []
    for sample in samples:
        size = sample.size_for(coverage)
        size = size if np.isfinite(size) else sample.reads
        richness = float(sample.richness_at(np.array([size]))[0])
        rows.append((coverage, size, richness, method_of(size, sample.reads)))
    columns = ["coverage", "depth", "richness", "method"]
    return pd.DataFrame(rows, index=counts.index, columns=columns)


def method_of(size: float, reads: float) -> str:
    """How a number at that size comes about from a sample of so many reads."""
    if np.isclose(size, reads, rtol=1e-12):
        return METHODS[1]
    if size < reads:
        return METHODS[0]
    return METHODS[2] if size <= 2 * reads * (1 + 1e-9) else METHODS[3]

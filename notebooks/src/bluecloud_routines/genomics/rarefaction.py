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

from bluecloud_routines._counts import Integers, counts_of
from bluecloud_routines._rarefaction import Sample
from bluecloud_routines.errors import ParameterError

METHODS = ("rarefied", "observed", "extrapolated", "extrapolated_beyond_double")


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

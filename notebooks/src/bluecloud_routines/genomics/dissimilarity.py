"""How unlike two communities are: three answers to three questions.

Bray-Curtis asks which share of the individuals has no counterpart, Jaccard which share of the
taxa, and Aitchison by which factors the taxa's ratios differ. Community tables are mostly zeros,
and a taxon that one of the two samples lacks adds nothing to what they share: Bray-Curtis is
therefore computed over the taxa of one sample at a time, in pieces that stay in the processor's
cache.
"""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist, squareform

from bluecloud_routines._cores import available_cores
from bluecloud_routines.errors import ParameterError
from bluecloud_routines.genomics._tables import Floats, counts_of, one_of

METRICS = {
    "bray_curtis": "Bray & Curtis (1957), https://doi.org/10.2307/1942268",
    "aitchison": "Aitchison et al. (2000), https://doi.org/10.1023/A:1007529726302",
    "jaccard": "Jaccard (1912), https://doi.org/10.1111/j.1469-8137.1912.tb05611.x",
}

_TILE = 64  # samples compared with one at a time: their shared taxa fit the cache
_SPARSE = 0.5  # share of non-zero counts above which leaving out zeros no longer pays


def beta_diversity(
    counts: pd.DataFrame,
    *,
    metric: str = "bray_curtis",
    pseudo_count: float = 0.5,
    proportions: bool = True,
) -> pd.DataFrame:
    """Dissimilarity of each two samples.

    Parameters
    ----------
    counts
        A row a sample, a column a taxon; whole numbers.
    metric
        ``bray_curtis`` (0 to 1), ``jaccard`` (presence and absence, 0 to 1) or ``aitchison``
        (Euclidean distance of centred log-ratios, 0 and above).
    pseudo_count
        Added to every count before logarithms are taken, above 0; for Aitchison only. It decides
        how far an absence counts: try another before trusting a result.
    proportions
        Turn counts into shares of the sample first, for Bray-Curtis only: otherwise two samples
        of one community differ because one was sequenced more deeply.

    Returns
    -------
    pandas.DataFrame
        Square and symmetric, samples on both sides, zeros in the diagonal.

    Raises
    ------
    ParameterError
        If the metric is another, or the pseudo-count not above 0.
    ValuesError
        If the table is none of counts.
    """
    one_of("metric", metric, METRICS)
    if not (np.isfinite(pseudo_count) and pseudo_count > 0):
        raise ParameterError(f"pseudo_count is {pseudo_count!r}: above 0, such as 0.5")
    values = counts_of(counts).astype(np.float64)
    if metric == "aitchison":
        found = squareform(pdist(log_ratios(values + pseudo_count)))
    elif metric == "jaccard":
        found = _jaccard((values > 0).astype(np.float64))
    else:
        found = bray_curtis(values / values.sum(axis=1, keepdims=True) if proportions else values)
    return pd.DataFrame(found, index=counts.index, columns=counts.index)


def log_ratios(positive: Floats) -> Floats:
    """Centred log-ratios of (sample, taxon) values above zero: each row adds up to zero."""
    logarithm = np.log(positive)
    centred: Floats = logarithm - logarithm.mean(axis=1, keepdims=True)
    return centred


def bray_curtis(values: Floats) -> Floats:
    """Bray-Curtis dissimilarity, (sample, sample), of values at or above zero."""
    samples = len(values)
    if np.count_nonzero(values) > _SPARSE * values.size:
        return np.asarray(squareform(pdist(values, "braycurtis")))
    tiles = [
        (first, np.ascontiguousarray(values[first : first + _TILE].T))
        for first in range(0, samples, _TILE)
    ]
    present = [np.flatnonzero(row) for row in values]
    shared = np.zeros((samples, samples))

    def compare(tile: tuple[int, Floats]) -> None:
        first, others = tile
        for row in range(min(first + others.shape[1], samples)):
            at = present[row]
            common = others.take(at, axis=0)
            np.minimum(common, values[row, at, None], out=common)
            shared[row, first : first + others.shape[1]] = common.sum(axis=0)

    with ThreadPoolExecutor(available_cores()) as pool:
        list(pool.map(compare, reversed(tiles)))  # the longest first
    shared = np.triu(shared, 1)
    total = values.sum(axis=1)
    found = 1 - 2 * (shared + shared.T) / (total[:, None] + total)
    np.fill_diagonal(found, 0)
    return np.asarray(np.maximum(found, 0))


def _jaccard(present: Floats) -> Floats:
    shared = present @ present.T
    number = present.sum(axis=1)
    found: Floats = 1 - shared / (number[:, None] + number - shared)
    return found

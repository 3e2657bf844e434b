"""The diversity within each sample: Hill numbers, and estimates of what was not seen."""

import numpy as np
import pandas as pd

from bluecloud_routines._counts import counts_of
from bluecloud_routines._diversity import chao1, concentration, richness, shannon_entropy
from bluecloud_routines._rarefaction import Sample


def alpha_diversity(counts: pd.DataFrame) -> pd.DataFrame:
    """Diversity of each sample as it was counted.

    Hill numbers are all counted in taxa: so many equally common taxa would be as diverse. The
    number of order 0 counts each taxon alike, that of order 1 weighs it by its share, that of
    order 2 is led by the common ones. Observed richness depends on the number of reads; see
    :func:`rarefaction` and :func:`richness_at_coverage` for comparisons.

    Parameters
    ----------
    counts
        A row a sample, a column a taxon; whole numbers.

    Returns
    -------
    pandas.DataFrame
        By sample: ``reads``; ``richness`` (Hill number of order 0), ``hill_1`` (exponential of
        Shannon's entropy) and ``hill_2`` (inverse of Simpson's concentration), in taxa;
        ``shannon`` (natural logarithm); ``chao1`` (bias-corrected, taxa); ``coverage`` (0 to 1).

    Raises
    ------
    ValuesError
        If the table is none of counts.

    References
    ----------
    Hill (1973), https://doi.org/10.2307/1934352; Chao (1984), https://www.jstor.org/stable/4615964;
    Chao & Jost (2012), https://doi.org/10.1890/11-1952.1
    """
    values = counts_of(counts)
    shannon = shannon_entropy(values)
    return pd.DataFrame(
        {
            "reads": values.sum(axis=1),
            "richness": richness(values),
            "hill_1": np.exp(shannon),
            "hill_2": 1 / concentration(values),
            "shannon": shannon,
            "chao1": chao1(values),
            "coverage": [
                float(sample.coverage_at(np.array([sample.reads]))[0])
                for sample in map(Sample, values)
            ],
        },
        index=counts.index,
    )

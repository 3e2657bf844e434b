"""The diversity of plankton communities, from a table of counts to tested differences.

One call makes what a study of communities reports: the diversity of each sample at equal
numbers of reads and at equal completeness, how unlike the samples are, their places in an
ordination, whether groups differ, and which measurements go with it. The parts are functions of
their own; what is put together here are the choices:

- Richness is compared by expectation, not by draws, so that no seed decides it.
- Dissimilarity is computed on all reads, as shares. Throwing reads away to equal numbers would
  lose information and add noise to it.
- The only random numbers are the orders of the permutation tests, from one seed.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import _dataset
from bluecloud_routines.genomics._dataset import ORDINATIONS, Options
from bluecloud_routines.genomics._tables import counts_of, rows_for, whole_number
from bluecloud_routines.genomics.correlation import great_circle, mantel
from bluecloud_routines.genomics.dissimilarity import METRICS, beta_diversity
from bluecloud_routines.genomics.fitting import envfit
from bluecloud_routines.genomics.ordination import nonmetric_scaling, principal_coordinates
from bluecloud_routines.genomics.permutations import PermutationTest
from bluecloud_routines.genomics.variance import permanova

_REFERENCES = (
    "Hurlbert (1971), https://doi.org/10.2307/1934145; "
    "Chao & Jost (2012), https://doi.org/10.1890/11-1952.1; "
    "Anderson (2001), https://doi.org/10.1111/j.1442-9993.2001.01070.pp.x"
)


def community_diversity(
    counts: pd.DataFrame,
    context: pd.DataFrame,
    *,
    group: str | None = None,
    environment: Sequence[str] = (),
    depth: int | None = None,
    coverage: float | None = None,
    curve_points: int = 25,
    metric: str = "bray_curtis",
    pseudo_count: float = 0.5,
    ordination: str = "pcoa",
    axes: int = 2,
    permutations: int = 999,
    seed: int = 0,
) -> xr.Dataset:
    """Diversity within and between samples, their ordination, and tests of what explains it.

    Parameters
    ----------
    counts
        Whole numbers: a row a sample, a column a taxon, as :func:`community_table` gives them.
    context
        What is known of each sample, a row by its name; more rows than samples are allowed.
        ``latitude`` and ``longitude`` (degrees), where all samples have them, are tested as a
        distance. ``latitude``, ``longitude``, ``time`` and the group are carried over.
    group
        The column of ``context`` with the groups to be tested; none is tested without it.
    environment
        Columns of numbers to be fitted to the ordination, in any units.
    depth
        Reads at which richness is compared, 1 or more; by default those of the smallest sample.
        Samples with fewer have no value there and are flagged.
    coverage
        Completeness at which richness is compared, above 0 and below 1; by default the largest
        that all samples reach at twice their size.
    curve_points
        Sizes of the rarefaction curves, 2 to 1000, evenly spaced up to each sample's own reads.
    metric, pseudo_count
        As for :func:`beta_diversity`.
    ordination
        ``pcoa`` (principal coordinates) or ``nmds`` (non-metric scaling).
    axes
        2 to 10, and fewer than there are samples.
    permutations
        Random orders of each test, 99 to 99,999.
    seed
        Of these orders, and of the random starts of ``nmds``.

    Returns
    -------
    xarray.Dataset
        By ``sample``: reads, diversity, richness at equal reads (with its standard deviation)
        and at equal coverage (with a flag of how it was had); curves by ``point``;
        ``dissimilarity`` by ``sample`` and ``other_sample``; ``coordinate`` by ``sample`` and
        ``axis``; the tests by ``test``; the fitted measurements by ``variable``.

    Raises
    ------
    ParameterError
        If an option is out of range, or a column is not in ``context``.
    ValuesError
        If the table is none of counts, a sample has no context or no group, or there are fewer
        than three samples.

    References
    ----------
    Hurlbert (1971), https://doi.org/10.2307/1934145;
    Chao & Jost (2012), https://doi.org/10.1890/11-1952.1;
    Anderson (2001), https://doi.org/10.1111/j.1442-9993.2001.01070.pp.x
    """
    values = counts_of(counts)
    if len(counts) < 3:
        raise ValuesError(f"there are {len(counts)} samples: 3 are the least to be compared")
    context = rows_for(counts.index, context, "context")
    asked = [name for name in (group, *environment) if name is not None]
    absent = [name for name in asked if name not in context]
    if absent:
        raise ParameterError(f"the context has no column {absent}: it has {list(context)}")
    reads = values.sum(axis=1)
    least = int(reads.min()) if depth is None else whole_number("depth", depth, 1, 10**9)
    options = Options(
        depth=least,
        coverage=coverage,
        curve_points=curve_points,
        metric=metric,
        pseudo_count=pseudo_count,
        ordination=ordination,
        axes=axes,
        group=group,
        environment=tuple(environment),
        permutations=permutations,
        seed=seed,
    )
    distances = beta_diversity(counts, metric=metric, pseudo_count=pseudo_count)
    places = (
        principal_coordinates(distances, axes=axes)
        if ordination == "pcoa"
        else nonmetric_scaling(distances, axes=axes, seed=seed)
    )
    result = xr.Dataset(coords=_dataset.coordinates(context, group))
    result = result.assign(_dataset.within(counts, options)).assign(
        _dataset.curves(counts, options)
    )
    result = result.assign(_dataset.between(distances, places, options))
    result = result.assign(_dataset.tested(_tests(distances, context, options)))
    if options.environment:
        fitted = envfit(
            places.coordinates,
            context[list(options.environment)],
            permutations=permutations,
            seed=seed,
        )
        result = result.assign(_dataset.fitted(fitted))
    return result.assign_attrs(
        references=f"{_REFERENCES}; {METRICS[metric]}; {ORDINATIONS[ordination]}",
        parameters=json.dumps(asdict(options)),
    )


def _tests(
    distances: pd.DataFrame, context: pd.DataFrame, options: Options
) -> list[PermutationTest]:
    """The groups, the distance over the sea, and the difference of the environment."""
    chosen = {"permutations": options.permutations, "seed": options.seed}
    tests = []
    if options.group is not None:
        tests.append(permanova(distances, context[options.group], **chosen))
    others = {}
    if {"latitude", "longitude"} <= set(context):
        located = context.dropna(subset=["latitude", "longitude"])
        others["great-circle distance"] = great_circle(located)
    if options.environment:
        measured = context[list(options.environment)].dropna().astype(np.float64)
        spread = measured.std(ddof=0)
        scaled = (measured - measured.mean()) / spread.where(spread > 0, 1.0)
        apart = np.sqrt(((scaled.to_numpy()[:, None] - scaled.to_numpy()) ** 2).sum(axis=2))
        others["difference of the environment"] = pd.DataFrame(
            apart, index=measured.index, columns=measured.index
        )
    for subject, other in others.items():
        # Where too few samples are known, or all are in one place, there is nothing to test.
        if len(other) >= 4 and np.ptp(other.to_numpy()[np.triu_indices(len(other), 1)]) > 0:
            ours = distances.loc[other.index, other.index]
            tests.append(mantel(ours, other, subject=subject, method="spearman", **chosen))
    return tests

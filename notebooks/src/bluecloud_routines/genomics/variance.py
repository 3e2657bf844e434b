"""Whether groups of samples differ in their communities: variance shared out among distances."""

import numpy as np
import pandas as pd

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._orbits import SquaresWithin
from bluecloud_routines.genomics._tables import Integers, distances_of, named, rows_for
from bluecloud_routines.genomics.permutations import (
    ROUNDING,
    PermutationTest,
    permutations_of,
)


def permanova(
    distances: pd.DataFrame, groups: pd.Series, *, permutations: int = 999, seed: int = 0
) -> PermutationTest:
    """Whether groups of samples differ in their communities: Anderson's multivariate analysis.

    A difference may be one of position or of spread: groups of unequal size and spread can be
    told apart though their centres are the same.

    Parameters
    ----------
    distances
        Between samples, as :func:`beta_diversity` gives them.
    groups
        The group of each sample, by the sample's name; more rows than samples are allowed.
    permutations
        99 to 99,999 random orders, as the turns of labels on random rings: the p-value is as exact
        as with orders drawn one by one, and takes a small part of the time.
    seed
        The same seed gives the same orders.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If the table is none of distances, a sample has no group, or there are fewer than two
        groups or no more samples than groups.

    References
    ----------
    Anderson (2001), https://doi.org/10.1111/j.1442-9993.2001.01070.pp.x
    """
    permutations = permutations_of(permutations)
    values = distances_of(distances)
    codes, names = _groups_of(distances.index, groups)
    samples, number = len(codes), len(names)
    if not values.any():
        raise ValuesError("all samples are alike: there is no variation to share out")
    squares = SquaresWithin(values, codes)
    total, within = squares.total, squares.observed
    # pseudo-F falls with the sum within groups alone, so that sums are compared.
    reached = squares.reached(within + ROUNDING * total, permutations, seed)
    between = total - within
    with np.errstate(divide="ignore"):
        value = np.float64(between / (number - 1)) / np.float64(within / (samples - number))
    return PermutationTest(
        test="PERMANOVA",
        subject=str(groups.name),
        statistic="pseudo-F",
        value=float(value),
        r_squared=float(between / total),
        p_value=(reached + 1) / (permutations + 1),
        permutations=permutations,
        samples=samples,
        groups=number,
    )


def _groups_of(samples: pd.Index, groups: pd.Series) -> tuple[Integers, pd.Index]:
    found = rows_for(samples, groups, "table of groups")
    unknown = samples[found.isna().to_numpy()]
    if len(unknown):
        raise ValuesError(f"{named(unknown)} have no {groups.name!r}: leave them out or name it")
    codes, names = pd.factorize(found)
    if not 2 <= len(names) < len(samples):
        raise ValuesError(
            f"{groups.name!r} makes {len(names)} groups of {len(samples)} samples: two groups or "
            "more are needed, and more samples than groups"
        )
    return codes.astype(np.int64), names

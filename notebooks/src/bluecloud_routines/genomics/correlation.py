"""Whether two kinds of distance between samples go together, and distances over the earth."""

from collections.abc import Mapping

import numpy as np
import pandas as pd
from scipy.stats import rankdata

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._tables import Floats, distances_of, one_of
from bluecloud_routines.genomics.permutations import (
    ROUNDING,
    PermutationTest,
    permutations_of,
    shuffled,
)


def mantel(
    first: pd.DataFrame,
    second: pd.DataFrame,
    *,
    subject: str,
    method: str = "pearson",
    permutations: int = 999,
    seed: int = 0,
) -> PermutationTest:
    """Whether two kinds of distance go together: the correlation over all pairs of samples.

    Parameters
    ----------
    first, second
        Distances between the same samples; the second's may be in another order.
    subject
        What the second is a distance of.
    method
        ``pearson`` or ``spearman`` (of ranks).
    permutations, seed
        As for :func:`permanova`. The test is one-sided: distances that grow together.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If a table is none of distances, their samples differ, there are fewer than three, or one
        has the same distance between all.

    References
    ----------
    Mantel (1967), The detection of disease clustering and a generalized regression approach,
    Cancer Research 27, 209-220
    """
    permutations = permutations_of(permutations)
    one_of("method", method, ["pearson", "spearman"])
    ours, theirs = distances_of(first), distances_of(second)
    at = second.index.get_indexer(first.index)
    if (at < 0).any() or len(ours) != len(theirs):
        raise ValuesError("the two tables of distances are not of the same samples")
    if len(ours) < 3:
        raise ValuesError(f"there are {len(ours)} samples: a correlation needs at least 3")
    theirs = theirs[np.ix_(at, at)]
    above = np.triu_indices(len(ours), 1)
    x, y = (_standard(values[above], method) for values in (ours, theirs))
    square = np.zeros_like(theirs)
    square[above] = y
    square += square.T
    value = float(x @ y)
    reached = 0
    for orders in shuffled(np.arange(len(ours)), permutations, seed, each=len(x)):
        permuted = square[orders[:, above[0]], orders[:, above[1]]]
        reached += int(np.count_nonzero(permuted @ x >= value - ROUNDING))
    return PermutationTest(
        test="Mantel",
        subject=subject,
        statistic="Pearson's r" if method == "pearson" else "Spearman's rho",
        value=value,
        r_squared=value**2,
        p_value=(reached + 1) / (permutations + 1),
        permutations=permutations,
        samples=len(ours),
        groups=0,
    )


def great_circle(places: Mapping[str, pd.Series] | pd.DataFrame) -> pd.DataFrame:
    """Distances over the earth's surface in km, from ``latitude`` and ``longitude`` in degrees.

    Raises
    ------
    ValuesError
        If a place is missing or not on the earth.
    """
    latitude, longitude = (
        np.deg2rad(places[name].to_numpy(dtype=np.float64)) for name in ("latitude", "longitude")
    )
    if not (np.abs(latitude) <= np.pi / 2).all() or not (np.abs(longitude) <= 2 * np.pi).all():
        raise ValuesError("a latitude or longitude is missing or not on the earth")
    half = (
        np.sin((latitude[:, None] - latitude) / 2) ** 2
        + np.cos(latitude[:, None])
        * np.cos(latitude)
        * np.sin((longitude[:, None] - longitude) / 2) ** 2
    )
    kilometres = 2 * 6371.0088 * np.arcsin(np.sqrt(np.clip(half, 0, 1)))
    np.fill_diagonal(kilometres, 0)
    names = places["latitude"].index
    return pd.DataFrame((kilometres + kilometres.T) / 2, index=names, columns=names)


def _standard(values: Floats, method: str) -> Floats:
    """The values around their mean, at length 1."""
    if method == "spearman":
        values = rankdata(values)
    around = values - values.mean()
    length = np.sqrt(around @ around)
    if length <= 1e-12 * np.abs(values).max(initial=0):
        raise ValuesError("all pairs of samples have the same distance: nothing can go with it")
    return np.asarray(around / length)

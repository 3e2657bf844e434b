"""Communities as points on a map, so that near ones are alike.

Principal coordinates keep the dissimilarities themselves as well as few axes can. Bray-Curtis
and Jaccard are no distances in a space of straight lines, and part of them lies on axes of
negative length: how much is said, and nothing is corrected silently. Non-metric scaling keeps
their order only.
"""

from dataclasses import dataclass

import numpy as np
import pandas as pd
from scipy.optimize import isotonic_regression
from scipy.spatial.distance import pdist, squareform

from bluecloud_routines.errors import ValuesError
from bluecloud_routines.genomics._tables import Floats, distances_of, whole_number

_STEPS = 500
_ENOUGH = 1e-7  # less gain in stress than this ends a search


@dataclass(frozen=True)
class Ordination:
    """The samples' places.

    Attributes
    ----------
    coordinates
        A row a sample, a column an axis.
    explained
        Share of the (positive) variation on each axis; NaN for non-metric scaling.
    negative
        Sum of the negative eigenvalues over that of the positive ones, without sign.
    stress
        Kruskal's stress of the first kind; NaN for principal coordinates.
    """

    coordinates: pd.DataFrame
    explained: pd.Series
    negative: float
    stress: float


def principal_coordinates(distances: pd.DataFrame, *, axes: int = 2) -> Ordination:
    """Principal coordinates (metric scaling) of a table of distances.

    Axes have no sign of their own: each points so that its largest coordinate is positive.

    Parameters
    ----------
    distances
        Between samples, as :func:`beta_diversity` gives them.
    axes
        1 to 10, and fewer than there are samples. An axis beyond the positive ones is zero.

    Raises
    ------
    ParameterError
        If there are not so many axes.
    ValuesError
        If the table is none of distances, or all samples are alike.

    References
    ----------
    Gower (1966), https://doi.org/10.1093/biomet/53.3-4.325
    """
    values = distances_of(distances)
    axes = whole_number("axes", axes, 1, max(1, min(10, len(values) - 1)))
    lengths, directions = np.linalg.eigh(centred(values))
    lengths, directions = lengths[::-1], directions[:, ::-1]
    if lengths[0] <= 0:
        raise ValuesError("all samples are alike: they have one place")
    negligible = np.abs(lengths) < 1e-12 * lengths[0]
    lengths = np.where(negligible, 0.0, lengths)
    positive = np.maximum(lengths, 0)
    places = directions[:, :axes] * np.sqrt(positive[:axes])
    return _ordination(
        distances.index,
        places,
        explained=positive[:axes] / positive.sum(),
        negative=float(-lengths[lengths < 0].sum() / positive.sum()),
    )


def nonmetric_scaling(
    distances: pd.DataFrame, *, axes: int = 2, starts: int = 8, seed: int = 0
) -> Ordination:
    """Non-metric scaling: places whose distances keep the order of the dissimilarities.

    The best of several searches, the first from the principal coordinates and the others from
    random places; each is by majorisation, with a monotone regression in between. The result is
    turned to its own principal axes, and as large that the places lie 1 from their centre, root
    mean square. Stress below 0.1 is usually read as good, above 0.2 as poor.

    Parameters
    ----------
    distances
        Between samples, as :func:`beta_diversity` gives them.
    axes
        1 to 10, and fewer than there are samples.
    starts
        1 to 100.
    seed
        The same seed gives the same random places.

    Raises
    ------
    ParameterError
        If an option is out of range.
    ValuesError
        If the table is none of distances, or all samples are alike.

    References
    ----------
    Kruskal (1964), https://doi.org/10.1007/BF02289694
    """
    values = distances_of(distances)
    first = principal_coordinates(distances, axes=axes)
    starts = whole_number("starts", starts, 1, 100)
    random = np.random.default_rng(seed)
    shape = (len(values), axes)
    places = [first.coordinates.to_numpy(), *(random.normal(size=shape) for _ in range(starts - 1))]
    stress, best = min((_scaled(values, place) for place in places), key=lambda found: found[0])
    turned, sizes, _ = np.linalg.svd(best - best.mean(axis=0), full_matrices=False)
    # Only the order of distances counts, so that their size is chosen.
    turned *= sizes * np.sqrt(len(values) / np.square(sizes).sum())
    return _ordination(distances.index, turned, stress=stress)


def centred(distances: Floats) -> Floats:
    """Gower's matrix: the inner products of the samples' places around their centre."""
    inner: Floats = np.square(distances)
    inner *= -0.5
    means = inner.mean(axis=0)
    means -= means.mean() / 2
    inner -= means
    inner -= means[:, None]
    return inner


def _ordination(
    samples: pd.Index,
    places: Floats,
    *,
    explained: Floats | None = None,
    negative: float = 0.0,
    stress: float = np.nan,
) -> Ordination:
    names = [f"axis {number}" for number in range(1, places.shape[1] + 1)]
    largest = np.argmax(np.abs(places), axis=0)
    signs = np.sign(places[largest, np.arange(places.shape[1])])
    coordinates = places * np.where(signs == 0, 1, signs) + 0.0
    return Ordination(
        pd.DataFrame(coordinates, index=samples, columns=names),
        pd.Series(np.nan if explained is None else explained, index=names, name="explained"),
        negative,
        stress,
    )


def _scaled(dissimilarity: Floats, places: Floats) -> tuple[float, Floats]:
    """Stress and places at the end of one search."""
    samples = len(places)
    asked = squareform(dissimilarity, checks=False)
    before = np.inf
    for _ in range(_STEPS):
        distance = pdist(places)
        # Equal dissimilarities may be at unequal distances: they come in the order of these.
        order = np.lexsort((distance, asked))
        wanted = np.empty_like(distance)
        wanted[order] = isotonic_regression(distance[order]).x
        scale = distance @ distance
        stress = float(np.sqrt(((distance - wanted) ** 2).sum() / scale))
        if before - stress < _ENOUGH:
            break
        before = stress
        ratio = np.divide(wanted, distance, out=np.zeros_like(wanted), where=distance > 0)
        ratio *= np.sqrt(scale / (wanted @ wanted))
        moves = squareform(ratio)
        places = (places * moves.sum(axis=1)[:, None] - moves @ places) / samples
    return stress, places

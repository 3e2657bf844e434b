"""Clusters by density: DBSCAN, the same whatever the order of the points.

A point with at least so many points around it (itself among them) is a core; cores within reach
of each other are of one cluster; a point in reach of a core belongs to its cluster, and one in
reach of none is alone. Where a point is in reach of two clusters, the original takes the cluster
it met first, and so depends on the order of the table; here it is the one of the nearest core.

Ester et al. (1996), A density-based algorithm for discovering clusters in large spatial
databases with noise, KDD-96.
"""

import numpy as np
from numpy.typing import NDArray
from scipy import sparse
from scipy.spatial import cKDTree

ALONE = -1
Integers = NDArray[np.int64]
Floats = NDArray[np.float64]


def density_clusters(points: Floats, *, reach: float, least: int) -> Integers:
    """The cluster of each of (n, 2) points, numbered from the west; -1 where it is alone.

    Parameters
    ----------
    points
        In metres.
    reach
        The largest distance of neighbours, included.
    least
        How many points make a core, itself among them.
    """
    number = len(points)
    labels = np.full(number, ALONE, dtype=np.int64)
    pairs = cKDTree(points).query_pairs(reach, output_type="ndarray")
    core = 1 + np.bincount(pairs.ravel(), minlength=number) >= least
    if not core.any():
        return labels
    linked = pairs[core[pairs].all(axis=1)]
    graph = sparse.coo_array((np.ones(len(linked), bool), linked.T), shape=(number, number))
    _, component = sparse.csgraph.connected_components(graph, directed=False)
    labels[core] = component[core]
    half = pairs[core[pairs].sum(axis=1) == 1]
    if half.size:
        # Of each such pair, first the point at the edge, then the core.
        half = np.where(core[half[:, :1]], half[:, ::-1], half)
        edge, centre = half.T
        distance = np.hypot(*(points[edge] - points[centre]).T)
        order = np.lexsort((points[centre, 1], points[centre, 0], distance, edge))
        first = np.unique(edge[order], return_index=True)[1]
        nearest = order[first]
        labels[edge[nearest]] = labels[centre[nearest]]
    return _from_the_west(labels, points)


def _from_the_west(labels: Integers, points: Floats) -> Integers:
    found, inverse = np.unique(labels, return_inverse=True)
    size = np.bincount(inverse)
    x, y = (np.bincount(inverse, weights=axis) / size for axis in points.T)
    order = np.lexsort((y, x))
    order = order[found[order] != ALONE]
    number = np.full(len(found), ALONE, dtype=np.int64)
    number[order] = np.arange(len(order))
    renumbered: Integers = number[inverse]
    return renumbered

"""2,000 clusters at 120 stations: correspondence analysis and Escoufier's equivalent vectors.

scikit-bio's correspondence analysis decomposes the whole table. For equivalent vectors there is no
peer in Python, and R's pastecs is not among Debian's packages: ours is timed beside the method as
it is written down, which asks for each step and each column for the traces of the matrices of
stations. The chosen columns' matrix is kept from step to step. Both take the same columns.
"""

import time
from collections.abc import Callable
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
from skbio.stats.ordination import ca

from bluecloud_routines.genomics import correspondence_analysis, equivalent_vectors
from tests.bench.ratio import Ratio

_STATIONS, _CLUSTERS, _VECTORS = 120, 2000, 10


def run() -> list[Ratio]:
    """Time all, and see that they give the same."""
    random = np.random.default_rng(41)
    niches = random.normal(size=(_STATIONS, 5)) @ random.normal(size=(5, _CLUSTERS))
    reads = random.poisson(np.exp(niches)) * (random.random(niches.shape) < 0.6)
    reads[0] += 1
    table = pd.DataFrame(
        reads.astype(float),
        index=[f"station {number}" for number in range(_STATIONS)],
        columns=[f"cluster {number}" for number in range(_CLUSTERS)],
    )
    size = f"{_STATIONS} stations x {_CLUSTERS} clusters"
    return [_correspondence(table, size), _vectors(table, size)]


def _correspondence(table: pd.DataFrame, size: str) -> Ratio:
    ours, found = _best(lambda: correspondence_analysis(table, axes=2), 5)
    peer, theirs = _best(lambda: ca(table, scaling=1), 5)
    difference = float(np.abs(found.eigenvalues[:2] / theirs.eigvals[:2].to_numpy() - 1).max())
    rows = np.abs(found.rows.to_numpy()) - np.abs(theirs.samples.to_numpy()[:, :2])
    if difference > 1e-10 or np.abs(rows).max() > 1e-8:
        raise AssertionError(f"not the same: {difference}, {np.abs(rows).max()}")
    return Ratio(
        name=f"correspondence analysis, {size}",
        peer_name=f"scikit-bio {version('scikit-bio')}",
        ours=1000 * ours,
        peer=1000 * peer,
        unit="ms",
        target=1 / 2,
        note=f"eigenvalues differ by {difference:.0e} of theirs",
    )


def _vectors(table: pd.DataFrame, size: str) -> Ratio:
    ours, found = _best(lambda: equivalent_vectors(table, vectors=_VECTORS), 5)
    peer, (columns, rv) = _best(lambda: _by_definition(table), 1)
    if found["column"].tolist() != columns or np.abs(found["rv"] - rv).max() > 1e-10:
        raise AssertionError(f"not the same: {found['column'].tolist()} and {columns}")
    return Ratio(
        name=f"{_VECTORS} equivalent vectors, {size}",
        peer_name="the definition in numpy",
        ours=1000 * ours,
        peer=1000 * peer,
        unit="ms",
        target=1 / 20,
        note=f"the same columns; RV {rv[-1]:.4f} of both",
    )


def _by_definition(table: pd.DataFrame) -> tuple[list[str], list[float]]:
    values = table.to_numpy()
    y = (values - values.mean(axis=0)) / values.std(axis=0)
    whole = y @ y.T
    own = np.sqrt((whole * whole).sum())
    taken: list[int] = []
    reached: list[float] = []
    so_far = np.zeros_like(whole)
    for _ in range(_VECTORS):
        best, value, matrix = -1, -1.0, so_far
        for column in set(range(y.shape[1])) - set(taken):
            tried = so_far + np.outer(y[:, column], y[:, column])
            rv = (whole * tried).sum() / (own * np.sqrt((tried * tried).sum()))
            if rv > value:
                best, value, matrix = column, float(rv), tried
        taken.append(best)
        reached.append(value)
        so_far = matrix
    return [str(table.columns[column]) for column in taken], reached


def _best(call: Callable[[], Any], repeats: int) -> tuple[float, Any]:
    """The shortest time in seconds, and what was given."""
    best, given = np.inf, None
    for _ in range(repeats):
        begin = time.perf_counter()
        given = call()
        best = min(best, time.perf_counter() - begin)
    return best, given

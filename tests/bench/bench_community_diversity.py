"""Communities of hundreds of samples: PERMANOVA and Bray-Curtis against scikit-bio and scipy.

All are given the same tables in memory, are called once before they are timed, and run by turns;
the best time of each counts. The counts have the zeros of sequence tables: four in five, as in
MGnify's study ERP124431. scikit-bio's engine is its best where numba is installed beside it,
which is compiled before it is timed. PERMANOVA is timed on hundreds of samples, as of Tara Oceans,
and on thousands, as of MGnify: scikit-bio reads the whole matrix for each order, which takes
longer a pair where the matrix is larger than the processor's own memory.
"""

import importlib.util
import time
from collections.abc import Callable, Mapping
from importlib.metadata import version
from itertools import chain
from typing import TypeVar

import numpy as np
import pandas as pd
from scipy.spatial.distance import pdist, squareform
from skbio import DistanceMatrix
from skbio.diversity import beta_diversity as peer_beta_diversity
from skbio.stats.distance import permanova as peer_permanova

from bluecloud_routines.genomics import beta_diversity, permanova
from tests.bench.ratio import Ratio

_Given = TypeVar("_Given")

_REPEATS = 5
_REST_S = 0.1  # threads of the one before stay busy for a while, waiting for more
_SIZES = {300: 5, 2000: 3, 5000: 1}  # samples of PERMANOVA, and how often each is timed
_PERMUTATIONS = 999
_SAMPLES, _TAXA = 600, 3000


def run() -> list[Ratio]:
    """Time all, and see that they give the same."""
    permanovas = (_permanova(samples, repeats) for samples, repeats in _SIZES.items())
    return [*chain.from_iterable(permanovas), *_bray_curtis()]


def _permanova(samples: int, repeats: int) -> list[Ratio]:
    random = np.random.default_rng(21)
    names = [f"sample {number}" for number in range(samples)]
    points = random.normal(size=(len(names), 6))
    labels = random.choice(list("abcd"), len(names))
    points[labels == "a"] += 0.15
    table = pd.DataFrame(squareform(pdist(points)), index=names, columns=names)
    groups = pd.Series(labels, index=names, name="group")
    matrix = DistanceMatrix(table.to_numpy(), names)

    def ours() -> tuple[float, float]:
        found = permanova(table, groups, permutations=_PERMUTATIONS)
        return found.value, found.p_value

    def peer(engine: str) -> Callable[[], tuple[float, float]]:
        def call() -> tuple[float, float]:
            found = peer_permanova(
                matrix, list(labels), permutations=_PERMUTATIONS, seed=1, engine=engine
            )
            return float(found["test statistic"]), float(found["p-value"])

        return call

    # Its own compiled engine, and the one that compiles when it is called.
    peers = {"cython": (peer("cython"), 1 / 8)}
    if importlib.util.find_spec("numba"):
        peers["numba, compiled before"] = (peer("numba"), 1.0)
    calls = {"ours": ours, **{name: call for name, (call, _) in peers.items()}}
    best, given = _timed(calls, repeats)
    value, p_value = given["ours"]
    ratios = []
    for name, (_, target) in peers.items():
        theirs, their_p = given[name]
        error = np.sqrt(max(p_value, 0.001) * (1 - p_value) / _PERMUTATIONS)
        if abs(theirs / value - 1) > 1e-11 or abs(their_p - p_value) > 8 * error:
            raise AssertionError(f"not the same: {value}, {p_value} and {theirs}, {their_p}")
        ratios.append(
            Ratio(
                name=f"PERMANOVA, {samples} samples of 4 groups, {_PERMUTATIONS} permutations",
                peer_name=f"scikit-bio {version('scikit-bio')}, {name}",
                ours=best["ours"],
                peer=best[name],
                unit="s",
                target=target,
                note=f"pseudo-F {value:.6f} of both; p {p_value:.3f} and {their_p:.3f}",
            )
        )
    return ratios


def _bray_curtis() -> list[Ratio]:
    random = np.random.default_rng(22)
    shape = (_SAMPLES, _TAXA)
    counts = random.negative_binomial(0.5, 0.01, shape) * (random.random(shape) < 0.22)
    counts[:, 0] += 1
    table = pd.DataFrame(
        counts,
        index=[f"sample {number}" for number in range(_SAMPLES)],
        columns=[f"taxon {number}" for number in range(_TAXA)],
    )
    numbers = counts.astype(np.float64)
    best, given = _timed(
        {
            "ours": lambda: beta_diversity(table, proportions=False).to_numpy(),
            "scikit-bio": lambda: peer_beta_diversity("braycurtis", counts, validate=False).data,
            "scipy": lambda: squareform(pdist(numbers, "braycurtis")),
        }
    )
    share = np.count_nonzero(counts) / counts.size
    ratios = []
    for peer, target in (("scikit-bio", 1.0), ("scipy", 1.0)):
        difference = float(np.abs(given["ours"] - given[peer]).max())
        if difference > 1e-14:
            raise AssertionError(f"not the same dissimilarities: {difference} from {peer}'s")
        ratios.append(
            Ratio(
                name=f"Bray-Curtis, {_SAMPLES} samples x {_TAXA} taxa",
                peer_name=f"{peer} {version(peer)}",
                ours=best["ours"],
                peer=best[peer],
                unit="s",
                target=target,
                note=f"{share:.0%} of the counts are not zero; ours checks the table first",
            )
        )
    return ratios


def _timed(
    calls: Mapping[str, Callable[[], _Given]], repeats: int = _REPEATS
) -> tuple[dict[str, float], dict[str, _Given]]:
    """The best time of each in seconds, and what each gave."""
    given = {name: call() for name, call in calls.items()}
    best = dict.fromkeys(calls, np.inf)
    for _ in range(repeats):  # by turns: a machine's load comes and goes
        for name, call in calls.items():
            time.sleep(_REST_S)
            begin = time.perf_counter()
            call()
            best[name] = min(best[name], time.perf_counter() - begin)
    return best, given

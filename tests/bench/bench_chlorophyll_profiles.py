"""Profiles of chlorophyll from an ensemble of ten networks, against scikit-learn.

Blue-Cloud's original calls scikit-learn's networks once for each pixel; it also reads them from
files each time, which is not counted here. scikit-learn with all pixels in one call is its best.
All have the same weights, scales and components, and give the same profiles.
"""

import time
import warnings
from collections.abc import Callable
from importlib.metadata import version

import numpy as np
from sklearn.decomposition import PCA
from sklearn.exceptions import ConvergenceWarning
from sklearn.neural_network import MLPRegressor

from bluecloud_routines.biodiversity import SOCA_HIDDEN
from bluecloud_routines.biodiversity._network import Components, Network
from tests.bench.ratio import Ratio

_PROFILES, _LOOPED, _INPUTS, _TARGETS, _REPEATS = 20_000, 200, 24, 25, 3


def run() -> list[Ratio]:
    """Time all, and see that they agree."""
    random = np.random.default_rng(5)
    profiles = random.normal(size=(400, 50)).cumsum(axis=1) / 10
    reduction = PCA(_TARGETS).fit(profiles)
    known = random.normal(size=(400, _INPUTS))
    peers = [_fitted(hidden, known, reduction.transform(profiles)) for hidden in SOCA_HIDDEN]
    components = Components(reduction.mean_, reduction.components_)
    members = [Network(tuple(p.coefs_), tuple(p.intercepts_), "tanh") for p in peers]
    inputs = random.normal(size=(_PROFILES, _INPUTS))

    def ours(rows: np.ndarray) -> np.ndarray:
        return np.mean([10 ** components.profiles(each(rows)) for each in members], axis=0)

    def theirs(rows: np.ndarray) -> np.ndarray:
        made = [10 ** reduction.inverse_transform(each.predict(rows)) for each in peers]
        return np.mean(made, axis=0)

    def looped(rows: np.ndarray) -> np.ndarray:
        return np.concatenate([theirs(row[None]) for row in rows])

    mine, found = _best(lambda: ours(inputs))
    batch, expected = _best(lambda: theirs(inputs))
    loop, few = _best(lambda: looped(inputs[:_LOOPED]))
    np.testing.assert_allclose(found, expected, rtol=1e-10)
    np.testing.assert_allclose(found[:_LOOPED], few, rtol=1e-10)
    what = f"chlorophyll of {_PROFILES} profiles by {len(members)} networks"
    peer = f"scikit-learn {version('scikit-learn')}"
    note = "the same profiles to 1e-10"
    return [
        Ratio(
            name=what,
            peer_name=f"{peer}, a call for each profile",
            ours=mine,
            peer=loop / _LOOPED * _PROFILES,
            unit="s",
            target=1 / 20,
            note=f"{note}; peer: {_LOOPED} profiles, scaled",
        ),
        Ratio(what, f"{peer}, all in one call", mine, batch, "s", 1.1, note),
    ]


def _fitted(hidden: tuple[int, ...], inputs: np.ndarray, targets: np.ndarray) -> MLPRegressor:
    network = MLPRegressor(hidden_layer_sizes=hidden, activation="tanh", max_iter=2, random_state=0)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ConvergenceWarning)  # two rounds give weights enough
        return network.fit(inputs, targets)


def _best(call: Callable[[], np.ndarray]) -> tuple[float, np.ndarray]:
    best, given = float("inf"), call()
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        given = call()
        best = min(best, time.perf_counter() - begin)
    return best, given

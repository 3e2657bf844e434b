"""Patterns of 20,000 profiles of 200 levels, four classes: ours against scikit-learn's pipeline.

pyxpcm, the authors' program, does not import beside NumPy 2, so the peer is what it calls:
StandardScaler, PCA and GaussianMixture, with labels, probabilities and each class's quantiles by
NumPy; robustness is only ours. Both begin the mixture once, from the
same seed. They run by turns in one process, the peer with all threads and with one, and the best
time of each counts.
"""

import time
from importlib.metadata import version

import numpy as np
import xarray as xr

from bluecloud_routines.environment import fit_patterns, ocean_patterns
from tests.bench.ratio import Ratio

_PROFILES, _LEVELS, _CLASSES, _COMPONENTS = 20_000, 200, 4, 15
_REPEATS = 5


def run() -> list[Ratio]:
    """Time both, and see that they find the same classes."""
    from sklearn.decomposition import PCA
    from sklearn.metrics import adjusted_rand_score
    from sklearn.mixture import GaussianMixture
    from sklearn.preprocessing import StandardScaler
    from threadpoolctl import threadpool_limits

    values = _profiles()
    profiles = xr.Dataset(
        {"temperature": (("profile", "pressure"), values, {"units": "degree_Celsius"})},
        coords={"pressure": ("pressure", np.linspace(5, 1000, _LEVELS), {"units": "dbar"})},
    )

    def ours() -> tuple[np.ndarray, np.ndarray]:
        model = fit_patterns(
            profiles,
            axis="pressure",
            classes=_CLASSES,
            max_components=_COMPONENTS,
            explained_variance=1.0,
            starts=1,
        )
        result = ocean_patterns(profiles, model=model)
        return result["label"].values, np.sort(result["posterior"].values.max(axis=0))

    def peer() -> tuple[np.ndarray, np.ndarray]:
        reduced = PCA(_COMPONENTS).fit_transform(StandardScaler().fit_transform(values))
        mixture = GaussianMixture(_CLASSES, tol=1e-6, max_iter=1000, random_state=0).fit(reduced)
        probability = mixture.predict_proba(reduced)
        label = probability.argmax(axis=1)
        for number in range(_CLASSES):
            np.quantile(values[label == number], (0.05, 0.5, 0.95), axis=0)
        return label, np.sort(probability.max(axis=1))

    def peer_on_one_thread() -> tuple[np.ndarray, np.ndarray]:
        with threadpool_limits(1):
            return peer()

    seconds: dict[str, list[float]] = {"ours": [], "peer": []}
    found = {}
    turns = (("ours", ours), ("peer", peer), ("ours", ours), ("peer", peer_on_one_thread))
    for _ in range(_REPEATS):
        for who, work in turns:
            begin = time.perf_counter()
            found[who] = work()
            seconds[who].append(time.perf_counter() - begin)
    alike = adjusted_rand_score(found["ours"][0], found["peer"][0])
    apart = float(np.abs(found["ours"][1] - found["peer"][1]).max())
    if alike < 1 or apart > 1e-6:
        raise AssertionError(f"not the same classes: adjusted Rand index {alike}, {apart:.1e}")
    return [
        Ratio(
            name="ocean patterns, 20,000 profiles x 200 levels, 4 classes",
            peer_name=f"scikit-learn {version('scikit-learn')}",
            ours=min(seconds["ours"]),
            peer=min(seconds["peer"]),
            unit="s",
            target=1.25,
            note="the same labels and probabilities; pyxpcm itself needs NumPy 1",
        )
    ]


def _profiles() -> np.ndarray:
    """Four thermoclines with eddies and weather."""
    random = np.random.default_rng(22)
    kind = random.integers(0, _CLASSES, _PROFILES)
    pressure = np.linspace(5, 1000, _LEVELS)
    surface, deep = np.array([7.0, 14, 19, 26])[kind, None], np.array([3.5, 5, 8, 5])[kind, None]
    scale = np.array([300.0, 330, 500, 150])[kind, None]
    heave = 1 + 0.15 * random.standard_normal((_PROFILES, 1))
    profiles = deep + (surface - deep) * np.exp(-((pressure / scale * heave) ** 1.3))
    profiles += 0.6 * random.standard_normal((_PROFILES, 1)) * np.exp(-pressure / 100)
    noise = random.standard_normal((_PROFILES, _LEVELS))
    return profiles + 0.05 * np.cumsum(noise, axis=1) / np.sqrt(_LEVELS) + 0.05 * noise

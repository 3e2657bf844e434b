"""Patterns against pyxpcm 0.4.1, the authors' program, on the same profiles, and scikit-learn.

The reference was made with pyxpcm under NumPy 1.23: it does not import beside NumPy 2.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import xarray as xr
from sklearn.decomposition import PCA
from sklearn.metrics import adjusted_rand_score
from sklearn.mixture import GaussianMixture
from sklearn.preprocessing import StandardScaler

from bluecloud_routines.environment import PatternModel, fit_patterns, ocean_patterns
from bluecloud_routines.environment._mixture import (
    free_parameters,
    log_densities,
    log_likelihood,
)


@pytest.fixture(scope="module")
def reference(test_data: Path) -> dict[str, Any]:
    path = test_data / "oracles" / "environment" / "pcm" / "pyxpcm041_reference.npz"
    with np.load(path) as file:
        return dict(file)


@pytest.fixture(scope="module")
def profiles(reference: dict[str, Any]) -> xr.Dataset:
    return xr.Dataset(
        {"TEMP": (("profile", "depth"), reference["TEMP"], {"units": "degree_Celsius"})},
        coords={"depth": ("depth", -reference["depth"], {"units": "m", "positive": "down"})},
    )


@pytest.fixture(scope="module")
def model(profiles: xr.Dataset) -> PatternModel:
    """As pyxpcm does by default: fifteen components, whatever they explain."""
    return fit_patterns(profiles, axis="depth", classes=4, explained_variance=1.0, starts=2)


@pytest.fixture(scope="module")
def points(model: PatternModel, reference: dict[str, Any]) -> Any:
    return model.reduced({"TEMP": reference["TEMP"]})


def test_profiles_are_standardised_as_pyxpcms(
    model: PatternModel, reference: dict[str, Any]
) -> None:
    reduction = model.reductions["TEMP"]
    np.testing.assert_allclose(reduction.mean, reference["scaler_mean"], rtol=1e-12)
    np.testing.assert_allclose(reduction.scale, reference["scaler_scale"], rtol=1e-12)
    assert reduction.components.shape == (15, 100)


def test_score_and_criterion_are_pyxpcms(model: PatternModel, points: Any) -> None:
    likelihood = log_likelihood(model.log_densities(points))
    assert likelihood.mean() == pytest.approx(27.887393187320093, abs=1e-9)
    bic = -2 * likelihood.sum() + free_parameters(4, 15) * np.log(1500)
    assert bic == pytest.approx(-79691.10089177024, abs=1e-5)


def test_classes_probabilities_and_quantiles_are_pyxpcms(
    profiles: xr.Dataset, model: PatternModel, reference: dict[str, Any]
) -> None:
    result = ocean_patterns(profiles, model=model)
    label = result["label"].values
    assert adjusted_rand_score(reference["labels"], label) == 1
    assert adjusted_rand_score(reference["true"], label) == 1
    theirs = [int(reference["labels"][label == number][0]) for number in range(1, 5)]
    np.testing.assert_allclose(result["posterior"], reference["post"][theirs], atol=1e-12)
    np.testing.assert_allclose(result["robustness"], reference["robustness"], atol=1e-12)
    np.testing.assert_allclose(result["TEMP_quantiles"], reference["quant"][theirs], atol=1e-12)


def test_classes_go_from_cold_to_warm(profiles: xr.Dataset, model: PatternModel) -> None:
    result = ocean_patterns(profiles, model=model)
    medians = result["TEMP_quantiles"].sel(quantile=0.5).mean("depth").values
    assert (np.diff(medians) > 0).all()


def test_it_is_scikit_learns_own_pipeline_where_classes_overlap() -> None:
    random = np.random.default_rng(3)
    shapes = np.cumsum(random.standard_normal((3, 30)), axis=1)
    kind = random.integers(0, 3, 600)
    values = shapes[kind] + 2.5 * np.cumsum(random.standard_normal((600, 30)), axis=1) / 3
    profiles = xr.Dataset(
        {"temperature": (("profile", "depth"), values, {"units": "degree_Celsius"})},
        coords={"depth": ("depth", np.arange(30.0), {"units": "m"})},
    )
    model = fit_patterns(profiles, axis="depth", classes=3, max_components=4, starts=1, seed=7)
    result = ocean_patterns(profiles, model=model)
    reduced = PCA(4).fit_transform(StandardScaler().fit_transform(values))
    mixture = GaussianMixture(3, tol=1e-6, max_iter=1000, n_init=1, random_state=7).fit(reduced)
    assert mixture.score(reduced) == pytest.approx(
        log_likelihood(model.log_densities(model.reduced({"temperature": values}))).mean(), abs=1e-6
    )
    theirs = mixture.predict_proba(reduced)
    assert theirs.max(axis=1).min() < 0.9  # the classes do overlap
    apart = np.abs(result["posterior"].values[:, :, None] - theirs).sum(axis=1)
    order = apart.argmin(axis=1).tolist()
    assert sorted(order) == [0, 1, 2]
    np.testing.assert_allclose(result["posterior"].values.T, theirs[:, order], atol=1e-4)


def test_densities_are_scikit_learns() -> None:
    random = np.random.default_rng(2)
    points = random.standard_normal((200, 3)) @ random.standard_normal((3, 3))
    mixture = GaussianMixture(2, random_state=0).fit(points)
    ours = log_densities(points, mixture.weights_, mixture.means_, mixture.covariances_)
    np.testing.assert_allclose(log_likelihood(ours), mixture.score_samples(points), rtol=1e-10)
    assert mixture.bic(points) == pytest.approx(
        -2 * log_likelihood(ours).sum() + free_parameters(2, 3) * np.log(200), rel=1e-12
    )

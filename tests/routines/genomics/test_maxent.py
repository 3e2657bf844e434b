"""Maximum entropy models against their definition and elapid; scores against brute force."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import spearmanr
from sklearn.metrics import roc_auc_score

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import Maxent, auc, boyce, maxent, true_skill
from bluecloud_routines.genomics.maxent import Features
from tests.routines.genomics.elapid_peer import fitted_by_elapid, is_installed

SEEDS = st.integers(0, 10_000)


def water(seed: int, presences: int = 60, background: int = 400, number: int = 2) -> tuple:
    """A background, and presences that like one value of the first measurement."""
    random = np.random.default_rng(seed)
    other = random.normal(size=(background, number))
    every = random.normal(size=(200 * presences, number))
    likes = np.exp(-(((every[:, 0] - 0.6) / 0.7) ** 2) / 2)
    return every[random.random(len(every)) < likes][:presences], other


def loss(model: Maxent, made: np.ndarray, weight: np.ndarray, mean: np.ndarray, b: np.ndarray):
    exponent = made @ b
    return np.log(weight @ np.exp(exponent)) - mean @ b + model.tolerance @ np.abs(b)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, classes=st.sampled_from(["l", "lq", "h", "lqp", "lqph"]))
def test_it_meets_the_conditions_of_maximum_entropy(seed: int, classes: str) -> None:
    present, other = water(seed)
    model = maxent(present, other, classes=classes, hinges=6)
    every = np.vstack([present, other])
    made = model.features.of(every)
    off = made.T @ (model.ratio(every) / len(every)) - model.features.of(present).mean(axis=0)
    # Means agree within the tolerance, and where a coefficient is not zero, just so.
    assert (np.abs(off) <= model.tolerance + 1e-6).all()
    used = model.coefficients != 0
    np.testing.assert_allclose(
        off[used], -np.sign(model.coefficients[used]) * model.tolerance[used], atol=1e-6
    )
    assert model.ratio(every).mean() == pytest.approx(1)
    assert model.entropy <= 1e-12


def test_no_general_optimiser_finds_a_better_one() -> None:
    present, other = water(3)
    model = maxent(present, other, classes="lqp")
    every = np.vstack([present, other])
    made, weight = model.features.of(every), np.full(len(every), 1 / len(every))
    mean = model.features.of(present).mean(axis=0)
    count = made.shape[1]

    def split(parts: np.ndarray) -> float:
        return loss(model, made, weight, mean, parts[:count] - parts[count:]) + 0.0

    bounds = [(0, None)] * (2 * count)
    found = minimize(split, np.zeros(2 * count), bounds=bounds, options={"maxfun": 20000})
    ours = loss(model, made, weight, mean, model.coefficients)
    assert ours <= found.fun + 1e-9
    np.testing.assert_allclose(found.x[:count] - found.x[count:], model.coefficients, atol=0.05)


def test_it_is_the_limit_of_logistic_regression_on_a_heavy_background() -> None:
    present, other = water(5)
    model = maxent(present, other, classes="lq", beta=2)
    every = np.vstack([present, other])
    rows = np.vstack([model.features.of(present), model.features.of(every)])
    is_there = np.arange(len(rows)) < len(present)
    weight = np.where(is_there, 1.0, 1e4 / len(every) * len(present))
    count = rows.shape[1]

    def penalised(parts: np.ndarray) -> tuple[float, np.ndarray]:
        b = parts[1 : count + 1] - parts[count + 1 :]
        exponent = parts[0] + rows @ b
        sign = np.where(is_there, -1.0, 1.0)
        value = weight @ np.logaddexp(0, sign * exponent) / len(present)
        slope = weight * sign / (1 + np.exp(-sign * exponent)) / len(present)
        down = rows.T @ slope
        both = [[slope.sum()], down + model.tolerance, model.tolerance - down]
        return value + model.tolerance @ (
            parts[1 : count + 1] + parts[count + 1 :]
        ), np.concatenate(both)

    bounds = [(None, None)] + [(0, None)] * (2 * count)
    start = np.concatenate([[-9.0], np.zeros(2 * count)])
    found = minimize(penalised, start, jac=True, bounds=bounds, tol=1e-14)
    theirs = found.x[1 : count + 1] - found.x[count + 1 :]
    ours = rows @ model.coefficients
    assert np.corrcoef(ours, rows @ theirs)[0, 1] > 0.99999
    np.testing.assert_allclose(np.ptp(rows @ theirs), np.ptp(ours), rtol=0.01)


@pytest.mark.skipif(not is_installed(), reason="elapid is not among the judges: make install")
def test_it_maps_what_elapid_maps() -> None:
    present, other = water(7, presences=300, background=2000, number=3)
    theirs, _ = fitted_by_elapid(present, other, classes="lh", beta=1.0)
    ours = maxent(present, other, classes="lh").cloglog(other)
    assert np.corrcoef(ours, theirs)[0, 1] > 0.99


def test_weights_are_points_that_occur_more_than_once() -> None:
    present, other = water(9)
    weights = np.tile([1.0, 2.0, 3.0, 4.0], 100)
    repeated = maxent(present, np.repeat(other, weights.astype(int), axis=0))
    weighted = maxent(present, other, weights=weights)
    np.testing.assert_allclose(weighted.cloglog(other), repeated.cloglog(other), atol=1e-5)


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, by=st.floats(0.001, 1000), shift=st.floats(-100, 100))
def test_other_units_change_nothing(seed: int, by: float, shift: float) -> None:
    present, other = water(seed, presences=30, background=150)
    first = maxent(present, other).cloglog(other)
    again = maxent(by * present + shift, by * other + shift).cloglog(by * other + shift)
    np.testing.assert_allclose(again, first, atol=2e-4)
    assert ((first >= 0) & (first <= 1)).all()


def test_presences_that_are_like_the_background_teach_nothing() -> None:
    other = np.random.default_rng(1).normal(size=(300, 2))
    model = maxent(other[:100], np.repeat(other[:100], 3, axis=0))
    assert not model.coefficients.any()
    np.testing.assert_allclose(model.ratio(other), 1)
    np.testing.assert_allclose(model.cloglog(other), 1 - np.exp(-1))


def test_features_are_those_of_their_definition() -> None:
    features = Features("lqph", np.array([0.0, 10.0]), np.array([2.0, 30.0]), hinges=3)
    found = features.of(np.array([[1.0, 15.0], [9.0, -9.0]]))  # the second is beyond the ends
    linear, quadratic, product = [[0.5, 0.25], [1, 0]], [[0.25, 0.0625], [1, 0]], [[0.125], [0]]
    # Of each measurement what rises from 0 and 0.5, and what falls to 0.5 and 1.
    first, second = [[0.5, 0, 0, 0.5], [1, 1, 0, 0]], [[0.25, 0, 0.5, 0.75], [0, 0, 1, 1]]
    np.testing.assert_allclose(found, np.hstack([linear, quadratic, product, first, second]))
    for classes, parts in (("l", [linear]), ("q", [quadratic]), ("h", [first, second])):
        few = replace(features, classes=classes).of(np.array([[1.0, 15.0], [9.0, -9.0]]))
        np.testing.assert_allclose(few, np.hstack(parts))


@pytest.mark.parametrize(
    ("classes", "presences", "share"),
    [
        ("l", 20, 0.6),
        ("l", 5, 1),
        ("lq", 30, 0.25),
        ("lqp", 30, 0.55),
        ("lq", 150, 0.05),
        ("l", 150, 0.05),
    ],
)
def test_tolerances_are_those_of_phillips_and_dudik(
    classes: str, presences: int, share: float
) -> None:
    features = Features(classes + "h", np.zeros(2), np.ones(2), hinges=2)
    # Both are at their ends, high at half of the presences: each feature is so too.
    high = np.arange(presences) < presences // 2
    at = features.of(np.stack([high, high], axis=1).astype(float))
    spread = high.std(ddof=1)
    smooth = {"l": 2, "lq": 4, "lqp": 5}[classes]
    expected = np.array([share] * smooth + [0.5] * 4) * spread / np.sqrt(presences)
    np.testing.assert_allclose(features.tolerance(at, at), expected)


def test_a_feature_that_does_not_vary_at_the_presences_has_the_smallest_tolerance() -> None:
    features = Features("lh", np.zeros(1), np.ones(1), hinges=2)
    at, every = features.of(np.full((25, 1), 0.5)), features.of(np.array([[0.0], [0.8]]))
    # Of a hinge the spread is at least one over the root of the number.
    np.testing.assert_allclose(features.tolerance(at, every), [0.0008, 0.02, 0.02])


def test_suitability_is_of_the_ratio_and_the_entropy() -> None:
    present, other = water(13)
    model = maxent(present, other)
    every = np.vstack([present, other])
    ratio = model.ratio(every)
    sharpness = (ratio * np.log(ratio)).mean()  # Kullback and Leibler's, from the background
    assert sharpness > 0.1
    expected = 1 - np.exp(-np.exp(-sharpness) * ratio)
    np.testing.assert_allclose(model.cloglog(every), expected, rtol=1e-9)


def test_beta_multiplies_tolerances_and_what_never_varies_is_not_learnt() -> None:
    present, other = water(15)
    model = maxent(present, other)
    np.testing.assert_allclose(maxent(present, other, beta=3).tolerance, 3 * model.tolerance)
    still = [np.hstack([each, np.ones((len(each), 1))]) for each in (present, other)]
    np.testing.assert_allclose(maxent(*still).cloglog(still[1]), model.cloglog(other), atol=1e-6)


def test_a_larger_beta_gives_a_simpler_model_and_the_ends_are_kept() -> None:
    present, other = water(11)
    sizes = [np.count_nonzero(maxent(present, other, beta=b).coefficients) for b in (0.5, 2, 20)]
    assert sizes == sorted(sizes, reverse=True)
    model = maxent(present, other)
    high = np.vstack([present, other]).max(axis=0)
    np.testing.assert_array_equal(model.cloglog(high[None] + 5), model.cloglog(high[None]))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"classes": ""}, "classes is ''"),
        ({"classes": "lx"}, "classes is 'lx': one or more letters of 'lqph'"),
        ({"beta": 0.0}, "beta is 0.0: 0.1 to 20"),
        ({"hinges": 1}, "hinges is 1"),
        ({"weights": np.zeros(400)}, "a weight that is finite and above zero"),
        ({"weights": np.ones(3)}, "each background point needs a weight"),
    ],
)
def test_options_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    with pytest.raises((ParameterError, ValuesError), match=message):
        maxent(*water(1), **change)


def test_points_that_cannot_be_used_are_refused() -> None:
    present, other = water(1)
    for given_present, given_other, message in (
        (present[:2], other, "3 presences"),
        (present, other[:0], "a background point"),
        (present[:, :1], other, "the same measurements"),
        (np.where(present == present[0, 0], np.nan, present), other, "missing or infinite"),
        (present, np.where(other == other[0, 0], np.inf, other), "missing or infinite"),
        (present * 0, other * 0, "no measurement varies"),
    ):
        with pytest.raises(ValuesError, match=message):
            maxent(given_present, given_other)


@settings(max_examples=25, deadline=None)
@given(seed=SEEDS)
def test_scores_are_those_of_brute_force(seed: int) -> None:
    random = np.random.default_rng(seed)
    present, other = random.integers(3, 12, 8) / 10, random.integers(0, 10, 30) / 10
    weights = random.integers(1, 4, 30).astype(float)
    repeated = np.repeat(other, weights.astype(int))
    labels = np.repeat([1, 0], [len(present), len(repeated)])
    values = np.concatenate([present, repeated])
    assert auc(present, other, weights) == pytest.approx(roc_auc_score(labels, values))
    wins = [float(a > b) + 0.5 * float(a == b) for a, b in itertools.product(present, other)]
    assert auc(present, other) == pytest.approx(np.mean(wins))
    skills = {t: np.mean(present >= t) + np.mean(repeated < t) - 1 for t in np.unique(values)}
    skill, threshold = true_skill(present, other, weights)
    assert skill == pytest.approx(max(skills.values()))
    assert skills[threshold] == pytest.approx(skill)


def test_boyces_index_is_that_of_its_definition() -> None:
    random = np.random.default_rng(2)
    present, other = random.beta(3, 1, 200), random.random(500)
    low, high = min(present.min(), other.min()), max(present.max(), other.max())
    starts = np.linspace(low, high - (high - low) / 10, 101)
    ratio = []
    for start in starts:
        inside = [
            np.sum((each >= start) & (each <= start + (high - low) / 10))
            for each in (present, other)
        ]
        ratio.append(inside[0] / inside[1])
    assert boyce(present, other) == pytest.approx(spearmanr(starts, ratio).statistic)
    assert boyce(present, other) > 0.9
    assert boyce(1 - present, other) < -0.9
    assert np.isnan(boyce(np.full(5, 0.5), np.full(9, 0.5)))


def test_scores_of_nothing_are_refused() -> None:
    for present, other in ((np.zeros(0), np.ones(2)), (np.ones(2), np.zeros(0))):
        with pytest.raises(ValuesError, match="one of each is the least"):
            auc(present, other)
    with pytest.raises(ValuesError, match="missing or infinite"):
        true_skill(np.array([0.1, np.nan]), np.ones(2))
    for weights in (np.zeros(2), np.array([-1.0, 2.0])):
        with pytest.raises(ValuesError, match="0 or more, and not all 0"):
            boyce(np.ones(3), np.ones(2), weights)


def test_a_model_is_not_asked_of_other_measurements() -> None:
    model = maxent(*water(1))
    for number in (1, 3):
        with pytest.raises(ValuesError, match=f"{number} measurements, the model 2"):
            model.cloglog(np.zeros((4, number)))

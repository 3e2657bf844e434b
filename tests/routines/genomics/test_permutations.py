"""Tests by permutation and ordinations, against scikit-bio and against all orders there are."""

from collections.abc import Callable
from itertools import permutations as all_orders

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.spatial.distance import pdist, squareform
from skbio import DistanceMatrix
from skbio.stats.distance import mantel as peer_mantel
from skbio.stats.distance import permanova as peer_permanova
from skbio.stats.ordination import pcoa

from bluecloud_routines import ParameterError, ValuesError
from bluecloud_routines.genomics import (
    beta_diversity,
    community_table,
    envfit,
    great_circle,
    mantel,
    nonmetric_scaling,
    permanova,
    principal_coordinates,
)
from bluecloud_routines.genomics._orbits import SquaresWithin, _Orbits
from tests.routines.genomics.conftest import community

LETTERS = list("abcdef")


def square(points: np.ndarray, names: list[str] | None = None) -> pd.DataFrame:
    names = names or [f"s{number}" for number in range(len(points))]
    return pd.DataFrame(squareform(pdist(points)), index=names, columns=names)


def grouped(distances: pd.DataFrame, labels: list[str] | np.ndarray) -> pd.Series:
    return pd.Series(labels, index=distances.index, name="group")


def peer(distances: pd.DataFrame) -> DistanceMatrix:
    return DistanceMatrix(distances.to_numpy(), list(map(str, distances.index)))


@pytest.mark.parametrize("groups", [2, 3, 7])
@pytest.mark.parametrize("metric", ["bray_curtis", "aitchison", "jaccard"])
def test_pseudo_f_is_scikit_bios(groups: int, metric: str) -> None:
    distances = beta_diversity(community(groups, samples=40), metric=metric)
    labels = np.random.default_rng(groups).integers(groups, size=40).astype(str)
    ours = permanova(distances, grouped(distances, labels), permutations=99)
    theirs = peer_permanova(peer(distances), list(labels), permutations=0)
    assert ours.value == pytest.approx(theirs["test statistic"], rel=1e-12)
    assert (ours.samples, ours.groups) == (40, groups)


def test_the_p_value_agrees_with_scikit_bios() -> None:
    points = np.random.default_rng(21).normal(size=(12, 2))
    points[:6] += 0.6
    distances = square(points)
    labels = ["a"] * 6 + ["b"] * 6
    ours = permanova(distances, grouped(distances, labels), permutations=9999)
    theirs = peer_permanova(peer(distances), labels, permutations=199, seed=1)
    # Two estimates of one probability: five standard errors of the rougher.
    error = np.sqrt(ours.p_value * (1 - ours.p_value) / 199)
    assert 0.01 < ours.p_value < 0.9
    assert abs(ours.p_value - theirs["p-value"]) < 5 * error


def test_pseudo_f_of_real_studies_is_scikit_bios(study: pd.DataFrame) -> None:
    counts = community_table(study, sample="run_accession", count="count", rank="family")
    distances = beta_diversity(counts)
    labels = np.where(np.arange(len(counts)) % 2, "odd", "even")
    ours = permanova(distances, grouped(distances, labels), permutations=99)
    theirs = peer_permanova(peer(distances), list(labels), permutations=0)
    assert ours.value == pytest.approx(theirs["test statistic"], rel=1e-12)


def test_the_p_value_nears_that_of_all_orders_there_are() -> None:
    points = np.array([[0.0], [0.4], [1.1], [2.5], [2.6], [4.0]])
    distances = square(points, LETTERS)
    labels = np.array(["x", "x", "x", "y", "y", "y"])
    found = permanova(distances, grouped(distances, labels), permutations=9999, seed=3)

    def f_of(order: np.ndarray) -> float:
        # One dimension: the classical analysis of variance.
        one, other = points[order == "x", 0], points[order == "y", 0]
        within = ((one - one.mean()) ** 2).sum() + ((other - other.mean()) ** 2).sum()
        return float((((points[:, 0] - points.mean()) ** 2).sum() - within) / (within / 4))

    assert found.value == pytest.approx(f_of(labels), rel=1e-12)
    every = [f_of(np.array(order)) for order in all_orders(labels)]
    exact = np.mean(np.array(every) >= found.value * (1 - 1e-9))
    assert found.p_value == pytest.approx(exact, abs=5 * np.sqrt(exact * (1 - exact) / 9999))


def within(squared: np.ndarray, labels: np.ndarray) -> float:
    """By the definition: squared distances of the pairs of each group over the group's size."""
    each = (np.flatnonzero(labels == group) for group in np.unique(labels))
    return sum(float(squared[np.ix_(own, own)].sum() / 2 / len(own)) for own in each)


def orders_of(orbits: _Orbits) -> np.ndarray:
    """All (setting, turn) orders, whether they are asked for or not."""
    return orbits.orders(np.argwhere(np.ones_like(orbits.is_asked)))


@settings(deadline=None, max_examples=40)
@given(
    seed=st.integers(0, 10**6),
    samples=st.sampled_from([3, 4, 5, 40, 127, 128, 129, 131, 300, 307]),
    groups=st.integers(2, 5),
    scale=st.sampled_from([1e-120, 1.0, 1e120]),
    steps=st.sampled_from([0, 3]),
)
def test_each_orders_sum_is_reached_or_not_as_the_definition_has_it(
    seed: int, samples: int, groups: int, scale: float, steps: int
) -> None:
    groups = min(groups, samples - 1)
    random = np.random.default_rng(seed)
    points = random.normal(size=(samples, 3))
    if steps:  # many orders of one value: all are decided in double precision
        points = points.round(0)
        points[0] += 1
    distances = squareform(pdist(points * scale))
    labels = np.concatenate([np.arange(groups), random.integers(groups, size=samples - groups)])
    squares = SquaresWithin(distances, labels)
    orbits = _Orbits(labels, 199, np.random.default_rng(seed))
    asked = orders_of(orbits)[orbits.is_asked.ravel()]
    assert len(asked) == 199
    expected = np.array([within(distances**2, order) for order in asked])
    np.testing.assert_allclose(squares.exact(asked), expected, rtol=1e-11)
    assert squares.total == pytest.approx((distances**2).sum() / 2 / samples)
    assert squares.observed == pytest.approx(within(distances**2, labels))
    for most in (np.median(expected), expected.min(), expected.max(), expected.min() * 0.99):
        most = most + 1e-10 * squares.total
        assert squares.reached(most, 199, seed) == np.count_nonzero(expected <= most)


@pytest.mark.parametrize("samples", [400, 1009, 1024, 2000])
def test_single_precision_stays_far_within_its_bound(samples: int) -> None:
    random = np.random.default_rng(30)
    squared = squareform(pdist(random.normal(size=(samples, 3)), "sqeuclidean"))
    squared /= squared.max()
    labels = np.array([0] * 2 + [1] * (samples - 2))  # a small group among many samples
    orbits = _Orbits(labels, 999, random)
    nearly, bound = orbits.sums(squared, float(squared.sum()))
    some = random.permutation(np.argwhere(orbits.is_asked))[:50]
    exact = [within(squared, order) for order in orbits.orders(some)]
    error = np.abs(nearly[tuple(some.T)] - exact).max()
    assert error < bound / 8
    # And the bound leaves few to be asked again.
    assert bound < nearly.std() / 8


@pytest.mark.parametrize("groups", [2, 4, 300])
def test_orders_are_random_ones_of_the_same_labels(groups: int) -> None:
    codes = np.repeat(np.arange(groups), 3)
    orbits = _Orbits(codes, 2000, np.random.default_rng(5))
    orders = orders_of(orbits)
    assert (orders[0] == codes).all()
    assert (np.sort(orders, axis=1) == codes).all()
    assert not orbits.is_asked[0, 0]
    # Each sample has each label equally often: four and a half standard errors of the mean.
    asked = orders[orbits.is_asked.ravel()]
    assert asked.shape == (2000, 3 * groups)
    error = np.sqrt((groups**2 - 1) / 12 / 2000)
    assert np.abs(asked.mean(axis=0) - (groups - 1) / 2).max() < 4.5 * error


@pytest.mark.parametrize("samples", [12, 100, 400])
def test_p_values_spread_no_more_than_those_of_independent_orders(samples: int) -> None:
    random = np.random.default_rng(8)
    points = random.normal(size=(samples, 3))
    labels = np.arange(samples) % 3
    points[labels == 0] += 1 / np.sqrt(samples)
    distances = square(points)
    groups = grouped(distances, labels)
    found = [permanova(distances, groups, seed=seed).p_value for seed in range(200)]
    mean = np.mean(found)
    assert 0.02 < mean < 0.98
    binomial = mean * (1 - mean) / 999
    # A variance of 200 values is known to a tenth: three and a half standard errors.
    assert np.var(found) / binomial == pytest.approx(1, abs=0.35)


def test_on_one_axis_shares_of_variance_add_up() -> None:
    points = np.arange(10.0)[:, None]
    labels = ["a"] * 5 + ["b"] * 5
    found = permanova(square(points), grouped(square(points), labels))
    # By hand: total 82.5, between 10 * 2.5**2 = 62.5.
    assert found.r_squared == pytest.approx(62.5 / 82.5)
    assert found.value == pytest.approx(62.5 / (20 / 8))


@settings(deadline=None, max_examples=30)
@given(seed=st.integers(0, 10**6), factor=st.floats(0.1, 100))
def test_the_result_minds_neither_scale_nor_order_nor_names(seed: int, factor: float) -> None:
    random = np.random.default_rng(seed)
    distances = square(random.normal(size=(12, 3)))
    groups = grouped(distances, random.permutation(["a", "b", "c"] * 4))
    found = permanova(distances, groups, permutations=99)
    again = permanova(distances * factor, groups.replace("a", "z"), permutations=99)
    assert again.value == pytest.approx(found.value, rel=1e-9)
    assert again.p_value == found.p_value
    order = random.permutation(12)
    turned = permanova(distances.iloc[order, order], groups, permutations=99)
    assert turned.value == pytest.approx(found.value, rel=1e-9)


def test_without_a_difference_p_values_are_spread_evenly() -> None:
    random = np.random.default_rng(4)
    below = 0
    for _ in range(200):
        distances = square(random.normal(size=(12, 2)))
        found = permanova(distances, grouped(distances, list("ab") * 6), permutations=99)
        below += found.p_value <= 0.1
    assert 6 <= below <= 36  # 20 expected, standard deviation 4.2


def test_groups_that_lie_apart_have_the_least_p_value_there_is() -> None:
    random = np.random.default_rng(5)
    points = np.concatenate([random.normal(size=(20, 2)), random.normal(50, 1, size=(20, 2))])
    found = permanova(square(points), grouped(square(points), ["a"] * 20 + ["b"] * 20))
    assert found.p_value == pytest.approx(0.001)
    assert found.r_squared > 0.99


def test_the_seed_decides_and_the_size_of_batches_does_not(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    distances = square(np.random.default_rng(6).normal(size=(30, 3)))
    groups = grouped(distances, list("abc") * 10)
    whole = permanova(distances, groups, seed=1)
    assert whole == permanova(distances, groups, seed=1)
    assert whole.p_value != permanova(distances, groups, seed=2).p_value
    monkeypatch.setattr("bluecloud_routines.genomics._orbits._GAPS", 4)
    monkeypatch.setattr("bluecloud_routines.genomics._orbits._ROWS", 10)
    assert whole == permanova(distances, groups, seed=1)


@pytest.mark.parametrize("method", ["pearson", "spearman"])
def test_the_mantel_correlation_is_scikit_bios(method: str) -> None:
    random = np.random.default_rng(7)
    points = random.normal(size=(25, 2))
    first, second = square(points), square(points + random.normal(0, 1, size=(25, 2)))
    ours = mantel(first, second.iloc[::-1, ::-1], subject="x", method=method, permutations=999)
    theirs = peer_mantel(
        peer(first), peer(second), method=method, permutations=999, alternative="greater", seed=1
    )
    assert ours.value == pytest.approx(theirs[0], rel=1e-12)
    assert ours.p_value == pytest.approx(theirs[1], abs=0.01)


def test_a_distance_goes_wholly_with_itself() -> None:
    distances = square(np.random.default_rng(8).normal(size=(15, 2)))
    found = mantel(distances, 3 * distances, subject="itself")
    assert found.value == pytest.approx(1)
    assert found.p_value == pytest.approx(0.001)


@pytest.mark.parametrize("metric", ["bray_curtis", "aitchison", "jaccard"])
def test_principal_coordinates_are_scikit_bios_up_to_their_sign(metric: str) -> None:
    distances = beta_diversity(community(9, samples=30), metric=metric)
    ours = principal_coordinates(distances, axes=4)
    theirs = pcoa(peer(distances), dimensions=30, warn_neg_eigval=False)
    expected = theirs.samples.to_numpy()[:, :4]
    signs = np.sign((expected * ours.coordinates).sum(axis=0).to_numpy())
    np.testing.assert_allclose(ours.coordinates, expected * signs, atol=1e-9)
    shares = theirs.proportion_explained.to_numpy()[:4]
    np.testing.assert_allclose(ours.explained, shares, rtol=1e-9)


def test_straight_distances_are_kept_and_nothing_is_negative() -> None:
    points = np.random.default_rng(10).normal(size=(20, 3)) * [5, 2, 1]
    found = principal_coordinates(square(points), axes=3)
    np.testing.assert_allclose(pdist(found.coordinates), pdist(points), rtol=1e-9)
    assert found.explained.sum() == pytest.approx(1)
    assert found.negative == pytest.approx(0, abs=1e-9)
    coordinates = found.coordinates.to_numpy()
    assert (coordinates.max(axis=0) >= -coordinates.min(axis=0)).all()


def test_non_metric_scaling_finds_places_again_from_their_order_alone() -> None:
    points = np.random.default_rng(11).uniform(size=(30, 2))
    found = nonmetric_scaling(square(points) ** 3, axes=2)
    assert np.square(found.coordinates).to_numpy().sum(axis=1).mean() == pytest.approx(1)
    assert found.coordinates.mean().to_numpy() == pytest.approx([0, 0])
    assert found.stress < 0.01
    similar = np.corrcoef(pdist(found.coordinates), pdist(points))[0, 1]
    assert similar > 0.99


def test_non_metric_scaling_is_no_worse_than_its_start_and_decided_by_its_seed() -> None:
    distances = beta_diversity(community(12, samples=20))
    one, eight = (nonmetric_scaling(distances, starts=starts, seed=1) for starts in (1, 8))
    assert eight.stress <= one.stress < 0.5
    again = nonmetric_scaling(distances, starts=8, seed=1)
    pd.testing.assert_frame_equal(again.coordinates, eight.coordinates)


def test_stress_is_kruskals_of_the_places_given() -> None:
    from scipy.optimize import isotonic_regression

    distances = beta_diversity(community(13, samples=15))
    found = nonmetric_scaling(distances, starts=2)
    asked, had = squareform(distances), pdist(found.coordinates)
    order = np.lexsort((had, asked))
    fitted = isotonic_regression(had[order]).x
    expected = np.sqrt(((had[order] - fitted) ** 2).sum() / (had**2).sum())
    assert found.stress == pytest.approx(expected, rel=1e-6)


def test_a_measurement_made_of_the_axes_is_fitted_wholly() -> None:
    axes = pd.DataFrame(
        np.random.default_rng(14).normal(size=(20, 2)), index=range(20), columns=["1", "2"]
    )
    measured = pd.DataFrame({"slope": 3 * axes["1"] - 4 * axes["2"] + 7, "same": 1.0})
    found = envfit(axes, measured)
    assert found.loc["slope", ["1", "2"]].tolist() == pytest.approx([0.6, -0.8])
    assert found.loc["slope", "r_squared"] == pytest.approx(1)
    assert found.loc["slope", "p_value"] == pytest.approx(0.001)
    assert found.loc["same"].isna().sum() == 4
    assert found.loc["same", "samples"] == 20


def test_a_fit_is_that_of_a_regression_and_its_p_value_that_of_all_orders() -> None:
    random = np.random.default_rng(15)
    axes = pd.DataFrame(random.normal(size=(6, 2)), columns=["1", "2"])
    values = random.normal(size=6) + axes["1"].to_numpy()

    def share(values: np.ndarray) -> float:
        design = np.column_stack([np.ones(6), axes])
        rest = values - design @ np.linalg.lstsq(design, values, rcond=None)[0]
        return float(1 - rest @ rest / ((values - values.mean()) ** 2).sum())

    found = envfit(axes, pd.DataFrame({"v": values}), permutations=9999).loc["v"]
    assert found["r_squared"] == pytest.approx(share(values), rel=1e-10)
    every = np.array([share(np.array(order)) for order in all_orders(values)])
    exact = np.mean(every >= share(values) - 1e-12)
    assert found["p_value"] == pytest.approx(exact, abs=5 * np.sqrt(exact / 9999))


def test_samples_without_a_measurement_are_left_out_for_it_alone() -> None:
    random = np.random.default_rng(16)
    axes = pd.DataFrame(random.normal(size=(20, 2)), columns=["1", "2"])
    measured = pd.DataFrame({"whole": random.normal(size=20), "gaps": random.normal(size=20)})
    measured.loc[:4, "gaps"] = np.nan
    found = envfit(axes, measured)
    assert found["samples"].tolist() == [20, 15]
    alone = envfit(axes.loc[5:], measured.loc[5:, ["gaps"]])
    pd.testing.assert_frame_equal(found.loc[["gaps"]], alone)


def test_a_degree_of_latitude_is_sixty_nautical_miles_and_the_dateline_no_wall() -> None:
    places = pd.DataFrame({"latitude": [0, 1, 0, 0], "longitude": [179.5, 179.5, -179.5, -0.5]})
    found = great_circle(places)
    assert found.loc[0, 1] == pytest.approx(111.195, abs=0.001)
    assert found.loc[0, 2] == pytest.approx(111.195, abs=0.001)
    assert found.loc[0, 3] == pytest.approx(np.pi * 6371.0088)  # the antipode
    with pytest.raises(ValuesError, match="not on the earth"):
        great_circle(places.assign(latitude=[0, 91, 0, 0]))


WRONG: list[tuple[Callable[[pd.DataFrame], pd.DataFrame], str]] = [
    (lambda d: d.iloc[:3], "is 3 x 6"),
    (lambda d: d.iloc[:0, :0], "is 0 x 0"),
    (lambda d: d.rename(index={"a": "z"}), "same samples"),
    (lambda d: d.mask(d > d.to_numpy().max() * 0.99), "missing or infinite"),
    (lambda d: d - 1, "below zero"),
    (lambda d: d + np.eye(6), "itself is not zero"),
    (lambda d: d + np.triu(np.ones((6, 6)), 1), "not symmetric"),
    (lambda d: d * 0, "alike"),
]


@pytest.mark.parametrize(("spoil", "says"), WRONG)
def test_what_is_no_table_of_distances_is_refused(
    spoil: Callable[[pd.DataFrame], pd.DataFrame], says: str
) -> None:
    distances = square(np.random.default_rng(17).normal(size=(6, 2)), LETTERS)
    wrong = spoil(distances)
    with pytest.raises(ValuesError, match=says):
        permanova(wrong, pd.Series(list("xxyyxy"), index=LETTERS, name="group"))
    with pytest.raises(ValuesError, match=says):
        principal_coordinates(wrong)


@pytest.mark.parametrize(
    ("labels", "says"),
    [
        (["x"] * 6, "makes 1 groups of 6"),
        (LETTERS, "makes 6 groups of 6"),
        (["x", "y", None, "x", "y", "x"], "'c' have no 'group'"),
    ],
)
def test_groups_that_cannot_be_compared_are_refused(labels: list[str], says: str) -> None:
    distances = square(np.random.default_rng(18).normal(size=(6, 2)), LETTERS)
    with pytest.raises(ValuesError, match=says):
        permanova(distances, grouped(distances, labels))
    with pytest.raises(ValuesError, match="no row for 'f'"):
        permanova(distances, grouped(distances, list("xyxyxy")).iloc[:5])


@pytest.mark.parametrize("permutations", [0, 98, 100_000, 99.5, True])
def test_a_number_of_permutations_out_of_range_is_refused(permutations: int) -> None:
    distances = square(np.random.default_rng(19).normal(size=(6, 2)), LETTERS)
    groups = grouped(distances, list("xyxyxy"))
    with pytest.raises(ParameterError, match="99 to 99999"):
        permanova(distances, groups, permutations=permutations)
    with pytest.raises(ParameterError, match="99 to 99999"):
        mantel(distances, distances, subject="x", permutations=permutations)


def test_other_things_that_cannot_be_computed_are_refused_with_the_reason() -> None:
    distances = square(np.random.default_rng(20).normal(size=(6, 2)), LETTERS)
    with pytest.raises(ParameterError, match=r"method is 'kendall'.*spearman"):
        mantel(distances, distances, subject="x", method="kendall")
    with pytest.raises(ValuesError, match="not of the same samples"):
        mantel(distances, distances.iloc[:5, :5], subject="x")
    with pytest.raises(ValuesError, match="2 samples: a correlation needs at least 3"):
        mantel(distances.iloc[:2, :2], distances.iloc[:2, :2], subject="x")
    even = (distances > 0).astype(float)
    with pytest.raises(ValuesError, match="the same distance"):
        mantel(distances, even, subject="x")
    with pytest.raises(ParameterError, match="axes is 6"):
        principal_coordinates(distances, axes=6)
    with pytest.raises(ParameterError, match="starts is 0"):
        nonmetric_scaling(distances, starts=0)
    axes = principal_coordinates(distances).coordinates
    with pytest.raises(ValuesError, match="'v' is known in 3 samples: 4 are the least"):
        envfit(axes, pd.DataFrame({"v": [1, 2, 3, np.nan, np.nan, np.nan]}, index=LETTERS))
    with pytest.raises(ValuesError, match="infinite"):
        envfit(axes, pd.DataFrame({"v": [1, 2, 3, 4, 5, np.inf]}, index=LETTERS))

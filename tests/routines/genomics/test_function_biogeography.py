"""Maps of communities: virtual niches are found again, and what is masked stays masked."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import percentileofscore

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import (
    blocked_folds,
    features_between_samples,
    function_biogeography,
    mess,
    random_folds,
)
from bluecloud_routines.genomics._maps import grouped, unlikeness
from bluecloud_routines.genomics.biogeography import as_shares

FEATURES = ["temperature", "nitrate"]
QUICK = {
    "features": FEATURES, "groups": 3, "min_leaf": (3, 6), "learning_rate": (0.1,),
    "rounds": 150, "folds": 5, "bootstraps": 8, "response_points": 7, "permutations": 99,
}  # fmt: skip


def niches(temperature: np.ndarray, nitrate: np.ndarray) -> np.ndarray:
    """Shares of six targets: two like warm water, two cold, two nitrate; no noise."""
    like = np.stack(
        [
            scale * np.exp(-(((temperature - best) / 5) ** 2) / 2) * (1 + slope * nitrate)
            for scale, best, slope in (
                (1.0, 26, 0), (0.5, 26, 0), (1.0, 8, 0), (0.5, 8, 0), (0.1, 17, 1), (0.05, 17, 1),
            )
        ],
        axis=-1,
    )  # fmt: skip
    return like / like.sum(axis=-1, keepdims=True)


@pytest.fixture(scope="module")
def sea() -> tuple[pd.DataFrame, pd.DataFrame, xr.Dataset]:
    """80 samples of it, their water, and a grid with land and with water that is too warm."""
    random = np.random.default_rng(1)
    names = pd.Index([f"sample {number}" for number in range(80)], name="sample")
    context = pd.DataFrame(
        {
            "temperature": random.uniform(5, 28, 80),
            "nitrate": random.uniform(0, 20, 80),
            "latitude": random.uniform(-60, 60, 80),
            "longitude": random.uniform(-180, 180, 80),
        },
        index=names,
    )
    targets = ["warm 1", "warm 2", "cold 1", "cold 2", "rich 1", "rich 2"]
    shares = pd.DataFrame(niches(*context[FEATURES].to_numpy().T), index=names, columns=targets)
    latitude, longitude = np.arange(-60.0, 61, 10), np.arange(-30.0, 31, 10)
    temperature = np.broadcast_to(27 - 0.3 * np.abs(latitude)[:, None], (13, 7)).copy()
    temperature[6] = 34.0
    temperature[:, 0] = np.nan
    nitrate = np.broadcast_to(np.linspace(1, 19, 7), (13, 7))
    grid = xr.Dataset(
        {
            name: (("latitude", "longitude"), values, {"units": units})
            for name, values, units in (
                ("temperature", temperature, "degree_Celsius"),
                ("nitrate", nitrate, "mmol m-3"),
            )
        },
        coords={"latitude": latitude, "longitude": longitude},
    )
    return shares, context, grid


@pytest.fixture(scope="module")
def result(sea: tuple[pd.DataFrame, pd.DataFrame, xr.Dataset]) -> xr.Dataset:
    shares, context, grid = sea
    return function_biogeography(shares, context, grid, **QUICK)


def test_virtual_niches_are_mapped_as_they_are(
    sea: tuple[pd.DataFrame, pd.DataFrame, xr.Dataset], result: xr.Dataset
) -> None:
    grid = sea[2]
    truth = niches(grid["temperature"].to_numpy(), grid["nitrate"].to_numpy())
    mapped = (result["coverage"] == 0).to_numpy()
    maps = result["relative_abundance"].to_numpy()[:, mapped]
    assert np.abs(maps - truth[mapped].T).mean() < 0.03
    assert float(result["r_squared"]) > 0.9
    assert float(result["mantel_r"]) > 0.95
    assert float(result["mantel_p"]) <= 0.05  # pairs of targets may change places
    assert float(result["rmse"]) == pytest.approx(float(result["trial_rmse"].min()), rel=0.2)


def test_targets_that_live_together_are_one_group_and_the_groups_are_sums(
    result: xr.Dataset,
) -> None:
    group = result["group_of_target"].to_series()
    assert group["warm 1"] == group["warm 2"]
    assert group["cold 1"] == group["cold 2"]
    assert group["rich 1"] == group["rich 2"]
    assert group.nunique() == 3
    sums = result["relative_abundance"].groupby(result["group_of_target"]).sum(skipna=False)
    np.testing.assert_allclose(
        result["group_abundance"], sums.transpose("group_of_target", ...), atol=1e-14
    )


def test_cells_without_features_and_unlike_the_samples_have_no_map(result: xr.Dataset) -> None:
    coverage = result["coverage"].to_numpy()
    assert (coverage[:, 0] == 2).all()
    assert (coverage[6, 1:] == 1).all()
    assert (coverage[1:6, 1:] == 0).all()
    assert np.isnan(result["similarity"].to_numpy()[:, 0]).all()
    for name in ("relative_abundance", "relative_abundance_cv", "group_abundance"):
        is_missing = result[name].isnull().all(result[name].dims[0]).to_numpy()
        np.testing.assert_array_equal(is_missing, coverage > 0)


def test_shares_are_shares_everywhere(result: xr.Dataset) -> None:
    maps = result["relative_abundance"]
    assert float(maps.min()) >= 0
    assert float(maps.max()) <= 1
    totals = maps.sum("target", skipna=False).to_numpy()
    np.testing.assert_allclose(totals[~np.isnan(totals)], 1, atol=1e-12)
    np.testing.assert_allclose(result["response"].sum("target"), 1, atol=1e-12)
    assert float(result["relative_abundance_cv"].max()) <= 100
    assert float(result["relative_abundance_cv"].min()) >= 0


def test_the_partial_dependence_follows_the_niche(result: xr.Dataset) -> None:
    warm = result["response"].sel(feature="temperature", target="warm 1")
    assert float(warm[-1]) > float(warm[0]) + 0.3
    values = result["response_value"].sel(feature="temperature")
    assert float(values[0]) < float(values[-1]) < 28
    assert json.loads(result.attrs["parameters"])["min_leaf_tried"] == [3, 6]


def test_the_same_seed_gives_the_same_and_another_seed_does_not(
    sea: tuple[pd.DataFrame, pd.DataFrame, xr.Dataset], result: xr.Dataset
) -> None:
    shares, context, grid = sea
    again = function_biogeography(shares, context[::-1], grid.chunk(latitude=4), **QUICK)
    xr.testing.assert_identical(again, result)
    other = function_biogeography(shares, context, grid, **QUICK, seed=1)
    assert not np.array_equal(other["response"], result["response"])


def test_extrapolation_is_made_only_where_asked_for_and_blocks_are_held_out(
    sea: tuple[pd.DataFrame, pd.DataFrame, xr.Dataset],
) -> None:
    shares, context, grid = sea
    options = QUICK | {"extrapolate": True, "renormalise": False, "cv": "blocked"}
    made = function_biogeography(shares, context, grid, **options, block_degrees=30)
    np.testing.assert_array_equal(made["relative_abundance"][0].isnull(), made["coverage"] == 2)
    assert float(made["relative_abundance"].min()) >= 0
    assert float(made["relative_abundance"].max()) <= 1


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), targets=st.integers(1, 6))
def test_any_predictions_become_shares(seed: int, targets: int) -> None:
    values = np.random.default_rng(seed).normal(size=(20, targets))
    shares = as_shares(values, True)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=1), 1)
    held = as_shares(values, False)
    assert ((held >= 0) & (held <= 1)).all()


@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_similarity_is_that_of_its_definition(seed: int) -> None:
    random = np.random.default_rng(seed)
    reference, points = random.normal(size=(15, 3)), 2 * random.normal(size=(10, 3))
    found = mess(np.vstack([points, reference]), reference)
    for point, value in zip(np.vstack([points, reference]), found, strict=True):
        each = []
        for at, own in zip(point, reference.T, strict=True):
            share, width = percentileofscore(own, at, kind="strict"), np.ptp(own)
            if share == 0:
                each.append(100 * (at - own.min()) / width)
            elif share == 100:
                each.append(100 * (own.max() - at) / width)
            else:
                each.append(2 * min(share, 100 - share))
        assert value == pytest.approx(min(each))
    assert (found[10:] >= 0).all()  # the samples themselves are never unlike


def test_folds_hold_out_all_samples_once_and_blocks_whole() -> None:
    np.testing.assert_array_equal(np.bincount(random_folds(23, folds=5, seed=1)), [5, 5, 5, 4, 4])
    random = np.random.default_rng(3)
    places = pd.DataFrame(
        {"latitude": random.uniform(-60, 60, 200), "longitude": random.uniform(-180, 180, 200)}
    )
    fold = blocked_folds(places, folds=4, seed=1, block_degrees=20)
    assert np.ptp(np.bincount(fold)) <= 12
    squares = np.floor(places["latitude"] / 20) * 100 + np.floor(places["longitude"] % 360 / 20)
    assert (pd.Series(fold).groupby(squares).nunique() == 1).all()
    turned = places.assign(longitude=places["longitude"] + 360)
    np.testing.assert_array_equal(fold, blocked_folds(turned, folds=4, seed=1, block_degrees=20))


def test_groups_by_hand_and_maps_that_do_not_vary() -> None:
    wave = np.linspace(0, 6, 50)
    maps = np.column_stack([np.sin(wave), 2 * np.sin(wave) + 9, np.cos(wave), np.full(50, 0.3)])
    apart = unlikeness(maps)
    assert apart[0, 1] == pytest.approx(0, abs=1e-12)
    assert apart[0, 3] == 1
    assert grouped(maps, 3).tolist() == [1, 1, 3, 2]  # 450 and more, 15, and near nothing
    assert grouped(maps, 4).max() == 4


def test_features_between_samples_keep_the_samples_values_and_their_reach() -> None:
    context = pd.DataFrame(
        {"latitude": [0.0, 0.0], "longitude": [0.0, 10.0], "temperature": [20.0, 30.0]}
    )
    axes = {"latitude": np.array([0.0, 40.0]), "longitude": np.array([0.0, 5.0, 10.0])}
    found = features_between_samples(context, features=["temperature"], **axes, reach_km=600)
    np.testing.assert_allclose(found["temperature"][0], [20, 25, 30], atol=1e-4)
    assert found["temperature"][1].isnull().all()
    with pytest.raises(ParameterError, match="reach_km is 0"):
        features_between_samples(context, features=["temperature"], **axes, reach_km=0)
    with pytest.raises(ParameterError, match="no column \\['salinity'\\]"):
        features_between_samples(context, features=["salinity"], **axes)
    broken = context.assign(latitude=[0.0, np.nan])
    with pytest.raises(ValuesError, match="missing or infinite"):
        features_between_samples(broken, features=["temperature"], **axes)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"features": ["salinity"]}, "the context has no column \\['salinity'\\]"),
        ({"features": []}, "need a value each"),
        ({"groups": 7}, "groups is 7: a whole number 1 to 6"),
        ({"folds": 1}, "folds is 1"),
        ({"folds": 81}, "folds is 81: a whole number 2 to 80"),
        ({"bootstraps": 1}, "bootstraps is 1: a whole number 2 to 1000"),
        ({"cv": "jackknife"}, "cv is 'jackknife': one of"),
        ({"cv": "blocked", "block_degrees": 90.0, "folds": 9}, "the samples lie in 8 squares"),
        ({"min_leaf": ()}, "need a value each"),
        ({"learning_rate": (2.0,)}, "learning_rate is 2.0"),
    ],
)
def test_options_out_of_range_are_refused(
    sea: tuple[pd.DataFrame, pd.DataFrame, xr.Dataset], change: dict[str, object], message: str
) -> None:
    with pytest.raises((ParameterError, ValuesError), match=message):
        function_biogeography(*sea, **(QUICK | change))


def test_tables_and_grids_that_cannot_be_used_are_refused(
    sea: tuple[pd.DataFrame, pd.DataFrame, xr.Dataset],
) -> None:
    shares, context, grid = sea
    counts, part = shares * 100, shares * 0.5
    broken, missing = context.copy(), shares.copy()
    broken.loc["sample 3", "nitrate"] = np.nan
    missing.iloc[2, 1] = np.nan
    kelvin = grid.assign(temperature=grid["temperature"] + 273.15)
    other = grid.assign(nitrate=grid["nitrate"].isel(longitude=0, drop=True))
    for inputs, message in (
        ((counts, context, grid), "0 to 1 is allowed; divide counts by their sum"),
        ((part, context, grid), "add up to 0.500000, not 1"),
        ((missing, context, grid), "a share is missing or infinite: 'warm 2' of sample"),
        ((shares.iloc[:3], context, grid), "3 samples and 6 targets"),
        (
            (shares, broken, grid),
            "infinite: 'nitrate' of sample 'sample 3'",
        ),
        ((shares, context.iloc[1:], grid), "the context has no row for 'sample 0'"),
        ((shares, context.assign(nitrate=1.0), grid), "'nitrate' is 1.0 in all samples"),
        ((shares, context, grid.drop_vars("nitrate")), "the grid has no variable"),
        ((shares, context, kelvin), "are they in the same units"),
        ((shares, context, other), "all need the same axes"),
        ((shares, context, grid * np.nan), "no cell of the grid has all features"),
    ):
        with pytest.raises((ParameterError, ValuesError), match=message):
            function_biogeography(*inputs, **QUICK)

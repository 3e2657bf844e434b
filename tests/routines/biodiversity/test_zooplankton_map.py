"""The map as a whole: what it promises about masks, seeds, backgrounds, errors and scores."""

import json
from typing import Any

import numpy as np
import pandas as pd
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Polygon, box

from bluecloud_routines.biodiversity import (
    coast_distance,
    residual_table,
    sea_mask,
    zooplankton_map,
)
from tests.routines.biodiversity.conftest import drawn


def scores(result: xr.Dataset) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.attrs["scores"])
    return found


def with_units(table: pd.DataFrame) -> pd.DataFrame:
    table.attrs["units"] = "m-3"
    return table


def test_observations_outside_the_sea_change_nothing_bit_for_bit(open_sea: xr.DataArray) -> None:
    mask = open_sea.copy()
    mask[8:12, 10:14] = False
    inside = drawn(mask, 80)
    elsewhere = pd.DataFrame(
        {
            "decimalLongitude": [-60.0, 120.0, -3.9, 0.0],
            "decimalLatitude": [50.0, 50.0, 49.9, 80.0],
            "time": pd.Timestamp(2016, 1, 1),
            "value": [1e6, 3.0, 1e5, 0.0],
        }
    )
    # The third lies in the middle of the land.
    both = with_units(pd.concat([inside, elsewhere], ignore_index=True))
    alone, together = zooplankton_map(inside, mask), zooplankton_map(both, mask)
    for name in ("abundance", "abundance_log1p", "relative_error", "background", "n_obs"):
        np.testing.assert_array_equal(alone[name], together[name])
    told = scores(together)
    assert told.pop("observations_outside") == 4 + scores(alone)["observations_outside"]
    assert told.items() <= scores(alone).items()


def test_land_is_missing_and_all_of_the_sea_is_there(open_sea: xr.DataArray) -> None:
    mask = open_sea.copy()
    mask[8:12, 10:14] = False
    result = zooplankton_map(drawn(mask, 60), mask)
    for name in ("abundance", "abundance_log1p", "relative_error", "background"):
        np.testing.assert_array_equal(result[name].notnull(), mask)


def test_the_same_seed_gives_the_same_bytes_and_another_leaves_out_others(
    open_sea: xr.DataArray,
) -> None:
    table = drawn(open_sea, 60)
    first, again, other = (zooplankton_map(table, open_sea, seed=seed) for seed in (7, 7, 8))
    xr.testing.assert_identical(first, again)
    left = [residual_table(each)["residual_left_out"].notna() for each in (first, other)]
    assert left[0].sum() == left[1].sum() == scores(first)["left_out"]
    assert (left[0] != left[1]).any()


def test_the_order_of_the_observations_does_not_matter(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 60)
    mixed = with_units(table.sample(frac=1, random_state=1))
    first, second = (zooplankton_map(t, open_sea, cv_fraction=0) for t in (table, mixed))
    xr.testing.assert_allclose(first["abundance_log1p"], second["abundance_log1p"], rtol=1e-10)


def test_a_constant_is_mapped_as_that_constant(open_sea: xr.DataArray) -> None:
    table = with_units(drawn(open_sea, 40).assign(value=7.0))
    for background in ("mean", "joint"):
        result = zooplankton_map(table, open_sea, background=background)
        np.testing.assert_allclose(result["abundance"], 7.0, rtol=1e-9)
        assert scores(result)["residual_rms"] < 1e-9


@settings(max_examples=25, deadline=None)
@given(scale=st.floats(0.01, 100), shift=st.floats(0, 50))
def test_without_a_transform_the_map_is_linear_in_the_observations(
    scale: float, shift: float
) -> None:
    mask = sea_mask(bbox=(0, 50, 4, 54), resolution=1)
    table = drawn(mask, 20)
    changed = with_units(table.assign(value=table["value"] * scale + shift))
    plain, other = (
        zooplankton_map(t, mask, transform="none", cv_fraction=0)["abundance"]
        for t in (table, changed)
    )
    np.testing.assert_allclose(other, plain * scale + shift, rtol=1e-8, atol=1e-8)


@settings(max_examples=25, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    number=st.integers(5, 40),
    epsilon2=st.floats(0.01, 50),
    length=st.floats(50, 1500),
)
def test_the_relative_error_is_between_0_and_1_and_masks_follow_it(
    seed: int, number: int, epsilon2: float, length: float
) -> None:
    mask = sea_mask(bbox=(0, 50, 4, 54), resolution=1)
    result = zooplankton_map(
        drawn(mask, number, seed=seed), mask, epsilon2=epsilon2, corr_length_km=length
    )
    error = result["relative_error"]
    assert ((error >= 0) & (error <= 1)).all()
    for level, limit in ((1, 0.3), (2, 0.5)):
        shown = result[f"abundance_log1p_L{level}"].notnull()
        np.testing.assert_array_equal(shown, error < limit)
    assert int(result["n_obs"].sum()) == scores(result)["observations_used"]


def test_more_observations_never_make_the_exact_error_larger(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 60)
    few = with_units(table.iloc[:20].copy())
    less, more = (
        zooplankton_map(t, open_sea, error="exact", cv_fraction=0)["relative_error"]
        for t in (few, table)
    )
    assert (more <= less + 1e-12).all()


def test_the_quick_error_is_near_the_exact_one(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 40)
    options: dict[str, Any] = {"corr_length_km": 200, "epsilon2": 0.5, "cv_fraction": 0}
    quick, exact = (
        zooplankton_map(table, open_sea, error=kind, **options)["relative_error"]
        for kind in ("cpme", "exact")
    )
    assert float(abs(quick - exact).mean()) < 0.1
    assert float(xr.corr(quick, exact)) > 0.9


def test_a_weight_is_as_many_observations_in_one_place(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 20)
    weighted = with_units(table.assign(weight=3.0))
    repeated = with_units(pd.concat([table] * 3, ignore_index=True))
    first, second = (
        zooplankton_map(t, open_sea, cv_fraction=0)["abundance_log1p"] for t in (weighted, repeated)
    )
    xr.testing.assert_allclose(first, second, rtol=1e-9)


def test_residuals_are_observed_less_mapped(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 30)
    result = zooplankton_map(table, open_sea)
    rows = residual_table(result)
    there = result["abundance_log1p"].interp(
        latitude=xr.DataArray(table["decimalLatitude"]),
        longitude=xr.DataArray(table["decimalLongitude"]),
    )
    expected = np.log1p(table["value"]) - there.values
    np.testing.assert_allclose(rows["residual"], expected, atol=1e-9)
    assert rows["used"].all()
    assert scores(result)["residual_rms"] == pytest.approx(np.sqrt((rows["residual"] ** 2).mean()))


def test_leaving_out_is_analysing_the_others(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 50)
    rows = residual_table(zooplankton_map(table, open_sea, seed=3))
    out = rows["residual_left_out"].notna()
    others = zooplankton_map(with_units(table[~out].copy()), open_sea, cv_fraction=0)
    there = others["abundance_log1p"].interp(
        latitude=xr.DataArray(table["decimalLatitude"][out]),
        longitude=xr.DataArray(table["decimalLongitude"][out]),
    )
    expected = np.log1p(table["value"][out]) - there.values
    np.testing.assert_allclose(rows["residual_left_out"][out], expected, atol=1e-9)


def test_a_known_dependence_on_a_covariate_is_found(open_sea: xr.DataArray) -> None:
    """Abundance that follows depth and nothing else: the map is the covariate's line."""
    random = np.random.default_rng(8)
    depth = xr.full_like(open_sea, 0, dtype=float) + random.uniform(10, 4000, open_sea.shape)
    table = drawn(open_sea, 60)
    at = [
        xr.DataArray(table[name].to_numpy(), dims="observation")
        for name in ("decimalLatitude", "decimalLongitude")
    ]
    log = 0.5 + depth.interp(latitude=at[0], longitude=at[1]).values / 1000
    exact = with_units(table.assign(value=np.expm1(log)))
    result = zooplankton_map(exact, open_sea, covariates=xr.Dataset({"depth": depth}))
    np.testing.assert_allclose(result["abundance_log1p"], 0.5 + depth / 1000, atol=1e-9)
    told = scores(result)
    assert told["coefficients"]["depth"] == pytest.approx(float(depth.std()) / 1000, rel=1e-9)
    assert told["left_out_r2"] == pytest.approx(1)
    plain = scores(zooplankton_map(exact, open_sea))
    assert plain["left_out_rms"] > 0.3


def test_a_covariate_of_noise_changes_the_map_little(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 300)
    noise = xr.full_like(open_sea, 0, dtype=float) + np.random.default_rng(0).standard_normal(
        open_sea.shape
    )
    told = scores(zooplankton_map(table, open_sea, covariates=xr.Dataset({"noise": noise})))
    assert abs(told["coefficients"]["noise"]) < 0.05


def test_no_abundance_is_below_the_bound(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 40)
    table.loc[::2, "value"] = 0.0
    free, bound = (
        zooplankton_map(
            table, open_sea, transform="none", epsilon2=0.1, minimum=least, cv_fraction=0
        )["abundance"]
        for least in (None, 0.0)
    )
    assert float(free.min()) < 0
    assert float(bound.min()) == 0


def test_currents_draw_the_map_out_along_them() -> None:
    mask = sea_mask(bbox=(0, 50, 10, 55), resolution=0.5)
    one = pd.DataFrame(
        {
            "decimalLongitude": [5.0, 5.0],
            "decimalLatitude": [52.5, 52.5],
            "time": pd.Timestamp(2000, 1, 1),
            "value": [5.0, 5.0],
        }
    )
    far = with_units(pd.concat([one, one.assign(decimalLongitude=0.0, value=0.0)]))
    flow = {"units": "m s-1"}
    u = xr.full_like(mask, 0.3, dtype=float).assign_attrs(flow)
    currents = xr.Dataset({"u": u, "v": (u * 0).assign_attrs(flow)})
    options: dict[str, Any] = {"corr_length_km": 100, "epsilon2": 0.1, "cv_fraction": 0}
    still = zooplankton_map(far, mask, **options)["abundance_log1p"]
    drawn_out = zooplankton_map(far, mask, currents=currents, advection=10, **options)
    along = drawn_out["abundance_log1p"]
    unmoved = zooplankton_map(far, mask, currents=currents, advection=0, **options)
    np.testing.assert_array_equal(unmoved["abundance_log1p"], still)

    def ratio(field: xr.DataArray) -> float:
        """How far from the background it is, eastward over northward, at about 110 km."""
        rest = field - field.sel(latitude=55, longitude=10)
        return float(rest.sel(latitude=52.5, longitude=6.5) / rest.sel(latitude=53.5, longitude=5))

    assert ratio(along) > 1.5 * ratio(still)


def test_a_longer_length_in_a_part_of_the_sea_reaches_further_there(
    open_sea: xr.DataArray,
) -> None:
    table = drawn(open_sea, 40)
    same = zooplankton_map(table, open_sea)
    ones = xr.full_like(open_sea, 1.0, dtype=float)
    xr.testing.assert_allclose(
        zooplankton_map(table, open_sea, relative_length=ones)["abundance_log1p"],
        same["abundance_log1p"],
    )
    twice = zooplankton_map(table, open_sea, relative_length=2 * ones)
    longer = zooplankton_map(table, open_sea, corr_length_km=600)
    xr.testing.assert_allclose(twice["abundance_log1p"], longer["abundance_log1p"], rtol=1e-8)


def test_maps_in_time_follow_the_observations_of_their_years() -> None:
    mask = sea_mask(bbox=(0, 50, 4, 53), resolution=0.5)
    table = drawn(mask, 120, noise=0.0)
    rising = table.assign(value=np.expm1(1 + (table["time"].dt.year - 2015)))
    times = pd.date_range("2015-01-01", periods=5, freq="YS")
    result = zooplankton_map(with_units(rising), mask, times=times, corr_time_years=1, epsilon2=0.1)
    assert result["abundance_log1p"].dims == ("time", "latitude", "longitude")
    by_year = result["abundance_log1p"].mean(["latitude", "longitude"])
    assert (by_year.diff("time") > 0.3).all()
    assert "cell_methods" not in result["abundance"].attrs
    assert scores(result)["left_out_r2"] > 0.8


def test_one_map_says_of_which_period_it_is(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 30)
    result = zooplankton_map(table, open_sea, taxon="Calanus finmarchicus", aphia_id=104464)
    np.testing.assert_array_equal(
        result["time_bounds"], table["time"].sort_values().iloc[[0, -1]].to_numpy()
    )
    assert result["abundance"].attrs["cell_methods"] == "time: mean"
    assert result["biological_taxon_name"] == "Calanus finmarchicus"
    assert result["biological_taxon_lsid"] == "urn:lsid:marinespecies.org:taxname:104464"


def test_longitudes_may_be_counted_from_0_to_360(open_sea: xr.DataArray) -> None:
    table = drawn(open_sea, 40)
    turned = with_units(table.assign(decimalLongitude=table["decimalLongitude"] % 360))
    first, second = (zooplankton_map(t, open_sea, cv_fraction=0) for t in (table, turned))
    xr.testing.assert_allclose(first["abundance"], second["abundance"], rtol=1e-9)


def test_distance_to_the_coast_is_along_the_sphere() -> None:
    mask = sea_mask(bbox=(0, 0, 10, 10), resolution=1)
    mask[0, 0] = False
    distance = coast_distance(mask)
    degree = 6371 * np.pi / 180
    assert float(distance[0, 10]) == pytest.approx(10 * degree)
    assert float(distance[10, 0]) == pytest.approx(10 * degree)
    assert float(distance[0, 0]) == 0


def test_a_cell_is_land_if_its_centre_lies_in_a_polygon_and_not_in_its_lake() -> None:
    lake = [(4.6, 4.6), (5.4, 4.6), (5.4, 5.4), (4.6, 5.4)]
    island = Polygon([(2.5, 2.5), (7.5, 2.5), (7.5, 7.5), (2.5, 7.5)], [lake])
    mask = sea_mask([island, box(8.6, 8.6, 8.9, 8.9)], bbox=(0, 0, 10, 10), resolution=1)
    assert mask.sel(latitude=5, longitude=5)  # the lake
    assert not mask.sel(latitude=[3, 7], longitude=[3, 4, 6, 7]).any()
    assert int((~mask).sum()) == 24  # 5 x 5 less the lake; the islet has no centre in it

"""Niches of virtual species are found again, and what is masked stays masked."""

import json

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.errors import ParameterError, ValuesError
from bluecloud_routines.genomics import maxent, taxon_niche
from bluecloud_routines.genomics._maps import Cells
from bluecloud_routines.genomics._sightings import Places

FEATURES = ["temperature", "salinity"]
BEST = 12.0
QUICK = {"features": FEATURES, "background": 2000, "folds": 3, "members": ("maxent",)}


def ocean() -> xr.Dataset:
    """A North Atlantic with a front, land in its corner and a sea far warmer than any other."""
    latitude, longitude = np.arange(30.0, 71), np.arange(-70.0, 11)
    temperature = 30 - 0.35 * latitude[:, None] + 2 * np.sin(longitude / 9)
    salinity = 35 + np.cos(latitude / 5)[:, None] + np.sin(longitude / 7)
    temperature[:6, :6] = np.nan
    return xr.Dataset(
        {
            "temperature": (("latitude", "longitude"), temperature, {"units": "degree_Celsius"}),
            "salinity": (("latitude", "longitude"), salinity, {"units": "1"}),
        },
        coords={"latitude": latitude, "longitude": longitude},
    )


def likes(grid: xr.Dataset) -> np.ndarray:
    return np.exp(-(((grid["temperature"].to_numpy() - BEST) / 2.5) ** 2) / 2)


def seen(grid: xr.Dataset, seed: int = 1, effort: float | np.ndarray = 0.35) -> pd.DataFrame:
    """Sightings of a species that likes one temperature, a little off the cells' middles."""
    random = np.random.default_rng(seed)
    at = np.argwhere(random.random(likes(grid).shape) < effort * np.nan_to_num(likes(grid)))
    off = random.uniform(-0.4, 0.4, size=at.shape)
    return pd.DataFrame(
        {
            "latitude": grid["latitude"].to_numpy()[at[:, 0]] + off[:, 0],
            "longitude": grid["longitude"].to_numpy()[at[:, 1]] + off[:, 1],
        }
    )


@pytest.fixture(scope="module")
def result() -> xr.Dataset:
    grid = ocean()
    every = {"members": ("maxent", "boosted", "bagged")}
    return taxon_niche(seen(grid, 2), grid, **(QUICK | every | {"classes": "lq"}))


def test_a_virtual_species_optimum_is_found_again(result: xr.Dataset) -> None:
    grid = ocean()
    values = result["response_temperature"].to_numpy()
    width = float(np.nanmax(grid["temperature"]) - np.nanmin(grid["temperature"]))
    for model, tolerance in (("maxent", 0.05), ("mean", 0.12)):
        curve = result["response"].sel(model=model, feature="temperature").to_numpy()
        assert abs(values[np.argmax(curve)] - BEST) <= tolerance * width
    flat = result["response"].sel(model="maxent", feature="salinity").to_numpy()
    steep = result["response"].sel(model="maxent", feature="temperature").to_numpy()
    assert np.ptp(flat) < 0.5 * np.ptp(steep)
    mapped = (result["coverage"] == 0).to_numpy()
    for name in ("maxent", "mean"):
        found = (
            result["suitability"]
            if name == "mean"
            else result["member_suitability"].sel(member=name)
        )
        truth = likes(grid)[mapped]
        assert np.corrcoef(found.to_numpy()[mapped], truth)[0, 1] > 0.9


def test_the_map_is_the_mean_of_the_models_and_lies_between_0_and_1(result: xr.Dataset) -> None:
    members = result["member_suitability"]
    np.testing.assert_allclose(result["suitability"], members.mean("member", skipna=False))
    np.testing.assert_allclose(result["suitability_sd"], members.std("member", skipna=False))
    assert float(members.min()) >= 0
    assert float(members.max()) <= 1
    assert (result["auc"] > 0.65).all()
    assert (result["boyce"] > 0.6).all()
    assert ((result["tss"] > 0.2) & (result["tss"] < 1)).all()
    assert result["model"].values.tolist() == ["maxent", "boosted", "bagged", "mean"]
    assert int(result["presences"]) == int((result["presence"] == 1).sum())


def test_cells_without_features_have_no_map_and_unlike_water_only_if_asked_for() -> None:
    grid = ocean()
    sightings = seen(grid)
    # Nobody went to the south: its warm water is unlike all that was looked at.
    visited = pd.concat([sightings, pd.DataFrame({"latitude": [45.0], "longitude": [-30.0]})])
    first = taxon_niche(sightings, grid, **QUICK, visited=visited)
    unlike = (first["coverage"] == 1).to_numpy()
    np.testing.assert_array_equal(unlike, (first["similarity"] < 0).to_numpy())
    warmest = grid["temperature"].to_numpy() > 20
    assert warmest.sum() > 100
    assert unlike[warmest].all()
    assert (first["coverage"][:6, :6] == 2).all()
    np.testing.assert_array_equal(first["suitability"].isnull(), first["coverage"] > 0)
    asked = taxon_niche(sightings, grid, **QUICK, visited=visited, extrapolate=True)
    np.testing.assert_array_equal(asked["suitability"].isnull(), asked["coverage"] == 2)
    np.testing.assert_array_equal(
        asked["suitability"].where(~unlike), first["suitability"].where(~unlike)
    )


def test_a_background_of_visits_takes_the_routes_out() -> None:
    grid = ocean()
    # Ships keep to the west: sightings are biased, and so is where others were looked for.
    effort = np.broadcast_to(np.where(grid["longitude"] < -35, 0.8, 0.04), likes(grid).shape)
    random = np.random.default_rng(5)
    at = np.argwhere(random.random(effort.shape) < effort)
    visited = pd.DataFrame(
        {
            "latitude": grid["latitude"].to_numpy()[at[:, 0]],
            "longitude": grid["longitude"].to_numpy()[at[:, 1]],
        }
    )
    sightings = seen(grid, seed=6, effort=effort)
    truth = likes(grid)
    scores = []
    for given in (None, visited):
        found = taxon_niche(sightings, grid, **QUICK, visited=given, extrapolate=True)
        mapped = (found["coverage"] < 2).to_numpy()
        scores.append(np.corrcoef(found["suitability"].to_numpy()[mapped], truth[mapped])[0, 1])
    assert scores[1] > scores[0]
    assert scores[1] > 0.9


def test_a_grid_of_other_order_and_turn_gives_the_same() -> None:
    grid = ocean()
    sightings = seen(grid)
    first = taxon_niche(sightings, grid, **QUICK)
    again = taxon_niche(sightings, grid.transpose("longitude", "latitude"), **QUICK)
    mapped = first["coverage"] == 0
    assert (
        int((again["presence"].transpose("latitude", "longitude") != first["presence"]).sum()) == 0
    )
    # Only the order of the cells differs, and with it which are drawn.
    difference = again["suitability"].transpose("latitude", "longitude") - first["suitability"]
    assert float(np.abs(difference.where(mapped)).mean()) < 0.05
    turned = sightings.assign(longitude=sightings["longitude"] % 360)
    xr.testing.assert_identical(taxon_niche(turned, grid.chunk(latitude=10), **QUICK), first)


def test_the_same_seed_gives_the_same_and_repeated_sightings_are_one() -> None:
    grid = ocean()
    sightings = seen(grid)
    first = taxon_niche(sightings, grid, **QUICK)
    doubled = pd.concat([sightings, sightings], ignore_index=True)
    again = taxon_niche(doubled, grid, **QUICK)
    xr.testing.assert_identical(again.drop_vars("sightings"), first.drop_vars("sightings"))
    other = taxon_niche(sightings, grid, **QUICK, seed=1)
    assert not np.array_equal(other["suitability"], first["suitability"], equal_nan=True)
    assert json.loads(first.attrs["parameters"])["folds"] == 3


def test_thinned_presences_keep_their_distance_and_no_more_could_be_kept() -> None:
    places = Places.of(Cells.of(ocean(), FEATURES))
    cells = places.cells_of(seen(ocean()), "sightings")
    kept = places.thinned(np.unique(cells), 300.0, seed=1)
    position = np.deg2rad(places.position)

    def apart(one: int, two: int) -> float:
        (a, b), (c, d) = position[one], position[two]
        inner = np.sin(a) * np.sin(c) + np.cos(a) * np.cos(c) * np.cos(b - d)
        return float(6371.0088 * np.arccos(min(inner, 1)))

    assert min(apart(a, b) for n, a in enumerate(kept) for b in kept[:n]) >= 300 - 1e-3
    for cell in np.setdiff1d(cells, kept)[:40]:
        assert min(apart(cell, other) for other in kept) < 300


def test_blocks_are_held_out_whole() -> None:
    places = Places.of(Cells.of(ocean(), FEATURES))
    present = np.unique(places.cells_of(seen(ocean()), "sightings"))
    other = np.arange(len(places.position))
    of_presence, of_other = places.folds(present, other, 1000.0, 4, seed=1)
    degrees = 1000 / (np.pi * 6371.0088 / 180)
    square = np.floor(
        np.column_stack([places.position[:, 0], places.position[:, 1] % 360]) / degrees
    )
    names = pd.Series(of_other).groupby([square[:, 0], square[:, 1]])
    assert (names.nunique() == 1).all()
    np.testing.assert_array_equal(of_other[present], of_presence)
    assert np.bincount(of_presence).min() > 20


def test_the_maxent_member_is_that_of_its_own_function() -> None:
    grid = ocean()
    sightings = seen(grid)
    found = taxon_niche(sightings, grid, **QUICK)
    cells = Cells.of(grid, FEATURES)
    places = Places.of(cells)
    present = np.unique(places.cells_of(sightings, "sightings"))
    other, weights = places.background(None, 2000, 0)
    model = maxent(cells.values[present], cells.values[other], weights=weights)
    expected = model.cloglog(cells.values)
    got = found["suitability"].to_numpy()[cells.has_features]
    mapped = ~np.isnan(got)
    np.testing.assert_array_equal(got[mapped], expected[mapped])
    assert weights.sum() == 2000


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"background": 10}, "background is 10"),
        ({"thinning_km": -1}, "thinning_km is -1: 0 to 1000 km"),
        ({"block_km": 10.0}, "block_km is 10.0: 50 to 5000 km"),
        ({"folds": 1}, "folds is 1"),
        ({"block_km": 5000.0, "folds": 30}, "the samples lie in"),
        ({"members": ()}, "members is \\[\\]: one or more of"),
        ({"members": ("maxent", "maxent")}, "once"),
        ({"members": ("forest",)}, "members is \\['forest'\\]"),
        ({"features": []}, "features is empty"),
        ({"features": ["nitrate"]}, "the grid has no variable \\['nitrate'\\]"),
        ({"classes": "z"}, "classes is 'z'"),
        ({"response_points": 1}, "response_points is 1"),
        ({"thinning_km": 1000.0, "features": FEATURES[:1], "folds": 60}, "folds|squares|too few"),
    ],
)
def test_options_out_of_range_are_refused(change: dict[str, object], message: str) -> None:
    grid = ocean()
    with pytest.raises((ParameterError, ValuesError), match=message):
        taxon_niche(seen(grid), grid, **(QUICK | change))


def test_tables_and_grids_that_cannot_be_used_are_refused() -> None:
    grid = ocean()
    sightings = seen(grid)
    far = sightings.assign(latitude=-sightings["latitude"])
    for given, water, message in (
        (sightings.iloc[:0], grid, "the sightings have no row"),
        (sightings[["latitude"]], grid, "no \\['longitude'\\]"),
        (sightings.assign(latitude=np.nan), grid, "missing or not on the earth, the first is 0"),
        (sightings.assign(latitude=99.0), grid, "missing or not on the earth"),
        (sightings.assign(latitude="north"), grid, "is no number"),
        (far, grid, "lie in 0 cells .* are their positions in degrees"),
        (sightings.iloc[:3], grid, "lie in 3 cells"),
        (sightings, grid * np.nan, "no cell of the grid has all features"),
        (sightings, grid.rename(latitude="y"), "the grid is on \\('y', 'longitude'\\)"),
        (sightings, grid.isel(latitude=[0, 1, 5, 6]), "the grid's latitude is not even"),
    ):
        with pytest.raises(ValuesError, match=message):
            taxon_niche(given, water, **QUICK)
    with pytest.raises(ValuesError, match="no visit lies in a cell"):
        taxon_niche(sightings, grid, **QUICK, visited=far)

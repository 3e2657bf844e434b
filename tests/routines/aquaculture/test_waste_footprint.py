"""Waste that settles where theory says, and of which nothing is lost."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from bluecloud_routines.aquaculture import Waste, affected_area, waste_footprint
from bluecloud_routines.aquaculture._sinking import checked_currents
from bluecloud_routines.errors import ParameterError, TimeAxisError, UnitsError, ValuesError

ZONE = "EPSG:32633"
X, Y = 459_500.0, 3_963_500.0
ALIKE = Waste(spread=0.0)
STILL = {"diffusivity": 0.0, "net_depth_m": 0.0, "waste": ALIKE}
M2 = 2 * np.pi / 12.42 / 3600


def currents(east: object, north: object, *, step: str = "1h", depth: object = None) -> xr.Dataset:
    east, north = np.asarray(east, float), np.asarray(north, float)
    dims = ("time",) if east.ndim == 1 else ("depth", "time")
    coords: dict[str, object] = {
        "time": pd.date_range("2021-06-01", periods=east.shape[-1], freq=step)
    }
    if depth is not None:
        coords["depth"] = depth
    about = {"units": "m s-1"}
    return xr.Dataset({"uo": (dims, east, about), "vo": (dims, north, about)}, coords=coords)


def farm(*shapes: shapely.Geometry, production: float = 100.0) -> gpd.GeoDataFrame:
    shapes = shapes or (shapely.Point(X, Y),)
    return gpd.GeoDataFrame(
        {"production_t": [production] * len(shapes)}, geometry=list(shapes), crs=ZONE
    )


def tide(speed: float = 0.3, days: int = 30, step_s: int = 600) -> xr.Dataset:
    """A current that turns, always as fast."""
    seconds = np.arange(0, days * 86_400, step_s)
    return currents(speed * np.cos(M2 * seconds), speed * np.sin(M2 * seconds), step=f"{step_s}s")


def test_in_a_steady_current_all_lands_at_speed_times_depth_over_sinking() -> None:
    steady = currents(np.full(48, 0.2), np.full(48, -0.1))
    maps, budget, _ = waste_footprint(steady, farm(), depth_m=40.0, cell_m=1, particles=50, **STILL)  # type: ignore[arg-type]
    for kind, sinks in (("feed", 0.10), ("faeces", 0.03)):
        flux = maps[f"{kind}_carbon_flux"]
        row, column = np.unravel_index(int(np.argmax(flux.data)), flux.shape)
        assert float(flux[row, column]) == float(flux.sum())
        assert abs(float(maps["x"][column]) - (X + 0.2 * 40 / sinks)) <= 0.5 + 1e-6
        assert abs(float(maps["y"][row]) - (Y - 0.1 * 40 / sinks)) <= 0.5 + 1e-6
        (of_kind,) = budget[budget["kind"] == kind].itertuples()
        assert of_kind.distance_m == pytest.approx(np.hypot(0.2, 0.1) * 40 / sinks)
        assert of_kind.sinking_time_s == pytest.approx(40 / sinks)


def test_a_turning_tide_lays_a_ring() -> None:
    sinking = 30 / 0.03
    radius = 2 * 0.3 / M2 * np.sin(M2 * sinking / 2)
    fine = tide(step_s=60)  # between the times a current is a straight line
    water = checked_currents(fine, 30.0)
    released = np.random.default_rng(1).uniform(0, 20 * 86_400, 2_000)
    way = water.carried(np.zeros(2_000), released, np.full(2_000, 0.03), 30.0)
    np.testing.assert_allclose(np.hypot(*way), radius, rtol=1e-5)
    # All directions alike.
    assert stats.kstest(np.arctan2(way[1], way[0]), "uniform", (-np.pi, 2 * np.pi)).pvalue > 0.01
    budget = waste_footprint(fine, farm(), depth_m=30.0, particles=500, **STILL).budget  # type: ignore[arg-type]
    assert budget["distance_m"][1] == pytest.approx(radius, rel=1e-5)


def test_turbulence_makes_a_gaussian_of_two_k_times_the_time() -> None:
    still = currents(np.zeros(48), np.zeros(48))
    found = waste_footprint(
        still, farm(), depth_m=30.0, net_depth_m=0, waste=ALIKE, diffusivity=0.5, cell_m=2.0,
        particles=40_000, seed=3,
    )  # fmt: skip
    for kind, sinks in (("feed", 0.10), ("faeces", 0.03)):
        flux = found.maps[f"{kind}_carbon_flux"]
        variance = 2 * 0.5 * 30 / sinks
        for axis, centre in (("x", X), ("y", Y)):
            weights = flux.sum([dim for dim in ("x", "y") if dim != axis])
            away = found.maps[axis] - centre
            mean = float((weights * away).sum() / weights.sum())
            second = float((weights * away**2).sum() / weights.sum()) - 2.0**2 / 12
            assert mean == pytest.approx(0, abs=4 * np.sqrt(variance / 40_000))
            assert second == pytest.approx(variance, rel=0.03)
        # Within one standard deviation lie 39.3 % of a Gaussian in two dimensions.
        inside = np.hypot(found.maps["x"] - X, found.maps["y"] - Y) < np.sqrt(variance)
        assert float(flux.where(inside).sum() / flux.sum()) == pytest.approx(0.393, abs=0.02)


@settings(max_examples=25, deadline=None)
@given(
    depth=st.floats(5, 80),
    net=st.floats(0, 1),
    spread=st.floats(0, 0.5),
    cell=st.floats(5, 200),
    seed=st.integers(0, 99),
)
def test_of_what_is_released_nothing_is_lost(
    depth: float, net: float, spread: float, cell: float, seed: int
) -> None:
    waste = Waste(spread=spread)
    square = shapely.box(X - 50, Y - 20, X + 50, Y + 20)
    farms = farm(square, shapely.Point(X + 400, Y))
    farms["production_t"] = [120.0, 35.0]
    maps, budget, shares = waste_footprint(
        tide(step_s=3600), farms, depth_m=depth, net_depth_m=net * depth, waste=waste,
        cell_m=cell, particles=300, seed=seed,
    )  # fmt: skip
    released = 155 * 1800 * (0.03 * 0.5 + 0.97 * 0.15 * 0.3)
    assert float(maps["carbon_flux"].sum()) * cell**2 / 1000 == pytest.approx(released, rel=1e-12)
    assert budget["carbon_kg"].sum() == pytest.approx(released, rel=1e-12)
    assert int(maps["particle_count"].sum()) == 1200
    np.testing.assert_allclose(shares.sum(axis=1), 1)


def test_a_plain_walk_in_small_steps_arrives_at_the_same_places() -> None:
    random = np.random.default_rng(5)
    levels = np.array([2.0, 10.0, 25.0])
    water = currents(
        0.2 * random.standard_normal((3, 40)), 0.2 * random.standard_normal((3, 40)), depth=levels
    )
    exact = checked_currents(water, 30.0)
    depth, released = np.array([0.0, 3.0, 9.0, 20.0]), np.array([100.0, 5000.0, 9999.0, 40_000.0])
    sinks = np.array([0.1, 0.05, 0.01, 0.03])
    hours = 3600.0 * np.arange(40)
    step = 1.0
    for n in range(4):
        at, time, way = depth[n], released[n], np.zeros(2)
        while at < 30 - 1e-9:
            layer = int(np.searchsorted([6.0, 17.5], at, side="right"))
            for component, name in enumerate(("uo", "vo")):
                series = water[name].values[layer]
                way[component] += step * np.interp(time + step / 2, hours, series)
            at, time = at + step * sinks[n], time + step
        way_exact = exact.carried(depth[[n]], released[[n]], sinks[[n]], 30.0)[:, 0]
        np.testing.assert_allclose(way, way_exact, atol=0.5)


def test_the_map_does_not_hang_on_the_number_of_particles() -> None:
    def of(particles: int, seed: int) -> xr.Dataset:
        return waste_footprint(
            tide(), farm(), depth_m=30.0, cell_m=50.0, particles=particles, seed=seed
        ).maps

    first, other = of(20_000, 1), of(20_000, 2)
    xr.testing.assert_identical(first, of(20_000, 1))
    first, other = xr.align(first, other, join="outer", fill_value=0)
    error = np.hypot(first["carbon_flux_error"], other["carbon_flux_error"])
    busy = (first["particle_count"] > 50) & (other["particle_count"] > 50)
    off = ((first["carbon_flux"] - other["carbon_flux"]) / error).where(busy)
    assert 0.8 < float(off.std()) < 1.2


def test_what_lands_under_a_neighbour_is_told() -> None:
    own, next_one = shapely.box(X, Y, X + 60, Y + 60), shapely.box(X + 80, Y, X + 140, Y + 60)
    steady = currents(np.full(24, 0.2), np.zeros(24))
    farms = farm(own, next_one)
    farms["name"] = ["west", "east"]
    # Feed moves 80 m and faeces 266.7 m.
    shares = waste_footprint(steady, farms, depth_m=40.0, particles=2_000, **STILL).connectivity  # type: ignore[arg-type]
    feed, faeces = 0.03 * 0.5, 0.97 * 0.15 * 0.3
    assert shares.columns.tolist() == ["west", "east", "elsewhere"]
    assert shares.loc["west", "east"] == pytest.approx(feed / (feed + faeces))
    assert shares.loc["west", "west"] == shares.loc["east", "west"] == 0
    assert shares.loc["east", "elsewhere"] == 1
    wide = waste_footprint(
        steady,
        farms,
        depth_m=40.0,
        particles=2_000,
        near_m=300,
        **STILL,  # type: ignore[arg-type]
    ).connectivity
    assert wide.loc["west", "west"] == 1  # of places under several farms the first has it


def test_area_above_a_threshold_shrinks_with_it() -> None:
    maps = waste_footprint(tide(), farm(), depth_m=30.0, particles=20_000).maps
    table = affected_area(maps, [0, 50, 200, 1e9])
    cells = int((maps["carbon_flux"] > 0).sum())
    assert table["area_m2"].tolist()[0] == pytest.approx(cells * 625)
    assert (np.diff(table["area_m2"]) <= 0).all()
    assert table["carbon_percent"].tolist()[0] == pytest.approx(100)
    assert table.iloc[-1].tolist() == [1e9, 0, 0]
    with pytest.raises(ParameterError, match="thresholds has \\[-1\\]"):
        affected_area(maps, [-1])


def test_the_map_names_its_grid_and_its_parameters() -> None:
    found = waste_footprint(tide(), farm().to_crs(4326), depth_m=30.0, particles=10, crs=ZONE).maps
    assert found["spatial_ref"].attrs["grid_mapping_name"] == "transverse_mercator"
    assert json.loads(found.attrs["parameters"])["depth_m"] == 30
    assert (found["x"].values % 25 == 12.5).all()


def test_what_cannot_be_is_refused() -> None:
    water, one = tide(days=1), farm()
    for error, message, changed in (
        (ParameterError, "depth_m is 0", {"depth_m": 0}),
        (ParameterError, "net_depth_m 50", {"net_depth_m": 50}),
        (ParameterError, "diffusivity is -1", {"diffusivity": -1}),
        (ParameterError, "cell_m is 0", {"cell_m": 0}),
        (ParameterError, "25,000,000 are the most", {"cell_m": 0.001, "particles": 100}),
        (ParameterError, "particles is 0", {"particles": 0}),
        (ParameterError, "a projected reference system", {"crs": "EPSG:4326"}),
        (TimeAxisError, "a longer record is needed", {"currents": water.isel(time=slice(3))}),
        (TimeAxisError, "not in order", {"currents": water.isel(time=slice(None, None, -1))}),
        (TimeAxisError, "not evenly spaced", {"currents": water.isel(time=[0, 1, 5])}),
        (UnitsError, "uo is in ''", {"currents": water.drop_attrs()}),
        (ValuesError, "there is no 'vo'", {"currents": water[["uo"]]}),
        (ValuesError, "missing or infinite", {"currents": water.where(water["uo"] > 0)}),
        (ValuesError, "take one place", {"currents": water.expand_dims(x=2)}),
        (ValuesError, "there is no farm", {"farms": one[:0]}),
        (
            UnitsError,
            "set_crs",
            {"farms": one.set_crs(None, allow_override=True)},
        ),
        (ValuesError, "no column 'production_t'", {"farms": one.drop(columns="production_t")}),
        (ValuesError, "0 or more are needed", {"farms": one.assign(production_t=np.nan)}),
        (ValuesError, "points or polygons", {"farms": farm(shapely.LineString([(0, 0), (1, 1)]))}),
    ):
        options = {"currents": water, "farms": one, "depth_m": 30.0, **changed}
        with pytest.raises(error, match=message):
            waste_footprint(**options)  # type: ignore[arg-type]
    deep = currents(np.zeros((2, 24)), np.zeros((2, 24)), depth=[10.0, 5.0])
    with pytest.raises(ValuesError, match="in ascending order"):
        waste_footprint(deep, one, depth_m=30.0)
    for wrong, message in (
        ({"fcr": 0.0}, "fcr is 0.0"),
        ({"uneaten_percent": 101.0}, "uneaten_percent is 101.0: 0 to 100"),
        ({"spread": 2.0}, "spread is 2.0"),
    ):
        with pytest.raises(ParameterError, match=message):
            Waste(**wrong)

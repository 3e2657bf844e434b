"""What sites are judged by: how often, how far, within what, how large."""

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import pytest
import shapely
import xarray as xr

from bluecloud_routines.aquaculture import (
    distance_to_places,
    exceedance,
    percentile,
    suitable_area,
    within_shapes,
)
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError


@pytest.fixture
def grid() -> xr.DataArray:
    return xr.DataArray(
        np.ones((11, 21)),
        dims=("latitude", "longitude"),
        coords={"latitude": 35 + 0.1 * np.arange(11), "longitude": 14 + 0.1 * np.arange(21)},
        attrs={"units": "1"},
    )


def test_exceedance_is_the_part_of_the_known_times() -> None:
    times = pd.date_range("2021-01-01", periods=5)
    waves = xr.DataArray(
        [[1.0, 2.0, 3.0, 4.0, np.nan], [np.nan] * 5],
        dims=("x", "time"),
        coords={"time": times},
        attrs={"units": "m"},
    )
    found = exceedance(waves, 2.0)
    assert found.values.tolist() == pytest.approx([50, np.nan], nan_ok=True)
    assert found.attrs["units"] == "percent"
    assert exceedance(waves.chunk({"x": 1}), 2.0).chunks is not None
    with pytest.raises(ParameterError, match="dim is 'hour'"):
        exceedance(waves, 2.0, dim="hour")


def test_a_percentile_is_numpys_of_the_known_times() -> None:
    values = np.random.default_rng(1).normal(size=(3, 40))
    values[1, ::3] = np.nan
    values[2] = np.nan
    series = xr.DataArray(values, dims=("x", "time"), attrs={"units": "K"})
    for percent in (0, 5, 50, 93, 100):
        found = percentile(series, percent)
        expected = [np.percentile(values[0], percent), np.nanpercentile(values[1], percent)]
        np.testing.assert_allclose(found[:2], expected)
        assert np.isnan(found[2])
        assert found.attrs["units"] == "K"
    lazy = percentile(series.chunk({"time": 7}), 5)
    xr.testing.assert_identical(lazy.compute(), percentile(series, 5))
    with pytest.raises(ParameterError, match="percent 101"):
        percentile(series, 101)


def test_distances_are_those_of_a_sphere(grid: xr.DataArray) -> None:
    places = gpd.GeoDataFrame(geometry=gpd.points_from_xy([14.0, 15.9], [35.0, 35.9]), crs=4326)
    found = distance_to_places(grid, places)
    assert float(found[0, 0]) == 0
    sphere = pyproj.Geod(a=6371008.8, b=6371008.8)
    for row, column in ((10, 0), (5, 10), (0, 20), (9, 20)):
        y, x = 35 + 0.1 * row, 14 + 0.1 * column
        expected = min(sphere.inv(x, y, p.x, p.y)[2] for p in places.geometry) / 1000
        assert float(found[row, column]) == pytest.approx(expected, abs=1e-6)
    assert found.attrs["units"] == "km"


def test_the_area_is_that_of_the_sphere_and_of_each_zone(grid: xr.DataArray) -> None:
    grid[:, 10:] = 0.2
    grid[0, 0] = np.nan
    (row,) = suitable_area(grid, suitable=0.5).itertuples()
    edges = np.sin(np.radians([34.95, 36.05]))
    whole = 6371.0088**2 * np.radians(2.1) * (edges[1] - edges[0])
    assert row.known_km2 == pytest.approx(whole, rel=0.006)
    assert row.suitable_km2 == pytest.approx(whole * 10 / 21, rel=0.01)
    zones = gpd.GeoDataFrame(
        {"name": ["west", "east"]},
        geometry=[shapely.box(13.9, 34.9, 14.95, 36.1), shapely.box(14.95, 34.9, 16.1, 36.1)],
        crs=4326,
    )
    table = suitable_area(grid, suitable=0.5, zones=zones)
    assert table["zone"].tolist() == ["west", "east"]
    assert table["suitable_km2"].tolist() == pytest.approx([row.suitable_km2, 0])
    assert table["known_km2"].sum() == pytest.approx(row.known_km2)
    with pytest.raises(ParameterError, match="name is 'eez'"):
        suitable_area(grid, zones=zones, name="eez")
    with pytest.raises(ParameterError, match="suitable is 0"):
        suitable_area(grid, suitable=0)
    with pytest.raises(ValuesError, match="latitude is not evenly spaced"):
        suitable_area(grid.isel(latitude=[0, 1, 3]))


def test_cells_lie_within_shapes_by_their_centres(grid: xr.DataArray) -> None:
    shapes = gpd.GeoDataFrame(geometry=[shapely.box(14.15, 35.15, 14.45, 35.35)], crs=4326)
    found = within_shapes(grid, shapes.to_crs(3857))
    assert np.argwhere(found.values).tolist() == [[r, c] for r in (2, 3) for c in (2, 3, 4)]


def test_places_that_are_nowhere_are_refused(grid: xr.DataArray) -> None:
    none = gpd.GeoDataFrame(geometry=[], crs=4326)
    with pytest.raises(ValuesError, match="there is no place"):
        distance_to_places(grid, none)
    point = gpd.GeoDataFrame(geometry=[shapely.Point(14, 35)])
    with pytest.raises(UnitsError, match="set_crs"):
        distance_to_places(grid, point)
    with pytest.raises(UnitsError, match="set_crs"):
        within_shapes(grid, point)
    box = gpd.GeoDataFrame(geometry=[shapely.box(0, 0, 1, 1)], crs=4326)
    with pytest.raises(ValuesError, match="points are needed"):
        distance_to_places(grid, box)
    with pytest.raises(ValuesError, match="the grid has no latitude"):
        distance_to_places(grid.rename(latitude="y"), point.set_crs(4326))

"""Land for maps and masks: the package's own files, and right where one looks."""

from __future__ import annotations

import hashlib
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely import Point, box

from bluecloud_catalogs import land
from bluecloud_catalogs.coastline import SCALES
from bluecloud_catalogs.errors import ParameterError

ROOT = Path(__file__).parents[2]
OURS = ROOT / "catalogs" / "src" / "bluecloud_catalogs" / "coastline"


def square_degrees(there: gpd.GeoDataFrame | gpd.GeoSeries) -> float:
    """An area that means nothing, and compares well."""
    return float(sum(shape.area for shape in there.geometry))


@pytest.mark.parametrize("scale", SCALES)
def test_the_files_are_those_of_the_locked_package(scale: str) -> None:
    theirs = ROOT / "extensions" / "node_modules" / "world-atlas" / f"land-{scale}.json"
    if not theirs.exists():
        pytest.skip("world-atlas is not installed: run npm ci in extensions")
    ours = OURS / f"land-{scale}.json"
    assert (
        hashlib.sha256(ours.read_bytes()).digest() == hashlib.sha256(theirs.read_bytes()).digest()
    )


@pytest.mark.parametrize(
    ("place", "is_land"),
    [
        ((2.35, 48.86), True),  # Paris
        ((23.73, 37.98), True),  # Athens
        ((-3.0, 46.0), False),  # the Bay of Biscay
        ((18.0, 35.0), False),  # the Ionian Sea
        ((175.6, -39.0), True),  # New Zealand
    ],
)
def test_land_is_where_it_is(place: tuple[float, float], is_land: bool) -> None:
    west, south = place[0] - 1, place[1] - 1
    there = land([west, south, west + 2, south + 2])
    assert bool(there.contains(Point(place)).any()) is is_land


@pytest.mark.parametrize("scale", SCALES)
def test_land_that_crosses_the_antimeridian_is_no_band_around_the_earth(scale: str) -> None:
    """Chukotka, Wrangel island and Fiji: their rings leap from 180 to -180."""
    whole = land(scale=scale)
    for sea in ((0, 66.5), (-25, 67), (-60, 71.3), (100, -16.5), (-120, -62), (-140, 71.3)):
        assert not whole.contains(Point(sea)).any(), sea
    for ground in ((100, 66), (178, 67), (-175, 66.8), (37.6, 55.8), (-179.5, 71.1), (0, -80)):
        assert whole.contains(Point(ground)).any(), ground
    assert not whole.contains(Point(50.5, 41)).any()  # the Caspian, a hole in a ring that leaps
    west, south, east, north = whole.total_bounds
    assert (west, south, east) == (-180, -90, 180)
    assert north < 84


@settings(max_examples=50, deadline=None)
@given(st.floats(-180, 179), st.floats(-90, 89), st.floats(0.5, 60), st.floats(0.5, 60))
def test_a_box_is_the_land_within_it(
    west: float, south: float, width: float, height: float
) -> None:
    asked = [west, south, min(west + width, 180), min(south + height, 90)]
    there = land(asked, scale="110m")
    assert bool(there.is_valid.all())
    whole = square_degrees(land(scale="110m").intersection(box(*asked)))
    assert square_degrees(there) == pytest.approx(whole, abs=1e-9)


def test_a_box_over_the_antimeridian_is_one_map() -> None:
    fiji = land([176, -20, -178, -15])
    assert fiji.total_bounds[0] >= 176
    assert fiji.total_bounds[2] <= 182
    parts = [land([176, -20, 180, -15]), land([-180, -20, -178, -15])]
    assert square_degrees(fiji) == pytest.approx(sum(square_degrees(part) for part in parts))


def test_the_sea_alone_has_no_row() -> None:
    assert len(land([-40, 30, -35, 35])) == 0


@pytest.mark.parametrize(
    "bbox",
    [
        (1, 2, 3),
        (0, 10, 5, 5),
        (-200, 0, 10, 10),
        (0, -91, 10, 10),
        (5, 0, 5, 10),
        (0, np.nan, 1, 1),
    ],
)
def test_what_is_no_box_is_refused(bbox: tuple[float, ...]) -> None:
    with pytest.raises(ParameterError, match="bbox is"):
        land(bbox)


def test_another_scale_is_refused() -> None:
    with pytest.raises(ParameterError, match="scale is '10m': 50m or 110m"):
        land(scale="10m")  # type: ignore[arg-type]

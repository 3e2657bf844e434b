"""Cages that are counted by hand, and those that people labelled."""

from pathlib import Path

import geopandas as gpd
import pytest
import shapely

METRES = "EPSG:3035"


@pytest.fixture(scope="session")
def labels(test_data: Path) -> gpd.GeoDataFrame:
    """The 4,142 boxes that people drew around cages of the French Mediterranean."""
    folder = test_data / "oracles" / "aquaculture" / "aquaculture"
    return gpd.read_file(folder / "quaade2024_humanlabels.geojson")


@pytest.fixture(scope="session")
def mediterranean_sites(test_data: Path) -> gpd.GeoDataFrame:
    """The 440 sites that Trujillo et al. (2012) found, with their number of cages."""
    folder = test_data / "oracles" / "aquaculture" / "aquaculture"
    table = gpd.pd.read_csv(folder / "aquaculture_med_dedupe_Trujillo2012.csv")
    places = gpd.points_from_xy(table["lon"], table["lat"])
    return gpd.GeoDataFrame(table, geometry=places, crs="EPSG:4326")


@pytest.fixture
def two_farms() -> gpd.GeoDataFrame:
    """In 2010 a farm of six squares and one of five circles, and two cages alone."""
    squares = [(4_000_000 + 20 * n, 2_000_000, 10) for n in range(6)]
    circles = [(4_010_000 + 22 * n, 2_000_000, 20) for n in range(5)]
    alone = [(4_005_000, 2_000_000, 10), (4_006_000, 2_000_000, 10)]
    places = [*squares, *circles, *alone]
    return gpd.GeoDataFrame(
        {
            "type": ["square"] * 6 + ["circle"] * 5 + ["square"] * 2,
            "date": ["2010-07-01"] * len(places),
        },
        geometry=[shapely.box(x, y, x + size, y + size) for x, y, size in places],
        crs=METRES,
    )

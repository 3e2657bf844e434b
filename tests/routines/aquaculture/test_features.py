"""Tables with geometries as GeoJSON."""

import json

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from bluecloud_routines.aquaculture import described_geojson


def test_it_is_in_degrees_and_says_what_it_is_made_from() -> None:
    table = gpd.GeoDataFrame(
        {
            "farm": [1, 2],
            "first_date": pd.to_datetime(["2021-05-03T05:04", None]),
            "area_m2": [450.0, float("nan")],
        },
        geometry=[shapely.Point(4_321_000, 3_210_000)] * 2,
        crs="EPSG:3035",
    )
    before = table.copy()
    told = json.loads(described_geojson(table, {"licence": "CC0", "number": 3}))
    assert list(told) == ["type", "metadata", "features"]
    assert told["metadata"] == {"licence": "CC0", "number": "3"}
    first, second = told["features"]
    assert first["geometry"]["coordinates"] == pytest.approx([10, 52])  # the system's origin
    assert first["properties"] == {"farm": 1, "first_date": "2021-05-03T05:04:00", "area_m2": 450}
    assert second["properties"] == {"farm": 2, "first_date": None, "area_m2": None}
    pd.testing.assert_frame_equal(pd.DataFrame(table), pd.DataFrame(before))


def test_without_rows_it_is_an_empty_collection() -> None:
    empty = gpd.GeoDataFrame({"farm": []}, geometry=[], crs="EPSG:3035")
    assert json.loads(described_geojson(empty, {}))["features"] == []

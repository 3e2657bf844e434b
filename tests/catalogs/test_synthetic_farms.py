"""The synthetic fish farms: what is known of them is what the readers show."""

import json

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import bluecloud_catalogs


@pytest.fixture(scope="module")
def catalogue():
    return bluecloud_catalogs.open_catalog("aquaculture")


@pytest.fixture
def cages(catalogue):
    return catalogue.cages_synthetic.read()


@pytest.fixture
def scenes(catalogue):
    return catalogue.sigma0_synthetic.read()


def test_each_farm_has_its_cages_in_each_year(cages):
    known = json.loads(cages.attrs["farms"])
    assert [one["name"] for one in known] == ["Marsaxlokk", "Xghajra", "Comino", "Salina"]
    metric = cages.to_crs("EPSG:32633")
    for farm in known:
        (place,) = gpd.GeoSeries.from_xy([farm["longitude"]], [farm["latitude"]], crs=4326).to_crs(
            32633
        )
        near = metric[metric.centroid.distance(place) < 300]
        counted = near.groupby(near["date"].dt.year).size().to_dict()
        assert counted == {int(year): number for year, number in farm["cages"].items()}


def test_boxes_have_the_size_of_their_cages(cages):
    metric = cages.to_crs("EPSG:32633")
    assert set(cages["type"]) == {"circle", "square"}
    assert cages["borders"].sum() == 1
    (cut,) = metric[metric["borders"] == 1].area
    assert cut == pytest.approx(9 * 18, rel=0.01)
    alone = metric[metric.area.round(-1) == 260]
    assert len(alone) == 3  # 16 m wide
    assert cages.geometry.is_valid.all()


def test_the_scenes_are_on_an_even_grid_of_ten_metres(scenes):
    assert dict(scenes.sizes) == {"time": 8, "y": 1000, "x": 700}
    assert set(np.diff(scenes["x"])) == {10.0}
    assert set(np.diff(scenes["y"])) == {-10.0}
    assert scenes["spatial_ref"].attrs["grid_mapping_name"] == "transverse_mercator"


def test_the_sea_is_speckle_of_the_looks_that_are_told(scenes):
    sea = scenes["sigma0"].isel(time=0, y=slice(480, 500), x=slice(550, 570))
    looks = float(sea.mean() ** 2 / sea.var())
    assert looks == pytest.approx(scenes.attrs["equivalent_number_of_looks"], rel=0.3)
    assert 10 * np.log10(float(sea.mean())) == pytest.approx(-24, abs=2.5)


def test_they_are_the_same_each_time(catalogue, cages, scenes):
    pd.testing.assert_frame_equal(
        pd.DataFrame(catalogue.cages_synthetic.read()), pd.DataFrame(cages)
    )
    again = catalogue.sigma0_synthetic.read()
    assert again.drop_attrs().identical(scenes.drop_attrs())


def test_lazily_each_scene_is_a_chunk(catalogue):
    lazy = catalogue.sigma0_synthetic.to_dask()
    assert lazy["sigma0"].chunks[0] == (1,) * 8

"""The synthetic conditions: what is said of them is so."""

import json

import numpy as np
import pytest

import bluecloud_catalogs


@pytest.fixture(scope="module")
def entry():
    return bluecloud_catalogs.open_catalog("aquaculture").conditions_synthetic


@pytest.fixture(scope="module")
def fields(entry):
    return entry.read()


def test_land_is_missing_and_the_sea_is_not(fields):
    known = fields["depth"].notnull()
    assert 0.85 < float(known.mean()) < 0.97
    for name in ("temperature", "current_speed", "wave_height", "chlorophyll"):
        assert (fields[name].notnull().all("time") == known).all()
        assert float(fields[name].min()) > 0


def test_it_is_rougher_in_the_north_west_and_in_winter(fields):
    waves = fields["wave_height"]
    west, east = (waves.sel(latitude=y, longitude=x) for y, x in ((36.1, 14.04), (35.7, 14.7)))
    assert float(west.mean()) > 1.3 * float(east.mean())
    winter, summer = (waves.sel(time=waves["time.month"].isin(m)) for m in ([1, 2], [7, 8]))
    assert float(winter.mean()) > 1.5 * float(summer.mean())


def test_harbours_are_named_and_two_areas_are_protected(fields):
    names = [one["name"] for one in json.loads(fields.attrs["harbours"])]
    assert names == ["Valletta", "Marsaxlokk", "Cirkewwa"]
    assert 20 < int(fields["protected"].sum()) < 120
    assert np.unique(fields["protected"]).tolist() == [0, 1]


def test_they_are_the_same_each_time_and_lazy_in_time(entry, fields):
    assert entry.read().drop_attrs().identical(fields.drop_attrs())
    assert entry.to_dask()["wave_height"].chunks[0][0] == 10

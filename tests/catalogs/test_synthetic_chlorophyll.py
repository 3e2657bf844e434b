"""Chlorophyll that never was: what its entry promises."""

import numpy as np
import pytest

import bluecloud_catalogs


def read():
    return bluecloud_catalogs.open_catalog("biodiversity").chlorophyll_8day_synthetic.read()


@pytest.fixture(scope="module")
def maps():
    return read()


def test_each_of_twelve_years_has_46_maps_eight_days_apart(maps):
    assert maps.sizes == {"time": 552, "latitude": 12, "longitude": 13}
    assert maps.groupby("time.year").count()["chlorophyll"].sizes["year"] == 12
    within = np.diff(maps["time"].values.reshape(12, 46), axis=1) / np.timedelta64(1, "D")
    assert set(within.ravel()) == {8}


def test_they_say_that_they_are_synthetic_and_are_the_same_each_time(maps):
    assert maps.attrs["synthetic"] == "true"
    assert all(each.attrs["long_name"].startswith("SYNTHETIC") for each in maps.values())
    assert read().drop_attrs().identical(maps.drop_attrs())


def test_the_bloom_is_later_in_the_north_and_earlier_each_year(maps):
    usual = maps["chlorophyll"].groupby("time.dayofyear").mean().mean("longitude")
    peak = usual.idxmax("dayofyear")
    assert float(peak.sel(latitude=57.5)) > float(peak.sel(latitude=45)) + 20
    years = maps["chlorophyll"].sel(latitude=slice(45, 55)).mean(["latitude", "longitude"])
    peaks = [int(each.idxmax().dt.dayofyear) for _, each in years.groupby("time.year")]
    assert np.mean(peaks[:4]) > np.mean(peaks[-4:])


def test_clouds_leave_gaps_and_the_mixed_layer_none(maps):
    assert 0.1 < float(maps["chlorophyll"].isnull().mean()) < 0.25
    assert float(maps["chlorophyll"].min()) > 0
    assert not maps["mixed_layer_depth"].isnull().any()
    assert float(maps["mixed_layer_depth"].min()) > 10

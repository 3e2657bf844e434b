"""The two series of sea-surface temperature: the real monthly one, and the daily synthetic one."""

import hashlib
import json
from pathlib import Path

import iris_sample_data
import numpy as np
import pytest
import xarray as xr

import bluecloud_catalogs


@pytest.fixture
def ostia():
    return bluecloud_catalogs.open_catalog("environment").ostia_sst_monthly.read()


def test_it_has_54_months_of_kelvin_on_cf_coordinates(ostia):
    assert ostia["sst"].dims == ("time", "latitude", "longitude")
    assert ostia["sst"].shape == (54, 18, 432)
    assert str(ostia["time"].values[0])[:7] == "2006-04"
    assert str(ostia["time"].values[-1])[:7] == "2010-09"
    assert 285 < float(ostia["sst"].min()) < float(ostia["sst"].max()) < 310
    assert set(ostia.coords) == {"time", "latitude", "longitude"}


def test_land_is_missing_in_every_month_and_sea_in_none(ostia):
    missing = ostia["sst"].isnull().sum("time")
    assert set(np.unique(missing)) == {0, 54}
    africa = missing.sel(latitude=0, longitude=25, method="nearest")
    pacific = missing.sel(latitude=0, longitude=200, method="nearest")
    assert (africa, pacific) == (54, 0)


def test_values_are_those_of_the_file(ostia):
    path = Path(iris_sample_data.path) / "ostia_monthly.nc"
    with xr.open_dataset(path, engine="netcdf4", decode_timedelta=False) as file:
        np.testing.assert_array_equal(ostia["sst"], file["surface_temperature"])


def test_the_checksum_is_that_of_the_file(ostia):
    content = (Path(iris_sample_data.path) / "ostia_monthly.nc").read_bytes()
    assert ostia.attrs["checksum"] == f"sha256:{hashlib.sha256(content).hexdigest()}"


def test_lazily_it_is_dask_and_the_same(ostia):
    lazy = bluecloud_catalogs.open_catalog("environment").ostia_sst_monthly.to_dask()
    assert lazy["sst"].chunks is not None
    np.testing.assert_array_equal(lazy["sst"].isel(time=7).compute(), ostia["sst"].isel(time=7))


@pytest.fixture
def synthetic():
    return bluecloud_catalogs.open_catalog("environment").sst_daily_synthetic.read()


def test_it_is_daily_without_gaps_for_42_years(synthetic):
    assert synthetic["sst"].shape == (15340, 6, 8)
    assert set(np.diff(synthetic["time"].values)) == {np.timedelta64(1, "D")}


def test_four_cells_are_land(synthetic):
    missing = synthetic["sst"].isnull()
    assert int(missing.all("time").sum()) == 4
    assert int(missing.any("time").sum()) == 4


def test_it_is_the_same_each_time(synthetic):
    again = bluecloud_catalogs.open_catalog("environment").sst_daily_synthetic.read()
    assert again.drop_attrs().identical(synthetic.drop_attrs())


def test_lazily_it_is_dask():
    lazy = bluecloud_catalogs.open_catalog("environment").sst_daily_synthetic.to_dask()
    assert len(lazy["sst"].chunks[0]) > 1


def test_each_known_heatwave_stands_out_on_exactly_its_days(synthetic):
    """Against the mean of its calendar days, which a simple reader could work out too."""
    series = synthetic["sst"].mean(("latitude", "longitude"))
    usual = series.groupby("time.dayofyear").mean().rolling(dayofyear=11, center=True).mean()
    usual = usual.interpolate_na("dayofyear", fill_value="extrapolate")
    above = series.groupby("time.dayofyear") - usual
    for known in json.loads(synthetic.attrs["heatwaves"]):
        first = np.datetime64(known["start"])
        last = first + np.timedelta64(known["duration_days"] - 1, "D")
        assert float(above.sel(time=slice(first, last)).min()) > 1.0
        for side in (first - np.timedelta64(1, "D"), last + np.timedelta64(1, "D")):
            assert float(above.sel(time=side)) < 0

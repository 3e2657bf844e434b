"""The stations off a river that never were: what their entry promises."""

import numpy as np
import pytest

import bluecloud_catalogs


@pytest.fixture
def coast():
    return bluecloud_catalogs.open_catalog("environment").coast_monthly_synthetic.read()


def test_each_station_is_sampled_once_in_each_of_240_months(coast):
    months = coast.indexes["time"].to_period("M")
    assert len(months) == 240
    assert months.is_unique
    assert coast.indexes["time"].is_monotonic_increasing
    assert coast.sizes["station"] == 8


def test_they_say_that_they_are_synthetic_and_are_the_same_each_time(coast):
    assert coast.attrs["synthetic"] == "true"
    assert all(each.attrs["long_name"].startswith("SYNTHETIC") for each in coast.values())
    again = bluecloud_catalogs.open_catalog("environment").coast_monthly_synthetic.read()
    assert again.drop_attrs().identical(coast.drop_attrs())


def test_nutrients_fall_from_the_mouth_outward_and_phosphorus_from_year_to_year(coast):
    for name in ("din", "total_phosphorus", "chlorophyll"):
        means = coast[name].mean("time").values
        assert (np.diff(means) < 0).all()
        assert float(coast[name].min()) > 0
    years = coast["total_phosphorus"].isel(station=0).groupby("time.year").mean()
    assert float(years[-5:].mean()) < 0.75 * float(years[:5].mean())

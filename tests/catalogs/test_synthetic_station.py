"""The station that never was: what its entry promises."""

import numpy as np
import pytest

import bluecloud_catalogs


@pytest.fixture
def station():
    return bluecloud_catalogs.open_catalog("biodiversity").station_monthly_synthetic.read()


def test_it_is_sampled_once_in_each_of_48_months(station):
    months = station.indexes["time"].to_period("M")
    assert len(months) == 48
    assert months.is_unique
    assert station.indexes["time"].is_monotonic_increasing


def test_it_says_that_it_is_synthetic(station):
    assert station.attrs["synthetic"] == "true"
    assert all(each.attrs["long_name"].startswith("SYNTHETIC") for each in station.values())


def test_it_is_the_same_each_time(station):
    again = bluecloud_catalogs.open_catalog("biodiversity").station_monthly_synthetic.read()
    assert again.drop_attrs().identical(station.drop_attrs())


def test_it_blooms_in_spring_when_nutrients_are_used_up(station):
    months = station.groupby("time.month").mean()
    assert int(months["chlorophyll"].idxmax()) == 4
    for name in ("din", "phosphate", "silicate"):
        assert float(months[name].sel(month=6)) < float(months[name].sel(month=2)) / 2
    assert all(float(each.min()) > 0 for each in station.values())
    assert int(np.isnan(station["chlorophyll"]).sum()) == 2

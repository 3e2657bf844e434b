"""The synthetic currents: what is said of them is so."""

import numpy as np
import pytest

import bluecloud_catalogs


@pytest.fixture(scope="module")
def entry():
    return bluecloud_catalogs.open_catalog("aquaculture").currents_hourly_synthetic


@pytest.fixture(scope="module")
def series(entry):
    return entry.read()


def test_they_have_sixty_days_of_hours_at_five_depths(series):
    assert dict(series.sizes) == {"depth": 5, "time": 1440}
    assert set(np.diff(series["time"].values)) == {np.timedelta64(1, "h")}


def test_the_semidiurnal_tide_is_the_strongest_swing(series):
    along = (series["vo"] - series["uo"]).isel(depth=4) / np.sqrt(2)
    power = np.abs(np.fft.rfft(along - along.mean())) ** 2
    hours = 1440 / (1 + int(np.argmax(power[1:])))
    assert hours == pytest.approx(12.42, abs=0.2)


def test_they_are_stronger_near_the_surface(series):
    speed = np.hypot(series["uo"], series["vo"]).mean("time")
    assert (np.diff(speed) < 0).all()
    assert 0.03 < float(speed.min()) < float(speed.max()) < 0.3


def test_they_are_the_same_each_time(entry, series):
    assert entry.read().drop_attrs().identical(series.drop_attrs())

"""Light under a clear sky: against pvlib where it is installed, and what must hold."""

import numpy as np
import pandas as pd
import pytest

from bluecloud_routines.biodiversity import clear_sky_par
from bluecloud_routines.biodiversity.npzd_light import daily_irradiance

YEAR = pd.date_range("2015-01-01", "2015-12-31")


@pytest.mark.parametrize("latitude", [-60.0, 0.0, 35.0, 51.27, 62.0])
def test_it_is_pvlibs_haurwitz_of_every_minute(latitude: float) -> None:
    pvlib = pytest.importorskip("pvlib", reason="pvlib is not installed: pip install pvlib")
    days = YEAR[::14]
    ours = daily_irradiance(days.day_of_year.to_numpy(), latitude)
    for day, found in zip(days, ours, strict=True):
        minutes = pd.date_range(day, periods=1440, freq="min", tz="UTC")
        zenith = pvlib.solarposition.get_solarposition(minutes, latitude, 0.0)["zenith"]
        theirs = pvlib.clearsky.haurwitz(zenith)["ghi"].mean()
        assert found == pytest.approx(theirs, rel=0.015, abs=0.5)


def test_at_the_equators_equinox_it_is_the_integral_over_the_day() -> None:
    """Sun through the zenith: 1098 cos exp(-0.059 / cos), summed over very small steps."""
    hour = (np.arange(200_000) + 0.5) / 200_000 * np.pi / 2
    expected = (1098 * np.cos(hour) * np.exp(-0.059 / np.cos(hour))).mean() / 2
    day = np.array([80, 81])  # the declination passes zero
    np.testing.assert_allclose(daily_irradiance(day, 0.0), expected, rtol=1e-4)


def test_polar_night_is_dark_and_polar_day_bright() -> None:
    light = clear_sky_par(YEAR, latitude=80.0).to_series()
    assert light["2015-12-21"] < 1e-6
    assert light["2015-06-21"] > 500


def test_the_south_has_the_norths_light_half_a_year_later() -> None:
    north, south = (clear_sky_par(YEAR, latitude=y).to_series() for y in (45.0, -45.0))
    assert north.idxmax().month == 6
    assert south.idxmax().month == 12
    assert north.max() == pytest.approx(south.max(), rel=0.01)


def test_the_light_of_june_in_belgium_is_photons_of_45_percent_of_the_energy() -> None:
    day = pd.DatetimeIndex(["2015-06-21"])
    watts = daily_irradiance(np.array([172]), 51.27)[0]
    assert clear_sky_par(day, latitude=51.27).item() == pytest.approx(watts * 0.45 * 4.57)
    assert 300 < watts < 400

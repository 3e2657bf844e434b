"""Seas and observations that the map is tested on."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr

from bluecloud_routines.biodiversity import sea_mask


@pytest.fixture(scope="session")
def diva_data(test_data: Path) -> Path:
    """The folder of data that DIVA's own tests read."""
    return test_data / "oracles" / "biodiversity" / "diva"


@pytest.fixture
def open_sea() -> xr.DataArray:
    """21 x 31 cells of half a degree, without land."""
    return sea_mask(bbox=(-10, 45, 5, 55), resolution=0.5)


def drawn(mask: xr.DataArray, number: int, *, seed: int = 0, noise: float = 0.1) -> pd.DataFrame:
    """Observations of a smooth abundance with lognormal noise, anywhere in the mask's box."""
    random = np.random.default_rng(seed)
    south, north = mask["latitude"].values[[0, -1]]
    west, east = mask["longitude"].values[[0, -1]]
    latitude = random.uniform(south, north, number)
    longitude = random.uniform(west, east, number)
    smooth = 2 + np.sin(np.deg2rad(longitude * 20)) + np.cos(np.deg2rad(latitude * 25))
    table = pd.DataFrame(
        {
            "decimalLongitude": longitude,
            "decimalLatitude": latitude,
            "time": pd.Timestamp(2015, 1, 1)
            + pd.to_timedelta(random.uniform(0, 365 * 4, number), "D"),
            "value": np.expm1(smooth + noise * random.standard_normal(number)).clip(0),
        }
    )
    table.attrs["units"] = "m-3"
    return table


@pytest.fixture(scope="session")
def npzd_data(test_data: Path) -> Path:
    """The folder of samples that Blue-Cloud's NPZD service is fed with."""
    return test_data / "oracles" / "biodiversity" / "npzd"


@pytest.fixture
def forcing() -> xr.Dataset:
    """Two years of a coastal sea, daily."""
    return daily_sea("2014-01-01", "2015-12-31")


def daily_sea(first: str, last: str) -> xr.Dataset:
    """Nutrients that fall in spring, temperature and light that rise, without noise."""
    times = pd.date_range(first, last)
    wave = np.cos(2 * np.pi * (times.day_of_year.to_numpy() - 30) / 365.25)
    values = {
        "din": (10 + 8 * wave, "mmol m-3"),
        "phosphate": (0.45 + 0.3 * wave, "mmol m-3"),
        "silicate": (5 + 4 * wave, "mmol m-3"),
        "temperature": (12 - 6 * wave, "degree_Celsius"),
        "par": (400 - 300 * wave, "umol m-2 s-1"),
    }
    return xr.Dataset(
        {name: ("time", numbers, {"units": units}) for name, (numbers, units) in values.items()},
        coords={"time": times},
    )

"""Series that the routines are tested on, and the independent results they are judged by."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import xarray as xr


@pytest.fixture(scope="session")
def oracles(test_data: Path) -> Path:
    """The folder of observations and of what other programs found in them."""
    return test_data / "oracles" / "environment" / "mhw"


@pytest.fixture
def samples_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read the samples, and ask nobody."""
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")


@pytest.fixture
def daily() -> xr.DataArray:
    """31 years of a seasonal cycle with noise that remembers, from 1990 to 2020."""
    return noisy(np.random.default_rng(1), cells=())


@pytest.fixture(scope="session")
def grid() -> xr.DataArray:
    """The same on 3 x 4 cells: one of land, one with gaps."""
    sst = noisy(np.random.default_rng(2), cells=(3, 4))
    sst[:, 0, 0] = np.nan
    sst[100:130, 1, 2] = np.nan
    sst[5000, 1, 2] = np.nan
    return sst


def noisy(random: np.random.Generator, *, cells: tuple[int, ...]) -> xr.DataArray:
    """Daily temperature, degree_Celsius, on (time, latitude, longitude) or time alone."""
    times = pd.date_range("1990-01-01", "2020-12-31")
    noise = random.standard_normal((len(times), *cells))
    for day in range(1, len(times)):
        noise[day] = 0.9 * noise[day - 1] + 0.4 * noise[day]
    season = 15 - 5 * np.cos(2 * np.pi * (times.day_of_year.to_numpy() - 40) / 365.25)
    return xr.DataArray(
        season.reshape(-1, *(1 for _ in cells)) + noise,
        dims=("time", "latitude", "longitude")[: 1 + len(cells)],
        coords={
            "time": times,
            **{
                name: (name, 40.0 + np.arange(size), {"units": f"degrees_{way}"})
                for name, way, size in zip(
                    ("latitude", "longitude"), ("north", "east"), cells, strict=False
                )
            },
        },
        name="sst",
        attrs={"units": "degree_Celsius", "standard_name": "sea_surface_temperature"},
    )


@pytest.fixture
def flat() -> xr.DataArray:
    """1990 to 2021, by turns a day at 10 degrees and one at 11."""
    times = pd.date_range("1990-01-01", "2021-12-31")
    return xr.DataArray(
        10.0 + np.arange(len(times)) % 2,
        dims="time",
        coords={"time": times},
        name="sst",
        attrs={"units": "degree_Celsius"},
    )

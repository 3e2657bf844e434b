"""Currents of one place that never were: two tides, the earth's rotation, and weather.

What sinks from a farm is carried by hours, which daily means do not have. Here are 60 days of
hours at five depths off Malta, with a spring and neap cycle, inertial swings and a slow drift
along the coast that is stronger near the surface.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    import xarray as xr

    from ...places import Place

FIRST_HOUR, HOURS = "2021-06-01", 60 * 24
LONGITUDE, LATITUDE = 14.6, 35.878
DEPTHS = (2.0, 10.0, 20.0, 30.0, 45.0)
ALONG = 2.36  # radians from the east: the coast runs to the north-west
# Amplitude m s-1, period in hours, narrowness of the ellipse.
TIDES = ((0.055, 12.4206, 0.4), (0.022, 12.0, 0.4), (0.018, 23.9345, 0.3))
INERTIAL, INERTIAL_HOURS = 0.04, 20.4
DRIFT, WEATHER, WEATHER_MEMORY = 0.03, 0.045, 0.985
SEED = 20210601


class SyntheticCurrents(SourceReader):
    """Computes the series, the same one each time."""

    protocol = "computed"
    makes = "xarray:Dataset"

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Compute all of it."""
        dataset = _series()
        return Reading(dataset, count=dataset.sizes["time"])


def _series() -> xr.Dataset:
    import numpy as np
    import pandas as pd
    import xarray as xr

    # RandomState's streams are frozen for ever; those of the newer generators may change.
    random = np.random.RandomState(SEED)
    hour = np.arange(HOURS)
    depth = np.array(DEPTHS)[:, None]
    weather = np.empty((2, HOURS))
    state = np.zeros(2)
    for n, fresh in enumerate(random.standard_normal((HOURS, 2))):
        state = WEATHER_MEMORY * state + np.sqrt(1 - WEATHER_MEMORY**2) * fresh
        weather[:, n] = WEATHER * state
    shear = np.exp(-depth / 35)
    along = (DRIFT + weather[0]) * shear
    across = 0.4 * weather[1] * shear
    for amplitude, period, narrow in TIDES:
        phase = 2 * np.pi * hour / period
        along = along + amplitude * np.cos(phase)
        across = across + narrow * amplitude * np.sin(phase)
    swing = INERTIAL * np.exp(-depth / 15) * (1 + np.sin(2 * np.pi * hour / 400)) / 2
    turning = 2 * np.pi * hour / INERTIAL_HOURS
    east = along * np.cos(ALONG) - across * np.sin(ALONG) + swing * np.cos(turning)
    north = along * np.sin(ALONG) + across * np.cos(ALONG) - swing * np.sin(turning)
    noise = 0.005 * random.standard_normal((2, *east.shape))
    time = pd.date_range(FIRST_HOUR, periods=HOURS, freq="h", unit="ns")
    return xr.Dataset(
        {
            "uo": (("depth", "time"), (east + noise[0]).astype("float32"), _about("eastward")),
            "vo": (("depth", "time"), (north + noise[1]).astype("float32"), _about("northward")),
        },
        coords={
            "time": ("time", time, {"standard_name": "time", "axis": "T"}),
            "depth": ("depth", np.array(DEPTHS), _DEPTH),
            "latitude": ((), LATITUDE, _LATITUDE),
            "longitude": ((), LONGITUDE, _LONGITUDE),
        },
    )


def _about(direction: str) -> dict[str, str]:
    return {
        "standard_name": f"{direction}_sea_water_velocity",
        "long_name": f"SYNTHETIC {direction} current",
        "units": "m s-1",
    }


_DEPTH = {"standard_name": "depth", "axis": "Z", "units": "m", "positive": "down"}
_LATITUDE = {"standard_name": "latitude", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "units": "degrees_east"}

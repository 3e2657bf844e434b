"""Daily sea-surface temperature that never was, with heatwaves that are known.

A routine that finds marine heatwaves needs decades of daily data to be tried on, which no
licence lets us carry, and a series whose heatwaves are known beforehand, which nature does
not give. Temperature here is a seasonal cycle, a warming, weather with a memory, and the
heatwaves of ``HEATWAVES``: on each of their days the sea is warmer by the amplitude, and on
the five days before and after it is cooler than usual, so that their first and last day do
not depend on the weather.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from ...places import Place

FIRST_DAY, LAST_DAY = "1982-01-01", "2023-12-31"
LATITUDES = (39.0, 39.5, 40.0, 40.5, 41.0, 41.5)
LONGITUDES = (2.0, 2.5, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5)
LAND = ((39.5, 3.0), (40.0, 4.0), (41.5, 2.0), (41.5, 2.5))  # Mallorca, Menorca, Catalonia
# First day, days, kelvin above what the day would have been.
HEATWAVES = (
    ("1994-07-10", 15, 2.5),
    ("2003-06-10", 45, 4.0),
    ("2006-07-05", 25, 3.0),
    ("2015-07-01", 20, 3.0),
    ("2018-01-12", 10, 2.5),
    ("2022-05-20", 80, 4.0),
)
GUARD_DAYS, GUARD_K = 5, -1.5
MEAN_C, SEASON_K, WARMEST_DAY = 18.6, 6.0, 226  # 14 August
NORTHWARD_K = -0.35  # a degree of latitude
WARMING_K = 0.015  # a year
WEATHER_K, WEATHER_MEMORY, LOCAL_K = 0.30, 0.9, 0.10
SEED = 19820101


class SyntheticSst(SourceReader):
    """Computes the series, the same one each time."""

    protocol = "computed"
    makes = "xarray:Dataset"
    lazy = True

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Compute all of it; lazily in chunks of about five years."""
        dataset = self._dataset()
        if lazy:
            dataset = dataset.chunk({"time": 5 * 365})
        return Reading(dataset, count=dataset.sizes["time"])

    def _dataset(self) -> xr.Dataset:
        import numpy as np
        import pandas as pd
        import xarray as xr

        time = pd.date_range(FIRST_DAY, LAST_DAY, freq="D", unit="ns")
        day = time.day_of_year.to_numpy()
        years = np.arange(time.size) / 365.25
        basin = (
            MEAN_C
            + SEASON_K * np.cos(2 * np.pi * (day - WARMEST_DAY) / 365.25)
            + WARMING_K * years
            + heat(time.to_numpy())
        )
        north = NORTHWARD_K * (np.array(LATITUDES) - np.mean(LATITUDES))
        sst = basin[:, None, None] + north[None, :, None] + _weather(time.size)
        for latitude, longitude in LAND:
            sst[:, LATITUDES.index(latitude), LONGITUDES.index(longitude)] = np.nan
        return xr.Dataset(
            {"sst": (("time", "latitude", "longitude"), sst.astype("float32"), _SST)},
            coords={
                "time": ("time", time, {"standard_name": "time", "axis": "T"}),
                "latitude": ("latitude", np.array(LATITUDES), _LATITUDE),
                "longitude": ("longitude", np.array(LONGITUDES), _LONGITUDE),
            },
            attrs={"heatwaves": json.dumps(_truth())},
        )


def heat(days: npt.NDArray[np.datetime64]) -> npt.NDArray[np.float64]:
    """Kelvin that the heatwaves add to each day, with the cooler days that fence them in."""
    import numpy as np

    added = np.zeros(days.size)
    for first, length, amplitude in HEATWAVES:
        since = (days - np.datetime64(first)).astype("timedelta64[D]").astype(int)
        added[(since >= -GUARD_DAYS) & (since < length + GUARD_DAYS)] = GUARD_K
        added[(since >= 0) & (since < length)] = amplitude
    return added


def _weather(days: int) -> npt.NDArray[np.float64]:
    """Noise in which a tenth of each day's departure is new and the rest was there before."""
    import numpy as np

    # RandomState's streams are frozen for ever; those of the newer generators may change.
    random = np.random.RandomState(SEED)
    shape = (len(LATITUDES), len(LONGITUDES))
    fresh = random.standard_normal(days) * WEATHER_K * np.sqrt(1 - WEATHER_MEMORY**2)
    basin = np.empty(days)
    departure = 0.0
    for day in range(days):
        departure = WEATHER_MEMORY * departure + fresh[day]
        basin[day] = departure
    return basin[:, None, None] + LOCAL_K * random.standard_normal((days, *shape))


def _truth() -> list[dict[str, object]]:
    return [
        {"start": first, "duration_days": length, "amplitude_k": amplitude}
        for first, length, amplitude in HEATWAVES
    ]


_SST = {
    "standard_name": "sea_surface_temperature",
    "long_name": "SYNTHETIC daily sea-surface temperature",
    "units": "degree_Celsius",
    "cell_methods": "time: mean",
}
_LATITUDE = {"standard_name": "latitude", "axis": "Y", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "axis": "X", "units": "degrees_east"}

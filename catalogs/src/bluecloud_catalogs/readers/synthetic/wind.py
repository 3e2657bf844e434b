"""The daily wind of a sea that never was, with storms that cross it from the west.

Reanalyses are too large for a sample, and storms need decades. Here the wind of each day is a
cycle of the year with weather that remembers, stronger in the north-west; storms come more often
in winter, each with a strength of its own, a track and a size, for two or three days.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    import xarray as xr

    from ...places import Place

FIRST_DAY, LAST_DAY = "1991-01-01", "2020-12-31"
SOUTH, NORTH, WEST, EAST, STEP = 48.0, 62.0, -14.0, 14.0, 2.0
STORMS_PER_YEAR = 40
SEED = 19910101


class SyntheticWind(SourceReader):
    """Computes the days, the same ones each time."""

    protocol = "computed"
    makes = "xarray:Dataset"

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Compute all of them."""
        dataset = self._dataset()
        return Reading(dataset, count=dataset.sizes["time"])

    def _dataset(self) -> xr.Dataset:
        import numpy as np
        import pandas as pd
        import xarray as xr

        # RandomState's streams are frozen for ever; those of the newer generators may change.
        random = np.random.RandomState(SEED)
        time = pd.date_range(FIRST_DAY, LAST_DAY, unit="ns")
        latitude = np.arange(SOUTH, NORTH + STEP / 2, STEP)
        longitude = np.arange(WEST, EAST + STEP / 2, STEP)
        day = time.day_of_year.to_numpy()
        winter = np.cos(2 * np.pi * (day - 15) / 365.25)
        # Weather of the whole sea, and of four corners, which remember the day before.
        noise = random.standard_normal((5, len(time)))
        for number in range(1, len(time)):
            noise[:, number] += 0.6 * noise[:, number - 1]
        north = (latitude - SOUTH) / (NORTH - SOUTH)
        east = (longitude - WEST) / (EAST - WEST)
        corners = np.stack([np.outer(y, x) for y in (north, 1 - north) for x in (east, 1 - east)])
        weather = 0.9 * noise[0, :, None, None] + np.tensordot(noise[1:].T, corners, axes=1)
        place = 7.5 + 1.6 * north[:, None] - 1.2 * east
        wind = place * (1 + 0.25 * winter[:, None, None]) + 1.1 * weather
        years = len(time) / 365.25
        for _ in range(int(STORMS_PER_YEAR * years)):
            start = random.randint(len(time) - 4)
            strength, y0, size, speed, drift = (
                5.0 + random.gumbel(0, 2.2),
                random.uniform(SOUTH - 2, NORTH + 2),
                random.uniform(3.0, 6.0),
                random.uniform(7.0, 14.0),
                random.normal(0.5, 1.5),
            )
            x0 = random.uniform(WEST - 8, WEST + 8)
            if random.uniform() > 0.5 + 0.5 * winter[start]:
                continue  # a storm of the winter half
            for after in range(3):
                y, x = y0 + drift * after, x0 + speed * after
                across = ((longitude - x) * 0.6) ** 2
                far = (across + ((latitude - y) ** 2)[:, None]) / size**2
                wind[start + after] += strength * np.exp(-far) * (1 - 0.2 * abs(after - 1))
        return xr.Dataset(
            {
                "wind_speed": (
                    ("time", "latitude", "longitude"),
                    np.maximum(wind, 0.2).round(2).astype(np.float32),
                    {
                        "standard_name": "wind_speed",
                        "long_name": "SYNTHETIC greatest wind of the day at 10 m",
                        "units": "m s-1",
                        "cell_methods": "time: maximum",
                    },
                )
            },
            coords={
                "time": ("time", time, {"standard_name": "time", "axis": "T"}),
                "latitude": ("latitude", latitude, _LATITUDE),
                "longitude": ("longitude", longitude, _LONGITUDE),
                "height": ((), 10.0, {"standard_name": "height", "units": "m", "positive": "up"}),
            },
        )


_LATITUDE = {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"}
_LONGITUDE = {"standard_name": "longitude", "units": "degrees_east", "axis": "X"}

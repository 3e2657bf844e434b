"""A year of the sea around Malta that never was: what a site for a farm is judged by.

Real fields of depth, waves, currents and plankton come from several services with logins. Here
they follow from the distance to the coast, the season and weather, so that sites can be judged
without a network: it is deeper offshore, rougher where the north-west wind has a long way,
faster in the channel between the islands, and greener near the shore.
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

WEST, SOUTH, STEP, COLUMNS, ROWS = 14.0, 35.6, 0.02, 41, 31
FIRST_DAY, TIMES, EVERY_DAYS = "2021-01-01", 122, 3
HARBOURS = (
    ("Valletta", 14.515, 35.895),
    ("Marsaxlokk", 14.545, 35.835),
    ("Cirkewwa", 14.330, 35.990),
)
PROTECTED = ((14.16, 35.90, 14.34, 35.97), (14.56, 35.93, 14.70, 36.02))  # boxes
CHANNEL = (14.345, 36.005)
SEED = 20210101


class SyntheticConditions(SourceReader):
    """Computes the fields, the same ones each time."""

    protocol = "computed"
    makes = "xarray:Dataset"
    lazy = True

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Compute all of them; lazily in chunks of a month or so."""
        dataset = _fields()
        if lazy:
            dataset = dataset.chunk({"time": 10})
        return Reading(dataset, count=dataset.sizes["time"])


def _fields() -> xr.Dataset:
    import numpy as np
    import pandas as pd
    import xarray as xr

    longitude = (WEST + STEP * np.arange(COLUMNS)).round(2)
    latitude = (SOUTH + STEP * np.arange(ROWS)).round(2)
    x, y = np.meshgrid(longitude, latitude)
    away_km, land = _coast(x, y)
    time = pd.date_range(FIRST_DAY, periods=TIMES, freq=f"{EVERY_DAYS}D", unit="ns")
    # RandomState's streams are frozen for ever; those of the newer generators may change.
    random = np.random.RandomState(SEED)
    season = np.cos(2 * np.pi * (time.day_of_year.to_numpy() - 228) / 365.25)[:, None, None]
    storm = random.gamma(2.0, 0.5, TIMES)[:, None, None]
    exposed = 0.55 + 0.45 / (1 + np.exp(((x - 14.40) * 0.7 - (y - 35.92)) / 0.06))
    narrow = np.exp(-(np.hypot(x - CHANNEL[0], y - CHANNEL[1]) ** 2) / 0.05**2)
    depth = np.minimum(4 + 9 * away_km + 6 * np.sin(9 * x) * np.cos(11 * y), 400.0)
    noise = random.standard_normal((2, TIMES, 1, 1))
    local = random.standard_normal((3, TIMES, ROWS, COLUMNS))
    wave = (1.15 - 0.45 * season) * storm * exposed * (1 - 0.35 * np.exp(-away_km / 1.5))
    speed = (0.10 + 0.35 * narrow + 0.04 * np.tanh(away_km / 8)) * np.exp(0.35 * noise[0])
    values = {
        "depth": (("latitude", "longitude"), np.where(land, np.nan, np.maximum(depth, 2.0))),
        "temperature": (_ALL, 20.9 + 5.4 * season - 0.6 * (y - 35.9) + 0.4 * noise[1]),
        "current_speed": (_ALL, speed * (1 + 0.1 * local[0])),
        "wave_height": (_ALL, np.maximum(wave * (1 + 0.08 * local[1]), 0.05)),
        "chlorophyll": (
            _ALL,
            (0.08 + 0.5 * np.exp(-away_km / 2.5)) * (1 - 0.4 * season) * np.exp(0.2 * local[2]),
        ),
    }
    protected = np.zeros(land.shape, dtype=bool)
    for west, south, east, north in PROTECTED:
        protected |= (x >= west) & (x <= east) & (y >= south) & (y <= north)
    dataset = xr.Dataset(
        {
            name: (dims, np.where(land, np.nan, field).astype("float32"), _ATTRS[name])
            for name, (dims, field) in values.items()
        },
        coords={
            "time": ("time", time, {"standard_name": "time", "axis": "T"}),
            "latitude": ("latitude", latitude, _LATITUDE),
            "longitude": ("longitude", longitude, _LONGITUDE),
        },
        attrs={"harbours": json.dumps([dict(zip(_NAMES, one, strict=True)) for one in HARBOURS])},
    )
    dataset["protected"] = (("latitude", "longitude"), protected.astype("int8"), _PROTECTED)
    return dataset


def _coast(
    x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """Distance from the coast in kilometres, and whether it is land."""
    import geopandas as gpd
    import numpy as np

    from ...coastline import land

    metres = "EPSG:32633"
    malta = land([13.9, 35.5, 14.9, 36.3]).to_crs(metres).union_all()
    points = gpd.GeoSeries.from_xy(x.ravel(), y.ravel(), crs="EPSG:4326").to_crs(metres)
    distance = np.asarray(points.distance(malta)).reshape(x.shape) / 1000
    return distance, distance == 0


def _about(standard_name: str, units: str, what: str) -> dict[str, str]:
    return {"standard_name": standard_name, "units": units, "long_name": f"SYNTHETIC {what}"}


_ALL = ("time", "latitude", "longitude")
_NAMES = ("name", "longitude", "latitude")
_ATTRS = {
    "depth": _about("sea_floor_depth_below_mean_sea_level", "m", "depth of the sea floor"),
    "temperature": _about("sea_surface_temperature", "degree_Celsius", "temperature"),
    "current_speed": _about("sea_water_speed", "m s-1", "speed of the current"),
    "wave_height": _about(
        "sea_surface_wave_significant_height", "m", "significant height of waves"
    ),
    "chlorophyll": _about(
        "mass_concentration_of_chlorophyll_a_in_sea_water", "mg m-3", "chlorophyll a"
    ),
}
_PROTECTED = {
    "long_name": "SYNTHETIC whether the place is protected",
    "flag_values": [0, 1],
    "flag_meanings": "open protected",
}
_LATITUDE = {"standard_name": "latitude", "axis": "Y", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "axis": "X", "units": "degrees_east"}

"""A coast of ponds and rice that never was, as Sentinel-2 and Sentinel-1 would see it.

No real scene is small enough to ship. Here every pond is known: a block of ponds between dykes of
twelve metres, rice on the landward side that is under water in half of the year, a river, the sea,
and clouds when the rice is flooded. Cells on a dyke are part water and part bank, as they are in
real images, because the scene is drawn three times finer and then averaged.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..base import Reading, SourceReader

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from ...places import Place

# A coast of South Sulawesi on cells of 10 m, in zone 50 south of UTM.
ZONE = "EPSG:32750"
WEST_M, SOUTH_M, CELL_M, COLUMNS, ROWS, FINER = 777_000.0, 9_468_000.0, 10.0, 260, 220, 3
TURNED = 0.14  # radians: dykes do not follow the cells
DYKE_M, CANAL_M = 12.0, 30.0
POND_M = (150.0, 110.0)  # most ponds, along and across
OPTICAL_DAYS = ("2017-01-14", "2017-02-03", "2017-03-15", "2017-04-24", "2017-07-03", "2017-09-21")
RADAR_FIRST, RADAR_SCENES, RADAR_EVERY = "2017-01-05T21:50", 15, 24
FLOODED = (11, 12, 1, 2, 3, 4)  # months
LOOKS = 4.4
LAND, POND, RICE, OPEN_WATER = range(4)
SEED = 20170114
# Reflectance of what a cell can be made of, in the order of BANDS.
BANDS = ("blue", "green", "nir", "swir1", "swir2")
_WATER = (0.060, 0.075, 0.030, 0.012, 0.008)
_TURBID = (0.080, 0.105, 0.065, 0.022, 0.014)
_BANK = (0.085, 0.110, 0.210, 0.240, 0.190)
_GREEN = (0.035, 0.065, 0.320, 0.160, 0.075)
_FLOOD = (0.060, 0.080, 0.060, 0.030, 0.020)
WATER_DB, RICE_WET_DB, RICE_DRY_DB, LAND_DB = -20.5, -17.5, -9.5, -8.0


class SyntheticPonds(SourceReader):
    """Makes the scenes, the same ones each time."""

    protocol = "computed"
    makes = "xarray:Dataset"
    lazy = True

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Make all of it; lazily with one scene a chunk."""
        dataset = _scenes()
        if lazy:
            dataset = dataset.chunk({"time": 1, "radar_time": 1})
        return Reading(dataset, count=dataset.sizes["time"] + dataset.sizes["radar_time"])


def _scenes() -> xr.Dataset:
    import numpy as np
    import pandas as pd
    import pyproj
    import xarray as xr

    # RandomState's streams are frozen for ever; those of the newer generators may change.
    random = np.random.RandomState(SEED)
    kind, pond = _drawn()
    parts = np.stack([_coarse(kind == one) for one in (LAND, POND, RICE, OPEN_WATER, _DYKE)])
    days = pd.DatetimeIndex(OPTICAL_DAYS)
    reflectance = _reflectance(parts, random)
    radar = pd.date_range(RADAR_FIRST, periods=RADAR_SCENES, freq=f"{RADAR_EVERY}D", unit="ns")
    sigma0 = _backscatter(parts, radar.month.to_numpy(), random)
    known = np.argmax([parts[0] + parts[4], *parts[1:4]], axis=0).astype(np.int8)
    middle = slice(FINER // 2, None, FINER)
    number = np.where(known == POND, pond[middle, middle], 0).astype(np.int32)
    x = WEST_M + CELL_M * (np.arange(COLUMNS) + 0.5)
    y = SOUTH_M + CELL_M * (np.arange(ROWS)[::-1] + 0.5)
    optical = ("time", "y", "x")
    return xr.Dataset(
        {
            **{
                name: (optical, reflectance[band], _reflecting(name))
                for band, name in enumerate(BANDS)
            },
            "vv": (("radar_time", "y", "x"), sigma0, _SIGMA0),
            "reference": (("y", "x"), known, _REFERENCE),
            "reference_pond": (("y", "x"), number, _NUMBER),
        },
        coords={
            "time": ("time", days.as_unit("ns"), {"standard_name": "time"}),
            "radar_time": ("radar_time", radar, {"standard_name": "time"}),
            "y": ("y", y, {"standard_name": "projection_y_coordinate", "axis": "Y", "units": "m"}),
            "x": ("x", x, {"standard_name": "projection_x_coordinate", "axis": "X", "units": "m"}),
            "spatial_ref": ((), np.int32(0), pyproj.CRS.from_user_input(ZONE).to_cf()),
        },
        attrs={"equivalent_number_of_looks": LOOKS, "polarisation": "VV"},
    )


_DYKE = 4  # on the fine grid only: a bank is land


def _drawn() -> tuple[npt.NDArray[np.int8], npt.NDArray[np.int32]]:
    """What each fine cell is, and the number of its pond."""
    import numpy as np

    fine = CELL_M / FINER
    east = fine * (np.arange(COLUMNS * FINER) + 0.5)[None, :]
    south = fine * (np.arange(ROWS * FINER) + 0.5)[:, None]
    # Along and across the dykes, metres from the middle of the scene.
    x, y = east - CELL_M * COLUMNS / 2, south - CELL_M * ROWS / 2
    along = x * np.cos(TURNED) + y * np.sin(TURNED)
    across = y * np.cos(TURNED) - x * np.sin(TURNED)
    kind = np.full((ROWS * FINER, COLUMNS * FINER), LAND, dtype=np.int8)
    pond = np.zeros(kind.shape, dtype=np.int32)
    block = (along > -900) & (along < 250) & (np.abs(across) < 930)
    kind[block] = _DYKE
    row = np.floor((across + 930) / (POND_M[1] + DYKE_M)).astype(int)
    # Every third row begins with a bank as wide as a canal; every other has ponds twice as long.
    length = np.where(row % 2 == 0, POND_M[0], 2 * POND_M[0] + DYKE_M) + DYKE_M
    column = np.floor((along + 900) / length).astype(int)
    in_row = (across + 930) % (POND_M[1] + DYKE_M)
    in_column = (along + 900) % length
    first = np.where(row % 3 == 0, CANAL_M, DYKE_M)
    inside = block & (in_row > first) & (in_column > DYKE_M) & (along < 250 - DYKE_M)
    kind[inside] = POND
    pond[inside] = (1 + 100 * row + column)[inside]
    paddies = (along > 330) & (along < 1050) & (np.abs(across) < 800)
    bund = (across % 160 < 14) | (along % 240 < 14)
    kind[paddies & ~bund] = RICE
    coast = -1050 + 60 * np.sin(across / 300)
    kind[along < coast] = OPEN_WATER
    river = np.abs(across - 70 * np.sin(along / 250) - 40) < 32
    bank = np.abs(across - 70 * np.sin(along / 250) - 40) < 55
    kind[bank & (kind != OPEN_WATER)] = LAND
    kind[river] = OPEN_WATER
    pond[kind != POND] = 0
    return kind, pond


def _coarse(part: npt.NDArray[np.bool_]) -> npt.NDArray[np.float64]:
    """The share of each cell."""
    shares: npt.NDArray[np.float64] = part.reshape(ROWS, FINER, COLUMNS, FINER).mean(axis=(1, 3))
    return shares


def _reflectance(
    parts: npt.NDArray[np.float64], random: np.random.RandomState
) -> npt.NDArray[np.float32]:
    """Each band of each day; NaN under clouds."""
    import numpy as np

    land, pond, rice, water, dyke = parts
    made = np.empty((len(BANDS), len(OPTICAL_DAYS), ROWS, COLUMNS), dtype=np.float32)
    for number, day in enumerate(OPTICAL_DAYS):
        wet = int(day[5:7]) in FLOODED
        clouds = _clouds(random) if wet else np.zeros((ROWS, COLUMNS), dtype=bool)
        for band in range(len(BANDS)):
            ground = (
                land * _GREEN[band]
                + dyke * _BANK[band]
                + pond * _TURBID[band]
                + water * _WATER[band]
                + rice * (_FLOOD if wet else _GREEN)[band]
            )
            noisy = ground * (1 + 0.06 * random.standard_normal(ground.shape))
            made[band, number] = np.where(clouds, np.nan, np.maximum(noisy, 0.001))
    return made


def _clouds(random: np.random.RandomState) -> npt.NDArray[np.bool_]:
    """A few round clouds."""
    import numpy as np

    rows, columns = np.mgrid[:ROWS, :COLUMNS]
    under = np.zeros((ROWS, COLUMNS), dtype=bool)
    for row, column, radius in zip(
        random.randint(0, ROWS, 5),
        random.randint(0, COLUMNS, 5),
        random.randint(8, 26, 5),
        strict=True,
    ):
        under |= np.hypot(rows - row, columns - column) < radius
    return under


def _backscatter(
    parts: npt.NDArray[np.float64],
    months: npt.NDArray[np.integer],
    random: np.random.RandomState,
) -> npt.NDArray[np.float32]:
    """Power of each scene: calm water is dark, flooded rice nearly so, and land bright."""
    import numpy as np

    land, pond, rice, water, dyke = parts
    made = np.empty((len(months), ROWS, COLUMNS), dtype=np.float32)
    for scene, month in enumerate(months):
        wind = 10 ** (random.uniform(-0.8, 0.8) / 10)
        paddy = RICE_WET_DB if month in FLOODED else RICE_DRY_DB
        power = (
            (land + dyke) * 10 ** (LAND_DB / 10)
            + (pond + water) * wind * 10 ** (WATER_DB / 10)
            + rice * 10 ** (paddy / 10)
        )
        made[scene] = power * random.gamma(LOOKS, 1 / LOOKS, power.shape)
    return made


def _reflecting(name: str) -> dict[str, str]:
    return {
        "standard_name": "surface_bidirectional_reflectance",
        "long_name": f"SYNTHETIC reflectance, {name}",
        "units": "1",
        "grid_mapping": "spatial_ref",
    }


_SIGMA0 = {
    "standard_name": "surface_backwards_scattering_coefficient_of_radar_wave",
    "long_name": "SYNTHETIC backscatter, VV",
    "units": "1",
    "grid_mapping": "spatial_ref",
}
_REFERENCE = {
    "long_name": "SYNTHETIC what the cell is known to be",
    "flag_values": [LAND, POND, RICE, OPEN_WATER],
    "flag_meanings": "land pond rice open_water",
    "grid_mapping": "spatial_ref",
}
_NUMBER = {
    "long_name": "SYNTHETIC number of the known pond, 0 for none",
    "units": "1",
    "grid_mapping": "spatial_ref",
}

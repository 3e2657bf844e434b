"""Radar scenes that no satellite took, of the farms of :mod:`farms`.

No real scene is small enough to ship. These show speckle of 4.4 looks on a sea that wind makes
brighter and darker, the land of Malta, cages that stay, and ships that are elsewhere in each
scene.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import BaseModel

from ..base import Reading, SourceReader
from .farms import FARMS, centres, truth

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

    from ...places import Place

# The east of Malta on cells of 10 m, in zone 33 north of UTM.
ZONE = "EPSG:32633"
WEST_M, SOUTH_M, CELL_M, COLUMNS, ROWS = 458_000.0, 3_961_500.0, 10.0, 700, 1000
SCENES = 8
FIRST_DAY, EVERY_DAYS = "2021-05-03T05:04", 12
LOOKS = 4.4
SEA_DB, LAND_DB, CAGE_DB, SHIP_DB = -24.0, -9.0, -10.0, -3.0
WIND_DB = 2.0
SHIPS = 4
SEED = 20210503


class SyntheticSigma0(SourceReader):
    """Makes the scenes, the same ones each time."""

    protocol = "computed"
    makes = "xarray:Dataset"
    lazy = True

    def read(self, place: Place, options: BaseModel, request: BaseModel, *, lazy: bool) -> Reading:
        """Make all of it; lazily with one scene a chunk."""
        dataset = _scenes()
        if lazy:
            dataset = dataset.chunk({"time": 1})
        return Reading(dataset, count=dataset.sizes["time"], notes={"farms": truth()})


def _scenes() -> xr.Dataset:
    import numpy as np
    import pandas as pd
    import pyproj
    import xarray as xr

    x = WEST_M + CELL_M * (np.arange(COLUMNS) + 0.5)
    y = SOUTH_M + CELL_M * (np.arange(ROWS)[::-1] + 0.5)
    land = _land(x, y)
    cages = _near_cages(x, y) & ~land
    # RandomState's streams are frozen for ever; those of the newer generators may change.
    random = np.random.RandomState(SEED)
    sigma0 = np.empty((SCENES, ROWS, COLUMNS), dtype=np.float32)
    for scene in range(SCENES):
        level = SEA_DB + _wind(x, y, random)
        level = np.where(cages, CAGE_DB, np.where(land, LAND_DB, level))
        for row, column in zip(
            random.randint(0, ROWS - 4, SHIPS), random.randint(0, COLUMNS - 4, SHIPS), strict=True
        ):
            part = (slice(row, row + 2), slice(column, column + 4))
            level[part] = np.where(land[part], level[part], SHIP_DB)
        sigma0[scene] = 10 ** (level / 10) * random.gamma(LOOKS, 1 / LOOKS, level.shape)
    time = pd.date_range(FIRST_DAY, periods=SCENES, freq=f"{EVERY_DAYS}D", unit="ns")
    return xr.Dataset(
        {"sigma0": (("time", "y", "x"), sigma0, _SIGMA0)},
        coords={
            "time": ("time", time, {"standard_name": "time", "axis": "T"}),
            "y": ("y", y, {"standard_name": "projection_y_coordinate", "axis": "Y", "units": "m"}),
            "x": ("x", x, {"standard_name": "projection_x_coordinate", "axis": "X", "units": "m"}),
            "spatial_ref": ((), np.int32(0), pyproj.CRS.from_user_input(ZONE).to_cf()),
        },
        attrs={"equivalent_number_of_looks": LOOKS, "polarisation": "VH"},
    )


def _land(x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    import numpy as np
    import shapely

    from ...coastline import land

    malta = land([14.0, 35.7, 14.7, 36.15]).to_crs(ZONE).union_all()
    shapely.prepare(malta)
    inside: npt.NDArray[np.bool_] = shapely.contains_xy(malta, *np.meshgrid(x, y))
    return inside


def _near_cages(x: npt.NDArray[np.floating], y: npt.NDArray[np.floating]) -> npt.NDArray[np.bool_]:
    """The cells that have a cage in them."""
    import numpy as np
    from pyproj import Transformer

    project = Transformer.from_crs("EPSG:4326", ZONE, always_xy=True)
    cages = np.zeros((y.size, x.size), dtype=bool)
    for farm in FARMS:
        for longitude, latitude in centres(farm, 2021) if 2021 in farm.years else ():
            east, north = project.transform(longitude, latitude)
            half = farm.years[2021].size_m / 2
            rows = np.flatnonzero(np.abs(y - north) <= half + CELL_M / 2)
            columns = np.flatnonzero(np.abs(x - east) <= half + CELL_M / 2)
            distance = np.hypot(y[rows, None] - north, x[None, columns] - east)
            cages[np.ix_(rows, columns)] |= distance <= half
    return cages


def _wind(
    x: npt.NDArray[np.floating], y: npt.NDArray[np.floating], random: np.random.RandomState
) -> npt.NDArray[np.float64]:
    """Decibels that wind adds: waves some kilometres long, others in each scene."""
    import numpy as np

    added = np.zeros((y.size, x.size))
    for _ in range(3):
        direction, phase = random.uniform(0, 2 * np.pi, 2)
        wavelength = random.uniform(4_000, 12_000)
        along = np.cos(direction) * x[None, :] + np.sin(direction) * y[:, None]
        added += WIND_DB / 3 * np.sin(2 * np.pi * along / wavelength + phase)
    return added


_SIGMA0 = {
    "standard_name": "surface_backwards_scattering_coefficient_of_radar_wave",
    "long_name": "SYNTHETIC backscatter, VH",
    "units": "1",
    "grid_mapping": "spatial_ref",
}

"""Particles that have settled, as maps and as shares."""

from typing import NamedTuple

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.aquaculture._boxes import in_metres
from bluecloud_routines.aquaculture._grid import MAPPING
from bluecloud_routines.aquaculture._sinking import Floats
from bluecloud_routines.aquaculture.waste import KINDS
from bluecloud_routines.errors import ParameterError

_MOST_CELLS = 25_000_000


class Landed(NamedTuple):
    """Particles of one farm and one kind."""

    x: Floats
    y: Floats
    carbon_kg: float


def maps_of(landed: dict[tuple[int, str], Landed], cell_m: float, crs: object) -> xr.Dataset:
    """The carbon of all particles on a grid that holds them all.

    Raises
    ------
    ParameterError
        If it would have too many cells.
    """
    x = np.concatenate([each.x for each in landed.values()])
    y = np.concatenate([each.y for each in landed.values()])
    # Edges are whole multiples of the cell, so that maps of one place fit one another.
    west, south = (np.floor(axis.min() / cell_m) for axis in (x, y))
    columns = int(np.floor(x.max() / cell_m) - west) + 2
    rows = int(np.floor(y.max() / cell_m) - south) + 2
    if rows * columns > _MOST_CELLS:
        raise ParameterError(
            f"cell_m is {cell_m}: the map would have {rows} x {columns} cells, and "
            f"{_MOST_CELLS:,} are the most; larger cells, or farms that lie closer together"
        )
    number = np.zeros(rows * columns, dtype=np.int64)
    carbon = {kind: np.zeros(rows * columns) for kind in KINDS}
    squares = np.zeros(rows * columns)
    for (_, kind), each in landed.items():
        column = (np.floor(each.x / cell_m) - west).astype(np.int64)
        row = (np.floor(each.y / cell_m) - south).astype(np.int64)
        count = np.bincount(row * columns + column, minlength=rows * columns)
        one = each.carbon_kg / each.x.size
        number += count
        carbon[kind] += count * one
        squares += count * one**2
    grams = 1000 / cell_m**2
    layers: dict[str, tuple[NDArray[np.generic], str, str]] = {
        "carbon_flux": (
            (carbon["feed"] + carbon["faeces"]) * grams,
            "carbon that settles in a year",
            "g m-2 year-1",
        ),
        "feed_carbon_flux": (carbon["feed"] * grams, "of uneaten feed", "g m-2 year-1"),
        "faeces_carbon_flux": (carbon["faeces"] * grams, "of faeces", "g m-2 year-1"),
        "carbon_flux_error": (
            np.sqrt(squares) * grams,
            "standard error by the number of particles",
            "g m-2 year-1",
        ),
        "particle_count": (number.astype(np.int32), "particles that settled", "1"),
    }
    mapped = {"grid_mapping": MAPPING}
    maps = xr.Dataset(
        {
            name: (
                ("y", "x"),
                values.reshape(rows, columns),
                {"long_name": told, "units": units, **mapped},
            )
            for name, (values, told, units) in layers.items()
        },
        coords={
            "y": ("y", cell_m * (south + np.arange(rows) + 0.5), _axis("y")),
            "x": ("x", cell_m * (west + np.arange(columns) + 0.5), _axis("x")),
            MAPPING: ((), np.int32(0), {"long_name": "reference system", **in_metres(crs).to_cf()}),
        },
    )
    maps["carbon_flux"].attrs["ancillary_variables"] = "carbon_flux_error particle_count"
    for variable in maps.data_vars.values():
        variable.encoding = {"zlib": True, "complevel": 4}
    return maps


def _axis(name: str) -> dict[str, str]:
    return {"standard_name": f"projection_{name}_coordinate", "units": "m"}


def connectivity_of(
    landed: dict[tuple[int, str], Landed], farms: gpd.GeoDataFrame, near_m: float
) -> pd.DataFrame:
    """Of the carbon of each farm, the part under each; a place under several is the first's."""
    names = farms["name"].tolist()
    under = np.zeros((len(names), len(names) + 1))
    shapes = farms.geometry.buffer(near_m) if near_m else farms.geometry
    for shape in shapes:
        shapely.prepare(shape)
    for (n, _), each in landed.items():
        free = np.ones(each.x.size, dtype=bool)
        one = each.carbon_kg / each.x.size
        for m, shape in enumerate(shapes):
            inside = free & shapely.contains_xy(shape, each.x, each.y)
            under[n, m] += one * int(inside.sum())
            free &= ~inside
        under[n, -1] += one * int(free.sum())
    total = under.sum(axis=1, keepdims=True)
    shares = np.divide(under, total, out=np.zeros_like(under), where=total > 0)
    return pd.DataFrame(shares, index=names, columns=[*names, "elsewhere"])

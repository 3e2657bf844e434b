"""Cages as boxes: what their table must say, and what it says in metres.

A label of an image is a box with a type and a date. Boxes come in whatever reference system the
image was in; distances and areas are taken in one projected system. Its areas are true if it is
an equal-area one, as EPSG:3035 of Europe is, which is why that is the default.
"""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pyproj
import shapely
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

EUROPE = "EPSG:3035"
CIRCLE, SQUARE = "circle", "square"

# As the labels of Quaade et al. have them; a farm of one cage is a cage.
_TYPES = {
    f"{shape}{ending}": shape for shape in (CIRCLE, SQUARE) for ending in ("", "_cage", "_farm")
}
_CORNERS = ("xmin", "ymin", "xmax", "ymax")


def in_metres(crs: object) -> pyproj.CRS:
    """The reference system, if it is a projected one in metres.

    Raises
    ------
    ParameterError
        If it is unknown, geographic, or in other units.
    """
    try:
        known = pyproj.CRS.from_user_input(crs)
    except pyproj.exceptions.CRSError as error:
        raise ParameterError(
            f"crs is {crs!r}, which is no reference system: for example {EUROPE!r}"
        ) from error
    units = {axis.unit_name for axis in known.axis_info}
    if not known.is_projected or units != {"metre"}:
        raise ParameterError(
            f"crs is {crs!r}, in {', '.join(sorted(units))}: a projected reference system in "
            f"metres is needed, for example {EUROPE!r}"
        )
    return known


def box_table(table: pd.DataFrame, *, crs: object) -> gpd.GeoDataFrame:
    """A table of ``xmin``, ``ymin``, ``xmax``, ``ymax`` as one with geometries.

    Parameters
    ----------
    table
        One row a box; its other columns are kept.
    crs
        What the corners are in, such as ``EPSG:4326`` for degrees (x is the longitude).

    Raises
    ------
    ValuesError
        If a column is absent, a corner is no number, or a box has no width or no height.
    """
    absent = [name for name in _CORNERS if name not in table]
    if absent:
        raise ValuesError(f"the table has no column {', '.join(absent)}: {_CORNERS} are needed")
    corners = table[list(_CORNERS)].to_numpy(np.float64)
    bad = ~np.isfinite(corners).all(axis=1)
    bad |= (corners[:, 2] <= corners[:, 0]) | (corners[:, 3] <= corners[:, 1])
    if bad.any():
        row = int(np.flatnonzero(bad)[0])
        raise ValuesError(
            f"row {row} is {corners[row].tolist()}: four finite numbers are needed, with xmin "
            "below xmax and ymin below ymax"
        )
    others = table.drop(columns=list(_CORNERS))
    return gpd.GeoDataFrame(others, geometry=shapely.box(*corners.T), crs=crs)


def checked_cages(cages: gpd.GeoDataFrame, crs: pyproj.CRS) -> gpd.GeoDataFrame:
    """The cages in metres, with ``type``, ``year`` and ``borders`` as the routines want them.

    Raises
    ------
    UnitsError
        If the cages have no reference system.
    ValuesError
        If there is none, a column is absent, or a value is missing or not allowed.
    """
    if not isinstance(cages, gpd.GeoDataFrame):
        raise ValuesError(
            f"the cages are a {type(cages).__name__}: a GeoDataFrame is needed, which box_table "
            "makes of a table of corners"
        )
    if len(cages) == 0:
        raise ValuesError("there is no cage")
    if cages.crs is None:
        raise UnitsError("the cages have no reference system: set it, as cages.set_crs(4326)")
    shapes = cages.geometry.to_numpy()
    polygons = shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON
    good = polygons & (shapely.area(shapes) > 0)
    if not good.all():
        row = int(np.flatnonzero(~good)[0])
        raise ValuesError(f"row {row} is {_told(shapes[row])}: a box with an area is needed")
    checked = cages.to_crs(crs).reset_index(drop=True)
    if not np.isfinite(checked.geometry.total_bounds).all():
        raise ValuesError(f"some cages lie outside what {crs.to_string()} can show")
    return checked.assign(type=_types(checked), year=_years(checked), borders=_borders(checked))


def _told(shape: Any) -> str:
    return "missing" if shape is None else str(shape)[:80]


def _types(cages: gpd.GeoDataFrame) -> "pd.Series[str]":
    if "type" not in cages:
        raise ValuesError(f"the cages have no column 'type', which is {CIRCLE} or {SQUARE}")
    known: pd.Series[str] = cages["type"].astype("object").map(_TYPES)
    if known.isna().any():
        others = sorted({str(one) for one in cages.loc[known.isna(), "type"]})
        raise ValuesError(f"type is {', '.join(others)}: one of {', '.join(_TYPES)} is needed")
    return known


def _years(cages: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """The year of each cage, from ``date`` or ``year``."""
    if "date" in cages:
        if pd.api.types.is_numeric_dtype(cages["date"]):
            raise ValuesError("'date' has numbers: dates are needed, or years in a column 'year'")
        try:
            dates = pd.to_datetime(cages["date"], format="ISO8601")
        except (ValueError, TypeError) as error:
            raise ValuesError(f"'date' has what is no date: {error}") from error
        years = dates.dt.year
    elif "year" in cages:
        years = pd.to_numeric(cages["year"], errors="coerce")
    else:
        raise ValuesError("the cages have no column 'date' or 'year': when they were seen")
    if years.isna().any():
        row = int(np.flatnonzero(years.isna())[0])
        raise ValuesError(f"row {row} has no date: each cage needs the one of its image")
    found: NDArray[np.int64] = years.to_numpy(np.int64)
    return found


def _borders(cages: gpd.GeoDataFrame) -> NDArray[np.int64]:
    """How many edges of its image each box touches; none where nothing is said."""
    if "borders" not in cages:
        return np.zeros(len(cages), dtype=np.int64)
    borders = pd.to_numeric(cages["borders"], errors="coerce")
    if not borders.isin([0, 1, 2]).all():
        row = int(np.flatnonzero(~borders.isin([0, 1, 2]))[0])
        raise ValuesError(
            f"row {row} has borders {cages['borders'].iloc[row]}: 0, 1 or 2 edges of the image"
        )
    found: NDArray[np.int64] = borders.to_numpy(np.int64)
    return found

"""The part of a field that lies in a box of longitudes and latitudes."""

from collections.abc import Sequence

import numpy as np
import xarray as xr

from bluecloud_routines.environment.cells import coordinate_of
from bluecloud_routines.errors import ParameterError, ValuesError

_EARTH = (-180.0, -90.0, 180.0, 90.0)


def within_box(field: xr.DataArray, bbox: Sequence[float]) -> xr.DataArray:
    """The cells whose middle is in the box, its edges included, from west to east.

    Longitudes go on from the box's west, so that they have no leap where the box reaches over the
    antimeridian or where the grid begins. The whole earth leaves a field, and a series without a
    place, as it is.

    Parameters
    ----------
    field
        Any variable on latitude and longitude, each along a dimension of its own.
    bbox
        West, south, east and north in degrees; west is above east over the antimeridian.

    Raises
    ------
    ParameterError
        If the box is none.
    ValuesError
        If the field has no latitude and longitude, or no cell in the box.
    """
    box = tuple(float(edge) for edge in bbox)
    if len(box) != 4 or not all(np.isfinite(box)) or not -90 <= box[1] < box[3] <= 90:
        raise ParameterError(
            f"bbox is {list(bbox)}: west, south, east and north in degrees, south below north"
        )
    if box == _EARTH:
        return field
    west, south, east, north = box
    latitude, longitude = (coordinate_of(field, name) for name in ("latitude", "longitude"))
    if latitude.ndim != 1 or longitude.ndim != 1:
        raise ValuesError("latitude and longitude must each be along a dimension of its own")
    width = 360.0 if east - west >= 360 else (east - west) % 360
    along = longitude.values.astype(np.float64)
    along = along + 360 * np.ceil((west - along) / 360)
    order = np.argsort(along, kind="stable")
    columns = order[along[order] <= west + width]
    rows = np.flatnonzero((latitude.values >= south) & (latitude.values <= north))
    if not (columns.size and rows.size):
        raise ValuesError(
            f"no cell is in the box {list(box)}: the data are from "
            f"{float(longitude.min()):g} to {float(longitude.max()):g} degrees east and "
            f"{float(latitude.min()):g} to {float(latitude.max()):g} degrees north"
        )
    part = field.isel({latitude.dims[0]: rows, longitude.dims[0]: columns})
    moved = part[longitude.name].copy(data=along[columns])
    return part.assign_coords({str(longitude.name): moved})

"""Grids of cells and masks of the sea, made from a box and from polygons of land."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import xarray as xr
from scipy.spatial import cKDTree

from bluecloud_routines.biodiversity._grid import EARTH_RADIUS_KM, Floats
from bluecloud_routines.errors import ParameterError, ValuesError

_MOST_CELLS = 1_000_000


def sea_mask(land: Iterable[Any] = (), *, bbox: Sequence[float], resolution: float) -> xr.DataArray:
    """Cells of a box of which True are sea: their centre lies in no polygon of land.

    Parameters
    ----------
    land
        Polygons of shapely in degrees, such as the ``geometry`` of a table of geopandas. With
        none, all is sea.
    bbox
        West, south, east, north in degrees; the centres of the outermost cells lie on its edges.
        Longitudes may go beyond 180 where a box crosses the antimeridian, as the polygons' then
        must.
    resolution
        Distance of centres in degrees; the box is a whole number of them wide and high.

    Returns
    -------
    xarray.DataArray
        Boolean, on ``latitude`` and ``longitude``.

    Raises
    ------
    ParameterError
        If the box is no box, the resolution does not divide it, or there are more than a million
        cells.
    """
    latitude, longitude = _centres(bbox, resolution)
    mask = np.ones((len(latitude), len(longitude)), dtype=bool)
    polygons = list(land)
    if polygons:
        import shapely

        ground = shapely.union_all(polygons)
        shapely.prepare(ground)
        mask = ~shapely.contains_xy(ground, *np.meshgrid(longitude, latitude))
    return xr.DataArray(
        mask,
        dims=("latitude", "longitude"),
        coords={
            "latitude": ("latitude", latitude, _axis("latitude", "north", "Y")),
            "longitude": ("longitude", longitude, _axis("longitude", "east", "X")),
        },
        name="sea",
        attrs={"long_name": "whether a cell is sea", "units": "1"},
    )


def coast_distance(mask: xr.DataArray) -> xr.DataArray:
    """Distance from each cell to the nearest cell of land, km along the sphere; a covariate.

    Raises
    ------
    ValuesError
        If the mask has no land, so that there is no distance.
    """
    latitude, longitude = xr.broadcast(mask["latitude"], mask["longitude"])
    points = _on_unit_sphere(latitude.values.ravel(), longitude.values.ravel())
    ground = ~mask.transpose("latitude", "longitude").values.ravel()
    if not ground.any():
        raise ValuesError("the mask has no land: there is no distance to a coast")
    chord, _ = cKDTree(points[ground]).query(points)
    arc = 2 * EARTH_RADIUS_KM * np.arcsin(np.minimum(chord / 2, 1.0))
    return xr.DataArray(
        arc.reshape(latitude.shape),
        dims=latitude.dims,
        coords={name: mask[name] for name in ("latitude", "longitude")},
        name="coast_distance",
        attrs={"long_name": "distance to the nearest land of the grid", "units": "km"},
    )


def _on_unit_sphere(latitude: Floats, longitude: Floats) -> Floats:
    phi, lam = np.deg2rad(latitude), np.deg2rad(longitude)
    return np.column_stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)])


def _axis(name: str, way: str, axis: str) -> dict[str, str]:
    return {"standard_name": name, "units": f"degrees_{way}", "axis": axis}


def _centres(bbox: Sequence[float], resolution: float) -> tuple[Floats, Floats]:
    sides = [float(side) for side in bbox]
    if len(sides) != 4 or not np.isfinite(sides).all():
        raise ParameterError(f"bbox is {list(bbox)}: four numbers, west, south, east, north")
    west, south, east, north = sides
    if not (west < east <= west + 360 and -90 < south < north < 90):
        raise ParameterError(
            f"bbox is {sides}: west is below east, south below north, and both of these lie "
            "between the poles, -90 and 90 not included"
        )
    if not resolution > 0:
        raise ParameterError(f"resolution is {resolution}: degrees above 0, as 0.5")
    numbers = [(north - south) / resolution, (east - west) / resolution]
    if any(abs(number - round(number)) > 1e-6 or round(number) < 1 for number in numbers):
        raise ParameterError(
            f"resolution is {resolution}: the box {sides} is {north - south:g} by "
            f"{east - west:g} degrees, which is no whole number of cells"
        )
    rows, columns = (round(number) + 1 for number in numbers)
    if rows * columns > _MOST_CELLS:
        raise ParameterError(
            f"resolution is {resolution}: that is {rows * columns} cells, {_MOST_CELLS} at most"
        )
    return np.linspace(south, north, rows), np.linspace(west, east, columns)

"""Which cells of an image are sea, and how far from the coast."""

import geopandas as gpd
import numpy as np
import shapely
import xarray as xr
from scipy import ndimage

from bluecloud_routines.aquaculture._grid import grid_of
from bluecloud_routines.errors import ParameterError, UnitsError


def sea_mask(
    image: xr.DataArray | xr.Dataset, land: gpd.GeoDataFrame, *, crs: str | None = None
) -> xr.DataArray:
    """Whether the centre of each cell is sea, from polygons of land.

    Parameters
    ----------
    image
        On evenly spaced ``y`` and ``x`` in metres.
    land
        Polygons in any reference system.
    crs
        The image's reference system, where its grid mapping does not say.

    Raises
    ------
    ParameterError
        If the image's reference system is unknown or not in metres.
    UnitsError
        If the polygons have none.
    ValuesError
        If the image's coordinates are absent or uneven.
    """
    if land.crs is None:
        raise UnitsError("the land has no reference system: set it, as land.set_crs(4326)")
    grid = grid_of(image, crs)
    sea = np.ones((grid.y.size, grid.x.size), dtype=bool)
    for polygon in land.to_crs(grid.crs).geometry:
        west, south, east, north = polygon.bounds
        columns = np.flatnonzero((grid.x >= west) & (grid.x <= east))
        rows = np.flatnonzero((grid.y >= south) & (grid.y <= north))
        if rows.size and columns.size:
            shapely.prepare(polygon)
            x, y = np.meshgrid(grid.x[columns], grid.y[rows])
            sea[np.ix_(rows, columns)] &= ~shapely.contains_xy(polygon, x, y)
    return xr.DataArray(
        sea,
        dims=("y", "x"),
        coords={"y": image["y"], "x": image["x"]},
        name="sea",
        attrs={"long_name": "whether the cell is sea"},
    )


def waters(
    sea: xr.DataArray,
    *,
    coast_buffer_m: float = 100.0,
    max_distance_m: float = 10_000.0,
) -> xr.DataArray:
    """The sea between so far and so far from the coast, where farms can be told from the shore.

    Near the coast a cell has land in it, and the radar's side lobes of the shore. Where no cell
    is land, no distance is known, and all is kept.

    Raises
    ------
    ParameterError
        If the distances are not in order.
    """
    if not 0 <= coast_buffer_m < max_distance_m:
        raise ParameterError(
            f"coast_buffer_m is {coast_buffer_m} and max_distance_m {max_distance_m}: 0 or more, "
            "and the first below the second"
        )
    values = sea.to_numpy().astype(bool)
    if values.all():
        return sea.astype(bool)
    spacing = [abs(float(sea[name][1] - sea[name][0])) for name in ("y", "x")]
    distance = ndimage.distance_transform_edt(values, sampling=spacing)
    return sea.copy(data=values & (distance > coast_buffer_m) & (distance <= max_distance_m))

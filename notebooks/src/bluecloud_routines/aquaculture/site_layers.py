"""Layers that suitability is judged by: how often, how far, within what, and how large.

All are on ``latitude`` and ``longitude`` in degrees.
"""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

EARTH_KM = 6371.0088
_AXES = ("latitude", "longitude")


def exceedance(series: xr.DataArray, above: float, *, dim: str = "time") -> xr.DataArray:
    """The part of the time, in percent, in which a value is above a threshold.

    Missing times are not counted; NaN where all are missing. With dask it stays lazy.

    Raises
    ------
    ParameterError
        If the dimension is absent or the threshold is not finite.
    """
    if dim not in series.dims or not np.isfinite(above):
        raise ParameterError(
            f"dim is {dim!r} and above {above}: one of {series.dims} and a finite number"
        )
    there = series.notnull()
    part = 100 * (series > above).where(there).mean(dim)
    name = series.attrs.get("long_name", series.name)
    units = series.attrs.get("units", "")
    part.attrs = {"long_name": f"time with {name} above {above:g} {units}", "units": "percent"}
    return part


def percentile(series: xr.DataArray, percent: float, *, dim: str = "time") -> xr.DataArray:
    """The value that a part of the times, in percent, does not exceed; units are kept.

    Missing times are not counted; NaN where all are missing. With dask it stays lazy.

    Raises
    ------
    ParameterError
        If the dimension is absent or the part outside 0 to 100.
    """
    if dim not in series.dims or not 0 <= percent <= 100:
        raise ParameterError(
            f"dim is {dim!r} and percent {percent}: one of {series.dims} and 0 to 100"
        )
    whole = series.chunk({dim: -1}) if series.chunks else series
    found: xr.DataArray = xr.apply_ufunc(
        _percentile,
        whole,
        input_core_dims=[[dim]],
        kwargs={"percent": percent},
        dask="parallelized",
        output_dtypes=[np.float64],
        keep_attrs=True,
    )
    name = series.attrs.get("long_name", series.name)
    kept = {k: v for k, v in series.attrs.items() if k != "cell_methods"}
    return found.assign_attrs({**kept, "long_name": f"{percent:g}th percentile of {name}"})


def _percentile(values: NDArray[np.floating], percent: float) -> NDArray[np.float64]:
    """Over the last axis; NaN sorts to the end, so that the known values come first."""
    ordered = np.sort(values.astype(np.float64), axis=-1)
    known = np.isfinite(ordered).sum(axis=-1)
    place = np.maximum(known - 1, 0) * percent / 100
    below = np.floor(place).astype(np.int64)
    above = np.minimum(below + 1, np.maximum(known - 1, 0))
    low, high = (
        np.take_along_axis(ordered, at[..., None], axis=-1)[..., 0] for at in (below, above)
    )
    found: NDArray[np.float64] = low + (high - low) * (place - below)
    return found


def distance_to_places(grid: xr.Dataset | xr.DataArray, places: gpd.GeoDataFrame) -> xr.DataArray:
    """Distance from each cell to the nearest of some points, kilometres along a great circle.

    Raises
    ------
    ValuesError
        If there is no place, one is no point, or the grid has no latitude and longitude.
    UnitsError
        If the places have no reference system.
    """
    latitude, longitude = _axes(grid)
    if len(places) == 0:
        raise ValuesError("there is no place to be near to")
    if places.crs is None:
        raise UnitsError("the places have no reference system: set it, as places.set_crs(4326)")
    points = places.to_crs("EPSG:4326").geometry
    if not (points.geom_type == "Point").all() or points.is_empty.any():
        raise ValuesError("points are needed; take .representative_point() of other shapes")
    nearest = np.full((latitude.size, longitude.size), np.inf)
    north, east = np.radians(latitude)[:, None], np.radians(longitude)[None, :]
    for point in points:
        there_north, there_east = np.radians(point.y), np.radians(point.x)
        half = (
            np.sin((north - there_north) / 2) ** 2
            + np.cos(north) * np.cos(there_north) * np.sin((east - there_east) / 2) ** 2
        )
        nearest = np.minimum(nearest, 2 * EARTH_KM * np.arcsin(np.sqrt(half.clip(0, 1))))
    return _layer(grid, nearest, "distance to the nearest place", "km")


def within_shapes(grid: xr.Dataset | xr.DataArray, shapes: gpd.GeoDataFrame) -> xr.DataArray:
    """Whether the centre of each cell lies in one of some polygons.

    Raises
    ------
    ValuesError
        If the grid has no latitude and longitude.
    UnitsError
        If the shapes have no reference system.
    """
    latitude, longitude = _axes(grid)
    if shapes.crs is None:
        raise UnitsError("the shapes have no reference system: set it, as shapes.set_crs(4326)")
    x, y = np.meshgrid(longitude, latitude)
    inside = np.zeros(x.shape, dtype=bool)
    for shape in shapes.to_crs("EPSG:4326").geometry:
        shapely.prepare(shape)
        inside |= shapely.contains_xy(shape, x, y)
    return _layer(grid, inside, "whether the cell lies within", "")


def suitable_area(
    suitability: xr.DataArray,
    *,
    suitable: float = 0.7,
    zones: gpd.GeoDataFrame | None = None,
    name: str = "name",
) -> pd.DataFrame:
    """Area of suitable sea in each zone, square kilometres.

    Parameters
    ----------
    suitability
        On evenly spaced latitude and longitude, as :func:`site_suitability` gives it.
    suitable
        From which suitability on a place is suitable, above 0, up to 1.
    zones
        Polygons, such as exclusive economic zones; everything, if none are given.
    name
        The column that names them.

    Returns
    -------
    pandas.DataFrame
        ``zone``, ``suitable_km2`` and ``known_km2`` (where suitability is known).

    Raises
    ------
    ParameterError
        If the threshold is outside its range, or the zones have no such column.
    ValuesError
        If the grid is not even or has no latitude and longitude.
    """
    if not 0 < suitable <= 1:
        raise ParameterError(f"suitable is {suitable}: above 0, up to 1")
    if zones is not None and name not in zones:
        raise ParameterError(f"name is {name!r}: the zones have {list(zones.columns)}")
    area = _cell_areas(suitability)
    values = suitability.transpose(*_AXES).to_numpy()
    parts = [("all", np.ones(values.shape, dtype=bool))]
    if zones is not None:
        rows = (zones.iloc[[n]] for n in range(len(zones)))
        parts = [(str(row[name].iloc[0]), within_shapes(suitability, row).values) for row in rows]
    return pd.DataFrame(
        {
            "zone": [zone for zone, _ in parts],
            "suitable_km2": [float(area[part & (values >= suitable)].sum()) for _, part in parts],
            "known_km2": [float(area[part & ~np.isnan(values)].sum()) for _, part in parts],
        }
    )


def _cell_areas(grid: xr.DataArray) -> NDArray[np.float64]:
    """Area of each cell of the sphere, square kilometres."""
    latitude, longitude = _axes(grid)
    steps = []
    for axis, values in zip(_AXES, (latitude, longitude), strict=True):
        step = np.diff(values)
        if step.size == 0 or not np.allclose(step, step[0], rtol=1e-3, atol=0) or step[0] == 0:
            raise ValuesError(f"{axis} is not evenly spaced, or has less than two values")
        steps.append(abs(float(step[0])))
    edges = np.radians(latitude[:, None] + np.array([-0.5, 0.5]) * steps[0])
    band = EARTH_KM**2 * np.radians(steps[1]) * np.diff(np.sin(edges), axis=1)
    areas: NDArray[np.float64] = np.broadcast_to(band, (latitude.size, longitude.size))
    return areas


def _axes(grid: xr.Dataset | xr.DataArray) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    for axis in _AXES:
        if axis not in grid.coords or grid[axis].ndim != 1:
            raise ValuesError(f"the grid has no {axis} of one dimension: it has {dict(grid.sizes)}")
    latitude, longitude = (grid[axis].to_numpy().astype(np.float64) for axis in _AXES)
    return latitude, longitude


def _layer(
    grid: xr.Dataset | xr.DataArray, values: NDArray[np.generic], told: str, units: str
) -> xr.DataArray:
    coords = {axis: grid[axis] for axis in _AXES}
    attrs = {"long_name": told, **({"units": units} if units else {})}
    return xr.DataArray(values, dims=_AXES, coords=coords, attrs=attrs)

"""The grid of an image: evenly spaced, in metres, in a reference system that it names."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pyproj
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.aquaculture._boxes import in_metres
from bluecloud_routines.errors import ParameterError, ValuesError

MAPPING = "spatial_ref"
_UNEVEN = 1e-3  # of a cell


@dataclass(frozen=True)
class Grid:
    """Centres of the cells in metres, and what they are in."""

    x: NDArray[np.float64]
    y: NDArray[np.float64]
    crs: pyproj.CRS

    @property
    def cell_m(self) -> tuple[float, float]:
        """Height and width of a cell, above zero."""
        return abs(float(self.y[1] - self.y[0])), abs(float(self.x[1] - self.x[0]))

    @property
    def cell_area_m2(self) -> float:
        """Area of a cell."""
        height, width = self.cell_m
        return height * width


def raster_on(
    grid: Grid, layers: Mapping[str, tuple[NDArray[np.generic], Mapping[str, object]]]
) -> xr.Dataset:
    """Layers on ``y`` and ``x`` with what they are of the grid, to be compressed when written.

    Parameters
    ----------
    grid
        Of all layers.
    layers
        The values and the attributes of each.
    """
    raster = xr.Dataset(
        {
            name: (("y", "x"), values, {**attrs, "grid_mapping": MAPPING})
            for name, (values, attrs) in layers.items()
        },
        coords={
            "y": ("y", grid.y, {"standard_name": "projection_y_coordinate", "units": "m"}),
            "x": ("x", grid.x, {"standard_name": "projection_x_coordinate", "units": "m"}),
            MAPPING: (
                (),
                np.int32(0),
                {"long_name": "reference system of the grid", **grid.crs.to_cf()},
            ),
        },
    )
    for variable in raster.data_vars.values():
        variable.encoding = {"zlib": True, "complevel": 4}
    return raster


def grid_of(data: xr.DataArray | xr.Dataset, crs: str | None = None) -> Grid:
    """The grid of an image, in the reference system told or that of its grid mapping.

    Raises
    ------
    ParameterError
        If no reference system is named, or one that is not in metres.
    ValuesError
        If ``x`` or ``y`` is absent or not evenly spaced.
    """
    axes = []
    for name in ("x", "y"):
        if name not in data.coords or data[name].ndim != 1 or data[name].size < 2:
            raise ValuesError(f"the coordinate {name} is absent, or has less than two values")
        axis = data[name].to_numpy().astype(np.float64)
        step = np.diff(axis)
        if not np.all(np.abs(step - step[0]) <= _UNEVEN * abs(step[0])) or step[0] == 0:
            raise ValuesError(f"the coordinate {name} is not evenly spaced: resample the image")
        axes.append(axis)
    return Grid(axes[0], axes[1], in_metres(crs) if crs else _named(data))


def _named(data: xr.DataArray | xr.Dataset) -> pyproj.CRS:
    name = data.attrs.get("grid_mapping") or data.encoding.get("grid_mapping") or MAPPING
    attrs = data.coords[name].attrs if name in data.coords else {}
    if not attrs:
        raise ParameterError(
            f"the image names no reference system (grid mapping {name!r}): say crs, for example "
            "'EPSG:32633'"
        )
    try:
        known = pyproj.CRS.from_cf(attrs)
    except (pyproj.exceptions.CRSError, KeyError) as error:
        raise ParameterError(
            f"the grid mapping {name!r} is none that is understood: say crs, for example "
            "'EPSG:32633'"
        ) from error
    return in_metres(known)

"""The area of a grid's cells on the sphere."""

import numpy as np
import xarray as xr

from bluecloud_routines.environment.cells import coordinate_of
from bluecloud_routines.errors import ValuesError

EARTH_RADIUS_KM = 6371.0


def cell_area(field: xr.DataArray) -> xr.DataArray:
    """The area of each cell of a regular grid, in km2, on its latitude and longitude.

    Cells reach half-way to their neighbours, and no further than a pole.

    Raises
    ------
    ValuesError
        If latitude or longitude is absent, not of one dimension, or has fewer than two values or
        uneven steps.
    """
    latitude, longitude = (coordinate_of(field, name) for name in ("latitude", "longitude"))
    steps = {}
    for coordinate in (latitude, longitude):
        step = np.diff(coordinate.values.astype(np.float64).ravel())
        uneven = step.size == 0 or not np.allclose(step, step[0], rtol=1e-3) or step[0] == 0
        if coordinate.ndim != 1 or uneven:
            raise ValuesError(
                f"{coordinate.name} has the sizes {dict(coordinate.sizes)}: two or more values in "
                "even steps, on one dimension, are needed for the area of cells"
            )
        steps[coordinate.name] = abs(float(np.mean(step)))
    half = steps[latitude.name] / 2
    ends = [np.clip(latitude.values + side * half, -90, 90) for side in (1, -1)]
    north, south = (np.sin(np.deg2rad(end)) for end in ends)
    width = np.deg2rad(steps[longitude.name])
    area = latitude.copy(data=EARTH_RADIUS_KM**2 * width * (north - south))
    area = area.broadcast_like(longitude)
    area.attrs = {"long_name": "area of the cell", "standard_name": "cell_area", "units": "km2"}
    return area.rename("cell_area")

"""Other fields that an analysis is given, brought to its grid: covariates, lengths, currents."""

import numpy as np
import xarray as xr

from bluecloud_routines.biodiversity._grid import Floats
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

_SPEEDS = {"m s-1", "m/s", "m s^-1", "meter second-1", "metre second-1", "m.s-1"}


def on_grid(field: xr.DataArray, mask: xr.DataArray) -> Floats:
    """The field at the mask's cells, interpolated linearly; on land whatever is there.

    Raises
    ------
    ParameterError
        If it is not on latitude and longitude.
    ValuesError
        If it is missing or infinite in a cell of the sea.
    """
    name = str(field.name or "field")
    if set(field.dims) != {"latitude", "longitude"}:
        raise ParameterError(f"{name} is on {field.dims}: latitude and longitude are needed")
    there = field.transpose("latitude", "longitude").astype(np.float64)
    if not all(there[axis].equals(mask[axis]) for axis in ("latitude", "longitude")):
        there = there.sortby(["latitude", "longitude"]).interp(
            latitude=mask["latitude"], longitude=mask["longitude"]
        )
    values: Floats = np.asarray(there.values)
    bad = ~np.isfinite(values) & mask.values
    if bad.any():
        raise ValuesError(
            f"{name} is missing or infinite in {int(bad.sum())} of {int(mask.sum())} cells of the "
            "sea: fill it, or make the mask smaller"
        )
    return values


def trends(covariates: xr.Dataset | None, mask: xr.DataArray) -> dict[str, Floats]:
    """A constant and the covariates, each of mean 0 and standard deviation 1 over the sea.

    Raises
    ------
    ValuesError
        If a covariate is the same everywhere.
    """
    found = {"constant": np.ones(mask.shape)}
    for name, field in (covariates or {}).items():
        values = on_grid(field, mask)
        sea = values[mask.values]
        spread = float(sea.std())
        if not spread > 1e-12 * max(abs(float(sea.mean())), 1e-300):
            raise ValuesError(f"the covariate {name} is the same everywhere: leave it out")
        found[str(name)] = (values - sea.mean()) / spread
    return found


def relative_length(field: xr.DataArray | None, mask: xr.DataArray) -> Floats:
    """By what the correlation length is multiplied in each cell: 1 without a field.

    Raises
    ------
    ParameterError
        If it is not between a tenth and ten.
    """
    if field is None:
        return np.ones(mask.shape)
    values = np.where(mask.values, on_grid(field, mask), 1.0)
    if values.min() < 0.1 or values.max() > 10:
        raise ParameterError(
            f"relative_length is {values.min():g} to {values.max():g}: 0.1 to 10 is allowed"
        )
    return values


def velocity(currents: xr.Dataset, mask: xr.DataArray) -> tuple[Floats, Floats]:
    """Northward and eastward speed over its root mean square in the sea; 0 on land.

    Raises
    ------
    ParameterError
        If ``u`` or ``v`` is missing.
    UnitsError
        If they are not in m s-1.
    ValuesError
        If the water stands still everywhere.
    """
    absent = [name for name in ("u", "v") if name not in currents]
    if absent:
        raise ParameterError(f"the currents have no {absent}: u and v are needed")
    for name in ("u", "v"):
        units = currents[name].attrs.get("units")
        if units not in _SPEEDS:
            raise UnitsError(f"{name} of the currents is in {units!r}: 'm s-1' is needed")
    east, north = (np.where(mask.values, on_grid(currents[n], mask), 0.0) for n in ("u", "v"))
    mean_square = float((east**2 + north**2)[mask.values].mean())
    if not mean_square > 0:
        raise ValuesError("the currents are 0 everywhere: leave them out")
    return north / np.sqrt(mean_square), east / np.sqrt(mean_square)

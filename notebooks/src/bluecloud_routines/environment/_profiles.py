"""Profiles as a classification takes them: checked, one a row, and reduced to a few numbers."""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.environment._mixture import Reduction, one_thread, reduction_of
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

Floats = NDArray[np.float64]


def whole_number(name: str, value: int, least: int, most: int) -> None:
    """Refuse what is no whole number within the range."""
    if isinstance(value, bool) or int(value) != value or not least <= value <= most:
        raise ParameterError(f"{name} is {value!r}: a whole number {least} to {most}")


def reduced_profiles(
    profiles: xr.Dataset, *, axis: str, max_components: int, explained_variance: float
) -> tuple[dict[str, Reduction], Floats]:
    """How each variable is reduced, and all profiles without gap so reduced, one a row."""
    whole_number("max_components", max_components, 1, 1000)
    if not 0 < explained_variance <= 1:
        raise ParameterError(f"explained_variance is {explained_variance}: above 0, at most 1")
    require_described(profiles, axis)
    stacked = {
        str(name): rows_of(variable, axis=axis) for name, variable in profiles.data_vars.items()
    }
    whole = np.all([~np.isnan(rows).any(axis=1) for rows in stacked.values()], axis=0)
    if not whole.any():
        raise ValuesError(f"none of {whole.size} profiles is without a gap in {list(stacked)}")
    for name, rows in stacked.items():
        if np.isinf(rows).any():
            raise ValuesError(f"{name} has {np.isinf(rows).sum()} infinite values")
    if not whole.all():
        stacked = {name: rows[whole] for name, rows in stacked.items()}
    with one_thread():
        reductions = {
            name: reduction_of(
                rows, max_components=max_components, explained_variance=explained_variance
            )
            for name, rows in stacked.items()
        }
        points = [reductions[name].reduced(rows) for name, rows in stacked.items()]
    return reductions, np.concatenate(points, axis=1)


def rows_of(variable: xr.DataArray, *, axis: str) -> Floats:
    """The variable as (profile, level) values."""
    values = variable.transpose(..., axis).values
    return values.reshape(-1, values.shape[-1]).astype(np.float64, copy=False)


def require_described(profiles: xr.Dataset, axis: str) -> None:
    """Refuse a dataset that is not of profiles along the axis, all with units."""
    if not profiles.data_vars:
        raise ValuesError("there is no variable to classify by")
    others = {v.dims for v in profiles.transpose(..., axis, missing_dims="ignore").values()}
    if axis not in profiles.coords or len(others) != 1 or axis not in next(iter(others)):
        raise ParameterError(
            f"axis is {axis!r}: it must be a dimension with a coordinate, and all variables on "
            f"the same dimensions; they are on {sorted(map(str, others))}"
        )
    if profiles.sizes[axis] == 0 or min(profiles.sizes.values()) == 0:
        raise ValuesError(f"there are no values: the sizes are {dict(profiles.sizes)}")
    for name in (axis, *profiles.data_vars):
        if not profiles[name].attrs.get("units"):
            raise UnitsError(f"{name} has no units: set its attribute 'units'")

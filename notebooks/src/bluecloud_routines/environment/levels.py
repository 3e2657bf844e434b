"""Profiles of any sampling on one common axis, as a classification needs them."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

Floats = NDArray[np.float64]


def profiles_of(table: pd.DataFrame, *, by: Sequence[str], units: Mapping[str, str]) -> xr.Dataset:
    """Profiles side by side, from a table with a row for each sample.

    Parameters
    ----------
    table
        Has the columns ``by``, ``time``, ``latitude``, ``longitude`` and those of ``units``.
    by
        What tells a profile from another, such as ``platform`` and ``cycle``.
    units
        The variables wanted, each with its units.

    Returns
    -------
    xarray.Dataset
        The variables on ``profile`` and ``sample``, padded with NaN at the end; time and place
        of each profile's first sample, and the columns ``by``, as coordinates.

    Raises
    ------
    ParameterError
        If a column is absent.
    ValuesError
        If the table has no rows.
    """
    where = ("time", "latitude", "longitude")
    absent = [name for name in (*by, *where, *units) if name not in table]
    if absent:
        raise ParameterError(f"the table has no column {absent}: it has {list(table.columns)}")
    if not len(table):
        raise ValuesError("the table has no rows")
    groups = table.groupby(list(by), sort=False)
    profile, sample = groups.ngroup().to_numpy(), groups.cumcount().to_numpy()
    shape = (profile.max() + 1, sample.max() + 1)
    variables = {}
    for name, unit in units.items():
        values = np.full(shape, np.nan)
        values[profile, sample] = table[name]
        variables[name] = (("profile", "sample"), values, {"units": unit})
    firsts = groups[[name for name in where if name not in by]].first().reset_index()
    coords = {name: ("profile", firsts[name].to_numpy()) for name in firsts}
    return xr.Dataset(variables, coords=coords)


def on_levels(
    profiles: xr.Dataset,
    *,
    along: str,
    vertical: str,
    levels: Sequence[float],
    max_gap: float = 250.0,
    surface_gap: float = 10.0,
) -> xr.Dataset:
    """The profiles interpolated linearly to common levels, NaN where that would be invention.

    Parameters
    ----------
    profiles
        Variables on ``along`` and any other dimensions, with ``vertical``, a variable of the
        same dimensions (pressure of each sample, say). Samples that lack the vertical or the
        value are passed over; they need not be in order.
    along
        The dimension along the profile, such as ``N_LEVELS``.
    vertical
        The variable that says where each sample is; the result has a coordinate of its name.
    levels
        Where values are wanted, ascending, in the units of ``vertical``.
    max_gap
        Samples further apart are not joined.
    surface_gap
        Above a profile's first sample, levels so near to it have its value: floats stop pumping
        some metres below the surface.

    Raises
    ------
    ParameterError
        If the levels are not ascending, a distance is negative, or a name is unknown.
    UnitsError
        If the vertical has no units.
    ValuesError
        If no profile has a value.
    """
    wanted = np.asarray(levels, dtype=np.float64)
    if wanted.ndim != 1 or wanted.size == 0 or not (np.diff(wanted) > 0).all():
        raise ParameterError(f"levels are {list(levels)[:5]}...: ascending numbers are needed")
    if max_gap <= 0 or surface_gap < 0:
        raise ParameterError(f"max_gap is {max_gap}, surface_gap {surface_gap}: above 0, not below")
    if vertical not in profiles.data_vars or along not in profiles[vertical].dims:
        raise ParameterError(
            f"vertical is {vertical!r}, along {along!r}: a variable on that dimension is needed"
        )
    where = profiles[vertical]
    if not where.attrs.get("units"):
        raise UnitsError(f"{vertical} has no units: set its attribute 'units'")
    names = [n for n, v in profiles.data_vars.items() if v.dims == where.dims and n != vertical]
    found = {
        name: xr.apply_ufunc(
            _interpolated,
            where,
            profiles[name],
            input_core_dims=[[along], [along]],
            output_core_dims=[[vertical]],
            kwargs={"levels": wanted, "max_gap": max_gap, "surface_gap": surface_gap},
            dask="parallelized",
            output_dtypes=[np.float64],
            dask_gufunc_kwargs={"output_sizes": {vertical: wanted.size}, "allow_rechunk": True},
        ).assign_attrs(profiles[name].attrs)
        for name in names
    }
    result = xr.Dataset(found).assign_coords({vertical: (vertical, wanted, dict(where.attrs))})
    if all(v.chunks is None and bool(v.isnull().all()) for v in result.values()):
        raise ValuesError(f"no profile has a value of {names} at any of the levels")
    return result


def _interpolated(
    vertical: Floats, values: Floats, *, levels: Floats, max_gap: float, surface_gap: float
) -> Floats:
    shape = values.shape[:-1]
    rows = zip(
        vertical.reshape(-1, vertical.shape[-1]),
        values.reshape(-1, values.shape[-1]),
        strict=True,
    )
    found = [_one(*row, levels, max_gap, surface_gap) for row in rows]
    return np.array(found).reshape(*shape, levels.size)


def _one(z: Floats, v: Floats, levels: Floats, max_gap: float, surface_gap: float) -> Floats:
    present = np.isfinite(z) & np.isfinite(v)
    if not present.any():
        return np.full(levels.size, np.nan)
    z, v = z[present].astype(np.float64), v[present].astype(np.float64)
    order = np.argsort(z, kind="stable")
    z, v = z[order], v[order]
    after = np.searchsorted(z, levels)
    below, above = z[np.clip(after, 0, z.size - 1)], z[np.clip(after - 1, 0, z.size - 1)]
    joined = (below - above <= max_gap) | (below == levels)
    inside = (levels >= z[0] - surface_gap) & (levels <= z[-1]) & joined
    return np.where(inside, np.interp(levels, z, v), np.nan)

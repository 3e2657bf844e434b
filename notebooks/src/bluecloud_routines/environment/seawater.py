"""Sea water by TEOS-10: what heat content, density and layers are worked out from.

The kind of temperature is read from its ``standard_name``, because a model's potential temperature
taken for one measured in place is wrong by a tenth of a degree at depth, and nobody would see it.
"""

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.environment._quantities import PRESSURE, SALINITY, TEMPERATURE, Quantity
from bluecloud_routines.environment.cells import coordinate_of
from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

Floats = NDArray[np.float64]

TEOS10 = "TEOS-10: IOC, SCOR and IAPSO (2010, https://www.teos-10.org), by GSW"
DEPTH = Quantity("depth", "m", -10, 12_000, {"meter": 1.0, "metre": 1.0, "meters": 1.0})

_KINDS = (
    "sea_water_temperature",
    "sea_water_potential_temperature",
    "sea_water_conservative_temperature",
)
_OUT = {
    "pressure": ("sea_water_pressure_due_to_sea_water", "dbar", "pressure of the water"),
    "depth": ("depth", "m", "depth below the surface"),
    "absolute_salinity": ("sea_water_absolute_salinity", "g kg-1", "absolute salinity"),
    "conservative_temperature": (
        "sea_water_conservative_temperature", "degree_Celsius", "conservative temperature",
    ),
    "potential_temperature": (
        "sea_water_potential_temperature", "degree_Celsius", "potential temperature",
    ),
    "density": ("sea_water_density", "kg m-3", "density in place"),
    "sigma_theta": ("sea_water_sigma_theta", "kg m-3", "potential density less 1000 kg m-3"),
}  # fmt: skip


def seawater_properties(
    temperature: xr.DataArray,
    salinity: xr.DataArray,
    *,
    pressure: xr.DataArray | None = None,
    depth: xr.DataArray | None = None,
) -> xr.Dataset:
    """Absolute salinity, conservative temperature, density and depth of each sample.

    Parameters
    ----------
    temperature
        With units (degrees Celsius or kelvin) and a ``standard_name`` that says which: that of
        the water (ITS-90), its potential or its conservative temperature. Its coordinates have
        latitude and longitude.
    salinity
        Practical, of 0 to 60.
    pressure, depth
        One of the two: pressure in dbar, or depth in metres, positive downward. On the samples
        or a coordinate of the temperature.

    Returns
    -------
    xarray.Dataset
        ``pressure``, ``depth``, ``absolute_salinity``, ``conservative_temperature``,
        ``potential_temperature``, ``density`` and ``sigma_theta``, on the dimensions of the
        temperature. NaN where anything is missing; dask stays lazy.

    Raises
    ------
    ParameterError
        If not one of pressure and depth is given.
    UnitsError
        If units are absent or others, or the temperature does not say which it is.
    ValuesError
        If values are infinite or impossible, none is there, or there is no latitude or longitude.

    References
    ----------
    IOC, SCOR and IAPSO (2010), The international thermodynamic equation of seawater,
    https://www.teos-10.org
    """
    if pressure is not None and depth is None:
        vertical = PRESSURE.read(pressure)
    elif depth is not None and pressure is None:
        if depth.attrs.get("positive") == "up":
            raise ParameterError("the depth says positive: up, and is needed positive downward")
        vertical = DEPTH.read(depth)
    else:
        raise ParameterError("one of pressure and depth is needed, and not both")
    kind = temperature.attrs.get("standard_name")
    if kind not in _KINDS:
        raise UnitsError(
            f"the temperature's standard_name is {kind!r}: one of {list(_KINDS)} is needed"
        )
    where = [coordinate_of(temperature, name, single=True) for name in ("longitude", "latitude")]
    for place, most in zip(where, (360, 90), strict=True):
        if place.chunks is None and bool((abs(place) > most).any()):
            raise ValuesError(
                f"{place.name!r} goes from {float(place.min()):g} to {float(place.max()):g}: "
                f"-{most} to {most} degrees are possible"
            )
    made = xr.apply_ufunc(
        _properties,
        TEMPERATURE.read(temperature),
        SALINITY.read(salinity),
        vertical,
        *where,
        kwargs={"kind": kind, "by_pressure": pressure is not None},
        output_core_dims=[[]] * len(_OUT),
        dask="parallelized",
        output_dtypes=[np.float64] * len(_OUT),
    )
    water = xr.Dataset(dict(zip(_OUT, made, strict=True))).transpose(*temperature.dims, ...)
    for name, (standard_name, units, words) in _OUT.items():
        water[name].attrs = {"standard_name": standard_name, "units": units, "long_name": words}
    for name in ("pressure", "depth"):
        water[name].attrs["positive"] = "down"
    water.attrs = {"references": TEOS10}
    return water


def _properties(
    temperature: Floats,
    salinity: Floats,
    vertical: Floats,
    longitude: Floats,
    latitude: Floats,
    *,
    kind: str,
    by_pressure: bool,
) -> tuple[Floats, ...]:
    import gsw

    if by_pressure:
        pressure, depth = vertical, -gsw.z_from_p(vertical, latitude)
    else:
        pressure, depth = gsw.p_from_z(-vertical, latitude), vertical
    absolute = gsw.SA_from_SP(salinity, pressure, longitude, latitude)
    if kind == "sea_water_temperature":
        conservative = gsw.CT_from_t(absolute, temperature, pressure)
    elif kind == "sea_water_potential_temperature":
        conservative = gsw.CT_from_pt(absolute, temperature)
    else:
        conservative = temperature
    made = (
        pressure,
        depth,
        absolute,
        conservative,
        gsw.pt_from_CT(absolute, conservative),
        gsw.rho(absolute, conservative, pressure),
        gsw.sigma0(absolute, conservative),
    )
    return tuple(np.broadcast_to(each, np.shape(made[-1])) for each in made)

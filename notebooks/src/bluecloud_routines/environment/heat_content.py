"""How much heat is in layers of the sea, and how high it makes the water stand.

By TEOS-10 heat is density times conservative temperature times a fixed heat capacity. Simpler
indicators take one density and one heat capacity for the whole sea, and potential temperature;
that is the option ``constants``. Integrals are over depth, from sample to sample.
"""

from collections.abc import Sequence

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.environment._columns import layer_integrals
from bluecloud_routines.environment.seawater import TEOS10
from bluecloud_routines.environment.trend import linear_trend
from bluecloud_routines.errors import ParameterError, UnitsError

Floats = NDArray[np.float64]

HEAT_CAPACITY = 3991.86795711963  # cp0 of TEOS-10, J kg-1 K-1
GRAVITY = 9.7963  # of steric height in TEOS-10, m s-2 (Griffies 2004)
_SECONDS_PER_YEAR = 365.2425 * 86_400
_HEAT = "integral_wrt_depth_of_sea_water_{}_temperature_expressed_as_heat_content"


def ocean_heat_content(
    water: xr.Dataset,
    *,
    along: str,
    layers: Sequence[tuple[float, float]] = ((0.0, 300.0), (0.0, 700.0)),
    reference: float = 0.0,
    constants: tuple[float, float] | None = None,
    max_gap: float = 250.0,
    surface_gap: float = 10.0,
) -> xr.Dataset:
    """The heat in each layer, in joules per square metre.

    Parameters
    ----------
    water
        Of :func:`seawater_properties`; other dimensions than ``along`` are kept, dask stays lazy.
    along
        The dimension of the samples of a column, in any order.
    layers
        Top and bottom of each, in metres.
    reference
        Temperature in degrees Celsius that heat is counted from. The difference of two products
        does not depend on it but for changes of density.
    constants
        Density (kg m-3) and heat capacity (J kg-1 K-1) for the whole sea, as (1030, 3980):
        with them potential temperature is taken. By default TEOS-10.
    max_gap, surface_gap
        In metres. Samples further apart are not joined; above a column's first sample, water
        no thicker than this is taken to be like it.

    Returns
    -------
    xarray.Dataset
        ``heat_content`` with a dimension ``layer``, whose ``depth`` has bounds, and
        ``mean_temperature`` of the layer. NaN where the samples do not span the layer.

    Raises
    ------
    ParameterError
        If a layer is upside down, an option is out of range, or ``water`` lacks a variable.

    References
    ----------
    McDougall (2003), https://doi.org/10.1175/1520-0485(2003)033<0945:PEACOV>2.0.CO;2
    """
    bounds = _bounds(layers)
    if constants is not None and not all(np.isfinite(c) and c > 0 for c in constants):
        raise ParameterError(f"constants are {constants}: density and heat capacity above 0")
    if not np.isfinite(reference):
        raise ParameterError(f"reference is {reference}: a temperature in degrees Celsius")
    gaps = require_gaps(max_gap=max_gap, surface_gap=surface_gap)
    kind = "conservative" if constants is None else "potential"
    require_water(water, along, "depth", "density", f"{kind}_temperature")
    temperature = water[f"{kind}_temperature"]
    if constants is None:
        heat = water["density"] * HEAT_CAPACITY * (temperature - reference)
    else:
        heat = constants[0] * constants[1] * (temperature - reference)
    thickness = xr.DataArray([bottom - top for top, bottom in bounds], dims="layer")
    total, of_temperature = (
        _integrated(water["depth"], each, along, layers=bounds, **gaps)
        for each in (heat, temperature)
    )
    result = xr.Dataset({"heat_content": total, "mean_temperature": of_temperature / thickness})
    counted = f", counted from {reference:g} degrees Celsius" if reference else ""
    result["heat_content"].attrs = {
        "long_name": f"heat content of the layer{counted}",
        "standard_name": _HEAT.format(kind),
        "units": "J m-2",
    }
    result["mean_temperature"].attrs = {
        "long_name": f"mean {kind} temperature of the layer",
        "standard_name": f"sea_water_{kind}_temperature",
        "units": "degree_Celsius",
        "cell_methods": "depth: mean",
    }
    by = TEOS10 if constants is None else "density {:g} kg m-3, heat capacity {:g} J kg-1 K-1"
    result.attrs = {"references": by.format(*constants or ())}
    return result.assign_coords(_depths(bounds))


def steric_height(
    water: xr.Dataset,
    *,
    along: str,
    pressure_range: tuple[float, float] = (0.0, 1000.0),
    max_gap: float = 250.0,
    surface_gap: float = 10.0,
) -> xr.DataArray:
    """How much higher the water stands than water of 0 degrees and 35.165 g kg-1 would, in metres.

    Parameters
    ----------
    water, along
        As of :func:`ocean_heat_content`.
    pressure_range
        Between which pressures, in dbar.
    max_gap, surface_gap
        As of :func:`ocean_heat_content`, in dbar.

    Raises
    ------
    ParameterError
        If the range is upside down, an option is out of range, or ``water`` lacks a variable.
    """
    bounds = _bounds([pressure_range])
    gaps = require_gaps(max_gap=max_gap, surface_gap=surface_gap)
    require_water(water, along, "pressure", "absolute_salinity", "conservative_temperature")
    anomaly = xr.apply_ufunc(
        _volume_anomaly,
        *(water[name] for name in ("absolute_salinity", "conservative_temperature", "pressure")),
        dask="parallelized",
        output_dtypes=[np.float64],
    )
    height = _integrated(water["pressure"], anomaly, along, layers=bounds, **gaps)
    height = height.isel(layer=0) * 1e4 / GRAVITY
    top, bottom = bounds[0]
    height.attrs = {
        "long_name": f"steric height between {top:g} and {bottom:g} dbar",
        "standard_name": "steric_change_in_sea_surface_height",
        "units": "m",
        "references": TEOS10,
    }
    return height.rename("steric_height")


def heating_rate(heat_content: xr.DataArray, *, min_years: float = 10) -> xr.Dataset:
    """The trend of heat content as a flux, in watts per square metre, with its interval.

    Parameters
    ----------
    heat_content
        In J m-2, evenly spaced in ``time`` and without its seasons: anomalies.
    min_years
        Least number of years.

    Raises
    ------
    UnitsError
        If the heat is not in J m-2.
    TooShortError, TimeAxisError, ParameterError, ValuesError
        As of :func:`linear_trend`, which this is.
    """
    units = heat_content.attrs.get("units")
    if units != "J m-2":
        raise UnitsError(f"the heat content is in {units!r}: 'J m-2' is needed")
    fitted = linear_trend(heat_content, min_years=min_years)
    for name in ("trend", "trend_lower", "trend_upper"):
        described = {**fitted[name].attrs, "units": "W m-2"}
        fitted[name] = (fitted[name] / _SECONDS_PER_YEAR).assign_attrs(described)
    return fitted


def require_gaps(*, max_gap: float, surface_gap: float) -> dict[str, float]:
    """The two, if they are possible."""
    if not max_gap > 0 or not surface_gap >= 0:
        raise ParameterError(
            f"max_gap is {max_gap}, surface_gap {surface_gap}: above 0, and not below 0"
        )
    return {"max_gap": max_gap, "surface_gap": surface_gap}


def require_water(water: xr.Dataset, along: str, *names: str) -> None:
    """Refuse what :func:`seawater_properties` has not made, or another dimension."""
    absent = [name for name in names if name not in water]
    if absent:
        raise ParameterError(f"there is no {absent}: give what seawater_properties gave")
    if along not in water[names[0]].dims:
        raise ParameterError(
            f"along is {along!r}: one of the dimensions {water[names[0]].dims} is needed"
        )


def _bounds(layers: Sequence[tuple[float, float]]) -> tuple[tuple[float, float], ...]:
    bounds = tuple((float(top), float(bottom)) for top, bottom in layers)
    if not bounds or not all(0 <= top < bottom < np.inf for top, bottom in bounds):
        raise ParameterError(f"layers are {list(layers)}: each needs a top of 0 or more above it")
    return bounds


def _integrated(
    vertical: xr.DataArray,
    values: xr.DataArray,
    along: str,
    *,
    layers: tuple[tuple[float, float], ...],
    max_gap: float,
    surface_gap: float,
) -> xr.DataArray:
    found: xr.DataArray = xr.apply_ufunc(
        layer_integrals,
        vertical,
        values,
        input_core_dims=[[along], [along]],
        output_core_dims=[["layer"]],
        kwargs={"layers": layers, "max_gap": max_gap, "surface_gap": surface_gap},
        dask="parallelized",
        output_dtypes=[np.float64],
        dask_gufunc_kwargs={"output_sizes": {"layer": len(layers)}, "allow_rechunk": True},
    )
    return found


def _depths(bounds: tuple[tuple[float, float], ...]) -> dict[str, xr.DataArray]:
    """The middle of each layer, as an auxiliary coordinate with its bounds."""
    edges = np.array(bounds)
    about = {
        "long_name": "depth of the layer",
        "standard_name": "depth",
        "units": "m",
        "positive": "down",
        "bounds": "depth_bounds",
    }
    return {
        "depth": xr.DataArray(edges.mean(axis=1), dims="layer", attrs=about),
        "depth_bounds": xr.DataArray(edges, dims=("layer", "bound")),
    }


def _volume_anomaly(absolute: Floats, conservative: Floats, pressure: Floats) -> Floats:
    import gsw

    anomaly: Floats = gsw.specvol_anom_standard(absolute, conservative, pressure)
    return anomaly

"""How fast CO2 crosses the sea's surface, and how much of it.

The flux is the transfer velocity times the solubility times the difference of fugacity. All
three published relations between wind and velocity carry their Schmidt number: leaving that out
changes fluxes of cold water by a third. Solubility is Weiss's K0 for fugacity; programs that
divide it by the dry share of air mean another quantity, which goes with the mole fraction.
"""

import json
from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.environment import _quantities as quantities
from bluecloud_routines.environment._gas import schmidt, solubility_by_volume
from bluecloud_routines.environment._quantities import Given
from bluecloud_routines.errors import ParameterError

Floats = NDArray[np.float64]
Relation = Literal["wanninkhof2014", "ho2006", "nightingale2000"]

# k = (square U2 + linear U) (Sc / reference)^-1/2, in cm h-1 of m s-1; and where it is published.
_RELATIONS = {
    "wanninkhof2014": (0.251, 0.0, 660.0),
    "ho2006": (0.266, 0.0, 600.0),
    "nightingale2000": (0.222, 0.333, 600.0),
}
REFERENCES = {
    "wanninkhof2014": "Wanninkhof (2014, https://doi.org/10.4319/lom.2014.12.351)",
    "ho2006": "Ho et al. (2006, https://doi.org/10.1029/2006GL026817)",
    "nightingale2000": "Nightingale et al. (2000, https://doi.org/10.1029/1999GB900091)",
}
_WEISS = "Weiss (1974, https://doi.org/10.1016/0304-4203(74)90015-2)"
_CM_PER_HOUR = 1 / 360_000  # in m s-1
_LITRES = 1_000  # in a cubic metre
_UATM = 1e-6  # in atm


def co2_solubility(temperature: Given, salinity: Given) -> xr.DataArray:
    """K0, the solubility of CO2 in sea water, mol L-1 atm-1 (Weiss 1974).

    ``temperature`` in degree_Celsius or kelvin, ``salinity`` practical. Lazy in, lazy out.

    Raises
    ------
    UnitsError, ValuesError
        As :func:`carbon_dioxide_flux`.
    """
    k0 = _elementwise(
        solubility_by_volume,
        quantities.TEMPERATURE.read(temperature),
        quantities.SALINITY.read(salinity),
    )
    k0.attrs = {
        "long_name": "solubility of carbon dioxide in sea water, by fugacity",
        "units": "mol L-1 atm-1",
        "references": _WEISS,
    }
    return k0.rename("solubility")


def schmidt_number(temperature: Given) -> xr.DataArray:
    """Schmidt number of CO2 in sea water of salinity 35 (Wanninkhof 2014), for -2 to 40 degrees.

    ``temperature`` in degree_Celsius or kelvin. Lazy in, lazy out.

    Raises
    ------
    UnitsError, ValuesError
        As :func:`carbon_dioxide_flux`.
    """
    number = _elementwise(schmidt, quantities.TEMPERATURE.read(temperature))
    number.attrs = {
        "long_name": "Schmidt number of carbon dioxide in sea water",
        "units": "1",
        "references": REFERENCES["wanninkhof2014"],
    }
    return number.rename("schmidt_number")


def gas_transfer_velocity(
    wind_speed: Given,
    temperature: Given,
    *,
    relation: Relation = "wanninkhof2014",
    wind_deviation: Given = 0.0,
) -> xr.DataArray:
    """Transfer velocity of CO2, cm h-1.

    Parameters
    ----------
    wind_speed
        At 10 m above the sea, m s-1.
    temperature
        Of the sea surface, degree_Celsius or kelvin.
    relation
        ``wanninkhof2014``, ``ho2006`` or ``nightingale2000``.
    wind_deviation
        Standard deviation of the wind within what ``wind_speed`` is the mean of, m s-1. The
        relations are quadratic: the square of a mean wind is less than the mean square.

    Raises
    ------
    ParameterError
        If the relation is another.
    UnitsError, ValuesError
        As :func:`carbon_dioxide_flux`.

    References
    ----------
    Wanninkhof (2014), https://doi.org/10.4319/lom.2014.12.351; Ho et al. (2006),
    https://doi.org/10.1029/2006GL026817; Nightingale et al. (2000),
    https://doi.org/10.1029/1999GB900091
    """
    if relation not in get_args(Relation):
        raise ParameterError(f"relation is {relation!r}: one of {list(get_args(Relation))}")
    velocity = _elementwise(
        _velocity,
        quantities.WIND.read(wind_speed),
        quantities.WIND_DEVIATION.read(wind_deviation),
        quantities.TEMPERATURE.read(temperature),
        relation=relation,
    )
    velocity.attrs = {
        "long_name": "gas transfer velocity of carbon dioxide",
        "units": "cm h-1",
        "references": REFERENCES[relation],
    }
    return velocity.rename("transfer_velocity")


def carbon_dioxide_flux(
    *,
    fco2: Given,
    fco2_air: Given,
    temperature: Given,
    salinity: Given,
    wind_speed: Given,
    wind_deviation: Given = 0.0,
    ice_fraction: Given = 0.0,
    relation: Relation = "wanninkhof2014",
) -> xr.Dataset:
    """Flux of CO2 into the sea: positive where the sea takes it up.

    Arrays are matched by the names of their dimensions; a plain number is in the unit given
    here. Dask arrays stay lazy; NaN is missing.

    Parameters
    ----------
    fco2, fco2_air
        Fugacity in the sea's surface and in the air above it, uatm (or Pa).
    temperature, salinity
        Of the sea surface, degree_Celsius or kelvin; practical.
    wind_speed, wind_deviation, relation
        As in :func:`gas_transfer_velocity`.
    ice_fraction
        Share of the sea that ice covers, 0 to 1 (or %): nothing crosses it.

    Returns
    -------
    xarray.Dataset
        ``co2_flux`` (mol m-2 s-1, positive downward), ``transfer_velocity`` (cm h-1),
        ``solubility`` (mol L-1 atm-1) and ``fco2_difference`` (uatm, sea less air).

    Raises
    ------
    ParameterError
        If the relation is another.
    UnitsError
        If an array says no units, or others.
    ValuesError
        If an input is empty, wholly missing, infinite or impossible (with dask the latter two
        when it is computed).

    References
    ----------
    Wanninkhof (2014), https://doi.org/10.4319/lom.2014.12.351; Weiss (1974),
    https://doi.org/10.1016/0304-4203(74)90015-2
    """
    velocity = gas_transfer_velocity(
        wind_speed, temperature, relation=relation, wind_deviation=wind_deviation
    )
    k0 = co2_solubility(temperature, salinity)
    sea, air = quantities.FCO2.read(fco2), quantities.FCO2.read(fco2_air)
    difference = _elementwise(np.subtract, sea, air)
    flux = _elementwise(_flux, velocity, k0, difference, quantities.ICE.read(ice_fraction))
    flux.attrs = {
        "long_name": "flux of carbon dioxide into the sea",
        "standard_name": "surface_downward_mole_flux_of_carbon_dioxide",
        "units": "mol m-2 s-1",
    }
    difference.attrs = {
        "long_name": "fugacity of carbon dioxide in the sea less that in the air",
        "units": "uatm",
    }
    return xr.Dataset(
        {
            "co2_flux": flux,
            "transfer_velocity": velocity,
            "solubility": k0,
            "fco2_difference": difference,
        },
        attrs={
            "references": f"{REFERENCES[relation]}, {_WEISS}",
            "parameters": json.dumps({"relation": relation}),
        },
    )


def _elementwise(
    function: Callable[..., Floats], *arrays: xr.DataArray, **options: object
) -> xr.DataArray:
    found: xr.DataArray = xr.apply_ufunc(
        function,
        *arrays,
        kwargs=options,
        dask="parallelized",
        output_dtypes=[np.float64],
        join="exact",
    )
    return found


def _velocity(wind: Floats, deviation: Floats, temperature: Floats, *, relation: str) -> Floats:
    square, linear, reference = _RELATIONS[relation]
    of_wind = square * (wind * wind + deviation * deviation) + linear * wind
    velocity: Floats = of_wind / np.sqrt(schmidt(temperature) / reference)
    return velocity


def _flux(velocity: Floats, k0: Floats, difference: Floats, ice: Floats) -> Floats:
    """Into the sea, mol m-2 s-1, from cm h-1, mol L-1 atm-1 and uatm."""
    by_fugacity = velocity * _CM_PER_HOUR * k0 * _LITRES * _UATM
    return by_fugacity * -difference * (1 - ice)

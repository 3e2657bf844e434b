"""Fugacity of CO2 in sea water and in air, from the mole fraction in dry air that is measured.

Underway systems equilibrate air with pumped sea water, which has warmed on its way. The
correction to the temperature of the sea is made on the partial pressure, before the gas's
non-ideality, as SOCAT's recomputed values have it; ``correct="fugacity"`` makes it last.
"""

import json
from typing import Literal, get_args

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.environment import _quantities as quantities
from bluecloud_routines.environment._gas import (
    HPA_PER_ATM,
    WARMING,
    fugacity_coefficient,
    vapour_pressure,
)
from bluecloud_routines.environment._quantities import Given
from bluecloud_routines.errors import ParameterError

Floats = NDArray[np.float64]
Corrected = Literal["pressure", "fugacity"]

REFERENCES = (
    "Weiss and Price (1980, https://doi.org/10.1016/0304-4203(80)90024-9), "
    "Takahashi et al. (1993, https://doi.org/10.1029/93GB02263), "
    "Weiss (1974, https://doi.org/10.1016/0304-4203(74)90015-2)"
)


def seawater_fugacity(
    xco2: Given,
    *,
    temperature: Given,
    equilibrator_temperature: Given,
    equilibrator_pressure: Given,
    salinity: Given,
    correct: Corrected = "pressure",
) -> xr.Dataset:
    """Partial pressure and fugacity of CO2 at sea-surface temperature, from an equilibrator.

    Arrays are matched by the names of their dimensions; a plain number is in the unit given
    here. Dask arrays stay lazy; NaN is missing.

    Parameters
    ----------
    xco2
        Mole fraction of CO2 in dry air in equilibrium with the water, umol mol-1 (ppm).
    temperature, equilibrator_temperature
        Of the sea surface and in the equilibrator, degree_Celsius or kelvin.
    equilibrator_pressure
        Of the air in the equilibrator, hPa (or Pa).
    salinity
        Practical.
    correct
        What is corrected to the temperature of the sea: the partial ``pressure`` before it
        becomes a fugacity, or the ``fugacity``. They differ by some hundredths of a
        microatmosphere.

    Returns
    -------
    xarray.Dataset
        ``pco2`` and ``fco2`` at the temperature of the sea surface, uatm.

    Raises
    ------
    UnitsError
        If an array says no units, or others.
    ValuesError
        If an input is empty, wholly missing, infinite or impossible (with dask the latter two
        when it is computed).
    ParameterError
        If ``correct`` is another word.

    References
    ----------
    Weiss and Price (1980), https://doi.org/10.1016/0304-4203(80)90024-9; Takahashi et al.
    (1993), https://doi.org/10.1029/93GB02263; Weiss (1974),
    https://doi.org/10.1016/0304-4203(74)90015-2
    """
    if correct not in get_args(Corrected):
        raise ParameterError(f"correct is {correct!r}: one of {list(get_args(Corrected))}")
    pco2, fco2 = xr.apply_ufunc(
        _seawater,
        quantities.XCO2.read(xco2),
        quantities.TEMPERATURE.read(temperature),
        quantities.EQUILIBRATOR.read(equilibrator_temperature),
        quantities.AIR_PRESSURE.read(equilibrator_pressure),
        quantities.SALINITY.read(salinity),
        output_core_dims=[[], []],
        kwargs={"correct": correct},
        dask="parallelized",
        output_dtypes=[np.float64, np.float64],
        join="exact",
    )
    return xr.Dataset(
        {
            "pco2": pco2.assign_attrs(
                long_name="partial pressure of carbon dioxide at sea-surface temperature",
                standard_name="surface_partial_pressure_of_carbon_dioxide_in_sea_water",
                units="uatm",
            ),
            "fco2": fco2.assign_attrs(
                long_name="fugacity of carbon dioxide at sea-surface temperature",
                standard_name="fugacity_of_carbon_dioxide_in_sea_water",
                units="uatm",
            ),
        },
        attrs={"references": REFERENCES, "parameters": json.dumps({"correct": correct})},
    )


def air_fugacity(
    xco2: Given, *, temperature: Given, salinity: Given, air_pressure: Given
) -> xr.Dataset:
    """Partial pressure and fugacity of CO2 in air that is wet at the sea's surface.

    Parameters
    ----------
    xco2
        Mole fraction of CO2 in dry air, umol mol-1 (ppm).
    temperature, salinity
        Of the sea surface: they make the vapour pressure.
    air_pressure
        At sea level, hPa (or Pa).

    Returns
    -------
    xarray.Dataset
        ``pco2_air`` and ``fco2_air``, uatm.

    Raises
    ------
    UnitsError, ValuesError
        As :func:`seawater_fugacity`.
    """
    pco2, fco2 = xr.apply_ufunc(
        _air,
        quantities.XCO2.read(xco2),
        quantities.TEMPERATURE.read(temperature),
        quantities.AIR_PRESSURE.read(air_pressure),
        quantities.SALINITY.read(salinity),
        output_core_dims=[[], []],
        dask="parallelized",
        output_dtypes=[np.float64, np.float64],
        join="exact",
    )
    return xr.Dataset(
        {
            "pco2_air": pco2.assign_attrs(
                long_name="partial pressure of carbon dioxide in wet air",
                standard_name="surface_partial_pressure_of_carbon_dioxide_in_air",
                units="uatm",
            ),
            "fco2_air": fco2.assign_attrs(
                long_name="fugacity of carbon dioxide in wet air", units="uatm"
            ),
        },
        attrs={"references": REFERENCES},
    )


def _seawater(
    xco2: Floats, sea: Floats, equilibrator: Floats, hpa: Floats, salinity: Floats, *, correct: str
) -> tuple[Floats, Floats]:
    pressure, fraction = hpa / HPA_PER_ATM, xco2 * 1e-6
    measured = xco2 * (pressure - vapour_pressure(equilibrator, salinity))
    cooled = np.exp(WARMING * (sea - equilibrator))
    at = sea if correct == "pressure" else equilibrator
    coefficient = fugacity_coefficient(at, pressure, fraction)
    return measured * cooled, measured * coefficient * cooled


def _air(xco2: Floats, sea: Floats, hpa: Floats, salinity: Floats) -> tuple[Floats, Floats]:
    pressure = hpa / HPA_PER_ATM
    partial = xco2 * (pressure - vapour_pressure(sea, salinity))
    return partial, partial * fugacity_coefficient(sea, pressure, xco2 * 1e-6)

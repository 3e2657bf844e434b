"""The whole carbonate system of sea water from two of its quantities.

The choice of constants is in :mod:`bluecloud_routines.environment._carbonate_constants`; pH is
on the total scale, at the temperature and pressure of the water. Points outside the range in
which Lueker's constants were measured are computed and flagged, not hidden.
"""

import json

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.environment import _quantities as quantities
from bluecloud_routines.environment._carbonate_constants import BORON, Constants, constants
from bluecloud_routines.environment._carbonate_solver import (
    Nutrients,
    alkalinity_of,
    carbon_of_ph_and_alkalinity,
    ph_of_alkalinity_and_carbon,
    ph_of_alkalinity_and_gas,
    ph_of_carbon_and_gas,
)
from bluecloud_routines.environment._gas import fugacity_coefficient, solubility_by_mass
from bluecloud_routines.environment._quantities import Given
from bluecloud_routines.errors import ParameterError, UnitsError

Floats = NDArray[np.float64]

REFERENCES = (
    "Lueker et al. (2000, https://doi.org/10.1016/S0304-4203(00)00022-0), "
    "Dickson (1990, https://doi.org/10.1016/0198-0149(90)90004-F), "
    "Millero (1995, https://doi.org/10.1016/0016-7037(94)00354-O), "
    "Mucci (1983), Weiss (1974, https://doi.org/10.1016/0304-4203(74)90015-2)"
)
_BLOCK = 8_192  # points whose intermediate results stay in a core's cache
_TOTAL_SCALE = "sea_water_ph_reported_on_total_scale"

_AMOUNT = {"units": "umol kg-1"}
_GAS = {"units": "uatm"}
_OUTPUTS: dict[str, dict[str, str]] = {
    "alkalinity": {
        "long_name": "total alkalinity",
        "standard_name": "sea_water_alkalinity_per_unit_mass_expressed_as_mole_equivalent",
        **_AMOUNT,
    },
    "dissolved_carbon": {
        "long_name": "dissolved inorganic carbon",
        "standard_name": "moles_of_dissolved_inorganic_carbon_per_unit_mass_in_sea_water",
        **_AMOUNT,
    },
    "ph": {"long_name": "pH, total scale", "standard_name": _TOTAL_SCALE, "units": "1"},
    "pco2": {
        "long_name": "partial pressure of carbon dioxide",
        "standard_name": "partial_pressure_of_carbon_dioxide_in_sea_water",
        **_GAS,
    },
    "fco2": {
        "long_name": "fugacity of carbon dioxide",
        "standard_name": "fugacity_of_carbon_dioxide_in_sea_water",
        **_GAS,
    },
    "bicarbonate": {"long_name": "bicarbonate ion", **_AMOUNT},
    "carbonate": {"long_name": "carbonate ion", **_AMOUNT},
    "dissolved_gas": {"long_name": "dissolved carbon dioxide and carbonic acid", **_AMOUNT},
    "omega_aragonite": {"long_name": "saturation state of aragonite", "units": "1"},
    "omega_calcite": {"long_name": "saturation state of calcite", "units": "1"},
    "constants_flag": {"long_name": "whether the constants were measured for such water"},
}


def carbon_system(
    temperature: Given,
    salinity: Given,
    *,
    alkalinity: Given | None = None,
    dissolved_carbon: Given | None = None,
    ph: Given | None = None,
    pco2: Given | None = None,
    fco2: Given | None = None,
    pressure: Given = 0.0,
    phosphate: Given = 0.0,
    silicate: Given = 0.0,
    total_boron: str = "uppstrom1974",
) -> xr.Dataset:
    """The other quantities of the carbonate system, from exactly two of them.

    Arrays are matched by the names of their dimensions; a plain number is in the unit given
    here. Dask arrays stay lazy. A point that lacks an input is NaN in all that is computed.

    Parameters
    ----------
    temperature
        In situ, degree_Celsius or kelvin; -3 to 50 degrees Celsius.
    salinity
        Practical, 0 to 60, in units of 1 (or psu).
    alkalinity, dissolved_carbon
        Total alkalinity and dissolved inorganic carbon per mass of sea water, umol kg-1.
    ph
        On the total scale, at the temperature and pressure of the water.
    pco2, fco2
        Partial pressure or fugacity of CO2 in equilibrium with the water at one atmosphere,
        uatm or Pa. They are one quantity here: one of them counts, with one of the other three.
    pressure
        Of the water, dbar: 0 at the surface. That of the gas is always one atmosphere.
    phosphate, silicate
        Total dissolved, umol kg-1.
    total_boron
        ``uppstrom1974``, or ``lee2010``, which has 4 % more boron.

    Returns
    -------
    xarray.Dataset
        ``alkalinity``, ``dissolved_carbon``, ``bicarbonate``, ``carbonate``, ``dissolved_gas``
        (umol kg-1), ``ph`` (total scale), ``pco2``, ``fco2`` (uatm), ``omega_aragonite``,
        ``omega_calcite`` (1) and ``constants_flag``: 0 inside, 1 outside 2 to 35 degrees
        Celsius and salinity 19 to 43, in which Lueker's constants were measured. Two inputs
        that no water can have together (more dissolved gas than carbon) give NaN.

    Raises
    ------
    ParameterError
        If not two quantities are given, or two of which one follows from the other.
    UnitsError
        If an array says no units or others, or pH is of another scale.
    ValuesError
        If an input is empty, wholly missing, infinite or impossible (with dask the latter two
        when it is computed).

    References
    ----------
    Lueker et al. (2000), https://doi.org/10.1016/S0304-4203(00)00022-0; of the other constants
    see :mod:`bluecloud_routines.environment._carbonate_constants`.
    """
    given = {
        "alkalinity": alkalinity,
        "dissolved_carbon": dissolved_carbon,
        "ph": ph,
        "pco2": pco2,
        "fco2": fco2,
    }
    pair = {name: array for name, array in given.items() if array is not None}
    if len(pair) != 2 or pair.keys() == {"pco2", "fco2"}:
        raise ParameterError(
            f"given are {sorted(pair)}: two of 'alkalinity', 'dissolved_carbon', 'ph' and one "
            "of 'pco2' or 'fco2' are needed"
        )
    if total_boron not in BORON:
        raise ParameterError(f"total_boron is {total_boron!r}: one of {sorted(BORON)}")
    _require_total_scale(ph)
    read = {
        "alkalinity": quantities.ALKALINITY,
        "dissolved_carbon": quantities.CARBON,
        "ph": quantities.PH,
        "pco2": quantities.PCO2,
        "fco2": quantities.FCO2,
    }
    arrays = [
        quantities.TEMPERATURE.read(temperature),
        quantities.SALINITY.read(salinity),
        quantities.PRESSURE.read(pressure),
        quantities.PHOSPHATE.read(phosphate),
        quantities.SILICATE.read(silicate),
        *(read[name].read(array) for name, array in pair.items()),
    ]
    found = xr.apply_ufunc(
        _in_blocks,
        *arrays,
        output_core_dims=[[]] * len(_OUTPUTS),
        kwargs={"pair": tuple(pair), "total_boron": total_boron},
        dask="parallelized",
        output_dtypes=[np.float64] * (len(_OUTPUTS) - 1) + [np.float32],
        join="exact",
    )
    result = xr.Dataset(dict(zip(_OUTPUTS, found, strict=True)))
    for name, attrs in _OUTPUTS.items():
        result[name].attrs = dict(attrs)
        if name != "constants_flag":
            result[name].attrs["ancillary_variables"] = "constants_flag"
    result["constants_flag"].attrs |= {
        "flag_values": np.arange(2, dtype=np.int8),
        "flag_meanings": "inside_measured_range outside_measured_range",
    }
    result["constants_flag"].encoding = {"dtype": "int8", "_FillValue": np.int8(-1)}
    result.attrs = {
        "title": "Carbonate system of sea water",
        "references": REFERENCES,
        "parameters": json.dumps({"from": sorted(pair), "total_boron": total_boron}),
    }
    return result


def _require_total_scale(ph: Given | None) -> None:
    said = str(ph.attrs.get("standard_name", "")) if isinstance(ph, xr.DataArray) else ""
    if "reported_on" in said and said != _TOTAL_SCALE:
        raise UnitsError(f"ph is {said!r}: pH on the total scale is needed ({_TOTAL_SCALE})")


def _in_blocks(*inputs: Floats, pair: tuple[str, str], total_boron: str) -> tuple[Floats, ...]:
    """The system for arrays of any shapes that go together."""
    whole = np.broadcast_arrays(*inputs)
    flat = [np.ravel(array) for array in whole]
    shape, size = whole[0].shape, whole[0].size
    found = np.empty((len(_OUTPUTS), size))
    for begin in range(0, size, _BLOCK):
        part = slice(begin, begin + _BLOCK)
        found[:, part] = _system(*(a[part] for a in flat), pair=pair, total_boron=total_boron)
    *values, flag = (row.reshape(shape) for row in found)
    return *values, flag.astype(np.float32)


def _system(
    temperature: Floats,
    salinity: Floats,
    pressure: Floats,
    phosphate: Floats,
    silicate: Floats,
    first: Floats,
    second: Floats,
    *,
    pair: tuple[str, str],
    total_boron: str,
) -> list[Floats]:
    k = constants(temperature, salinity, pressure, total_boron=total_boron)
    nutrients = Nutrients(phosphate * 1e-6, silicate * 1e-6)
    coefficient = fugacity_coefficient(temperature, np.ones(1), np.zeros(1))
    by_fugacity = solubility_by_mass(temperature, salinity) * 1e-6  # mol kg-1 by uatm
    known = dict(zip(pair, (first, second), strict=True))
    gas = None
    if "fco2" in known:
        gas = known["fco2"] * by_fugacity
    elif "pco2" in known:
        gas = known["pco2"] * coefficient * by_fugacity
    alkalinity, carbon = (
        known[name] * 1e-6 if name in known else None for name in ("alkalinity", "dissolved_carbon")
    )
    ph, carbon = _ph_and_carbon(known.get("ph"), alkalinity, carbon, gas, k, nutrients)
    if alkalinity is None:
        alkalinity = alkalinity_of(ph, carbon, k, nutrients)
    h = 10**-ph
    d = h * h + k.k1 * h + k.k1 * k.k2
    gas, bicarbonate, carbonate = (
        carbon * part / d for part in (h * h, k.k1 * h, k.k1 * k.k2)
    )  # fmt: skip
    fugacity = gas / by_fugacity
    with np.errstate(invalid="ignore", divide="ignore"):
        omega = [k.calcium * carbonate / product for product in (k.aragonite, k.calcite)]
    measured = (temperature >= 2) & (temperature <= 35) & (salinity >= 19) & (salinity <= 43)
    values = [
        alkalinity * 1e6, carbon * 1e6, ph, fugacity / coefficient, fugacity,
        bicarbonate * 1e6, carbonate * 1e6, gas * 1e6, *omega,
    ]  # fmt: skip
    missing = np.isnan(ph + alkalinity + carbon)
    return [np.where(missing, np.nan, each) for each in (*values, np.where(measured, 0.0, 1.0))]


def _ph_and_carbon(
    ph: Floats | None,
    alkalinity: Floats | None,
    carbon: Floats | None,
    gas: Floats | None,
    k: Constants,
    nutrients: Nutrients,
) -> tuple[Floats, Floats]:
    """Both, from whichever two are known."""
    if alkalinity is not None and carbon is not None:
        return ph_of_alkalinity_and_carbon(alkalinity, carbon, k, nutrients), carbon
    if ph is not None and carbon is not None:
        return ph, carbon
    if gas is not None and carbon is not None:
        return ph_of_carbon_and_gas(carbon, gas, k), carbon
    if ph is not None and alkalinity is not None:
        return ph, carbon_of_ph_and_alkalinity(ph, alkalinity, k, nutrients)
    if ph is None and alkalinity is not None and gas is not None:
        ph = ph_of_alkalinity_and_gas(alkalinity, gas, k, nutrients)
    if ph is None or gas is None:
        raise ParameterError("two quantities of the carbonate system are needed")
    h = 10**-ph
    return ph, gas * (1 + k.k1 / h + k.k1 * k.k2 / (h * h))

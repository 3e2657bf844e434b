"""Carbon dioxide between sea and air: vapour pressure, non-ideality, solubility, diffusion.

Each is one published formula, in the units and with the constants of its paper. Temperatures
are in degrees Celsius, salinities practical, pressures in atmospheres.
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

HPA_PER_ATM = 1013.25
WARMING = 0.0423  # d ln pCO2 / dT, per degree Celsius: Takahashi et al. (1993)
_GAS_CONSTANT = 82.05736608  # cm3 atm mol-1 K-1
_ZERO_CELSIUS_K = 273.15


def vapour_pressure(temperature: Floats, salinity: Floats) -> Floats:
    """Of water over sea water, in atm (Weiss and Price 1980)."""
    t = (temperature + _ZERO_CELSIUS_K) / 100
    pressure: Floats = np.exp(24.4543 - 67.4509 / t - 4.8489 * np.log(t) - 0.000544 * salinity)
    return pressure


def fugacity_coefficient(temperature: Floats, pressure_atm: Floats, fraction: Floats) -> Floats:
    """Fugacity by partial pressure of so large a mole fraction of CO2 in air (Weiss 1974)."""
    t = temperature + _ZERO_CELSIUS_K
    b = -1636.75 + t * (12.0408 + t * (-0.0327957 + t * 3.16528e-5))
    delta = 57.7 - 0.118 * t
    coefficient: Floats = np.exp(
        (b + 2 * (1 - fraction) ** 2 * delta) * pressure_atm / (_GAS_CONSTANT * t)
    )
    return coefficient


def solubility_by_volume(temperature: Floats, salinity: Floats) -> Floats:
    """K0 in mol L-1 atm-1 (Weiss 1974)."""
    t = (temperature + _ZERO_CELSIUS_K) / 100
    k0: Floats = np.exp(
        -58.0931
        + 90.5069 / t
        + 22.2940 * np.log(t)
        + salinity * (0.027766 + t * (-0.025888 + t * 0.0050578))
    )
    return k0


def solubility_by_mass(temperature: Floats, salinity: Floats) -> Floats:
    """K0 in mol kg-1 atm-1 (Weiss 1974)."""
    t = (temperature + _ZERO_CELSIUS_K) / 100
    k0: Floats = np.exp(
        -60.2409
        + 93.4517 / t
        + 23.3585 * np.log(t)
        + salinity * (0.023517 + t * (-0.023656 + t * 0.0047036))
    )
    return k0


def schmidt(temperature: Floats) -> Floats:
    """Schmidt number of CO2 in water of salinity 35 (Wanninkhof 2014)."""
    t = temperature
    number: Floats = 2116.8 + t * (-136.25 + t * (4.7353 + t * (-0.092307 + t * 0.0007555)))
    return number

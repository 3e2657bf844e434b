"""Equilibrium constants of the carbonate system in sea water, on the total scale of pH.

Written from the papers named at each; the choice among them (Lueker's constants, Dickson's
bisulfate and borate, Dickson and Riley's fluoride) is that of CO2SYS as it is commonly run. All
amounts are in mol per kg of sea water. Constants published on another scale of pH or per kg of
water are converted, and pressure is applied on the sea-water scale, as Millero (1995) gives it.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

GAS_CONSTANT = 83.14462618  # cm3 bar mol-1 K-1
ZERO_CELSIUS_K = 273.15
BORON = {
    "uppstrom1974": 0.0004157,  # mol kg-1 at a salinity of 35
    "lee2010": 0.0004326,
}

# Volume changes and compressibilities of the dissociations, polynomials of degrees Celsius:
# Millero (1995), with the corrections of Lewis and Wallace (1998); of boric acid Millero (1979).
_BORATE = (-29.48, 0.1622, -0.002608), (-0.00284, 0.0)
_PRESSURE = {
    "k1": ((-25.5, 0.1271), (-0.00308, 0.0000877)),
    "k2": ((-15.82, -0.0219), (0.00113, -0.0001475)),
    "kb": _BORATE,
    "kw": ((-20.02, 0.1119, -0.001409), (-0.00513, 0.0000794)),
    "ks": ((-18.03, 0.0466, 0.000316), (-0.00453, 0.00009)),
    "kf": ((-9.78, -0.009, -0.000942), (-0.00391, 0.000054)),
    "kp1": ((-14.51, 0.1211, -0.000321), (-0.00267, 0.0000427)),
    "kp2": ((-23.12, 0.1758, -0.002647), (-0.00515, 0.00009)),
    "kp3": ((-26.57, 0.202, -0.003042), (-0.00408, 0.0000714)),
    "ksi": _BORATE,
    "calcite": ((-48.76, 0.5304), (-0.01176, 0.0003692)),
    "aragonite": ((-45.96, 0.5304), (-0.01176, 0.0003692)),
}


@dataclass(frozen=True)
class Constants:
    """Constants and conservative totals at given temperature, salinity and pressure."""

    k1: Floats
    k2: Floats
    kb: Floats
    kw: Floats
    kp1: Floats
    kp2: Floats
    kp3: Floats
    ksi: Floats
    ks: Floats  # on the free scale, as is kf
    kf: Floats
    calcite: Floats
    aragonite: Floats
    boron: Floats
    sulfate: Floats
    fluoride: Floats
    calcium: Floats


def constants(
    temperature: Floats, salinity: Floats, pressure_dbar: Floats, *, total_boron: str
) -> Constants:
    """The constants; temperature in degrees Celsius, practical salinity, pressure of the water."""
    kelvin = temperature + ZERO_CELSIUS_K
    chlorinity = salinity / 1.80655
    sulfate = 0.14 / 96.062 * chlorinity  # Morris and Riley (1966)
    fluoride = 0.000067 / 18.998 * chlorinity  # Riley (1965)
    found = _at_surface(kelvin, salinity)
    # Without pressure, and with it: what was published on the total scale goes to the sea-water
    # scale, takes its pressure there, and comes back.
    before = _total_to_seawater(found, sulfate, fluoride)
    for name in ("k1", "k2", "kb"):
        found[name] = found[name] * before
    if np.any(pressure_dbar > 0):
        bar = pressure_dbar / 10
        for name, (volume, compression) in _PRESSURE.items():
            delta = np.polynomial.polynomial.polyval(temperature, volume)
            kappa = np.polynomial.polynomial.polyval(temperature, compression)
            exponent = (0.5 * kappa * bar - delta) * bar / (GAS_CONSTANT * kelvin)
            found[name] = found[name] * np.exp(exponent)
    after = _total_to_seawater(found, sulfate, fluoride)
    for name in ("k1", "k2", "kb", "kw", "kp1", "kp2", "kp3", "ksi"):
        found[name] = found[name] / after
    return Constants(
        **found,
        boron=BORON[total_boron] / 35 * salinity,
        sulfate=sulfate,
        fluoride=fluoride,
        calcium=0.02128 / 40.087 * chlorinity,  # Riley and Tongudai (1967)
    )


def _total_to_seawater(found: dict[str, Floats], sulfate: Floats, fluoride: Floats) -> Floats:
    bound = sulfate / found["ks"]
    ratio: Floats = (1 + bound + fluoride / found["kf"]) / (1 + bound)
    return ratio


def _at_surface(t: Floats, s: Floats) -> dict[str, Floats]:
    """As published: k1, k2 and kb on the total scale, ks and kf on the free, others sea-water."""
    log, root = np.log(t), np.sqrt(s)
    ionic = 19.924 * s / (1000 - 1.005 * s)
    root_ionic = np.sqrt(ionic)
    of_sea_water = 1 - 0.001005 * s  # from per kg of water
    with np.errstate(divide="ignore"):
        # Lueker et al. (2000), 2 to 35 degrees Celsius, salinity 19 to 43.
        pk1 = 3633.86 / t - 61.2172 + 9.67770 * log - 0.011555 * s + 0.0001152 * s**2
        pk2 = 471.78 / t + 25.9290 - 3.16967 * log - 0.01781 * s + 0.0001122 * s**2
        # Dickson (1990), Deep-Sea Res. 37.
        borate = (
            (-8966.90 - 2890.53 * root - 77.942 * s + 1.728 * s * root - 0.0996 * s**2) / t
            + 148.0248
            + 137.1942 * root
            + 1.62142 * s
            - (24.4344 + 25.085 * root + 0.2474 * s) * log
            + 0.053105 * root * t
        )
        # Millero (1995).
        water = (
            148.9802
            - 13847.26 / t
            - 23.6521 * log
            + (-5.977 + 118.67 / t + 1.0495 * log) * root
            - 0.01615 * s
        )
        # Dickson (1990), J. Chem. Thermodyn. 22.
        bisulfate = (
            -4276.1 / t
            + 141.328
            - 23.093 * log
            + (-13856 / t + 324.57 - 47.986 * log) * root_ionic
            + (35474 / t - 771.54 + 114.723 * log) * ionic
            - 2698 / t * ionic * root_ionic
            + 1776 / t * ionic**2
        )
        # Dickson and Riley (1979).
        fluoride = 1590.2 / t - 12.641 + 1.525 * root_ionic
        # Yao and Millero (1995).
        phosphoric = (
            -4576.752 / t
            + 115.54
            - 18.453 * log
            + (-106.736 / t + 0.69171) * root
            + (-0.65643 / t - 0.01844) * s,
            -8814.715 / t
            + 172.1033
            - 27.927 * log
            + (-160.34 / t + 1.3566) * root
            + (0.37335 / t - 0.05778) * s,
            -3070.75 / t - 18.126 + (17.27039 / t + 2.81197) * root + (-44.99486 / t - 0.09984) * s,
        )
        silicic = (
            -8904.2 / t
            + 117.4
            - 19.334 * log
            + (-458.79 / t + 3.5913) * root_ionic
            + (188.74 / t - 1.5998) * ionic
            + (-12.1652 / t + 0.07871) * ionic**2
        )
        # Mucci (1983).
        log10 = np.log10(t)
        calcite = (
            -171.9065
            - 0.077993 * t
            + 2839.319 / t
            + 71.595 * log10
            + (-0.77712 + 0.0028426 * t + 178.34 / t) * root
            - 0.07711 * s
            + 0.0041249 * s * root
        )
        aragonite = (
            -171.945
            - 0.077993 * t
            + 2903.293 / t
            + 71.595 * log10
            + (-0.068393 + 0.0017276 * t + 88.135 / t) * root
            - 0.10018 * s
            + 0.0059415 * s * root
        )
    return {
        "k1": 10**-pk1,
        "k2": 10**-pk2,
        "kb": np.exp(borate),
        "kw": np.exp(water),
        "ks": np.exp(bisulfate) * of_sea_water,
        "kf": np.exp(fluoride) * of_sea_water,
        "kp1": np.exp(phosphoric[0]),
        "kp2": np.exp(phosphoric[1]),
        "kp3": np.exp(phosphoric[2]),
        "ksi": np.exp(silicic) * of_sea_water,
        "calcite": 10**calcite,
        "aragonite": 10**aragonite,
    }

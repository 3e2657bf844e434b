"""Temperatures: which units are understood, and how they become degrees Celsius.

Units are never guessed from the values. A file without units is refused, because 290 may be
kelvin and 20 may be either a temperature or an anomaly.
"""

import xarray as xr

from bluecloud_routines.errors import UnitsError

CELSIUS = "degree_Celsius"
ZERO_CELSIUS_K = 273.15

# Spellings of UDUNITS, with the degree sign and the plain word that files also carry; they are
# compared without case, spaces, dots and underscores.
_DEGREE = ("deg", "degree", "degrees")
_CELSIUS = frozenset(
    ["celsius", "°c", *(d + "c" for d in _DEGREE), *(d + "celsius" for d in _DEGREE)]
)
_KELVIN = frozenset(
    ["k", "kelvin", "kelvins", *(d + "k" for d in _DEGREE), *(d + "kelvin" for d in _DEGREE)]
)


def is_temperature(units: object) -> bool:
    """Whether the units are ones of temperature that :func:`to_celsius` understands."""
    return _plain(units) in _CELSIUS | _KELVIN


def to_celsius(temperature: xr.DataArray) -> xr.DataArray:
    """Give the temperature in degrees Celsius; kelvin is converted, nothing else is.

    Raises
    ------
    UnitsError
        If the array says no units, or units that are neither kelvin nor degrees Celsius.
    """
    name = repr(str(temperature.name)) if temperature.name is not None else "the temperature"
    units = temperature.attrs.get("units")
    allowed = f"'K' or '{CELSIUS}'"
    if not units:
        raise UnitsError(f"{name} has no units: set its attribute 'units' to {allowed}")
    if not is_temperature(units):
        raise UnitsError(f"{name} is in {units!r}, which is no temperature: {allowed} is needed")
    if _plain(units) in _CELSIUS:
        return temperature.assign_attrs(units=CELSIUS)
    converted = temperature - ZERO_CELSIUS_K
    # The limits were in kelvin.
    kept = {k: v for k, v in temperature.attrs.items() if not k.startswith("valid_")}
    converted.attrs = {**kept, "units": CELSIUS}
    return converted


def _plain(units: object) -> str:
    return str(units).lower().translate(str.maketrans("", "", " _.")) if units else ""

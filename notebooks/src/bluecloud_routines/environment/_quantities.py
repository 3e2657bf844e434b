"""Quantities of sea-water chemistry: which units are understood, and which values are possible.

Units are never guessed: an array without them is refused, a plain number is in the unit that the
docstring names. Values that no sea has (a salinity of 350, a temperature of 290 degrees Celsius)
mean a wrong column or a wrong unit, and are refused too; with dask when they are computed.
"""

from dataclasses import dataclass, field

import numpy as np
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines._temperature import CELSIUS, to_celsius
from bluecloud_routines.errors import UnitsError, ValuesError

Given = xr.DataArray | float
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Quantity:
    """A quantity: its name in messages, unit, other units by factor, and possible values."""

    name: str
    unit: str
    least: float
    most: float
    factors: dict[str, float] = field(default_factory=dict)

    def read(self, given: Given) -> xr.DataArray:
        """The values in this quantity's unit, as 64-bit numbers; a plain number is in it already.

        Raises
        ------
        UnitsError
            If an array says no units, or others than those understood.
        ValuesError
            If it is empty or not of numbers, or (unless lazy) has none, infinite or impossible
            values.
        """
        if not isinstance(given, xr.DataArray):
            given = xr.DataArray(float(given), attrs={"units": self.unit})
        if given.size == 0:
            raise ValuesError(f"{self.name} is empty: its sizes are {dict(given.sizes)}")
        if given.dtype.kind not in "fiu":
            raise ValuesError(f"{self.name} is of type {given.dtype}: numbers are needed")
        read: xr.DataArray = xr.apply_ufunc(
            self.checked,
            self._converted(given).astype(np.float64),
            dask="parallelized",
            output_dtypes=[np.float64],
            kwargs={"whole": given.chunks is None},
        )
        return read

    def checked(self, values: Floats, *, whole: bool = False) -> Floats:
        """The values, if none is infinite or impossible; a ``whole`` array has at least one."""
        with np.errstate(invalid="ignore"):
            wrong = (values < self.least) | (values > self.most)
        if wrong.any():
            raise ValuesError(
                f"{self.name} has the value {values[wrong].ravel()[0]:g} {self.unit}: "
                f"{self.least:g} to {self.most:g} {self.unit} are possible"
            )
        if whole and np.isnan(values).all():
            raise ValuesError(f"{self.name} has no value: all {values.size} are missing")
        return values

    def _converted(self, given: xr.DataArray) -> xr.DataArray:
        if self.unit == CELSIUS:
            return to_celsius(given.rename(self.name))
        units = given.attrs.get("units")
        known = {self.unit: 1.0, **self.factors}
        if not units:
            raise UnitsError(f"{self.name} has no units: set its attribute 'units', {_of(known)}")
        if str(units) not in known:
            raise UnitsError(f"{self.name} is in {str(units)!r}: {_of(known)} is needed")
        factor = known[str(units)]
        return given if factor == 1 else given * factor


def _of(known: dict[str, float]) -> str:
    return "one of " + ", ".join(repr(unit) for unit in known) if len(known) > 1 else repr(*known)


_PASCAL = 1e6 / 101_325  # in microatmospheres
_FUGACITY = {
    "µatm": 1.0, "microatm": 1.0, "atm": 1e6, "Pa": _PASCAL, "hPa": 100 * _PASCAL,
    "mbar": 100 * _PASCAL,
}  # fmt: skip
_AMOUNT = {
    "umol kg-1": 1.0, "µmol kg-1": 1.0, "umol/kg": 1.0, "µmol/kg": 1.0, "micromole/kg": 1.0,
    "mmol kg-1": 1e3, "mol kg-1": 1e6,
}  # fmt: skip
_FRACTION = {
    "umol/mol": 1.0, "µmol mol-1": 1.0, "µmol/mol": 1.0, "ppm": 1.0, "1e-6": 1.0, "1": 1e6,
    "mol mol-1": 1e6,
}  # fmt: skip
_PRACTICAL = {"psu": 1.0, "PSU": 1.0, "0.001": 1.0, "1e-3": 1.0}
_AIR = {"Pa": 0.01, "mbar": 1.0, "millibar": 1.0, "atm": 1013.25}

TEMPERATURE = Quantity("temperature", CELSIUS, -3, 50)
EQUILIBRATOR = Quantity("equilibrator_temperature", CELSIUS, -3, 50)
SALINITY = Quantity("salinity", "1", 0, 60, _PRACTICAL)
PRESSURE = Quantity("pressure", "dbar", 0, 12_000, {"decibar": 1.0, "Pa": 1e-4})
AIR_PRESSURE = Quantity("air_pressure", "hPa", 500, 1200, _AIR)
XCO2 = Quantity("xco2", "umol mol-1", 0.1, 50_000, _FRACTION)
PCO2 = Quantity("pco2", "uatm", 0.1, 50_000, _FUGACITY)
FCO2 = Quantity("fco2", "uatm", 0.1, 50_000, _FUGACITY)
ALKALINITY = Quantity("alkalinity", "umol kg-1", 10, 20_000, _AMOUNT)
CARBON = Quantity("dissolved_carbon", "umol kg-1", 10, 20_000, _AMOUNT)
PHOSPHATE = Quantity("phosphate", "umol kg-1", 0, 1_000, _AMOUNT)
SILICATE = Quantity("silicate", "umol kg-1", 0, 1_000, _AMOUNT)
PH = Quantity("ph", "1", 3, 11)
WIND = Quantity("wind_speed", "m s-1", 0, 100, {"m/s": 1.0, "m s^-1": 1.0, "meter second-1": 1.0})
WIND_DEVIATION = Quantity("wind_deviation", "m s-1", 0, 100, WIND.factors)
ICE = Quantity("ice_fraction", "1", 0, 1, {"%": 0.01, "percent": 0.01})

"""Which variable is what, by its CF name or its P01 code, and how it becomes ours.

Ours are: pressure in dbar, depth in metres, positive down; temperature in degree_Celsius on
ITS-90; practical salinity on PSS-78; oxygen in umol kg-1. Where a name says less than is needed
(an oxygen without a unit, a depth that may go up), the variable is refused and not guessed.

Oxygen per litre becomes oxygen per kilogram by the potential density of the water it was in,
as SCOR working group 142 recommends (Bittig et al. 2018, doi:10.3389/fmars.2017.00429): a sample is
drawn and titrated at the surface. Their constants are used: 44.6596 umol in a millilitre of gas,
31.9988 g in a mole.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from ..errors import ParameterError

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    Floats: TypeAlias = npt.NDArray[np.float64]

Quantity: TypeAlias = Literal["pressure", "depth", "temperature", "salinity", "oxygen"]
QUANTITIES: tuple[Quantity, ...] = ("pressure", "depth", "temperature", "salinity", "oxygen")
UMOL_PER_ML, G_PER_MOL = 44.6596, 31.9988

_BY_NAME: Mapping[str, Quantity] = MappingProxyType(
    {
        "sea_water_pressure": "pressure",
        "sea_water_pressure_due_to_sea_water": "pressure",
        "depth": "depth",
        "sea_water_temperature": "temperature",
        "sea_surface_temperature": "temperature",
        "sea_water_practical_salinity": "salinity",
        "sea_water_salinity": "salinity",
        "sea_surface_salinity": "salinity",
        "sea_water_absolute_salinity": "salinity",
        "moles_of_oxygen_per_unit_mass_in_sea_water": "oxygen",
        "mole_concentration_of_dissolved_molecular_oxygen_in_sea_water": "oxygen",
        "volume_fraction_of_oxygen_in_sea_water": "oxygen",
        "mass_concentration_of_oxygen_in_sea_water": "oxygen",
    }
)
_BY_P01: Mapping[str, Quantity] = MappingProxyType(
    {
        "PRESPR01": "pressure",
        "ADEPZZ01": "depth",
        "DEPHPR01": "depth",
        **dict.fromkeys(
            ("TEMPPR01", "TEMPST01", "TEMPS901", "TEMPS601", "TEMPP901", "TEMPP681", "TEMPET01"),
            "temperature",
        ),
        **dict.fromkeys(("PSALST01", "PSALPR01", "PSLTZZ01", "PSALZZXX"), "salinity"),
        **dict.fromkeys(("DOXYZZXX", "DOXMZZXX", "DOXMSDXX"), "oxygen"),
    }
)
_ITS68 = ("TEMPP681", "TEMPS601")
_SCALED = re.compile(r"(\d+(?:\.\d*)?(?:[eE][+-]?\d+)?)(?:\s+|$)(.*)")
_PSS78_UNITS = {"1", "", "psu", "p.s.u.", "pss-78", "pss", "1e-3", "0.001", "dimensionless"}


@dataclass(frozen=True)
class About:
    """What is known of a variable; empty where nobody says."""

    name: str
    standard_name: str = ""
    units: str = ""
    p01: str = ""
    positive: str = ""
    words: str = ""

    @classmethod
    def told(cls, name: str, attrs: Mapping[str, Any]) -> About:
        """From attributes, of a dataset's variable or of a table's column."""
        p01 = attrs.get("p01") or str(attrs.get("sdn_parameter_urn", "")).rpartition("::")[2]
        words = " ".join(str(attrs.get(key, "")) for key in ("long_name", "comment", "scale"))
        return cls(
            name,
            str(attrs.get("standard_name") or ""),
            str(attrs.get("units") or ""),
            str(p01),
            str(attrs.get("positive") or ""),
            words,
        )

    @property
    def quantity(self) -> Quantity | None:
        """What it measures, if it is one of ours."""
        return _BY_NAME.get(self.standard_name) or _BY_P01.get(self.p01)


def pressure_dbar(values: Floats, about: About) -> Floats:
    """Pressure in dbar, 0 at the surface.

    Raises
    ------
    ParameterError
        If its unit is none of pressure.
    """
    return values * _factor(about, "dbar", "a unit of pressure")


def depth_m(values: Floats, about: About) -> Floats:
    """Depth in metres, positive down.

    Raises
    ------
    ParameterError
        If its unit is none of length, or its values are negative and nothing says why.
    """
    import numpy as np

    depth = values * _factor(about, "m", "a unit of length")
    if about.positive == "up":
        return -depth
    known = depth[~np.isnan(depth)]
    if about.positive != "down" and known.size and np.median(known) < 0:
        raise ParameterError(
            f"{about.name}: its depths are negative, down to {known.min():g} m, and it has no "
            "attribute positive: set it to up or down"
        )
    return depth


def temperature_its90(values: Floats, about: About) -> Floats:
    """Temperature in situ, degree_Celsius, on ITS-90.

    Raises
    ------
    ParameterError
        If its unit is none of temperature.
    """
    import gsw

    words = f"{about.words} {about.units}".upper().replace("ITPS", "IPTS").replace(" ", "")
    unit = about.units.partition("(")[0].strip()
    celsius = _celsius(values, about, unit)
    of_1968 = "IPTS-68" in words or "IPTS68" in words
    if of_1968 and ("ITS-90" in words or "ITS90" in words) and about.p01 not in _ITS68:
        raise ParameterError(
            f"{about.name}: it says both ITS-90 and IPTS-68 ({about.words.strip()}): say only the "
            "scale that its values are on"
        )
    if about.p01 in _ITS68 or of_1968:
        converted: Floats = gsw.t90_from_t68(celsius)
        return converted
    return celsius


def salinity_pss78(values: Floats, about: About, *, where: Where) -> Floats:
    """Practical salinity; absolute salinity is converted where it is named so.

    Raises
    ------
    ParameterError
        If its unit is none that practical salinity is given in.
    """
    import gsw

    unit = about.units.strip().casefold()
    if about.standard_name == "sea_water_absolute_salinity":
        absolute = values * _factor(about, "g kg-1", "g kg-1")
        practical: Floats = gsw.SP_from_SA(
            absolute, where.pressure, where.longitude, where.latitude
        )
        return practical
    if unit not in _PSS78_UNITS:
        raise ParameterError(
            f"{about.name}: {about.units!r} is no unit of practical salinity: one of "
            f"{', '.join(sorted(_PSS78_UNITS - {''}))}"
        )
    return values


@dataclass(frozen=True)
class Where:
    """The water that a value is of: each array as long as the values."""

    pressure: Floats
    longitude: Floats
    latitude: Floats
    temperature: Floats | None = None
    salinity: Floats | None = None


def oxygen_umol_kg(values: Floats, about: About, *, where: Where) -> Floats:
    """Oxygen in umol kg-1; missing where it is per litre and the density is not known.

    Raises
    ------
    ParameterError
        If it is per litre and there is no temperature or no salinity at all, or if its unit is
        none of a concentration.
    """
    per_litre, factor = _per_litre(about)
    if not per_litre:
        return values * factor
    if where.temperature is None or where.salinity is None:
        absent = [name for name in ("temperature", "salinity") if getattr(where, name) is None]
        raise ParameterError(
            f"{about.name} is in {about.units}: to have it per kilogram the density is needed, "
            f"and there is no {' and no '.join(absent)} beside it"
        )
    return values * factor / _potential_density_kg_l(where)


def _potential_density_kg_l(where: Where) -> Floats:
    import gsw

    absolute = gsw.SA_from_SP(where.salinity, where.pressure, where.longitude, where.latitude)
    conservative = gsw.CT_from_t(absolute, where.temperature, where.pressure)
    density: Floats = (1000 + gsw.sigma0(absolute, conservative)) / 1000
    return density


def _per_litre(about: About) -> tuple[bool, float]:
    """Whether a unit of oxygen is by volume, and the factor to umol of the same litre or kg."""
    registry = _registry()
    if "ml" in about.units.casefold().replace("millilit", "ml") and "mol" not in about.units:
        return True, UMOL_PER_ML * _ratio(about, "mL L-1")
    told = parsed_unit(about)
    per_gram = registry.Quantity(1 / G_PER_MOL, "mol / g")
    for by_volume, quantity in ((False, told), (True, told), (True, told * per_gram)):
        target = "umol / L" if by_volume else "umol / kg"
        if quantity.check(registry.Quantity(1, target).dimensionality):
            return by_volume, float(quantity.to(target).magnitude)
    raise ParameterError(
        f"{about.name}: {about.units!r} is no unit of oxygen: umol kg-1, umol L-1, mL L-1, mg L-1"
    )


def _celsius(values: Floats, about: About, unit: str) -> Floats:
    registry = _registry()
    try:
        quantity = registry.Quantity(values, registry.Unit(_known(unit)))
        celsius: Floats = quantity.to("degree_Celsius").magnitude
    except Exception as error:  # pint has many kinds, and tokenize beneath it
        raise ParameterError(
            f"{about.name}: {about.units!r} is no unit of temperature ({error})"
        ) from error
    return celsius


_WORDS = MappingProxyType(
    {
        **dict.fromkeys(("decibar", "decibars"), "dbar"),
        **dict.fromkeys(("meters", "metres"), "m"),
        **dict.fromkeys(
            ("c", "celsius", "celsius degree", "deg c", "deg_c", "degree_c", "degrees celsius",
             "its-90", "°c"),
            "degC",
        ),
    }
)  # fmt: skip


def _known(unit: str) -> str:
    return _WORDS.get(unit.strip().casefold(), unit)


def _registry() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # that there is nothing to plot with
        from cf_xarray.units import units
    return units


def parsed_unit(about: About) -> Any:
    """One of a variable's unit, as pint has it.

    Raises
    ------
    ParameterError
        If it is no unit.
    """
    registry = _registry()
    unit = _known(about.units)
    try:
        # A factor before the unit, as UDUNITS has it: 1e-3 of salinity.
        if (scaled := _SCALED.fullmatch(unit.strip())) is not None:
            return registry.Quantity(float(scaled[1]), registry.Unit(scaled[2].strip()))
        return registry.Quantity(1.0, registry.Unit(unit))
    except Exception as error:  # pint has many kinds, and tokenize beneath it
        raise ParameterError(f"{about.name}: {about.units!r} is no unit ({error})") from error


def dimensions_of(about: About) -> str:
    """The dimensions of a variable's unit, as text that is the same for units of one kind.

    Raises
    ------
    ParameterError
        If it is no unit.
    """
    return str(parsed_unit(about).dimensionality)


def _ratio(about: About, target: str) -> float:
    return float((parsed_unit(about) / _registry().Quantity(1.0, target)).to("").magnitude)


def _factor(about: About, target: str, what: str) -> float:
    """What values are multiplied with to be in a unit."""
    registry = _registry()
    quantity = parsed_unit(about)
    if not about.units or not quantity.check(registry.Quantity(1, target).dimensionality):
        raise ParameterError(f"{about.name}: its unit {about.units!r} is not {what}, as {target}")
    return float(quantity.to(target).magnitude)

"""What SeaDataNet's codes are to others: units of P06 as UDUNITS, parameters of P01 as CF names.

SeaDataNet's files name each parameter and each unit by a code of the BODC vocabularies, and by
words that every writer chooses anew ("Celsius degree", "degrees celsius", "C"). The code counts.
Only parameters of which the CF name says the same are here: no salinity on an unknown scale.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

UNITS: Mapping[str, str] = MappingProxyType(
    {
        "DEGE": "degrees_east",
        "DEGN": "degrees_north",
        "KGUM": "umol kg-1",
        "PASX": "Pa",
        "UABB": "degree",
        "UECA": "S m-1",
        "UFAA": "W m-2",
        "UGPL": "ug L-1",
        "UKNT": "knot",
        "ULAA": "m",
        "UMGL": "mg L-1",
        "UMLL": "mL L-1",
        "UMMC": "mg m-3",
        "UPAA": "degree_Celsius",
        "UPBB": "hPa",
        "UPCT": "percent",
        "UPDB": "dbar",
        "UPOX": "umol L-1",
        "UTAA": "days",
        "UUPH": "1",
        "UUUU": "1",
        "UVAA": "m s-1",
    }
)

STANDARD_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "ADEPZZ01": "depth",
        "ALATZZ01": "latitude",
        "ALONZZ01": "longitude",
        "CNDCZZ01": "sea_water_electrical_conductivity",
        "DEPHPR01": "depth",
        "DOXMZZXX": "moles_of_oxygen_per_unit_mass_in_sea_water",
        "DOXYZZXX": "mole_concentration_of_dissolved_molecular_oxygen_in_sea_water",
        "NTRAYYDZ": "mole_concentration_of_nitrate_in_sea_water",
        "NTRAZZXX": "mole_concentration_of_nitrate_in_sea_water",
        "NTRIZZXX": "mole_concentration_of_nitrite_in_sea_water",
        "PHOSAAZX": "mole_concentration_of_phosphate_in_sea_water",
        "PHOSZZXX": "mole_concentration_of_phosphate_in_sea_water",
        "PRESPR01": "sea_water_pressure_due_to_sea_water",
        "PSALST01": "sea_water_practical_salinity",
        "PSLTZZ01": "sea_water_practical_salinity",
        "SLCAAAZX": "mole_concentration_of_silicate_in_sea_water",
        "SVELXXXX": "speed_of_sound_in_sea_water",
        "TEMPET01": "sea_water_temperature",
        "TEMPPR01": "sea_water_temperature",
    }
)


def code_of(urn: str) -> str:
    """The code of a URN as ``SDN:P01::TEMPPR01``; empty if it is none."""
    return urn.rpartition("::")[2] if "::" in urn else ""


def standard_name(p01: str, p06: str) -> str | None:
    """The CF standard name of a parameter in a unit, where one says just the same.

    A concentration by moles is none when its unit is of mass or of volume.
    """
    name = STANDARD_NAMES.get(p01)
    if name and name.startswith("mole_concentration") and p06 != "UPOX":
        return None
    return name


def unit_of(p01: str, p06: str, native: str) -> str:
    """A unit as UDUNITS writes it, where its code is known here; else as the file has it.

    Degrees north are a latitude's; of a course they are degrees, lest it pass for a latitude.
    """
    if p06 in {"DEGE", "DEGN"} and p01 not in {"ALONZZ01", "ALATZZ01", ""}:
        return "degree"
    return UNITS.get(p06, native)

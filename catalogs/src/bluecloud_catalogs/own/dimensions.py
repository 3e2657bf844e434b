"""Whether a unit can be one of what a CF standard name names.

Standard names are built from parts, and what they begin or end with says what kind of quantity
they are (CF, Guidelines for Construction of CF Standard Names, version 1.0): a mole concentration
has the dimensions of mol m-3, whatever is dissolved. So the names of most of what is measured in
the sea are known without a list of them; a name that none of the rules fits is left alone.
"""

from __future__ import annotations

import re

from ..merging.quantities import About, dimensions_of

_RULES: tuple[tuple[str, str], ...] = (
    (r"(sea_water|sea_surface|air|dew_point)(_\w+)?(?<!reference)_temperature", "degC"),
    (r"(sea_water_pressure|air_pressure)(_\w+)?", "dbar"),
    (r"depth|height|altitude|sea_floor_depth_below_\w+|sea_surface_height_above_\w+", "m"),
    (r"(sea_water|sea_surface)(_\w+)?_salinity", "1"),
    (r"mass_concentration_of_\w+_in_\w+", "mg m-3"),
    (r"mole_concentration_of_\w+_in_\w+", "mmol m-3"),
    (r"moles_of_\w+_per_unit_mass_in_\w+", "umol kg-1"),
    (r"(mole|mass|volume)_fraction_of_\w+_in_\w+", "1"),
    (r"number_concentration_of_\w+_in_\w+", "m-3"),
    (r"(?!.*stress)(\w+_)?sea_water_(speed|velocity)|wind_speed|(east|north)ward_wind", "m s-1"),
    (r"sea_surface_w\w+_significant_height", "m"),
    (r"sea_water_density", "kg m-3"),
    (r"sea_water_electrical_conductivity", "S m-1"),
    (r"sea_water_ph_reported_on_\w+_scale", "1"),
)


def expected_unit(standard_name: str) -> str:
    """A unit of what a CF standard name names; empty where no rule fits it."""
    return next((unit for rule, unit in _RULES if re.fullmatch(rule, standard_name)), "")


def unit_fault(units: str, standard_name: str) -> str:
    """Why a unit cannot be of what is named so; empty where it can, or nothing is known.

    Raises
    ------
    ParameterError
        If it is no unit at all.
    """
    given = dimensions_of(About(standard_name, units=units))
    expected = expected_unit(standard_name)
    if not expected or given == dimensions_of(About(standard_name, units=expected)):
        return ""
    return (
        f"{units!r} is no unit of {standard_name}, which is given in {expected} or what can be "
        "converted to it"
    )

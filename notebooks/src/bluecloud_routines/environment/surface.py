"""Finding the sea-surface temperature among what a file holds."""

import xarray as xr

from bluecloud_routines.errors import ValuesError

# CF standard names, the plainest first; model output calls its uppermost level by the last two.
_STANDARD_NAMES = (
    "sea_surface_temperature",
    "sea_surface_foundation_temperature",
    "sea_surface_subskin_temperature",
    "sea_surface_skin_temperature",
    "surface_temperature",
    "sea_water_temperature",
    "sea_water_potential_temperature",
)
_NAMES = ("sst", "analysed_sst", "surface_temperature", "thetao", "temp")

# Attributes that name other variables, which do not come along with one variable.
_POINTERS = ("ancillary_variables", "bounds", "cell_measures", "climatology", "grid_mapping")


def sea_surface_temperature(dataset: xr.Dataset) -> xr.DataArray:
    """The one variable that is the sea-surface temperature, found by standard name, then name.

    Raises
    ------
    ValuesError
        If there is none, or several of the same standard name.
    """
    for standard_name in _STANDARD_NAMES:
        found = [
            name
            for name, variable in dataset.data_vars.items()
            if variable.attrs.get("standard_name") == standard_name
        ]
        if len(found) > 1:
            raise ValuesError(f"{found} are all {standard_name}: select one of them")
        if found:
            return _alone(dataset[found[0]])
    for name in _NAMES:
        if name in dataset.data_vars:
            return _alone(dataset[name])
    raise ValuesError(
        f"none of {list(map(str, dataset.data_vars))} is a sea-surface temperature: its "
        f"standard_name must be one of {list(_STANDARD_NAMES)}, or its name one of {list(_NAMES)}"
    )


def _alone(variable: xr.DataArray) -> xr.DataArray:
    alone = variable.copy(deep=False)
    for part in (alone, *alone.coords.values()):
        for pointer in _POINTERS:
            part.attrs.pop(pointer, None)
            part.encoding.pop(pointer, None)
    return alone

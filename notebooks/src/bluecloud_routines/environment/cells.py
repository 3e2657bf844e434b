"""Where the cells of a grid are, and names that a person can choose them by."""

import xarray as xr

from bluecloud_routines.errors import ValuesError

_UNITS = {"latitude": "degrees_north", "longitude": "degrees_east"}
_NAMES = {"latitude": ("latitude", "lat"), "longitude": ("longitude", "lon")}


def coordinate_of(field: xr.DataArray, standard_name: str, *, single: bool = False) -> xr.DataArray:
    """The ``latitude`` or ``longitude``: by CF standard name, then units, then its own name.

    Raises
    ------
    ValuesError
        If there is none along a dimension, or none at all where a ``single`` value may be.
    """
    units = _UNITS[standard_name]
    named: list[xr.DataArray] = [c for c in field.coords.values() if c.dims or single]
    for coordinate in named:
        said = coordinate.attrs.get("standard_name"), coordinate.attrs.get("units")
        if said[0] == standard_name or said[1] == units:
            return coordinate
    for coordinate in named:
        if coordinate.name in _NAMES[standard_name]:
            return coordinate
    raise ValuesError(
        f"no coordinate is a {standard_name}: one of {list(map(str, field.coords))} needs the "
        f"attribute standard_name={standard_name!r} or units={units!r}"
    )


def cell_names(field: xr.DataArray) -> list[str]:
    """A name for each cell, such as ``40.5 N, 3.5 E``, in the order of its values.

    A field without latitude and longitude has its cells numbered; a single value is
    ``the series``.
    """
    if not field.dims:
        return ["the series"]
    try:
        places = [coordinate_of(field, name) for name in ("latitude", "longitude")]
    except ValuesError:
        return [f"cell {number}" for number in range(field.size)]
    latitude, longitude = (
        place.broadcast_like(field).transpose(*field.dims).values.ravel() for place in places
    )
    return [
        f"{_degrees(north, 'NS')}, {_degrees((east + 180) % 360 - 180, 'EW')}"
        for north, east in zip(latitude, longitude, strict=True)
    ]


def _degrees(value: float, sides: str) -> str:
    return f"{abs(round(value, 3)):g} {sides[int(value < 0)]}"

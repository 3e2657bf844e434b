"""Profiles as text that Ocean Data View opens: its spreadsheet format.

A row is a sample. What describes a station stands on its first row; the vertical is the first
variable, so that ODV takes it for the axis. There are no columns of flags: a product has only what
passed its routine's selection, and says no more about it.
"""

import numpy as np
import pandas as pd
import xarray as xr
from numpy.typing import NDArray

from bluecloud_routines.errors import ParameterError, UnitsError, ValuesError

_PLACE = ("time", "latitude", "longitude")
_STATION = (
    "Cruise", "Station", "Type", "yyyy-mm-ddThh:mm:ss.sss", "Longitude [degrees_east]",
    "Latitude [degrees_north]", "Bot. Depth [m]",
)  # fmt: skip
_Floats = NDArray[np.float64]


def odv_text(profiles: xr.Dataset, *, along: str, vertical: str, cruise: str, station: str) -> str:
    """The profiles as ODV's text, a row a sample.

    Parameters
    ----------
    profiles
        Its variables along profiles and ``along``, with units, are written under their names; so
        are the attributes of the whole, as comments. ``time``, ``latitude``, ``longitude`` and
        what the last two options name are along the profiles.
    along
        The dimension of the samples.
    vertical
        The variable or coordinate that says where a sample is, such as ``depth``. Samples that
        lack it, or have nothing else, are left out; a profile without any is too.
    cruise, station
        The coordinates that tell these, such as ``platform`` and ``cycle``.

    Raises
    ------
    ParameterError
        If a name is unknown, or there are other dimensions.
    UnitsError
        If a variable has no units.
    ValuesError
        If no profile has a sample.
    """
    absent = [n for n in (*_PLACE, vertical, cruise, station) if n not in profiles.variables]
    if absent or along not in profiles.dims:
        raise ParameterError(
            f"the profiles have no {absent or along!r}, but {list(map(str, profiles.variables))} "
            f"on {list(map(str, profiles.dims))}"
        )
    written = [n for n, v in profiles.data_vars.items() if along in v.dims and n != vertical]
    columns = {str(name): _column(profiles, str(name), along) for name in (vertical, *written)}
    depth, *others = columns.values()
    present = ~np.isnan(depth) & ~np.all([np.isnan(values) for values in others], axis=0)
    if not present.any():
        raise ValuesError(f"no profile has a sample with {vertical!r} and a value")
    places = profiles[[*_PLACE, cruise, station]].load()
    rows = []
    for number in np.flatnonzero(present.any(axis=1)):
        about = _about(places.isel({places["time"].dims[0]: number}), cruise, station)
        for sample in np.flatnonzero(present[number]):
            cells = [_text(values[number, sample]) for values in columns.values()]
            rows.append("\t".join([*about, *cells]))
            about = [""] * len(_STATION)
    header = [*_STATION, *(f"{name} [{_units(profiles, name)}]" for name in columns)]
    comments = [
        f"//{name}: {line}"
        for name, value in profiles.attrs.items()
        for line in str(value).splitlines()
    ]
    return "\n".join([*comments, "\t".join(header), *rows, ""])


def _column(profiles: xr.Dataset, name: str, along: str) -> _Floats:
    """The values on profiles and samples; what is along one of them is repeated."""
    dims = (*profiles["time"].dims, along)
    if len(dims) != 2 or not set(profiles[name].dims) <= set(dims):
        raise ParameterError(
            f"{name!r} is on {profiles[name].dims}: the profiles, as 'time' is, and {along!r} are "
            "needed"
        )
    form = xr.DataArray(np.empty([profiles.sizes[dim] for dim in dims]), dims=dims)
    values: _Floats = profiles[name].broadcast_like(form).transpose(*dims).values
    return values.astype(np.float64)


def _units(profiles: xr.Dataset, name: str) -> str:
    units = profiles[name].attrs.get("units")
    if not units:
        raise UnitsError(f"{name} has no units: set its attribute 'units'")
    return str(units)


def _about(profile: xr.Dataset, cruise: str, station: str) -> list[str]:
    (moment,) = pd.DatetimeIndex(profile["time"].values.reshape(1))
    return [
        str(profile[cruise].values),
        str(profile[station].values),
        "*",  # ODV finds the type itself
        "" if pd.isna(moment) else moment.isoformat(timespec="milliseconds"),
        _text(float(profile["longitude"])),
        _text(float(profile["latitude"])),
        "",
    ]


def _text(value: float) -> str:
    return "" if np.isnan(value) else f"{value:.10g}"

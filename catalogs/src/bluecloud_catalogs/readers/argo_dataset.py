"""Argo arrays as a dataset: in standard mode what is good, in expert mode what is there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ..qc import encoded, l20_attrs, to_l20
from .argo_files import NO_FLAG, Column

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt
    import xarray as xr

_ABOUT_PROFILES = (
    "PLATFORM_NUMBER",
    "CYCLE_NUMBER",
    "DIRECTION",
    "DATA_MODE",
    "VERTICAL_SAMPLING_SCHEME",
)
_WHEN_AND_WHERE = ("JULD", "JULD_QC", "LATITUDE", "LONGITUDE", "POSITION_QC")
PROFILE_NAMES = (*_ABOUT_PROFILES, *_WHEN_AND_WHERE)  # what is kept of a profile besides values
_PARAMETERS = ("PRES", "TEMP", "PSAL")
_OF_A_PARAMETER = ("", "_QC", "_ADJUSTED", "_ADJUSTED_QC", "_ADJUSTED_ERROR")
# What standard mode looks at in a file: a quarter of it.
STANDARD_NAMES = frozenset({*_ABOUT_PROFILES, *_WHEN_AND_WHERE, "STATION_PARAMETERS"}).union(
    name + suffix for name in _PARAMETERS for suffix in _OF_A_PARAMETER
)
_GOOD = (1, 2)
_NAMES = {"JULD": "TIME", "JULD_QC": "TIME_QC", "JULD_LOCATION": "TIME_LOCATION"}
_COORDINATES = ("TIME", "LATITUDE", "LONGITUDE")
_MILLISECONDS_A_DAY = 86_400_000

_CF: Mapping[str, Mapping[str, str]] = {
    "TIME": {"standard_name": "time", "long_name": "Date of the profile, UTC", "axis": "T"},
    "TIME_LOCATION": {"long_name": "Date of the position, UTC"},
    "LATITUDE": {"standard_name": "latitude", "units": "degrees_north", "axis": "Y"},
    "LONGITUDE": {"standard_name": "longitude", "units": "degrees_east", "axis": "X"},
    "PRES": {
        "standard_name": "sea_water_pressure_due_to_sea_water",
        "long_name": "Sea water pressure, 0 at the surface",
        "units": "dbar",
        "axis": "Z",
        "positive": "down",
    },
    "TEMP": {
        "standard_name": "sea_water_temperature",
        "long_name": "Sea temperature in situ, ITS-90",
        "units": "degree_Celsius",
    },
    "PSAL": {
        "standard_name": "sea_water_practical_salinity",
        "long_name": "Practical salinity, PSS-78",
        "units": "1",
    },
}
# Argo's words for units, in words that UDUNITS and pint have.
_UNITS = {
    "decibar": "dbar",
    "micromole/kg": "umol kg-1",
    "mg/m3": "mg m-3",
    "psu": "1",
    "dimensionless": "1",
    "ppb": "1e-9",
    "W/m^2/nm": "W m-2 nm-1",
    "microMoleQuanta/m^2/sec": "umol m-2 s-1",
    "degree_north": "degrees_north",
    "degree_east": "degrees_east",
}
_BGC: Mapping[str, Mapping[str, str]] = {
    "DOXY": {"standard_name": "moles_of_oxygen_per_unit_mass_in_sea_water", "units": "umol kg-1"},
    "NITRATE": {
        "standard_name": "moles_of_nitrate_per_unit_mass_in_sea_water",
        "units": "umol kg-1",
    },
    "CHLA": {
        "standard_name": "mass_concentration_of_chlorophyll_a_in_sea_water",
        "units": "mg m-3",
    },
    "PH_IN_SITU_TOTAL": {
        "standard_name": "sea_water_ph_reported_on_total_scale",
        "units": "1",
    },
}
_FLAGS: Mapping[str, Any] = {
    "long_name": "quality flag, Argo reference table 2",
    "flag_meanings": "no_flag no_qc_performed good probably_good probably_bad bad "
    "value_changed not_used_6 not_used_7 estimated missing_value",
    "conventions": "Argo reference table 2",
}


def expert(columns: Mapping[str, Column]) -> xr.Dataset:
    """Everything that is on profiles or on profiles and levels, unchanged but for the dates."""
    return dataset_of(columns)


def standard(columns: Mapping[str, Column]) -> xr.Dataset:
    """Pressure, temperature and salinity where they are good, with flags and errors.

    Elsewhere they are missing. A profile without any good level is left out; how many were
    is in the attribute ``profiles_without_good_levels``.
    """
    import numpy as np

    if not columns:
        return dataset_of({})
    adjusted = np.isin(columns["DATA_MODE"].values, ("A", "D"))[:, None]
    words = [text.split() for text in columns["STATION_PARAMETERS"].values]
    good = np.isin(columns["JULD_QC"].values, _GOOD) & np.isin(columns["POSITION_QC"].values, _GOOD)
    good = np.broadcast_to(good[:, None], columns["PRES"].values.shape).copy()
    chosen = {}
    for name in (name for name in _PARAMETERS if name in columns):
        value, flag, error = _best(columns, name, adjusted)
        measured = np.array([name in parameters for parameters in words], dtype=bool)[:, None]
        # A pressure that is not there is no level; a temperature that is not there, flagged
        # so, is no good level either.
        good &= ~measured | np.isin(flag, _GOOD)
        if name == "PRES":
            good &= ~np.isnan(value)
        chosen[name], chosen[f"{name}_QC"], chosen[f"{name}_ERROR"] = value, flag, error
    for name, values in chosen.items():
        absent = NO_FLAG if name.endswith("_QC") else np.nan
        chosen[name] = np.where(good, values, values.dtype.type(absent))
    kept = {name: columns[name] for name in PROFILE_NAMES if name in columns}
    some = good.any(axis=1)
    deepest = int(np.flatnonzero(good.any(axis=0)).max(initial=-1)) + 1
    dataset = dataset_of({**kept, **{name: Column(array, {}) for name, array in chosen.items()}})
    dataset = dataset.isel(N_PROF=some, N_LEVELS=slice(0, deepest))
    return dataset.assign_attrs(profiles_without_good_levels=int((~some).sum()))


def _best(
    columns: Mapping[str, Column], name: str, adjusted: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[Any], npt.NDArray[Any], npt.NDArray[Any]]:
    """Value, flag and error by the rule of the data mode; real time has no error."""
    import numpy as np

    value, flag = columns[name].values, columns[f"{name}_QC"].values
    if f"{name}_ADJUSTED" not in columns:
        return value, flag, np.full_like(value, np.nan)
    best = np.where(adjusted, columns[f"{name}_ADJUSTED"].values, value)
    best_flag = np.where(adjusted, columns[f"{name}_ADJUSTED_QC"].values, flag)
    error = np.where(adjusted, columns[f"{name}_ADJUSTED_ERROR"].values, np.float32(np.nan))
    return best, best_flag, error


def dataset_of(columns: Mapping[str, Column]) -> xr.Dataset:
    """The columns as a dataset: moments, CF attributes, and L20 flags beside Argo's own."""
    import numpy as np
    import xarray as xr

    variables: dict[str, tuple[tuple[str, ...], npt.NDArray[Any], dict[str, Any]]] = {}
    for original, column in (columns or _nothing()).items():
        name, values = _NAMES.get(original, original), column.values
        if original in {"JULD", "JULD_LOCATION"}:
            values = moments(values)
        if name.endswith("_QC") and values.dtype == np.int8:
            attrs = {**_FLAGS, "flag_values": np.arange(-1, 10, dtype=np.int8)}
        elif name.startswith("TIME"):  # the units of JULD are those of its numbers
            attrs = dict(_CF[name])
        else:
            attrs = _attrs(name, column.attrs)
        variables[name] = (column.dims, values, attrs)
        if name.endswith("_QC") and values.dtype == np.int8:
            variables[f"{name}_L20"] = (column.dims, _l20(values), l20_attrs(name))
    for name in variables:  # by which cf-xarray finds the flags of a variable
        flags = [each for each in (f"{name}_QC", f"{name}_QC_L20") if each in variables]
        if flags:
            variables[name][2]["ancillary_variables"] = " ".join(flags)
    dataset = xr.Dataset(variables).set_coords(_COORDINATES)
    return dataset.assign_attrs(Conventions="CF-1.11", featureType="profile")


def _attrs(name: str, told: Mapping[str, object]) -> dict[str, Any]:
    """What a file says of a variable, in CF's names and units, of its adjusted values too."""
    base = name.removesuffix("_ERROR").removesuffix("_ADJUSTED")
    attrs = {key: value for key, value in told.items() if value not in {"", "-"}}
    if attrs.get("units") in _UNITS:
        attrs["units"] = _UNITS[str(attrs["units"])]
    if name == base:
        return {**attrs, **_CF.get(name, {}), **_BGC.get(name, {})}
    known = {**_CF.get(base, {}), **_BGC.get(base, {})}
    kept = ("units",) if name.endswith("_ERROR") else ("units", "standard_name")
    return {**attrs, **{key: known[key] for key in kept if key in known}}


def _l20(flags: npt.NDArray[np.int8]) -> npt.NDArray[np.int8]:
    """Flags of Argo as SeaDataNet's, by a table: there are a million of them, of eleven kinds."""
    import numpy as np

    kinds = ["", *"0123456789"]  # NO_FLAG, and the flags themselves
    found: npt.NDArray[np.int8] = encoded(to_l20(kinds, "argo"))[flags - np.int8(NO_FLAG)]
    return found


def moments(days: npt.NDArray[np.float64]) -> npt.NDArray[np.datetime64]:
    """Days since 1950 as moments, to the millisecond: the files are exact to the second."""
    import numpy as np

    known = ~np.isnan(days)
    milliseconds = np.zeros(days.shape, dtype="timedelta64[ms]")
    milliseconds[known] = np.round(days[known] * _MILLISECONDS_A_DAY).astype("timedelta64[ms]")
    found = (np.datetime64("1950-01-01", "ms") + milliseconds).astype("datetime64[ns]")
    found[~known] = np.datetime64("NaT")
    return found


def _nothing() -> dict[str, Column]:
    """No profile and no level, under the names that profiles have."""
    import numpy as np

    columns = {name: Column(np.empty(0, dtype="U1"), {}) for name in _ABOUT_PROFILES}
    columns["CYCLE_NUMBER"] = Column(np.empty(0, dtype="int32"), {})
    for name in ("JULD", "LATITUDE", "LONGITUDE"):
        columns[name] = Column(np.empty(0), {})
    for name in ("JULD_QC", "POSITION_QC"):
        columns[name] = Column(np.empty(0, dtype="int8"), {})
    for name in _PARAMETERS:
        columns[name] = Column(np.empty((0, 0), dtype="float32"), {})
        columns[f"{name}_QC"] = Column(np.empty((0, 0), dtype="int8"), {})
    return columns

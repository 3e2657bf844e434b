"""Grids: CF and ACDD, as a stranger needs them to read a file without its author."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from .told import LATITUDES, LONGITUDES, TIMES, Told, boxed, ends

_ACDD_NEEDED = ("title", "summary")
_ACDD_WISHED = ("keywords", "license", "creator_name", "source", "history", "acknowledgement")


def netcdf(path: Path, told: Told) -> None:
    """A NetCDF file."""
    import xarray as xr

    with xr.open_dataset(path, engine="netcdf4", decode_timedelta=False) as dataset:
        _grid(dataset, told)


def zarr_store(path: Path, told: Told) -> None:
    """A folder of Zarr."""
    import xarray as xr

    with xr.open_dataset(path, engine="zarr", decode_timedelta=False, chunks=None) as dataset:
        _grid(dataset, told)
        _whole(path, dataset, told)


def _whole(path: Path, dataset: Any, told: Told) -> None:
    """Refuse a store that lacks chunks: it would be read as missing values, without a word."""
    import zarr

    group: Any = zarr.open_group(str(path), mode="r")
    for name in dataset.variables:
        array = group[name]
        there, all_of_it = array.nchunks_initialized, array.nchunks
        if there < all_of_it:
            told.errors.append(f"{name}: {all_of_it - there} of its {all_of_it} chunks are missing")


def _grid(dataset: Any, told: Told) -> None:
    attrs = dataset.attrs
    if not dataset.data_vars:
        told.errors.append("it has no variable but coordinates")
    if "CF-" not in str(attrs.get("Conventions", "")):
        told.errors.append(
            "Conventions: it does not say that it follows CF, as 'CF-1.10, ACDD-1.3'"
        )
    told.errors += [
        f"{name}: ACDD asks for this attribute" for name in _ACDD_NEEDED if not attrs.get(name)
    ]
    told.warnings += [f"{name}: ACDD recommends it" for name in _ACDD_WISHED if not attrs.get(name)]
    for name, variable in dataset.variables.items():
        _variable(str(name), variable, told, is_data=name in dataset.data_vars)
    _extent(dataset, told)


def _variable(name: str, variable: Any, told: Told, *, is_data: bool) -> None:
    attrs = {**variable.encoding, **variable.attrs}
    standard, units = str(attrs.get("standard_name", "")), str(attrs.get("units", ""))
    is_number = variable.dtype.kind in "fiu"
    is_flag = "flag_values" in attrs or "flag_masks" in attrs
    if is_number and not units and not is_flag and (is_data or variable.ndim):
        told.errors.append(f"{name}: it has no units; of a pure number they are '1'")
    if is_data and not standard and not attrs.get("long_name"):
        told.errors.append(f"{name}: it has neither standard_name nor long_name")
    if not attrs.get("long_name"):
        told.warnings.append(f"{name}: ACDD recommends a long_name")
    if not is_data and variable.dtype.kind == "f" and variable.isnull().any():
        told.errors.append(f"{name}: a coordinate has missing values")
    told.variables.append(
        {"name": name[:100], "units": units[:60], "standard_name": standard[:100]}
    )


def _named(dataset: Any, standard: str, words: tuple[str, ...]) -> Any:
    for name, variable in dataset.variables.items():
        if variable.attrs.get("standard_name") == standard:
            return dataset[name]
    return next((dataset[word] for word in words if word in dataset.variables), None)


def _extent(dataset: Any, told: Told) -> None:
    latitude = _named(dataset, "latitude", LATITUDES)
    longitude = _named(dataset, "longitude", LONGITUDES)
    if latitude is None or longitude is None:
        told.warnings.append("it has no latitude and longitude: it is found by no place")
    else:
        boxed(ends(longitude.values), ends(latitude.values), told)
    time = _named(dataset, "time", TIMES)
    if time is None:
        told.warnings.append("it has no time: it is found by no period")
    elif time.dtype.kind == "M" and time.size:
        told.facts["time"] = [str(time.min().values)[:19], str(time.max().values)[:19]]
    else:
        told.warnings.append("its time is no CF time ('days since ...'): it is found by no period")

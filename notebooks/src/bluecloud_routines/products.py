"""What a product says of itself: CF and ACDD attributes, in NetCDF and in CSV.

A file that leaves the laboratory must still say what it is, what it was made from, under which
licence and whom to cite. The inputs' own attributes (as the catalogue stamps them) are carried
over, so that nobody types them again, and a sample that is synthetic stays marked as such.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError

CONVENTIONS = "CF-1.10, ACDD-1.3"

_EXTENTS = {
    "latitude": ("geospatial_lat_min", "geospatial_lat_max"),
    "longitude": ("geospatial_lon_min", "geospatial_lon_max"),
}

# What a coordinate of a plain name is, where it does not say so itself.
_LATITUDE = {"standard_name": "latitude", "units": "degrees_north"}
_LONGITUDE = {"standard_name": "longitude", "units": "degrees_east"}
_AXES = {
    "time": {"standard_name": "time"},
    "lat": _LATITUDE,
    "latitude": _LATITUDE,
    "lon": _LONGITUDE,
    "longitude": _LONGITUDE,
}


def describe_product(
    product: xr.Dataset,
    *,
    title: str,
    summary: str,
    inputs: Sequence[Mapping[str, Any]],
    made_at: datetime,
    made_by: str,
) -> xr.Dataset:
    """The product with attributes that say what it is, what from, whose and since when.

    Parameters
    ----------
    product
        What a routine gave; its ``references`` and ``parameters`` are kept.
    title, summary
        One line; one paragraph.
    inputs
        The attributes of each dataset that was read: of them what the catalogue stamps (source,
        entry, tier, request, time of access, checksum, licence, citation, whether synthetic)
        is carried over, where present.
    made_at
        When, with its time zone: a routine has no clock.
    made_by
        What made it, as one step of the history, such as ``sst_anomaly.ipynb``.

    Raises
    ------
    ParameterError
        If there is no input, or ``made_at`` has no time zone.
    """
    if not inputs:
        raise ParameterError("inputs is empty: a product names at least one dataset it is from")
    if made_at.tzinfo is None:
        raise ParameterError(f"made_at is {made_at.isoformat()}: a time zone is needed")
    stamp = made_at.isoformat(timespec="seconds")
    steps = [str(attrs["history"]) for attrs in inputs if attrs.get("history")]
    synthetic = any(str(attrs.get("synthetic", "")).lower() in ("true", "1") for attrs in inputs)
    described = _with_axes(product)
    described.attrs |= dict(
        Conventions=CONVENTIONS,
        title=f"SYNTHETIC: {title}" if synthetic else title,
        summary=summary,
        source="; ".join(_input_line(attrs) for attrs in inputs),
        license="; ".join(_said(inputs, "licence")) or "not stated by the input",
        acknowledgement="; ".join(_said(inputs, "citation")) or "not stated by the input",
        history="\n".join([f"{stamp} {made_by}", *steps]),
        date_created=stamp,
        **_extent(described),
    )
    if synthetic:
        described.attrs["synthetic"] = "true"
    return described


def described_csv(table: pd.DataFrame, attrs: Mapping[str, Any]) -> str:
    """A table as CSV, under lines ``# name: value`` that say what the attributes say.

    ``pandas.read_csv(..., comment="#")`` reads it back; times are in ISO 8601.
    """
    lines = [
        f"# {name}: {line}" for name, value in attrs.items() for line in str(value).splitlines()
    ]
    return "\n".join([*lines, table.to_csv(index=False, date_format="%Y-%m-%d")])


def _input_line(attrs: Mapping[str, Any]) -> str:
    keys = ("source", "entry", "tier", "request", "access_time", "checksum")
    words = [f"{key} {attrs[key]}" for key in keys if attrs.get(key)]
    return ", ".join(words) or str(attrs.get("title", "not stated by the input"))


def _said(inputs: Sequence[Mapping[str, Any]], key: str) -> list[str]:
    return list(dict.fromkeys(str(attrs[key]) for attrs in inputs if attrs.get(key)))


def _with_axes(product: xr.Dataset) -> xr.Dataset:
    """A copy whose coordinates say what they are, encoded as CF wants coordinates."""
    described = product.copy(deep=False)
    for name, coordinate in described.coords.items():
        coordinate.attrs = {**_AXES.get(str(name), {}), **coordinate.attrs}
        coordinate.encoding = {"_FillValue": None}
        if np.issubdtype(coordinate.dtype, np.datetime64):
            # Without a choice, whole days are written as 64-bit integers, which CF-1.10 lacks.
            coordinate.encoding |= {"units": "days since 1970-01-01", "dtype": "float64"}
    return described


def _extent(product: xr.Dataset) -> dict[str, float | str]:
    """Where and when the product is, from its coordinates."""
    extent: dict[str, float | str] = {}
    for coordinate in product.coords.values():
        names = _EXTENTS.get(coordinate.attrs.get("standard_name", ""))
        if names and coordinate.size:
            extent[names[0]] = float(coordinate.min())
            extent[names[1]] = float(coordinate.max())
    if "time" in product.indexes and np.issubdtype(product["time"].dtype, np.datetime64):
        first, last = product.indexes["time"][[0, -1]]
        extent["time_coverage_start"] = f"{first:%Y-%m-%dT%H:%M:%SZ}"
        extent["time_coverage_end"] = f"{last:%Y-%m-%dT%H:%M:%SZ}"
    return extent

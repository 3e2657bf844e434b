"""What a product says of itself: CF and ACDD attributes, in NetCDF and in CSV.

A file that leaves the laboratory must still say what it is, what it was made from, under which
licence and whom to cite. The inputs' own attributes (as the catalogue stamps them) are carried
over, so that nobody types them again, and a sample that is synthetic stays marked as such.
"""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Any

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.errors import ParameterError

CONVENTIONS = "CF-1.10, ACDD-1.3"

_STAMPS = ("source", "entry", "tier", "request", "access_time", "checksum")
_UNSTATED = "not stated by the input"

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
    parameters: Mapping[str, Any] | None = None,
) -> xr.Dataset:
    """The product with attributes that say what it is, what from, whose and since when.

    Parameters
    ----------
    product
        What a routine gave; its ``references`` are kept, and its ``parameters``.
    title, summary
        One line; one paragraph.
    inputs
        The attributes of each dataset that was read: of them what the catalogue stamps (source,
        entry, tier, request, time of access, checksum, licence, citation, whether synthetic)
        is carried over, where present.
    made_at
        When, with its time zone: a routine has no clock.
    made_by
        What made it, as one step of the history, such as ``sst_anomaly.ipynb``; the version
        of this package is added.
    parameters
        What it was made with, written as JSON, where no routine has written its own.

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
    made = f"{stamp} {made_by} (bluecloud-notebooks {version('bluecloud-notebooks')})"
    described = _with_names(_with_axes(product))
    if parameters is not None:
        described.attrs["parameters"] = json.dumps(dict(parameters))
    described.attrs |= dict(
        Conventions=CONVENTIONS,
        title=f"SYNTHETIC: {title}" if synthetic else title,
        summary=summary,
        source="; ".join(_input_line(attrs) for attrs in inputs),
        license="; ".join(_said(inputs, "licence")) or _UNSTATED,
        acknowledgement="; ".join(_said(inputs, "citation")) or _UNSTATED,
        history="\n".join([made, *steps]),
        date_created=stamp,
        keywords=", ".join(_keywords(described)),
        **_extent(described),
    )
    if synthetic:
        described.attrs["synthetic"] = "true"
    return described


def product_citation(product: xr.Dataset) -> str:
    """What a work on a product cites: its method, and its data with their licence.

    The method is the product's ``references``, or its ``summary`` where it has none.
    """
    attrs = product.attrs
    method = str(attrs.get("references") or attrs["summary"]).rstrip(".")
    if attrs.get("synthetic") == "true":
        return f"Method: {method}. Data: synthetic, not to be cited as observations."
    data, licence = (str(attrs[name]).rstrip(".") for name in ("acknowledgement", "license"))
    return f"Method: {method}. Data: {data}. Licence: {licence}."


def described_csv(table: pd.DataFrame, attrs: Mapping[str, Any]) -> str:
    """A table as CSV, under lines ``# name: value`` that say what the attributes say.

    ``pandas.read_csv(..., comment="#")`` reads it back; times are in ISO 8601.
    """
    lines = [
        f"# {name}: {line}" for name, value in attrs.items() for line in str(value).splitlines()
    ]
    return "\n".join([*lines, table.to_csv(index=False, date_format="%Y-%m-%d")])


def _input_line(attrs: Mapping[str, Any]) -> str:
    """One input in words: its title, and in brackets where it was had from."""
    said = {key: str(attrs[key]) for key in _STAMPS if attrs.get(key)}
    if "entry" in said:
        said["entry"] = f"entry {said['entry']} of {said.pop('source', 'the catalogue')}"
    for key, words in (("tier", "{} tier"), ("request", "request {}"), ("checksum", "checksum {}")):
        if key in said:
            said[key] = words.format(said[key])
    if "access_time" in said:
        said["access_time"] = f"read {said['access_time'][:10]}"
    if said.get("request") == "request {}":
        del said["request"]
    where, title = ", ".join(said.values()), str(attrs.get("title", ""))
    return f"{title} ({where})" if title and where else title or where or _UNSTATED


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


def _with_names(product: xr.Dataset) -> xr.Dataset:
    """The product, each of whose variables has a name for people and a kind of content.

    The kinds are those of ISO 19115-1 that ACDD takes. What an analysis gives is the result of
    a model unless it says otherwise, be it the plain model of a mean.
    """
    for name, variable in product.variables.items():
        attrs = variable.attrs
        standard = str(attrs.get("standard_name", ""))
        attrs.setdefault("long_name", (standard or str(name)).replace("_", " "))
        if name in product.data_vars:
            attrs.setdefault("coverage_content_type", _kind(standard, attrs))
    return product


def _kind(standard_name: str, attrs: Mapping[str, Any]) -> str:
    name, _, modifier = standard_name.partition(" ")
    if modifier or name.endswith(("_flag", "number_of_observations")):
        return "qualityInformation"
    return "thematicClassification" if "flag_values" in attrs else "modelResult"


def _keywords(product: xr.Dataset) -> list[str]:
    """What the product's variables are, in the words of CF's table where it has some."""
    named = (variable.attrs for variable in product.data_vars.values())
    words = (str(attrs.get("standard_name", "")).partition(" ")[0] for attrs in named)
    standard = list(dict.fromkeys(word for word in words if word))
    plain = (str(variable.attrs["long_name"]) for variable in product.data_vars.values())
    return standard or list(dict.fromkeys(name.replace(",", ";") for name in plain))


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

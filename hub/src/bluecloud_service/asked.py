"""What a request to the STAC API asks for, in its two spellings, as one query."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from bluecloud_catalogs.discovery.query import FACETS, Facet, Query, checked
from bluecloud_catalogs.errors import ParameterError

from .errors import NotAsked

# As the API names them, and as a query does.
_NAMES = {
    "q": "text",
    "datetime": "time",
    "collections": "sources",
    "bluecloud_collections": "collections",
    "bbox": "bbox",
    "ids": "ids",
    "limit": "limit",
    "token": "token",
    "depth": "depth",
    "variables": "variables",
    "taxa": "taxa",
    "levels": "levels",
    "platforms": "platforms",
}
_LISTS = frozenset(
    {"collections", "bluecloud_collections", "ids", "variables", "taxa", "levels", "platforms"}
)
_NUMBERS = frozenset({"bbox", "depth"})
_OTHERS = frozenset({"intersects", "fields", "aggregations"})
NAMES = frozenset(_NAMES) | _OTHERS


def query_of(told: Mapping[str, Any]) -> Query:
    """The query that the body of a search is.

    Raises
    ------
    NotAsked
        Naming the field, its value and what is allowed.
    """
    unknown = set(told) - NAMES
    if unknown:
        raise NotAsked(
            f"{', '.join(sorted(unknown))}: unknown; there are {', '.join(sorted(NAMES))}"
        )
    given = {_NAMES[name]: value for name, value in told.items() if name in _NAMES}
    if isinstance(given.get("text"), list):
        given["text"] = " ".join(map(str, given["text"]))
    if told.get("intersects") is not None:
        if told.get("bbox") is not None:
            raise NotAsked("bbox and intersects exclude one another")
        given["bbox"] = _box_of(told["intersects"])
    box = given.get("bbox")
    try:
        if isinstance(box, list) and len(box) == 6:
            given["bbox"] = [box[0], box[1], box[3], box[4]]
            given.setdefault("depth", [-box[5], -box[2]])  # heights in metres, so positive up
        if any(not math.isfinite(side) for side in given.get("depth") or ()):
            raise NotAsked("depth: JSON has no number that is not finite: name a depth")
        return checked(**{name: value for name, value in given.items() if value is not None})
    except (ParameterError, TypeError) as error:
        raise NotAsked(str(error)) from error


def body_of(parameters: Mapping[str, str]) -> dict[str, Any]:
    """The parameters of a GET as the body of a POST.

    Raises
    ------
    NotAsked
        If one that is a list of numbers is not.
    """
    body: dict[str, Any] = dict(parameters)
    for name, value in parameters.items():
        if name in _LISTS:
            body[name] = [part for part in value.split(",") if part]
        elif name in _NUMBERS:
            try:
                body[name] = [float(part) for part in value.split(",")]
            except ValueError:
                raise NotAsked(f"{name}={value}: it is numbers with commas between") from None
        elif name in {"fields", "aggregations"}:
            body[name] = value.split(",")
        elif name == "intersects":
            raise NotAsked("intersects is asked for by POST")
    return body


def facets_of(told: Mapping[str, Any]) -> list[Facet]:
    """The facets that an aggregation asks for; all of them where it names none.

    Raises
    ------
    NotAsked
        If there is none of such a name.
    """
    known: dict[str, Facet] = {name: name for name in (*FACETS, "collection")}
    names = told.get("aggregations") or list(FACETS)
    if not isinstance(names, list):
        raise NotAsked(f"aggregations = {names!r}: it is a list of {', '.join(known)}")
    unknown = [str(name) for name in names if not isinstance(name, str) or name not in known]
    if unknown:
        raise NotAsked(f"aggregations {', '.join(unknown)}: there are {', '.join(known)}")
    return [known[name] for name in names]


def fields_of(told: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """The fields that a search includes and excludes; of neither any where it names none.

    Raises
    ------
    NotAsked
        If they are not told as the API has it.
    """
    fields = told.get("fields") or []
    include: Any
    exclude: Any
    if isinstance(fields, list):
        names = [str(name) for name in fields]
        include = [name.lstrip("+ ") for name in names if not name.startswith("-")]
        exclude = [name[1:] for name in names if name.startswith("-")]
    elif isinstance(fields, dict):
        include, exclude = fields.get("include") or [], fields.get("exclude") or []
    else:
        include = exclude = None
    if not all(
        isinstance(each, list) and all(isinstance(name, str) for name in each)
        for each in (include, exclude)
    ):
        raise NotAsked(f"fields = {fields!r}: it is include and exclude, each a list of names")
    return frozenset(include or ()), frozenset(exclude or ())


def _box_of(shape: Any) -> list[float]:
    """The box that a GeoJSON geometry is; only boxes and points are kept as places."""
    try:
        if shape["type"] == "Point":
            longitude, latitude = shape["coordinates"][:2]
            return [longitude, latitude, longitude, latitude]
        (ring,) = shape["coordinates"]
        corners = {(corner[0], corner[1]) for corner in ring}
        longitudes = sorted({longitude for longitude, _ in corners})
        latitudes = sorted({latitude for _, latitude in corners})
        if shape["type"] == "Polygon" and len(corners) == 4:
            (west, east), (south, north) = longitudes, latitudes
            return [west, south, east, north]
    except (KeyError, TypeError, ValueError, IndexError):
        pass
    raise NotAsked("intersects is a Point, or a Polygon that is a box along the degrees")

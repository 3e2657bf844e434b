"""What a package of B2FIND says, whichever way it says it.

Everything but a title is in ``extras``, where a value may be text, a list, or a list written as
text. Its ``TempCoverage`` numbers count from two different years, so that the dates beside them
are read. Its place is GeoJSON, or words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from ..errors import MalformedAnswer

COLUMNS = (
    "name", "title", "description", "doi", "url", "publisher", "year", "discipline", "rights",
    "tags", "community", "west", "south", "east", "north", "begin", "end",
)  # fmt: skip


def extras(package: Mapping[str, Any]) -> dict[str, Any]:
    """What stands in a package's extras, or, of a record not yet a package, beside them."""
    told = {key: value for key, value in package.items() if key != "extras"}
    for each in package.get("extras") or []:
        told[str(each["key"])] = each.get("value")
    return told


def row(package: Mapping[str, Any]) -> dict[str, Any]:
    """A dataset as a row; empty text and None for what is not known.

    Raises
    ------
    MalformedAnswer
        If it has no name.
    """
    if not isinstance(package, Mapping) or not package.get("name"):
        raise MalformedAnswer("package_search: a dataset has no name")
    told = extras(package)
    box = box_of(told) or (None, None, None, None)
    groups = [each.get("name", "") for each in package.get("groups") or []]
    begin, end = (text(told.get(f"TemporalCoverage:{side}Date")) for side in ("Begin", "End"))
    year = re.search(r"\d{4}", text(told.get("PublicationYear")))
    return {
        "name": package["name"],
        "title": text(told.get("title")) or package["name"],
        "description": text(told.get("notes")),
        "doi": doi_of(text(told.get("DOI"))),
        "url": text(told.get("url")),
        "publisher": text(told.get("Publisher")),
        "year": int(year[0]) if year else None,
        "discipline": text(told.get("Discipline")),
        "rights": text(told.get("Rights")),
        "tags": "; ".join(dict.fromkeys(each.get("name", "") for each in told.get("tags") or [])),
        "community": "; ".join(groups),
        "west": box[0], "south": box[1], "east": box[2], "north": box[3],
        "begin": begin or None,
        "end": end or begin or None,
    }  # fmt: skip


def text(value: Any) -> str:
    """A value as one text; a list is joined by semicolons, also one that is written as text."""
    if isinstance(value, str) and value.startswith("['") and value.endswith("']"):
        value = re.split(r"', '", value[2:-2])
    if isinstance(value, list | tuple):
        return "; ".join(filter(None, (text(each) for each in value)))
    return "" if value is None else str(value).strip()


def doi_of(told: str) -> str:
    """The DOI without a resolver's address; empty for what is none, as ``.../null``."""
    found = re.search(r"10\.\d{4,9}/\S+", told)
    return found[0] if found else ""


def box_of(told: Mapping[str, Any]) -> tuple[float, float, float, float] | None:
    """West, south, east, north of a dataset's place, or None.

    ``spatial`` is GeoJSON; without it, ``SpatialCoverage`` may be text as (10N-83N,90W-93E), or
    as North 37.3, South 37.2, East -32.2, West -32.3.
    """
    try:
        shape = told.get("spatial") or ""
        shape = json.loads(shape) if isinstance(shape, str) and shape.strip() else shape
        if isinstance(shape, Mapping) and shape.get("coordinates"):
            points = list(_points(shape["coordinates"]))
            longitudes, latitudes = zip(*points, strict=True)
            return _possible(min(longitudes), min(latitudes), max(longitudes), max(latitudes))
    except (TypeError, ValueError):
        return None
    told_text = text(told.get("SpatialCoverage"))
    sides = {
        side.casefold(): float(value)
        for side, value in re.findall(r"(North|South|East|West) (-?[\d.]+\d)", told_text)
    }
    if len(sides) == 4:
        return _possible(sides["west"], sides["south"], sides["east"], sides["north"])
    found = re.search(
        r"\(?([\d.]+)([NS])-([\d.]+)([NS]),\s*([\d.]+)([EW])-([\d.]+)([EW])\)?",
        told_text,
    )
    if not found:
        return None
    south, north, west, east = (
        float(found[number]) * (-1 if found[number + 1] in "SW" else 1) for number in (1, 3, 5, 7)
    )
    return _possible(west, south, east, north)


def _possible(
    west: float, south: float, east: float, north: float
) -> tuple[float, float, float, float] | None:
    if -180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90:
        return west, south, east, north
    return None


def _points(coordinates: Any) -> Any:
    if isinstance(coordinates[0], int | float):
        yield float(coordinates[0]), float(coordinates[1])
        return
    for each in coordinates:
        yield from _points(each)

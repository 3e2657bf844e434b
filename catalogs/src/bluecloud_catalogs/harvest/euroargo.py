"""The datasets of Argo floats that the ERDDAP at Ifremer holds: a record a dataset.

A server lists all its datasets, of which those of Argo begin with ``Argo``. What is in one is said
by its own page, so that a page of the harvest is one dataset, and its cursor the next one's name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..answers import as_json
from ..errors import MalformedAnswer
from ..places import Ask
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..discovery.records import Record
    from ..places import File, Place

_ENTRIES = {
    "ArgoFloats": "euroargo_points",
    "ArgoFloats-synthetic-BGC": "euroargo_bgc_points",
}
_LICENCE = "CC BY 4.0"  # the server's own words are unusable


class EuroArgo(Harvester):
    """Lists datasets of Argo floats; ERDDAP cannot tell which have changed."""

    source = "euroargo"
    entry = "euroargo_points"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The datasets, one at a time, in the order of their names."""
        listed = place.fetch([Ask("info/index.json", "erddap", sample="info/index.json")])[0]
        names = sorted(
            str(row["Dataset ID"])
            for row in _rows(listed)
            if str(row["Dataset ID"]).startswith("Argo")
        )
        left = [name for name in names if cursor is None or name >= cursor]
        for number, name in enumerate(left):
            following = left[number + 1] if number + 1 < len(left) else None
            path = f"info/{name}/index.json"
            try:
                file = place.fetch([Ask(path, "erddap", sample=path)])[0]
                yield Page((_record(name, file),), (), following)
            except (MalformedAnswer, ValidationError) as error:
                yield Page((), (Quarantined(self.source, name, str(error)),), following)


def _rows(file: File) -> list[dict[str, Any]]:
    told = as_json(file)
    try:
        names = told["table"]["columnNames"]
        return [dict(zip(names, row, strict=True)) for row in told["table"]["rows"]]
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"{file.path}: it is no table of ERDDAP's: {error}") from error


def _record(name: str, file: File) -> Record:
    from ..discovery.records import Asset, Record

    attributes: dict[str, dict[str, str]] = {"NC_GLOBAL": {}}
    variables = []
    for row in _rows(file):
        if row["Row Type"] == "variable":
            variables.append(str(row["Variable Name"]))
        elif row["Row Type"] == "attribute":
            own = attributes.setdefault(str(row["Variable Name"]), {})
            own[str(row["Attribute Name"])] = str(row["Value"])
    about = attributes["NC_GLOBAL"]
    standard_names = [attributes.get(each, {}).get("standard_name", "") for each in variables]
    return Record(
        id=f"euroargo:{name}",
        source="euroargo",
        collection="ERDDAP at Ifremer",
        level="collection",
        title=" ".join(about.get("title", name).split()),
        description=about.get("summary", ""),
        keywords=tuple(
            filter(None, (each.strip() for each in about.get("keywords", "").split(",")))
        ),
        cf=tuple(dict.fromkeys(filter(None, standard_names))),
        native=tuple(variables),
        bbox=_bbox(attributes),
        time=_time(about),
        provider=about.get("institution"),
        licence=_LICENCE,
        entry=_ENTRIES.get(name),
        assets=(
            Asset(
                href=f"https://erddap.ifremer.fr/erddap/tabledap/{name}",
                protocol="ERDDAP tabledap",
            ),
        ),
    )


def _bbox(
    attributes: Mapping[str, Mapping[str, str]],
) -> tuple[float, float, float, float] | None:
    """From the ranges of positions, where they lie on the Earth: fill values may be in them."""
    try:
        west, east = map(float, attributes["longitude"]["actual_range"].split(","))
        south, north = map(float, attributes["latitude"]["actual_range"].split(","))
    except (KeyError, ValueError):
        return None
    box = max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)
    return box if box[0] <= box[2] and box[1] <= box[3] else None


def _time(about: Mapping[str, str]) -> tuple[datetime | None, datetime | None] | None:
    """Its beginning; Argo goes on, and future dates stand in it by mistake."""
    try:
        first = datetime.fromisoformat(about["time_coverage_start"])
    except (KeyError, ValueError):
        return None
    return first.astimezone(UTC), None

"""A record as a STAC item, and back: how it goes over HTTP, and what its columns are called.

STAC's collection is the source, of which there are a dozen; the collection that a source puts a
record in goes under a name of ours, because there are thousands. Fields that STAC has no name
for begin with ``bluecloud:``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from pydantic import ValidationError

from ..errors import MalformedAnswer
from .records import Asset, Record

STAC_VERSION = "1.1.0"
_NAMES = {
    "title": "title",
    "description": "description",
    "keywords": "keywords",
    "doi": "sci:doi",
    "licence": "license",
    "modified": "updated",
}
_APART = {"id", "source", "bbox", "time", "assets"}
_PLAIN = tuple(name for name in Record.model_fields if name not in _APART)
_LISTS = {"depth", *(n for n, f in Record.model_fields.items() if f.default == ())}


def column(field: str) -> str:
    """The name that a record's field has in a STAC item."""
    return _NAMES.get(field, f"bluecloud:{field}")


def item_of(record: Record, *, links: Sequence[Mapping[str, str]] = ()) -> dict[str, Any]:
    """A record as a STAC item."""
    told = record.model_dump(mode="json", include=set(_PLAIN), exclude_defaults=True)
    first, last = record.time or (None, None)
    properties: dict[str, Any] = {
        "datetime": _moment(first if first == last else None),
        "start_datetime": _moment(first),
        "end_datetime": _moment(last),
        "bluecloud:dated": record.time is not None,
        **{column(name): value for name, value in told.items()},
    }
    item: dict[str, Any] = {
        "type": "Feature",
        "stac_version": STAC_VERSION,
        "stac_extensions": [],
        "id": record.id,
        "collection": record.source,
        "geometry": geometry(record.bbox),
        "properties": properties,
        "links": list(links),
        "assets": {f"asset{at}": _asset(asset) for at, asset in enumerate(record.assets)},
    }
    if record.bbox is not None:
        item["bbox"] = list(record.bbox)
    return item


def record_of(item: Mapping[str, Any]) -> Record:
    """The record that a STAC item of ours is.

    Raises
    ------
    MalformedAnswer
        If it is no such item.
    """
    try:
        told = item["properties"]
        values = {name: told[column(name)] for name in _PLAIN if column(name) in told}
        dated = (told["start_datetime"], told["end_datetime"])
        return Record(
            id=item["id"],
            source=item["collection"],
            bbox=tuple(item["bbox"]) if item.get("bbox") else None,
            time=dated if told["bluecloud:dated"] else None,
            assets=tuple(_from_asset(asset) for asset in item["assets"].values()),
            **{n: tuple(v) if n in _LISTS and v is not None else v for n, v in values.items()},
        )
    except (KeyError, TypeError, ValidationError) as error:
        raise MalformedAnswer(f"this is no STAC item of this service: {error!r}") from error


def geometry(bbox: tuple[float, float, float, float] | None) -> dict[str, Any] | None:
    """The shape of a box as GeoJSON: a point, a line, a polygon, or two at the antimeridian."""
    if bbox is None:
        return None
    west, south, east, north = bbox
    if west > east:
        halves = [_ring(west, south, 180.0, north), _ring(-180.0, south, east, north)]
        return {"type": "MultiPolygon", "coordinates": [[half] for half in halves]}
    if (west, south) == (east, north):
        return {"type": "Point", "coordinates": [west, south]}
    if west == east or south == north:
        return {"type": "LineString", "coordinates": [[west, south], [east, north]]}
    return {"type": "Polygon", "coordinates": [_ring(west, south, east, north)]}


def _ring(west: float, south: float, east: float, north: float) -> list[list[float]]:
    return [[west, south], [east, south], [east, north], [west, north], [west, south]]


def _moment(moment: datetime | None) -> str | None:
    return moment.isoformat().replace("+00:00", "Z") if moment else None


def _asset(asset: Asset) -> dict[str, Any]:
    told = {
        "href": asset.href,
        "type": asset.media_type,
        "roles": [asset.role],
        "bluecloud:protocol": asset.protocol,
        "bluecloud:size": asset.size,
    }
    return {name: value for name, value in told.items() if value is not None}


def _from_asset(told: Mapping[str, Any]) -> Asset:
    return Asset(
        href=told["href"],
        media_type=told.get("type"),
        role=told["roles"][0],
        protocol=told.get("bluecloud:protocol"),
        size=told.get("bluecloud:size"),
    )

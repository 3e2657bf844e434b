"""The sources as STAC collections."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bluecloud_catalogs.discovery.stac import STAC_VERSION
from bluecloud_catalogs.tree import Entry, read_sources


def sources() -> dict[str, list[Entry]]:
    """The entries of each source."""
    found: dict[str, list[Entry]] = {}
    for entry in read_sources().entries.values():
        found.setdefault(entry.source, []).append(entry)
    return dict(sorted(found.items()))


def collection_of(
    source: str, entries: Sequence[Entry], number: int, links: Sequence[Mapping[str, str]]
) -> dict[str, Any]:
    """A source, with its entries' extents together and how many records of it there are."""
    boxes = [_box(entry.declaration.extent.bbox) for entry in entries]
    firsts = [entry.declaration.extent.time[0] for entry in entries]
    lasts = [entry.declaration.extent.time[1] for entry in entries]
    last = None if None in lasts else max(day for day in lasts if day)
    union = [
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    ]
    return {
        "type": "Collection",
        "stac_version": STAC_VERSION,
        "stac_extensions": [],
        "id": source,
        "title": entries[0].source_title,
        "description": "; ".join(entry.declaration.title for entry in entries),
        "license": "other",
        "keywords": sorted({v.p02 for e in entries for v in e.declaration.variables if v.p02}),
        "extent": {
            "spatial": {"bbox": [union]},
            "temporal": {"interval": [[f"{min(firsts)}T00:00:00Z", last and f"{last}T23:59:59Z"]]},
        },
        "bluecloud:licences": sorted({entry.licence.name for entry in entries}),
        "bluecloud:records": number,
        "links": list(links),
    }


def _box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A box from -180 to 180; one that crosses the antimeridian goes all round."""
    west, south, east, north = box
    return (west, south, east, north) if west <= east <= 180 else (-180, south, 180, north)

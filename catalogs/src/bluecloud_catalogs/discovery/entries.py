"""An entry of the catalogue as a record, so that it is found beside what it reads."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, date, datetime, time

from ..tree import Entry
from .records import Record


def record_of_entry(entry: Entry) -> Record:
    """The collection that an entry reads from."""
    declared = entry.declaration
    variables, extent = declared.variables, declared.extent
    first, last = extent.time
    return Record(
        id=f"{entry.source}:entry/{entry.name}",
        source=entry.source,
        collection=entry.source_title,
        level="collection",
        title=declared.title,
        description=declared.description,
        p01=_each(variable.p01 for variable in variables),
        p02=_each(variable.p02 for variable in variables),
        cf=_each(variable.standard_name for variable in variables),
        native=_each(variable.native or variable.name for variable in variables),
        taxa=tuple(dict.fromkeys(v.aphia_id for v in variables if v.aphia_id)),
        bbox=_box(extent.bbox),
        time=(_moment(first, time.min), _moment(last, time.max) if last else None),
        depth=extent.depth,
        licence=entry.licence.name,
        citation=entry.citation,
        access="login" if entry.login == "required" else "open",
        entry=entry.name,
        request=declared.example,
    )


def _each(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _box(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """The box with longitudes from -180 to 180."""
    west, south, east, north = box
    if east - west >= 360:
        return -180.0, south, 180.0, north
    return _half(west), south, _half(east), north


def _half(longitude: float) -> float:
    return longitude - 360 if longitude > 180 else longitude


def _moment(day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, UTC)

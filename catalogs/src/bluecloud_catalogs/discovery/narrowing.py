"""From what was searched to what is read: an entry asked for the place and time that were wanted.

A record of an entry stands for all that the entry can read, and its own request is an example,
since most entries are too large to be read whole. Who searched a box and a period wants those.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import JsonValue

from ..catalogue import EntryReader
from ..errors import ParameterError
from ..tree import Entry
from .entries import record_of_entry
from .records import Record

if TYPE_CHECKING:
    from pathlib import Path

    from ..declarations import Tier
    from ..places import Ask, File

_Box = tuple[float, float, float, float]


@dataclass(frozen=True)
class Wish:
    """What was searched, as a reader is asked for it.

    Attributes
    ----------
    bbox
        West, south, east, north in degrees; west above east crosses the antimeridian.
    time
        First and last date, included; ``".."`` leaves a side open.
    depth
        Shallowest and deepest in metres, positive down.
    """

    bbox: _Box | None = None
    time: tuple[str, str] | None = None
    depth: tuple[float, float] | None = None


@dataclass(frozen=True)
class Narrowed:
    """The request that reads what was searched, and what of the search it cannot say.

    Attributes
    ----------
    request
        What the entry is asked for.
    beyond
        Of bbox, time and depth, those that the entry takes none of.
    refused
        Why what was searched is not read at once, and the example instead; else empty.
    """

    request: dict[str, JsonValue]
    beyond: tuple[str, ...] = ()
    refused: str = ""


def narrowed(entry: Entry, record: Record, wish: Wish) -> Narrowed:
    """What to ask an entry, so that it reads a record as far as that was searched.

    A record with a request of its own - a granule, a cruise, a float - is read by that: it is
    one thing, and read whole. Only the entry's own record takes box, period and depth, in the
    place of its example's, and of its example's platforms, which are elsewhere.
    """
    if record.id != record_of_entry(entry).id:
        return Narrowed(dict(record.request))
    taken = entry.declaration.parameters
    wanted = {
        "bbox": _within(wish.bbox, record.bbox),
        "time": _closed(wish.time, record),
        "depth": wish.depth,
    }
    searched: dict[str, JsonValue] = {
        name: list(value) for name, value in wanted.items() if value and name in taken
    }
    beyond = tuple(
        name
        for name, value in wanted.items()
        if value and name not in taken and not _is_inside(name, record, wish)
    )
    example = dict(record.request)
    if "bbox" in searched or "time" in searched:
        example.pop("platform", None)
    request = {**example, **searched}
    refused = _refusal(entry, request) if searched else ""
    if refused:
        return Narrowed(dict(record.request), beyond, refused)
    return Narrowed(request, beyond)


class _Asked(Exception):  # noqa: N818 - it is no error: the reader had nothing against the request
    """A reader asked its provider for something."""


class _Nobody:
    """A place that nothing is fetched from: to learn what a reader refuses before it asks."""

    tier: Tier = "live"

    def fetch(self, asks: Sequence[Ask | str]) -> list[File]:
        raise _Asked

    def first(self, asks: Sequence[Ask | str]) -> File:
        raise _Asked

    def keep(self, files: Sequence[File]) -> None:
        """Nothing came."""

    def folder(self) -> Path | None:
        raise _Asked


def _refusal(entry: Entry, request: dict[str, JsonValue]) -> str:
    """Why an entry is not asked so, such as that it is too much to be read at once."""
    reader, declared = entry.reader, entry.declaration
    try:
        asked = EntryReader(entry, "found")(**request)
        reader.read(
            _Nobody(),
            reader.options.model_validate(declared.options),
            asked.request,
            lazy=False,
        )
    except ParameterError as error:
        return str(error)
    except Exception:  # noqa: BLE001 - whatever it wants beside, it is the reading that will say so
        return ""
    return ""


def _within(searched: _Box | None, extent: _Box | None) -> _Box | None:
    """The part of the searched box that there are data of; all of it, if either goes round."""
    if searched is None or extent is None or searched[0] > searched[2] or extent[0] > extent[2]:
        return searched
    west, south = max(searched[0], extent[0]), max(searched[1], extent[1])
    east, north = min(searched[2], extent[2]), min(searched[3], extent[3])
    return (west, south, east, north) if west <= east and south <= north else searched


def _closed(searched: tuple[str, str] | None, record: Record) -> tuple[str, str] | None:
    """The period with a side that was left open where the record has it, or today.

    Most providers are asked for both, and a cell should read tomorrow what it reads today.
    """
    if searched is None:
        return None
    begun, ended = record.time or (None, None)
    sides = (begun, ended or datetime.now(UTC))
    first, last = (
        side.date().isoformat() if asked == ".." and side else asked
        for asked, side in zip(searched, sides, strict=True)
    )
    return first, last


def _is_inside(name: str, record: Record, wish: Wish) -> bool:
    """Whether all of the record is of what was searched, so that nothing is beyond.

    So is one of which that is not known: no search of it finds such a record.
    """
    if name == "bbox" and wish.bbox and record.bbox:
        return _within(wish.bbox, record.bbox) == record.bbox
    if name == "depth" and wish.depth and record.depth:
        return wish.depth[0] <= record.depth[0] and record.depth[1] <= wish.depth[1]
    if name == "time" and wish.time and record.time:
        first, last = (moment.date().isoformat() if moment else None for moment in record.time)
        begun = wish.time[0] == ".." or (first is not None and wish.time[0] <= first)
        ended = wish.time[1] == ".." or (last is not None and last <= _last_day(wish.time[1]))
        return begun and ended
    return True


def _last_day(date: str) -> str:
    """A year's, month's or day's last day, or one after it: good for comparing."""
    return date[:10] + "-99" * (2 - date[:10].count("-"))

"""The same cast, held by several infrastructures, as one.

A profile of a float is in Argo's archive, in SeaDataNet's list and in a product that was made
of both. Records of one platform that lie within a hundredth of a degree and two minutes of one
another, at one point and one moment, are taken for the same cast. Records without a platform's
code are nobody else's.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from .backend import Searchable
from .query import MOST, Query, checked
from .records import Record
from .words import words_of

NEAR_DEG = 0.01
NEAR = timedelta(minutes=2)
# The nearer to where the data come from, the better; sources that are not listed come between.
_ORDER = ("argogdac", "seadatanet", "icos", "cmems", "emodnet", "euroargo", "bluecloud")


def grouped(records: Sequence[Record], index: Searchable) -> list[tuple[Record, ...]]:
    """The records in groups of one cast each, in their order; the best of a group first.

    Others of the same cast are looked for in the whole index, so that a group is complete
    whatever page its records are on.
    """
    casts = [record for record in records if _cast(record)]
    everyone = {record.id: record for record in records}
    everyone |= {record.id: record for record in _near(casts, index)}
    by_platform: dict[str, list[Record]] = {}
    for record in everyone.values():
        if cast := _cast(record):
            by_platform.setdefault(cast[0], []).append(record)
    groups, taken = [], set()
    for record in records:
        if record.id in taken:
            continue
        cast = _cast(record)
        others = by_platform[cast[0]] if cast else []
        same = [each for each in others if each.id not in taken and is_same_cast(record, each)]
        group = sorted(same or [record], key=_worth)
        taken |= {each.id for each in group}
        groups.append(tuple(group))
    return groups


def is_same_cast(one: Record, other: Record) -> bool:
    """Whether two records are of one cast."""
    mine, theirs = _cast(one), _cast(other)
    if mine is None or theirs is None or mine[0] != theirs[0]:
        return False
    east = abs(mine[1] - theirs[1])
    return (
        min(east, 360 - east) <= NEAR_DEG
        and abs(mine[2] - theirs[2]) <= NEAR_DEG
        and abs(mine[3] - theirs[3]) <= NEAR
    )


def _near(casts: Sequence[Record], index: Searchable) -> Iterable[Record]:
    """What the index has of the platforms and days of these casts."""
    found: dict[str, Record] = {}
    for start in range(0, len(casts), 50):
        some = casts[start : start + 50]
        moments = [cast[3] for record in some if (cast := _cast(record))]
        if not moments:
            continue
        query: Query | None = checked(
            platforms=sorted({record.platform_code or "" for record in some}),
            time=[min(moments) - NEAR, max(moments) + NEAR],
            levels="granule",
            limit=MOST,
        )
        while query is not None:
            page = index.search(query)
            found |= {record.id: record for record in page.records}
            query = query.model_copy(update={"token": page.token}) if page.token else None
    return found.values()


def _cast(record: Record) -> tuple[str, float, float, datetime] | None:
    """Platform, longitude, latitude and moment of a record that is of one cast."""
    if not (record.platform_code and record.bbox and record.time and record.level == "granule"):
        return None
    west, south, east, north = record.bbox
    first, last = record.time
    if (west, south) != (east, north) or first is None or first != last:
        return None
    return "".join(words_of(record.platform_code)), west, south, first


def _worth(record: Record) -> tuple[int, str]:
    middle = _ORDER.index("emodnet")
    return (_ORDER.index(record.source) if record.source in _ORDER else middle, record.id)

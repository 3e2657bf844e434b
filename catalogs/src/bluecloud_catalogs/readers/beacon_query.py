"""A query of a Beacon node, built from typed values: columns by name, ranges, a limit.

Beacon takes SQL too. That is not used: a query of numbers, dates and names that the entry's
file declares has nothing in it that could become a command.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, Literal

Range = tuple[float, float]


def query(
    *,
    table: str,
    columns: Sequence[str],
    longitude: str,
    latitude: str,
    time: str,
    bbox: tuple[float, float, float, float],
    period: tuple[datetime | None, datetime | None],
    level: tuple[str, Range] | None,
    limit: int,
    output: Literal["parquet", "csv"],
) -> bytes:
    """The body of a query.

    Parameters
    ----------
    table, columns
        What to read, by the node's names.
    longitude, latitude, time
        The node's names of these columns.
    bbox, period
        As asked; over the antimeridian it becomes two ranges of longitude.
    level
        A column, of depth or pressure, and its range.
    limit
        How many rows at most.
    output
        The form of the answer.
    """
    west, south, east, north = bbox
    filters: list[dict[str, Any]] = [_between(latitude, south, north)]
    if east - west <= 360 - 1e-6:  # what is left out would be lost in the rounding
        west, east = ((side + 180) % 360 - 180 for side in (west, east))
        if bbox[2] in {180, -180} and east == -180:
            east = 180.0
        if west <= east:
            filters.append(_between(longitude, west, east))
        else:
            parts = [_between(longitude, west, 180.0), _between(longitude, -180.0, east)]
            filters.append({"or": parts})
    first, after = period
    if first is not None:
        filters.append({"column": time, "gt_eq": first.isoformat(timespec="seconds")})
    if after is not None:
        filters.append({"column": time, "lt": after.isoformat(timespec="seconds")})
    if level is not None:
        filters.append(_between(level[0], *level[1]))
    body = {
        "from": table,
        "select": [{"column": each, "alias": None} for each in dict.fromkeys(columns)],
        "filters": filters,
        "limit": limit,
        "output": {"format": output},
    }
    return json.dumps(body, sort_keys=True).encode()


def _between(column: str, low: float, high: float) -> dict[str, Any]:
    return {"column": column, "gt_eq": low, "lt_eq": high}

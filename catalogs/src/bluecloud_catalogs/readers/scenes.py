"""Scenes of satellites as a table with footprints: what is asked of every archive, and what comes.

Archives answer with what touches a box, and not all of them know every filter; so each scene
is checked again against what was asked. How many there are is known before they are all
fetched, and more than ``most`` is refused with the number, never cut off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import Field

from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from . import boxes
from .asked import Asked, Box, Period, during

if TYPE_CHECKING:
    import geopandas as gpd

COLUMNS = (
    "id", "name", "collection", "start", "end", "published", "size_bytes", "cloud_cover",
    "platform", "online", "address",
)  # fmt: skip
_TIMES = ("start", "end", "published")


class SceneRequest(Asked):
    """Which scenes: all that touch the box in the period, and are clear enough.

    ``cloud_below`` is in per cent; scenes of which it is not known do not count as clear.
    """

    bbox: Box = None
    time: Period = None
    cloud_below: Annotated[float, Field(ge=0, le=100, strict=False)] | None = None
    most: Annotated[int, Field(ge=1, le=10_000)] = 1000


def check(request: SceneRequest) -> None:
    """Refuse what would ask for a whole archive.

    Raises
    ------
    ParameterError
        If neither box nor period is given.
    """
    if request.bbox is None or request.time is None:
        raise ParameterError("which scenes? Give bbox and time: an archive has millions")


def check_total(total: int, request: SceneRequest) -> None:
    """Refuse more than was asked for at most, with the number.

    Raises
    ------
    RequestTooLarge
        If there are more.
    """
    if total > request.most:
        raise RequestTooLarge(
            f"{total} scenes are there and {request.most} are read at most: ask for a smaller "
            "bbox or a shorter time, or for more with most (up to 10000)"
        )


def table(rows: Sequence[Mapping[str, Any]], request: SceneRequest) -> gpd.GeoDataFrame:
    """Rows with ``COLUMNS`` and a GeoJSON ``geometry`` as a table of what was asked for.

    Raises
    ------
    MalformedAnswer
        If a geometry is none, or a scene came twice: then another did not come.
    """
    import geopandas as gpd
    import pandas as pd
    from shapely.errors import GEOSException
    from shapely.geometry import box, shape

    names = [row["id"] for row in rows]
    twice = sorted({name for name in names if names.count(name) > 1}) if len(names) < 20_000 else []
    if twice:
        raise MalformedAnswer(f"{twice[0]} came twice, so that another scene did not come")
    try:
        shapes = [shape(row["geometry"]) if row["geometry"] else None for row in rows]
    except (GEOSException, KeyError, TypeError, ValueError, AttributeError) as error:
        raise MalformedAnswer(f"a scene's footprint is no GeoJSON geometry: {error}") from error
    columns = {name: [row.get(name) for row in rows] for name in COLUMNS}
    found = gpd.GeoDataFrame(columns, geometry=gpd.GeoSeries(shapes, crs=4326))
    for name in _TIMES:
        try:
            moments = pd.to_datetime(found[name], utc=True, format="ISO8601")
        except (ValueError, TypeError) as error:
            raise MalformedAnswer(f"{name}: {error}") from error
        found[name] = moments.dt.tz_localize(None).astype("datetime64[ns]")
    for name in ("size_bytes", "cloud_cover"):
        found[name] = pd.to_numeric(found[name], errors="coerce")
    wanted = pd.Series(data=True, index=found.index)
    if request.bbox is not None:
        touched = [found.geometry.intersects(box(*part)) for part in boxes.parts(request.bbox)]
        wanted &= pd.concat(touched, axis=1).any(axis=1) if len(found) else wanted
    if request.time is not None and len(found):
        first, after = request.time
        # A scene that began before and ended within the period is in it.
        wanted &= during((first, None), found["end"].fillna(found["start"]).to_numpy())
        wanted &= during((None, after), found["start"].to_numpy())
    if request.cloud_below is not None:
        wanted &= found["cloud_cover"] <= request.cloud_below
    return found[wanted].reset_index(drop=True)


def moments(request: SceneRequest) -> tuple[str | None, str | None]:
    """The period as archives write it: the first moment, and the first after it."""
    first, after = request.time or (None, None)
    return (stamp(first) if first else None), (stamp(after) if after else None)


def stamp(moment: datetime) -> str:
    """A moment in UTC with milliseconds."""
    told = moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)
    return told.isoformat(timespec="milliseconds").replace("+00:00", "Z")

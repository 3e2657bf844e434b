"""Depths of the sea floor at points and along lines, by EMODnet Bathymetry's REST service.

The service gives elevations, negative below the sea's surface; here a depth is positive down.
204 says that it has nothing at a place: a depth that is not known, and no fault.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BaseModel, BeforeValidator, ConfigDict, WithJsonSchema

from ..answers import as_json
from ..declarations import Line
from ..errors import MalformedAnswer, ParameterError
from ..places import Ask, with_query
from .asked import Asked
from .base import Reading, SourceReader

if TYPE_CHECKING:
    from ..places import File, Place

_MOST_POINTS = 100
_NOTHING_THERE = 204
_KEPT = {
    "min": "deepest",
    "max": "shallowest",
    "stdev": "depth_stdev",
    "smoothed": "depth_smoothed",
}


def _positions(value: object) -> tuple[tuple[float, float], ...] | None:
    """Pairs of longitude and latitude, or one of them."""
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise ValueError("must be pairs of longitude and latitude")
    given: list[Any] = list(value)
    if len(given) == 2 and all(isinstance(each, int | float) for each in given):
        given = [given]
    pairs = []
    for each in given:
        if isinstance(each, str) or not hasattr(each, "__iter__"):
            raise ValueError("must be pairs of longitude and latitude")
        pair = list(each)
        if len(pair) != 2 or any(
            isinstance(side, bool) or not isinstance(side, int | float) for side in pair
        ):
            raise ValueError(f"must be pairs of longitude and latitude, and {pair} is none")
        longitude, latitude = float(pair[0]), float(pair[1])
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise ValueError(
                f"must lie in -180..180 and -90..90, and {longitude}, {latitude} is not"
            )
        pairs.append((longitude, latitude))
    if not 1 <= len(pairs) <= _MOST_POINTS:
        raise ValueError(f"must be 1 to {_MOST_POINTS} positions, and {len(pairs)} are given")
    return tuple(pairs)


Positions: TypeAlias = Annotated[
    tuple[tuple[float, float], ...] | None,
    BeforeValidator(_positions),
    WithJsonSchema({"type": "array", "title": "Pairs of longitude and latitude"}),
]


class DepthOptions(BaseModel):
    """The service of the source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Line | None = None


class DepthRequest(Asked):
    """Where: at points, or along a line that goes through positions; one of both."""

    points: Positions = None
    line: Positions = None


class EmodnetDepth(SourceReader):
    """Reads depths as a table, a row a position."""

    protocol = "EMODnet Bathymetry REST"
    makes = "pandas:DataFrame"
    options = DepthOptions
    request = DepthRequest

    def read(
        self, place: Place, options: DepthOptions, request: DepthRequest, *, lazy: bool
    ) -> Reading:
        """Read the depths asked for; ``count`` is how many are known."""
        import pandas as pd

        if (request.points is None) == (request.line is None):
            raise ParameterError("where? Give points, or a line, and not both")
        if request.line is not None and len(request.line) < 2:
            raise ParameterError("a line goes through two positions or more")
        if request.points is not None:
            files = place.fetch([_sample(options, point) for point in request.points])
            rows = [_row(point, file) for point, file in zip(request.points, files, strict=True)]
        else:
            files = place.fetch([_profile(options, request.line or ())])
            rows = _along(request.line or (), files[0])
        names = ["longitude", "latitude", "depth", *_KEPT.values()]
        table = pd.DataFrame(rows, columns=names).astype("float64")
        known = int(table["depth"].notna().sum())
        return Reading(table, count=known, files=files)


def _sample(options: DepthOptions, point: tuple[float, float]) -> Ask:
    longitude, latitude = point
    path = with_query("depth_sample", {"geom": f"POINT({longitude!r} {latitude!r})"}, safe="()")
    return Ask(
        path,
        options.service,
        statuses=frozenset({200, _NOTHING_THERE}),
        sample=f"depth_sample/{longitude:g}_{latitude:g}.json",
    )


def _profile(options: DepthOptions, line: tuple[tuple[float, float], ...]) -> Ask:
    corners = ",".join(f"{longitude!r} {latitude!r}" for longitude, latitude in line)
    path = with_query("depth_profile", {"geom": f"LINESTRING({corners})"}, safe="(),")
    return Ask(
        path,
        options.service,
        statuses=frozenset({200, _NOTHING_THERE}),
        sample="depth_profile.json",
    )


def _row(point: tuple[float, float], file: File) -> dict[str, float]:
    row = {"longitude": point[0], "latitude": point[1]}
    if not file.content:  # 204, also where a snapshot has it
        return row
    told = as_json(file)
    if not isinstance(told, dict) or "avg" not in told:
        raise MalformedAnswer(f"{file.path}: it says nothing of a depth: {str(told)[:80]}")
    row["depth"] = _depth(told["avg"], file)
    for native, name in _KEPT.items():
        value = _depth(told.get(native), file)
        row[name] = -value if native == "stdev" else value
    return row


def _along(line: tuple[tuple[float, float], ...], file: File) -> list[dict[str, float]]:
    """Depths at equal distances along a line, in degrees, from its first to its last position."""
    import numpy as np

    if not file.content:
        return []
    told = as_json(file)
    if not isinstance(told, list):
        raise MalformedAnswer(f"{file.path}: it is no list of depths: {str(told)[:80]}")
    corners = np.array(line)
    lengths = np.hypot(*np.diff(corners, axis=0).T)
    here = np.concatenate([[0], np.cumsum(lengths)])
    wanted = np.linspace(0, here[-1], len(told))
    return [
        {
            "longitude": float(np.interp(at, here, corners[:, 0])),
            "latitude": float(np.interp(at, here, corners[:, 1])),
            "depth": _depth(value, file),
        }
        for at, value in zip(wanted, told, strict=True)
    ]


def _depth(elevation: object, file: File) -> float:
    """The depth below the surface; what is not known is NaN."""
    if elevation is None:
        return math.nan
    if isinstance(elevation, bool) or not isinstance(elevation, int | float):
        raise MalformedAnswer(f"{file.path}: {elevation!r} is no elevation")
    return -float(elevation)

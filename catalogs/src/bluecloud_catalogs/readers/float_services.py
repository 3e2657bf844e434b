"""Euro-Argo's services about floats: their state, technical data and track, and deployments.

The answers name owners and the numbers of satellite telephones. What is about persons or lets
a float be called is not handed on: only fields that are listed here are, and the answer itself
is not kept. Tracks come in no order, and are put in that of the cycles.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict

from ..answers import as_json
from ..declarations import Line
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from . import boxes
from .asked import Asked, Box, Period, Platforms, during, inside
from .base import Reading, SourceReader

if TYPE_CHECKING:
    import geopandas as gpd

    from ..places import File, Place

_MOST_FLOATS = 50
_PRIVATE = re.compile(r"IMEI|OWNER|SERIAL|PHONE|EMAIL|PI_NAME|CONTACT", re.IGNORECASE)
# By column: the way to it, and what it must be.
_STATE: Mapping[str, tuple[tuple[str, ...], type]] = {
    "platform_name": (("platform", "name"), str),
    "platform_type": (("platform", "type"), str),
    "battery_level": (("battery", "level"), float),
    "battery_status": (("battery", "status"), str),
    "last_cycle": (("lastCycleBasicInfo", "numCycle"), int),
    "last_date": (("lastCycleBasicInfo", "date"), str),
    "latitude": (("lastCycleBasicInfo", "lat"), float),
    "longitude": (("lastCycleBasicInfo", "lon"), float),
}


class FloatOptions(BaseModel):
    """The service of the source."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Line | None = None


class FloatRequest(Asked):
    """Which floats, by their WMO numbers."""

    platform: Platforms = None


class FloatState(SourceReader):
    """Reads the state of floats from Euro-Argo's fleet monitoring: a row a float."""

    protocol = "Euro-Argo fleet monitoring"
    makes = "geopandas:GeoDataFrame"
    options = FloatOptions
    request = FloatRequest

    def read(
        self, place: Place, options: FloatOptions, request: FloatRequest, *, lazy: bool
    ) -> Reading:
        """Read the floats asked for."""
        import geopandas as gpd
        import pandas as pd

        files = place.fetch(_asks("floats", options, request))
        rows = []
        for platform, file in zip(request.platform or (), files, strict=True):
            told = as_json(file)
            if not isinstance(told, dict) or str(told.get("wmo")) != str(platform):
                raise MalformedAnswer(f"{file.path}: it is not about float {platform}")
            rows.append({"platform": platform, **_state(told)})
        table = pd.DataFrame(rows, columns=["platform", *_STATE, "networks", "projects"])
        table["last_date"] = pd.to_datetime(table["last_date"], utc=True).dt.tz_localize(None)
        shapes = gpd.points_from_xy(table["longitude"], table["latitude"])
        data = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")
        return Reading(data, count=len(data), files=[_not_kept(file) for file in files])


class FloatTechnical(SourceReader):
    """Reads the technical data that floats sent: a row a parameter and cycle."""

    protocol = "Euro-Argo fleet monitoring"
    makes = "pandas:DataFrame"
    options = FloatOptions
    request = FloatRequest

    def read(
        self, place: Place, options: FloatOptions, request: FloatRequest, *, lazy: bool
    ) -> Reading:
        """Read the floats asked for."""
        import pandas as pd

        files = place.fetch(_asks("technical-data", options, request))
        rows = []
        for platform, file in zip(request.platform or (), files, strict=True):
            told = as_json(file)
            try:
                if str(told["platformCode"]) != str(platform):
                    raise MalformedAnswer(f"{file.path}: it is about {told['platformCode']}")
                rows += [
                    {
                        "platform": platform,
                        "cycle": int(value["cycleNumber"]),
                        "parameter": str(content["argoCode"]),
                        "value": str(value["value"]),
                        "units": str(content.get("unit") or ""),
                        "is_alert": bool(value.get("alert")),
                    }
                    for content in told["technicalDataContents"]
                    if not _PRIVATE.search(str(content["argoCode"]))
                    for value in content["technicalDataValues"]
                ]
            except (KeyError, TypeError, ValueError) as error:
                raise MalformedAnswer(f"{file.path}: technical data lack {error}") from error
        names = ["platform", "cycle", "parameter", "value", "units", "is_alert"]
        table = pd.DataFrame(rows, columns=names)
        return Reading(table, count=len(table), files=[_not_kept(file) for file in files])


class FloatTrajectory(SourceReader):
    """Reads the track of floats from Euro-Argo's data selection: a row a cycle."""

    protocol = "Euro-Argo data selection"
    makes = "geopandas:GeoDataFrame"
    options = FloatOptions
    request = FloatRequest

    def read(
        self, place: Place, options: FloatOptions, request: FloatRequest, *, lazy: bool
    ) -> Reading:
        """Read the tracks asked for."""
        import geopandas as gpd
        import pandas as pd

        files = place.fetch(_asks("trajectory", options, request))
        rows = []
        for platform, file in zip(request.platform or (), files, strict=True):
            told = as_json(file)
            try:
                rows += [
                    {
                        "platform": platform,
                        "cycle": int(each["cvNumber"]),
                        "longitude": float(each["coordinate"]["lon"]),
                        "latitude": float(each["coordinate"]["lat"]),
                    }
                    for each in told
                ]
            except (KeyError, TypeError, ValueError) as error:
                raise MalformedAnswer(f"{file.path}: a position lacks {error}") from error
        table = pd.DataFrame(rows, columns=["platform", "cycle", "longitude", "latitude"])
        table = table.sort_values(["platform", "cycle"], kind="stable", ignore_index=True)
        shapes = gpd.points_from_xy(table["longitude"], table["latitude"])
        data = gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")
        return Reading(data, count=len(data), files=files)


class DeploymentsRequest(Asked):
    """Which deployments: where and when floats were put into the sea."""

    bbox: Box = None
    time: Period = None


class FloatDeployments(SourceReader):
    """Reads deployments of Argo floats from OceanOPS: a row a float."""

    protocol = "OceanOPS API"
    makes = "geopandas:GeoDataFrame"
    options = FloatOptions
    request = DeploymentsRequest

    def read(
        self, place: Place, options: FloatOptions, request: DeploymentsRequest, *, lazy: bool
    ) -> Reading:
        """Read the deployments asked for."""
        if request.bbox is None or request.time is None or None in request.time:
            raise ParameterError("which deployments? Give bbox, and time with both its ends")
        asks = [
            Ask(_platforms(part, request), options.service, sample="data/platform.json")
            for part in boxes.parts(request.bbox)
        ]
        files = place.fetch(asks)
        rows: dict[str, dict[str, Any]] = {}
        for file in files:
            for row in _deployments(file):
                rows.setdefault(row["platform"], row)
        table = _deployed(list(rows.values()))
        chosen = inside(request.bbox, table["longitude"].to_numpy(), table["latitude"].to_numpy())
        chosen &= during(request.time, table["deployed"].to_numpy("datetime64[ns]"))
        data = table[chosen].reset_index(drop=True)
        return Reading(data, count=len(data), files=files)


_INCLUDED = (
    "ref", "ptfDepl.lat", "ptfDepl.lon", "ptfDepl.deplDate", "ptfStatus.name",
    "program.nameShort", "program.country.nameShort", "ptfModel.nameShort",
)  # fmt: skip


def _platforms(part: boxes.Part, request: DeploymentsRequest) -> str:
    """The request of one box: an expression with its values beside it."""
    first, after = request.time or (None, None)
    sides = ("lon>=", "lon<=", "lat>=", "lat<=", "deplDate>=", "deplDate<=")
    conditions = [f"ptfDepl.{side}$var{number}" for number, side in enumerate(sides, start=1)]
    expression = " and ".join(["networkPtfs.network.name='Argo'", *conditions])
    west, south, east, north = part
    moments = [moment.isoformat(" ", "seconds") for moment in (first, after) if moment]
    exp = [expression, west, east, south, north, *moments]
    return with_query("data/platform", {"exp": json.dumps(exp), "include": json.dumps(_INCLUDED)})


def _deployments(file: File) -> list[dict[str, Any]]:
    told = as_json(file)
    try:
        total, data = int(told["total"]), told["data"]
        if len(data) != total:
            raise MalformedAnswer(f"{file.path}: {total} were announced, and {len(data)} came")
        return [
            {
                "platform": str(each["ref"]),
                "deployed": each["ptfDepl"]["deplDate"],
                "latitude": each["ptfDepl"]["lat"],
                "longitude": each["ptfDepl"]["lon"],
                "status": (each.get("ptfStatus") or {}).get("name"),
                "program": (each.get("program") or {}).get("nameShort"),
                "country": ((each.get("program") or {}).get("country") or {}).get("nameShort"),
                "model": (each.get("ptfModel") or {}).get("nameShort"),
            }
            for each in data
        ]
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"{file.path}: a deployment lacks {error}") from error


def _deployed(rows: list[dict[str, Any]]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd

    names = [
        "platform",
        "deployed",
        "latitude",
        "longitude",
        "status",
        "program",
        "country",
        "model",
    ]
    table = pd.DataFrame(rows, columns=names)
    table["deployed"] = pd.to_datetime(table["deployed"], format="ISO8601")
    for name in ("latitude", "longitude"):
        table[name] = pd.to_numeric(table[name]).astype("float64")
    shapes = gpd.points_from_xy(table["longitude"], table["latitude"])
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")


def _asks(path: str, options: FloatOptions, request: FloatRequest) -> list[Ask]:
    if request.platform is None:
        raise ParameterError("which floats? Give platform, their WMO numbers")
    if len(request.platform) > _MOST_FLOATS:
        raise RequestTooLarge(
            f"{len(request.platform)} floats are asked for at once, {_MOST_FLOATS} are allowed"
        )
    return [
        Ask(f"{path}/{platform}", options.service, sample=f"{path}/{platform}.json")
        for platform in request.platform
    ]


def _state(told: dict[str, Any]) -> dict[str, Any]:
    """The fields of a float that are listed, and no others."""
    row: dict[str, Any] = {}
    for column, (way, kind) in _STATE.items():
        value: Any = told
        for name in way:
            value = value.get(name) if isinstance(value, dict) else None
        row[column] = kind(value) if value is not None else None
    for name in ("networks", "projects"):
        row[name] = ", ".join(str(each) for each in told.get(name) or ())
    return row


def _not_kept(file: File) -> File:
    """The file as one that no snapshot is made of."""
    return replace(file, key="")

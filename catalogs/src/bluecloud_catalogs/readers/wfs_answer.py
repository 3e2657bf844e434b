"""What a Web Feature Service answers, in GeoJSON, GML or CSV, as a table with geometries."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..answers import as_json, as_text, as_xml
from ..errors import MalformedAnswer
from . import gml
from .ogc import WGS84_PLAIN, WGS84_URN, sound

if TYPE_CHECKING:
    import geopandas as gpd
    from lxml.etree import _Element

    from ..places import File
    from .wfs_query import WfsOptions


@dataclass(frozen=True)
class Answered:
    """One answer: its features, their identifiers where they have some, and the number of all.

    ``total`` is how many there are beyond this page too; None where the service does not say.
    """

    table: gpd.GeoDataFrame
    ids: Sequence[str]
    total: int | None


def answered(file: File, options: WfsOptions) -> Answered:
    """The features of an answer.

    Raises
    ------
    MalformedAnswer
        If it is not what was asked for, or not whole.
    RequestRefused
        If it is an exception report.
    """
    sound(file)
    if options.output == "json":
        return _from_json(file, options)
    if options.output == "csv":
        return _from_csv(file, options)
    return _from_gml(file, options)


def announced_hits(file: File) -> int:
    """How many features there are, from the answer to ``resultType=hits``.

    Raises
    ------
    MalformedAnswer
        If it does not say.
    """
    root = as_xml(sound(file))
    found = _number(root, "numberMatched")
    if found is None:
        found = _number(root, "numberOfFeatures")
    if found is None:
        raise MalformedAnswer(f"{file.path}: it does not say how many features there are")
    return found


def _number(root: _Element, name: str) -> int | None:
    told = root.get(name, "")
    return int(told) if told.isdecimal() else None


def _check_returned(file: File, told: object, came: int) -> None:
    if isinstance(told, int) and told != came:
        raise MalformedAnswer(f"{file.path}: it says it has {told} features, and has {came}")


def _from_json(file: File, options: WfsOptions) -> Answered:
    import shapely

    told = as_json(file)
    if not isinstance(told, dict) or told.get("type") != "FeatureCollection":
        raise MalformedAnswer(f"{file.path}: it is no GeoJSON FeatureCollection")
    rows, shapes, ids = [], [], []
    try:
        for each in told["features"]:
            rows.append(dict(each["properties"] or {}))
            found = each.get("geometry")
            shapes.append(shapely.from_geojson(json.dumps(found)) if found else None)
            if each.get("id") is not None:
                ids.append(str(each["id"]))
    except (KeyError, TypeError, ValueError, shapely.errors.GEOSException) as error:
        raise MalformedAnswer(f"{file.path}: a feature is none of GeoJSON's: {error}") from error
    total = told.get("numberMatched", told.get("totalFeatures"))
    if isinstance(total, str):
        total = int(total) if total.isdecimal() else None
    returned = told.get("numberReturned")
    if isinstance(returned, int) and returned != len(rows):
        raise MalformedAnswer(
            f"{file.path}: it says it has {returned} features, and has {len(rows)}"
        )
    return Answered(_table(file, rows, shapes, options), ids, total)


def _from_gml(file: File, options: WfsOptions) -> Answered:
    root = as_xml(file)
    if not str(root.tag).endswith("}FeatureCollection"):
        raise MalformedAnswer(f"{file.path}: it is no feature collection, but {root.tag}")
    default = WGS84_PLAIN if options.version == "1.0.0" else WGS84_URN
    found = list(gml.features(root, default_crs=default))
    returned = _number(root, "numberReturned")
    if returned is None:
        returned = _number(root, "numberOfFeatures")
    _check_returned(file, returned, len(found))
    rows = [each.properties for each in found]
    ids = [each.id for each in found if each.id]
    table = _table(file, rows, [each.geometry for each in found], options)
    return Answered(table, ids, _number(root, "numberMatched"))


def _from_csv(file: File, options: WfsOptions) -> Answered:
    import shapely

    lines = csv.reader(io.StringIO(as_text(file)), strict=True)
    try:
        header = next(lines, [])
        rows = [dict(zip(header, line, strict=True)) for line in lines]
    except (csv.Error, ValueError) as error:
        raise MalformedAnswer(f"{file.path}: a line is not as long as the header") from error
    if options.position is None or not set(options.position) <= set(header):
        wanted = ", ".join(options.position or ("none declared",))
        raise MalformedAnswer(
            f"{file.path}: no columns of position ({wanted}): there are {', '.join(header)}"
        )
    east, north = options.position
    try:
        shapes = [
            shapely.Point(float(row[east]), float(row[north])) if row[east] and row[north] else None
            for row in rows
        ]
    except ValueError as error:
        raise MalformedAnswer(f"{file.path}: a position is no number: {error}") from error
    ids = [row["FID"] for row in rows if row.get("FID")]
    named: list[Mapping[str, Any]] = [
        {name: value or None for name, value in row.items() if name != "FID"} for row in rows
    ]
    return Answered(_table(file, named, shapes, options, header), ids, None)


def _table(
    file: File,
    rows: Sequence[Mapping[str, Any]],
    shapes: Sequence[Any],
    options: WfsOptions,
    header: Sequence[str] = (),
) -> gpd.GeoDataFrame:
    """Rows and shapes as a table in WGS 84, its declared numbers and dates as such."""
    import geopandas as gpd
    import pandas as pd

    names = list(dict.fromkeys(name for row in rows for name in row))
    declared = [*options.columns, *options.numbers, *options.dates]
    if rows:
        absent = [name for name in dict.fromkeys(declared) if name not in names]
        if absent:
            raise MalformedAnswer(
                f"{file.path}: the layer has no {', '.join(absent)}: it has {', '.join(names)}"
            )
    else:
        names = list(
            dict.fromkeys([*(name for name in header if name != "FID"), *declared, *options.match])
        )
    table = pd.DataFrame(list(rows), columns=names)
    try:
        for name in options.numbers:
            table[name] = pd.to_numeric(table[name]).astype("float64")
        for name in options.dates:
            moments = pd.to_datetime(table[name], utc=True, format="ISO8601")
            table[name] = moments.dt.tz_localize(None).astype("datetime64[ns]")
    except (ValueError, TypeError) as error:
        raise MalformedAnswer(f"{file.path}: {name}: {error}") from error
    return gpd.GeoDataFrame(table, geometry=list(shapes), crs="EPSG:4326")

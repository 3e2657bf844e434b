"""Features and geometries of GML, versions 2 to 3.2, with longitude first whatever was sent.

What a geometry's numbers mean is said by the reference system it names, not by the version of
the service; the innermost that is named counts. But for ``EPSG:4326``, which MapServer names
whichever order was asked for: there it is the order of what was asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..errors import MalformedAnswer
from .ogc import latitude_first

if TYPE_CHECKING:
    from lxml.etree import _Element

_GML = ("http://www.opengis.net/gml/3.2", "http://www.opengis.net/gml")
_XSI_NIL = "{http://www.w3.org/2001/XMLSchema-instance}nil"
_MEMBERS = {"member", "featureMember", "featureMembers"}
_MANY = {
    "MultiPoint": "MultiPoint",
    "MultiCurve": "MultiLineString",
    "MultiLineString": "MultiLineString",
    "MultiSurface": "MultiPolygon",
    "MultiPolygon": "MultiPolygon",
    "MultiGeometry": "GeometryCollection",
}


@dataclass(frozen=True)
class Feature:
    """A feature: its identifier, its properties as text, its geometry in longitude, latitude."""

    id: str | None
    properties: dict[str, str | None]
    geometry: Any  # shapely's, or none


def features(collection: _Element, *, default_crs: str) -> Iterator[Feature]:
    """The features of a collection, in its order.

    Parameters
    ----------
    collection
        The root of the answer.
    default_crs
        The reference system that was asked for, which geometries are in for which none is named.

    Raises
    ------
    MalformedAnswer
        If a geometry cannot be understood.
    """
    for member in collection:
        if _local(member) in _MEMBERS:
            for element in member:
                yield _feature(element, default_crs)


def _feature(element: _Element, crs: str) -> Feature:
    found = None
    properties: dict[str, str | None] = {}
    for child in element:
        name = _local(child)
        if not name or (name == "boundedBy" and _space(child) in _GML):
            continue
        inner = next((each for each in child if _space(each) in _GML), None)
        if inner is not None:
            found = geometry(inner, crs)
        elif child.get(_XSI_NIL) == "true":
            properties[name] = None
        else:
            properties[name] = child.text or ""
    ids = [element.get(f"{{{space}}}id") for space in _GML]
    return Feature(next(filter(None, ids), element.get("fid")), properties, found)


def geometry(element: _Element, crs: str) -> Any:
    """The shapely geometry of a GML element.

    Raises
    ------
    MalformedAnswer
        If it is of another kind, or its numbers are not pairs.
    """
    import shapely

    crs = _named(element, crs)
    kind = _local(element)
    try:
        if kind == "Point":
            return shapely.Point(*_positions(element, crs))
        if kind in {"LineString", "LinearRing", "LineStringSegment"}:
            return shapely.LineString(_positions(element, crs))
        if kind == "Curve":
            pieces = [geometry(each, crs) for part in element for each in part]
            return shapely.LineString([pair for piece in pieces for pair in piece.coords])
        if kind in {"Polygon", "PolygonPatch"}:
            return _polygon(element, crs)
        if kind == "Surface":
            patches = [geometry(each, crs) for part in element for each in part]
            return patches[0] if len(patches) == 1 else shapely.MultiPolygon(patches)
        if kind in _MANY:
            several = [geometry(each, crs) for part in element for each in part if _local(each)]
            flat = [each for one in several for each in getattr(one, "geoms", (one,))]
            return getattr(shapely, _MANY[kind])(flat)
    except (TypeError, ValueError, IndexError, shapely.errors.GEOSException) as error:
        raise MalformedAnswer(f"a GML {kind} cannot be read: {error}") from error
    raise MalformedAnswer(f"a geometry is a GML {kind}, which is not read")


def _named(element: _Element, crs: str) -> str:
    """The reference system of an element within one of another."""
    named = element.get("srsName")
    if not named:
        return crs
    if named.startswith("EPSG:"):
        latitude_first(named)  # it is one that is known, and says nothing of the order
        return crs
    return named


def _polygon(element: _Element, crs: str) -> Any:
    import shapely

    outer, holes = None, []
    for border in element:
        for ring in border:
            if _local(border) in {"exterior", "outerBoundaryIs"}:
                outer = _positions(ring, _named(ring, crs))
            elif _local(border) in {"interior", "innerBoundaryIs"}:
                holes.append(_positions(ring, _named(ring, crs)))
    if outer is None:
        raise ValueError("it has no border")
    return shapely.Polygon(outer, holes)


def _positions(element: _Element, crs: str) -> list[tuple[float, float]]:
    """Longitudes and latitudes of an element with ``pos``, ``posList`` or ``coordinates``."""
    numbers: list[float] = []
    size = int(element.get("srsDimension") or 2)
    for child in element:
        size = int(child.get("srsDimension") or size)
        if _local(child) in {"pos", "posList"}:
            numbers += [float(each) for each in (child.text or "").split()]
        elif _local(child) == "coordinates":
            comma, space = child.get("cs") or ",", child.get("ts") or " "
            tuples = [each for each in (child.text or "").replace("\n", " ").split(space) if each]
            size = len(tuples[0].split(comma)) if tuples else size
            numbers += [float(number) for each in tuples for number in each.split(comma)]
    if not numbers or len(numbers) % size or size not in (2, 3):
        raise ValueError(f"{len(numbers)} numbers are no positions of {size} axes")
    pairs = list(zip(numbers[::size], numbers[1::size], strict=True))
    if latitude_first(crs):
        pairs = [(longitude, latitude) for latitude, longitude in pairs]
    if any(abs(latitude) > 90 or abs(longitude) > 360 for longitude, latitude in pairs):
        raise ValueError(f"its positions are not on the Earth in {crs}")
    return pairs


def _local(element: _Element) -> str:
    """The name without its namespace; nothing for a comment."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _space(element: _Element) -> str:
    if not isinstance(element.tag, str):
        return ""
    return element.tag[1:].partition("}")[0] if element.tag.startswith("{") else ""

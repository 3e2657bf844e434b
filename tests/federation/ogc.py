"""OGC services emulated: they compute their answers from real features, grids and records.

Their forms are those recorded of GeoServer and GeoNetwork: the order of axes by version, counts
where each version has them, exception reports with status 200.
"""

from __future__ import annotations

import json
import re
import runpy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

import numpy as np
import shapely
from lxml import etree

from tests.federation.server import Kind, Reply, Request

_MAKER = Path(__file__).resolve().parents[2] / "catalogs" / "samples" / "make_emodnet.py"
GEOTIFF = runpy.run_path(str(_MAKER))["geotiff"]
_CQL = re.compile(r"^\s*(\w+)\s*(=|>)\s*'?([^']*?)'?\s*$")
_URN = "urn:ogc:def:crs:EPSG::4326"


def report(text: str, status: int = 200) -> Reply:
    """An exception report, as GeoServer sends it: with 200 as often as not."""
    body = (
        '<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" '
        'version="2.0.0"><ows:Exception exceptionCode="InvalidParameterValue"><ows:ExceptionText>'
        f"{escape(text)}</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
    )
    return Reply(body.encode(), status, "application/xml")


@dataclass
class Wfs:
    """Layers of GeoJSON features, by their names with and without their prefix."""

    layers: Mapping[str, list[dict[str, Any]]]
    namespace: str
    documents: Mapping[str, bytes] = field(default_factory=dict)  # recorded, by request and layer
    kind: Kind = "derived"

    def answer(self, request: Request) -> Reply | None:
        """The answer to a request with its parameters in any case."""
        query = {name.lower(): value for name, value in request.query.items()}
        asked = query.get("request", "").lower()
        layer = (query.get("typenames") or query.get("typename", "")).rpartition(":")[2]
        if asked in {"getcapabilities", "describefeaturetype"}:
            found = self.documents.get(f"{asked} {layer}".strip())
            return Reply(found, content_type="text/xml") if found else None
        if asked != "getfeature":
            return report(f"request {asked} is unknown")
        if layer not in self.layers:
            return report(f"Feature type {layer} unknown", 400)
        chosen = [each for each in self.layers[layer] if _is_chosen(each, query)]
        total = len(chosen)
        start = int(query.get("startindex", 0))
        most = int(query.get("count") or query.get("maxfeatures") or total)
        page = chosen[start : start + most]
        if query.get("resulttype") == "hits":
            page = []
        if "json" in query.get("outputformat", ""):
            told = {
                "type": "FeatureCollection",
                "features": page,
                "totalFeatures": total,
                "numberMatched": total,
                "numberReturned": len(page),
                "crs": {"type": "name", "properties": {"name": _URN}},
            }
            return Reply(json.dumps(told).encode(), content_type="application/json")
        return Reply(self._gml(layer, page, total, query), content_type="text/xml")

    def _gml(
        self, layer: str, page: list[dict[str, Any]], total: int, query: Mapping[str, str]
    ) -> bytes:
        version = query.get("version", "2.0.0")
        new, old = version == "2.0.0", version == "1.0.0"
        wfs = "http://www.opengis.net/wfs/2.0" if new else "http://www.opengis.net/wfs"
        gml = "http://www.opengis.net/gml/3.2" if new else "http://www.opengis.net/gml"
        counted = f'numberMatched="{total}" numberReturned="{len(page)}"'
        if not new:
            number = total if query.get("resulttype") == "hits" else len(page)
            counted = "" if old else f'numberOfFeatures="{number}"'
        name = "wfs:member" if new else "gml:featureMember"
        members = "".join(
            f'<{name}><b:{layer} gml:id="{each["id"]}">{_properties(each)}'
            f"<b:the_geom>{_geometry(each, version)}</b:the_geom></b:{layer}></{name}>"
            for each in page
        )
        return (
            f'<?xml version="1.0"?><wfs:FeatureCollection xmlns:wfs="{wfs}" xmlns:gml="{gml}" '
            f'xmlns:b="{self.namespace}" {counted}>{members}</wfs:FeatureCollection>'
        ).encode()


def _properties(feature: Mapping[str, Any]) -> str:
    return "".join(
        f"<b:{name}>{escape(str(value))}</b:{name}>"
        for name, value in feature["properties"].items()
        if value is not None
    )


def _geometry(feature: Mapping[str, Any], version: str) -> str:
    """A point; other kinds are asked for as GeoJSON here."""
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    x, y = shape.representative_point().coords[0]
    if version == "1.0.0":
        crs = "http://www.opengis.net/gml/srs/epsg.xml#4326"
        return f'<gml:Point srsName="{crs}"><gml:coordinates>{x},{y}</gml:coordinates></gml:Point>'
    return f'<gml:Point srsName="{_URN}"><gml:pos>{y} {x}</gml:pos></gml:Point>'


def _is_chosen(feature: Mapping[str, Any], query: Mapping[str, str]) -> bool:
    shape = shapely.from_geojson(json.dumps(feature["geometry"]))
    if "bbox" in query and not shape.intersects(_box(query["bbox"], query.get("version", ""))):
        return False
    if "cql_filter" in query and not any(
        _holds(feature, part) for part in re.split(r"\s+OR\s+", query["cql_filter"])
    ):
        return False
    if "filter" not in query:
        return True
    root = etree.fromstring(query["filter"].encode())
    for box in root.iter("{*}Envelope"):
        south, west = map(float, (box.findtext("{*}lowerCorner") or "").split())
        north, east = map(float, (box.findtext("{*}upperCorner") or "").split())
        if not shape.intersects(shapely.box(west, south, east, north)):
            return False
    return all(
        str(feature["properties"].get(each[0].text)) == (each[1].text or "")
        for each in root.iter("{*}PropertyIsEqualTo")
    )


def _box(told: str, version: str) -> Any:
    sides = told.split(",")
    a, b, c, d = map(float, sides[:4])
    crs = sides[4] if len(sides) > 4 else ""
    by_register = crs.startswith("urn:") or (not crs and version in {"1.1.0", "2.0.0"})
    return shapely.box(b, a, d, c) if by_register else shapely.box(a, b, c, d)


def _holds(feature: Mapping[str, Any], condition: str) -> bool:
    found = _CQL.match(condition)
    assert found, condition
    name, operator, value = found.groups()
    own = feature["properties"].get(name)
    return float(own) > float(value) if operator == ">" else str(own) == value


@dataclass
class Wcs:
    """Coverages as they were described, with a field that is worked out."""

    capabilities: bytes
    descriptions: Mapping[str, bytes]
    kind: Kind = "emulated"

    def answer(self, request: Request) -> Reply | None:
        """The answer to a request."""
        query = {name.lower(): value for name, value in request.query.items()}
        asked = query.get("request", "").lower()
        if asked == "getcapabilities":
            return Reply(self.capabilities, content_type="text/xml") if self.capabilities else None
        name = query.get("coverageid", "")
        if name not in self.descriptions:
            return report(f"Could not find the requested coverage: {name}")
        if asked == "describecoverage":
            return Reply(self.descriptions[name], content_type="text/xml")
        told = [value for key, value in parse_qsl(request.raw_query) if key.lower() == "subset"]
        subsets = dict(re.findall(r"(\w+)\(([^)]*)\)", " ".join(told)))
        return Reply(coverage(self.descriptions[name], subsets), content_type="image/tiff")


def coverage(description: bytes, subsets: Mapping[str, str]) -> bytes:
    """A GeoTIFF of the part asked for, whose values are row and column of the whole grid."""
    root = etree.fromstring(description)
    lower = [float(x) for x in (root.findtext(".//{*}lowerCorner") or "").split()[:2]]
    upper = [float(x) for x in (root.findtext(".//{*}upperCorner") or "").split()[:2]]
    step = float((root.findtext(".//{*}offsetVector") or "").split()[1])
    south, north = map(float, subsets["Lat"].split(","))
    west, east = map(float, subsets["Long"].split(","))
    rows = _cells((upper[0] - north) / step, (upper[0] - south) / step)
    columns = _cells((west - lower[1]) / step, (east - lower[1]) / step)
    values = rows[:, None] * 1000 + columns[None, :]
    corner = {"west": lower[1] + columns[0] * step, "north": upper[0] - rows[0] * step}
    made: bytes = GEOTIFF(values, **corner, cell=step)
    return made


def _cells(first: float, last: float) -> Any:
    """The numbers of all cells that a part touches."""
    return np.arange(np.floor(first + 1e-9), np.ceil(last - 1e-9))


@dataclass
class Csw:
    """A catalogue of ISO records, each as its own document."""

    records: list[bytes]
    kind: Kind = "derived"

    def answer(self, request: Request) -> Reply | None:
        """The records that a posted GetRecords asks for."""
        if request.method != "POST":
            name = "csw:Capabilities"
            text = f'<{name} xmlns:csw="http://www.opengis.net/cat/csw/2.0.2" version="2.0.2"/>'
            return Reply(text.encode(), content_type="application/xml")
        asked = etree.fromstring(request.body)
        roots = [etree.fromstring(each) for each in self.records]
        chosen = [each for each in roots if _is_found(each, asked)]
        start, most = int(asked.get("startPosition", 1)), int(asked.get("maxRecords", 10))
        page = chosen[start - 1 : start - 1 + most]
        following = start + len(page)
        csw = "http://www.opengis.net/cat/csw/2.0.2"
        answer = etree.Element(f"{{{csw}}}GetRecordsResponse", nsmap={"csw": csw})
        results = etree.SubElement(
            answer,
            f"{{{csw}}}SearchResults",
            numberOfRecordsMatched=str(len(chosen)),
            numberOfRecordsReturned=str(len(page)),
            nextRecord=str(following if following <= len(chosen) else 0),
        )
        results.extend(page)
        return Reply(etree.tostring(answer), content_type="application/xml")


def _is_found(record: Any, asked: Any) -> bool:
    text = " ".join(record.itertext()).lower()
    for like in asked.iter("{*}PropertyIsLike"):
        wanted = re.escape((like.findtext("{*}Literal") or "")[1:-1].lower())
        if not re.search(wanted.replace("_", "."), text, re.DOTALL):
            return False
    for late in asked.iter("{*}PropertyIsGreaterThanOrEqualTo"):
        stamp = record.find("{*}dateStamp")
        if "".join(stamp.itertext()).strip() < (late.findtext("{*}Literal") or ""):
            return False
    for envelope in asked.iter("{*}Envelope"):
        south, west = map(float, (envelope.findtext("{*}lowerCorner") or "").split())
        north, east = map(float, (envelope.findtext("{*}upperCorner") or "").split())
        names = ("westBoundLongitude", "southBoundLatitude", "eastBoundLongitude",
                 "northBoundLatitude")  # fmt: skip
        own = [float("".join(next(record.iter("{*}" + name)).itertext())) for name in names]
        if not shapely.box(*own).intersects(shapely.box(west, south, east, north)):
            return False
    return True

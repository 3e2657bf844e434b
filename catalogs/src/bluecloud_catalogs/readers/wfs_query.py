"""How a Web Feature Service is asked: versions, orders of axes, filters and pages.

A box alone goes as ``bbox``. With anything else it goes into a filter in the standard's own
XML, since ``bbox``, ``filter`` and a provider's own languages exclude one another. Values
come into it as text nodes of a tree, so that no value can be anything but a value.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..declarations import Line, RelativePath
from ..places import with_query
from .ogc import WGS84_PLAIN, WGS84_URN

if TYPE_CHECKING:
    from lxml.etree import _Element

    from .boxes import Part

Version: TypeAlias = Literal["1.0.0", "1.1.0", "2.0.0"]
Output: TypeAlias = Literal["json", "gml", "csv"]
Value: TypeAlias = str | int | float | bool
Moments: TypeAlias = tuple[datetime | None, datetime | None]

_FES, _OGC = "http://www.opengis.net/fes/2.0", "http://www.opengis.net/ogc"
_GML32, _GML31 = "http://www.opengis.net/gml/3.2", "http://www.opengis.net/gml"
_FORMATS: Mapping[Output, str | None] = {"json": "application/json", "csv": "csv", "gml": None}
SUFFIXES: Mapping[Output, str] = {"json": "json", "csv": "csv", "gml": "gml"}


class WfsOptions(BaseModel):
    """Which layer of which service, and how it answers.

    Attributes
    ----------
    service, path
        The source's service and the path below it; without them the entry's own address.
    geometry
        The name of the geometric property; ``time`` that of the one a period is asked of.
    match
        The properties of which a value can be asked.
    columns
        What properties become, by the name the provider has for them.
    numbers, dates
        Properties that are such, where a format has text for everything.
    position
        Columns of longitude and latitude, in CSV.
    sort_by
        What pages are ordered by, where the layer has no key of its own.
    page, most
        How many features are asked for at once, and read at all.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    type_name: Line
    version: Version = "2.0.0"
    output: Output = "json"
    service: Line | None = None
    path: RelativePath | None = None
    geometry: Line = "the_geom"
    time: Line | None = None
    match: tuple[Line, ...] = ()
    columns: dict[str, str] = {}
    numbers: tuple[Line, ...] = ()
    dates: tuple[Line, ...] = ()
    position: tuple[Line, Line] | None = None
    sort_by: Line | None = None
    page: int = Field(default=5000, ge=1)
    most: int = Field(default=100_000, ge=1)

    @model_validator(mode="after")
    def _time_is_a_date(self) -> WfsOptions:
        if self.time is not None and self.time not in self.dates:
            raise ValueError(f"time = {self.time!r}: it must be one of dates")
        return self

    @property
    def sample(self) -> str:
        """The file of a sample that answers."""
        return f"{self.type_name.replace(':', '_')}.{SUFFIXES[self.output]}"


@dataclass(frozen=True)
class FeatureQuery:
    """Which features: in any of the boxes, in the period, with these values.

    ``view_params`` are GeoServer's, for layers that are SQL views: whoever builds them answers
    for what is in them.
    """

    boxes: tuple[Part, ...] = ()
    period: Moments | None = None
    match: Mapping[str, Value] = field(default_factory=dict)
    view_params: str | None = None


def get_feature(
    options: WfsOptions,
    query: FeatureQuery,
    box: Part | None,
    *,
    start: int = 0,
    hits: bool = False,
) -> str:
    """The path of a GetFeature request, percent-encoded.

    Parameters
    ----------
    options, query
        What is asked; of its boxes only ``box``.
    start
        The first feature wanted.
    hits
        Whether only their number is wanted.
    """
    new = options.version == "2.0.0"
    asked: dict[str, object] = {
        "service": "WFS",
        "version": options.version,
        "request": "GetFeature",
        "typeNames" if new else "typeName": options.type_name,
        "srsName": WGS84_PLAIN if options.version == "1.0.0" else WGS84_URN,
        "sortBy": options.sort_by,
        "viewParams": query.view_params,
    }
    if hits:
        asked["resultType"] = "hits"
    else:
        asked["outputFormat"] = _FORMATS[options.output]
        asked["count" if new else "maxFeatures"] = (
            options.most + 1 if options.version == "1.0.0" else options.page
        )
        asked["startIndex"] = start or None
    if query.period or query.match:
        asked["filter"] = _filter(options, query, box)
    elif box is not None:
        asked["bbox"] = _bbox(options.version, box)
    return with_query(options.path or "", asked, safe=":,")


def _bbox(version: Version, box: Part) -> str:
    west, south, east, north = (f"{side:.10g}" for side in box)
    if version == "1.0.0":
        return f"{west},{south},{east},{north}"
    return f"{south},{west},{north},{east},{WGS84_URN}"


def _filter(options: WfsOptions, query: FeatureQuery, box: Part | None) -> str:
    from lxml import etree

    space = _FES if options.version == "2.0.0" else _OGC
    gml = _GML32 if options.version == "2.0.0" else _GML31
    prefix = "fes" if space == _FES else "ogc"
    root = etree.Element(f"{{{space}}}Filter", nsmap={prefix: space, "gml": gml})
    conditions: list[_Element] = []
    if box is not None:
        conditions.append(_in_box(options, space, gml, box))
    first, after = query.period or (None, None)
    if options.time and first is not None:
        conditions.append(_than(space, "GreaterThanOrEqualTo", options.time, first.isoformat()))
    if options.time and after is not None:
        conditions.append(_than(space, "LessThan", options.time, after.isoformat()))
    for name, value in query.match.items():
        text = str(value).lower() if isinstance(value, bool) else str(value)
        conditions.append(_than(space, "EqualTo", name, text))
    parent = root if len(conditions) == 1 else etree.SubElement(root, f"{{{space}}}And")
    parent.extend(conditions)
    return etree.tostring(root, encoding="unicode")


def _than(space: str, comparison: str, name: str, text: str) -> _Element:
    from lxml import etree

    element = etree.Element(f"{{{space}}}PropertyIs{comparison}")
    _named(element, space, name)
    etree.SubElement(element, f"{{{space}}}Literal").text = text
    return element


def _in_box(options: WfsOptions, space: str, gml: str, box: Part) -> _Element:
    from lxml import etree

    west, south, east, north = (f"{side:.10g}" for side in box)
    element = etree.Element(f"{{{space}}}BBOX")
    _named(element, space, options.geometry)
    if options.version == "1.0.0":
        envelope = etree.SubElement(element, f"{{{gml}}}Box", srsName=WGS84_PLAIN)
        etree.SubElement(envelope, f"{{{gml}}}coordinates").text = f"{west},{south} {east},{north}"
        return element
    envelope = etree.SubElement(element, f"{{{gml}}}Envelope", srsName=WGS84_URN)
    etree.SubElement(envelope, f"{{{gml}}}lowerCorner").text = f"{south} {west}"
    etree.SubElement(envelope, f"{{{gml}}}upperCorner").text = f"{north} {east}"
    return element


def _named(element: _Element, space: str, name: str) -> None:
    from lxml import etree

    tag = "ValueReference" if space == _FES else "PropertyName"
    etree.SubElement(element, f"{{{space}}}{tag}").text = name

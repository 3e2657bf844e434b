"""Records of a Catalogue Service for the Web 2.0.2, as a table with their boxes.

Questions are posted as the standard's own XML, in which a value is a value. Pages go on until the
number announced is there. A record that cannot be understood costs itself and no other: it is left
out, and how many were is in the attribute ``unreadable_records``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from ..answers import as_xml
from ..declarations import Line, RelativePath
from ..errors import MalformedAnswer, RequestTooLarge
from ..places import Ask
from . import boxes
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .iso19139 import IsoRecord, record
from .ogc import PRINTABLE, WGS84_URN, sound

if TYPE_CHECKING:
    import geopandas as gpd
    from lxml.etree import _Element

    from ..places import File, Place
    from .boxes import Part

_CSW = "http://www.opengis.net/cat/csw/2.0.2"
_OGC = "http://www.opengis.net/ogc"
_GML = "http://www.opengis.net/gml"
_GMD = "http://www.isotc211.org/2005/gmd"
_WILD, _SINGLE, _ESCAPE = "%", "_", "\\"
_SPECIAL = (_WILD, _SINGLE, _ESCAPE)
Text = Annotated[str, StringConstraints(min_length=1, max_length=200, pattern=PRINTABLE)]


class CswOptions(BaseModel):
    """The service of the source, the path below it, and how many records at once and in all."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Line | None = None
    path: RelativePath | None = None
    page: int = Field(default=50, ge=1)
    most: int = Field(default=500, ge=1)


class CswRequest(Asked):
    """Which records: all that touch the box, overlap the period, and hold the text.

    It is looked for in title, abstract, keywords and names of organisations, in any case.
    """

    text: Text | None = None
    bbox: Box = None
    time: Period = None


@dataclass(frozen=True)
class CatalogPage:
    """Some of the records that a catalogue found, and how many there are in all.

    ``unreadable`` has a record's identifier, or nothing, with the reason.
    """

    records: tuple[IsoRecord, ...]
    unreadable: tuple[tuple[str, str], ...]
    matched: int
    returned: int
    file: File


class CswRecords(SourceReader):
    """Reads the records of a catalogue."""

    protocol = "OGC CSW 2.0.2"
    makes = "geopandas:GeoDataFrame"
    options = CswOptions
    request = CswRequest

    def read(
        self, place: Place, options: CswOptions, request: CswRequest, *, lazy: bool
    ) -> Reading:
        """Read the records asked for."""
        found: dict[str, IsoRecord] = {}
        files, unreadable = [], 0
        for box in boxes.parts(request.bbox) if request.bbox else (None,):
            for page in pages(place, options, text=request.text, box=box):
                if page.matched > options.most:
                    raise RequestTooLarge(
                        f"{page.matched} records are asked for at once, {options.most} are "
                        "allowed: give text, or a smaller bbox"
                    )
                files.append(page.file)
                unreadable += len(page.unreadable)
                found |= {each.identifier: each for each in page.records}
        chosen = [each for each in found.values() if _is_wanted(each, request)]
        table = _table(chosen)
        table.attrs["unreadable_records"] = str(unreadable)
        return Reading(table, count=len(table), files=files)


def pages(
    place: Place,
    options: CswOptions,
    *,
    text: str | None = None,
    box: Part | None = None,
    since: datetime | None = None,
    start: int = 1,
) -> Iterator[CatalogPage]:
    """What a catalogue finds, page by page, beginning with the record of that number.

    Raises
    ------
    MalformedAnswer
        If a page is short of what it announces, or announces itself again.
    RequestRefused
        If the catalogue answers with an exception report.
    """
    seen = start - 1
    while True:
        body = get_records(options, text=text, box=box, since=since, start=start)
        ask = Ask(
            options.path or "",
            options.service,
            method="POST",
            body=body,
            headers={"Content-Type": "application/xml"},
            sample="records.xml",
        )
        page, following = _page(place.fetch([ask])[0])
        yield page
        seen += page.returned
        if following == 0 or following > page.matched or not page.returned:
            if seen < page.matched:
                raise MalformedAnswer(
                    f"{page.file.path}: {page.matched} records were announced, and {seen} came"
                )
            return
        if following != seen + 1:
            raise MalformedAnswer(f"{page.file.path}: after record {seen} comes {following}")
        start = following


def get_records(
    options: CswOptions,
    *,
    text: str | None = None,
    box: Part | None = None,
    since: datetime | None = None,
    start: int = 1,
) -> bytes:
    """The body of a GetRecords request for whole ISO records."""
    from lxml import etree

    names = {"csw": _CSW, "ogc": _OGC, "gml": _GML}
    root = etree.Element(
        f"{{{_CSW}}}GetRecords",
        nsmap=names,
        service="CSW",
        version="2.0.2",
        resultType="results",
        outputSchema=_GMD,
        startPosition=str(start),
        maxRecords=str(options.page),
    )
    query = etree.SubElement(root, f"{{{_CSW}}}Query", typeNames="csw:Record")
    etree.SubElement(query, f"{{{_CSW}}}ElementSetName").text = "full"
    conditions = _conditions(text, box, since)
    if conditions:
        constraint = etree.SubElement(query, f"{{{_CSW}}}Constraint", version="1.1.0")
        parent = etree.SubElement(constraint, f"{{{_OGC}}}Filter")
        if len(conditions) > 1:
            parent = etree.SubElement(parent, f"{{{_OGC}}}And")
        parent.extend(conditions)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _conditions(text: str | None, box: Part | None, since: datetime | None) -> list[_Element]:
    from lxml import etree

    found = []
    if text is not None:
        # Not every catalogue heeds escapes: what would be wild becomes any one character, and
        # what was not meant is left out of what comes.
        escaped = "".join(_SINGLE if letter in _SPECIAL else letter for letter in text)
        like = etree.Element(
            f"{{{_OGC}}}PropertyIsLike", wildCard=_WILD, singleChar=_SINGLE, escapeChar=_ESCAPE
        )
        etree.SubElement(like, f"{{{_OGC}}}PropertyName").text = "csw:AnyText"
        etree.SubElement(like, f"{{{_OGC}}}Literal").text = f"%{escaped}%"
        found.append(like)
    if box is not None:
        west, south, east, north = (f"{side:.10g}" for side in box)
        touches = etree.Element(f"{{{_OGC}}}BBOX")
        etree.SubElement(touches, f"{{{_OGC}}}PropertyName").text = "ows:BoundingBox"
        envelope = etree.SubElement(touches, f"{{{_GML}}}Envelope", srsName=WGS84_URN)
        etree.SubElement(envelope, f"{{{_GML}}}lowerCorner").text = f"{south} {west}"
        etree.SubElement(envelope, f"{{{_GML}}}upperCorner").text = f"{north} {east}"
        found.append(touches)
    if since is not None:
        late = etree.Element(f"{{{_OGC}}}PropertyIsGreaterThanOrEqualTo")
        etree.SubElement(late, f"{{{_OGC}}}PropertyName").text = "apiso:Modified"
        etree.SubElement(late, f"{{{_OGC}}}Literal").text = f"{since:%Y-%m-%d}"
        found.append(late)
    return found


def _page(file: File) -> tuple[CatalogPage, int]:
    """A page, and the number of the record that the next begins with; 0 after the last."""
    root = as_xml(sound(file))
    results = next(root.iter(f"{{{_CSW}}}SearchResults"), None)
    if results is None:
        raise MalformedAnswer(f"{file.path}: it has no search results: it is {root.tag}")
    try:
        matched = int(results.get("numberOfRecordsMatched", ""))
        returned = int(results.get("numberOfRecordsReturned", ""))
        following = int(results.get("nextRecord", "0"))
    except ValueError as error:
        raise MalformedAnswer(f"{file.path}: it does not say how many there are") from error
    elements = [each for each in results if isinstance(each.tag, str)]
    if len(elements) != returned:
        raise MalformedAnswer(f"{file.path}: it says it has {returned}, and has {len(elements)}")
    records, unreadable = [], []
    for element in elements:
        try:
            records.append(record(element))
        except MalformedAnswer as error:
            identifier = element.findtext("{*}fileIdentifier/*") or ""
            unreadable.append((identifier, str(error)))
    return CatalogPage(tuple(records), tuple(unreadable), matched, returned, file), following


def _is_wanted(each: IsoRecord, request: CswRequest) -> bool:
    """Whether the record is what was asked for; a catalogue knows no periods."""
    if request.text is not None:
        words = " ".join((each.title, each.abstract, *each.keywords, *each.organisations))
        if request.text.casefold() not in words.casefold():
            return False
    if request.bbox is not None and not (each.bbox and boxes.touch(each.bbox, request.bbox)):
        return False
    if request.time is not None:
        first, after = request.time
        begins, ends = each.time or (None, None)
        last = after - timedelta(seconds=1) if after else None
        if each.time is None or (begins and last and begins > last.replace(tzinfo=UTC)):
            return False
        return not (ends and first and ends < first.replace(tzinfo=UTC))
    return True


def _table(records: list[IsoRecord]) -> gpd.GeoDataFrame:
    import geopandas as gpd
    import pandas as pd
    import shapely

    rows = [
        {
            "identifier": each.identifier,
            "title": each.title,
            "abstract": each.abstract,
            "keywords": "; ".join(each.keywords),
            "first": each.time[0].replace(tzinfo=None) if each.time and each.time[0] else None,
            "last": each.time[1].replace(tzinfo=None) if each.time and each.time[1] else None,
            "modified": each.modified.replace(tzinfo=None) if each.modified else None,
            "organisations": "; ".join(each.organisations),
            "licence": each.licence,
            "doi": each.doi,
            "links": " ".join(link.url for link in each.links),
        }
        for each in records
    ]
    names = ["identifier", "title", "abstract", "keywords", "first", "last", "modified",
             "organisations", "licence", "doi", "links"]  # fmt: skip
    table = pd.DataFrame(rows, columns=names)
    for name in ("first", "last", "modified"):
        table[name] = pd.to_datetime(table[name]).astype("datetime64[ns]")
    shapes = [
        shapely.unary_union([shapely.box(*part) for part in boxes.parts(each.bbox)])
        if each.bbox
        else None
        for each in records
    ]
    return gpd.GeoDataFrame(table, geometry=shapes, crs="EPSG:4326")

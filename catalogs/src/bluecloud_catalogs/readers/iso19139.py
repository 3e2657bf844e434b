"""A metadata record of ISO 19139, in the fields that data are found and cited by.

Names and addresses of persons, which records hold too, are not read at all. Texts may be
``CharacterString`` or ``Anchor``, and both may be empty.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ..errors import MalformedAnswer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from lxml.etree import _Element

_XLINK = "{http://www.w3.org/1999/xlink}href"
_DOI = "doi.org/"


@dataclass(frozen=True)
class Link:
    """An address with what is said of it."""

    url: str
    protocol: str
    name: str


@dataclass(frozen=True)
class IsoRecord:
    """One record; what it does not say is None or nothing.

    ``bbox`` is west, south, east, north; ``depth`` in metres, positive down.
    """

    identifier: str
    title: str
    abstract: str
    keywords: tuple[str, ...]
    bbox: tuple[float, float, float, float] | None
    time: tuple[datetime | None, datetime | None] | None
    depth: tuple[float, float] | None
    modified: datetime | None
    organisations: tuple[str, ...]
    licence: str
    doi: str | None
    links: tuple[Link, ...]


def record(element: _Element) -> IsoRecord:
    """The record of an ``MD_Metadata`` element.

    Raises
    ------
    MalformedAnswer
        If it has no identifier or no title, or a number or date that is none.
    """
    identifier = _said(element, "fileIdentifier")
    about = next(element.iter("{*}MD_DataIdentification"), None)
    about = about if about is not None else next(element.iter("{*}SV_ServiceIdentification"), None)
    if not identifier or about is None:
        raise MalformedAnswer("a record has no identifier, or says not what it is about")
    citation = about.find("{*}citation")
    titled = next(citation.iter("{*}title"), None) if citation is not None else None
    title = _text(titled) if titled is not None else ""
    if not title:
        raise MalformedAnswer(f"record {identifier}: it has no title")
    try:
        links = tuple(_links(element))
        return IsoRecord(
            identifier=identifier,
            title=title,
            abstract=_said(about, "abstract"),
            keywords=tuple(dict.fromkeys(filter(None, map(_text, about.iter("{*}keyword"))))),
            bbox=_bbox(about),
            time=_time(about),
            depth=_depth(about),
            modified=_modified(element),
            organisations=tuple(
                dict.fromkeys(filter(None, map(_text, about.iter("{*}organisationName"))))
            ),
            licence=_licence(about),
            doi=_doi(about, links),
            links=links,
        )
    except ValueError as error:
        raise MalformedAnswer(f"record {identifier}: {error}") from error


def _text(element: _Element) -> str:
    """What an element says, in whatever its text is wrapped."""
    return " ".join("".join(str(each) for each in element.itertext()).split())


def _said(element: _Element, name: str) -> str:
    found = element.find("{*}" + name)
    return _text(found) if found is not None else ""


def _bbox(about: _Element) -> tuple[float, float, float, float] | None:
    box = next(about.iter("{*}EX_GeographicBoundingBox"), None)
    if box is None:
        return None
    west, south, east, north = (
        float(_said(box, name))
        for name in (
            "westBoundLongitude",
            "southBoundLatitude",
            "eastBoundLongitude",
            "northBoundLatitude",
        )
    )
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= north <= 90):
        raise ValueError(f"its box {west}, {south}, {east}, {north} is not on the Earth")
    return west, south, east, north


def _time(about: _Element) -> tuple[datetime | None, datetime | None] | None:
    period = next(about.iter("{*}TimePeriod"), None)
    if period is None:
        return None
    first, last = _said(period, "beginPosition"), _said(period, "endPosition")
    found = _moment(first), _moment(last)
    if found[0] and found[1] and found[0] > found[1]:
        raise ValueError(f"its time begins {first} and ends {last}")
    return found if any(found) else None


def _moment(text: str) -> datetime | None:
    """The moment, in UTC; a year or a month is its beginning."""
    if not text:
        return None
    text = {4: f"{text}-01-01", 7: f"{text}-01"}.get(len(text), text)
    moment = datetime.fromisoformat(text)
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)


def _depth(about: _Element) -> tuple[float, float] | None:
    extent = next(about.iter("{*}EX_VerticalExtent"), None)
    if extent is None:
        return None
    texts = [_said(extent, name) for name in ("minimumValue", "maximumValue")]
    if not all(texts):
        return None
    # Some count up and some down: the sea is below.
    shallow, deep = sorted(abs(float(text)) for text in texts)
    return shallow, deep


def _modified(element: _Element) -> datetime | None:
    return _moment(_said(element, "dateStamp"))


def _licence(about: _Element) -> str:
    for name in ("otherConstraints", "useLimitation"):
        for found in about.iter("{*}" + name):
            text = _text(found)
            if "creativecommons" in text or text.startswith(("CC", "Creative Commons")):
                return text
    return ""


def _links(element: _Element) -> Iterator[Link]:
    for transfer in element.iter("{*}MD_DigitalTransferOptions"):
        for each in transfer.iter("{*}CI_OnlineResource"):
            url = _said(each, "linkage")
            if url.startswith(("https://", "http://")):
                yield Link(url, _said(each, "protocol"), _said(each, "name"))


def _doi(about: _Element, links: tuple[Link, ...]) -> str | None:
    """The first DOI among its identifiers and links, without its resolver."""
    texts = [_text(each) for each in about.iter("{*}code")]
    texts += [each.get(_XLINK, "") for each in about.iter("{*}Anchor")]
    texts += [link.url for link in links]
    for text in texts:
        _, found, doi = text.partition(_DOI)
        if found and doi.startswith("10."):
            return doi.strip()
    return None

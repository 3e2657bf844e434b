"""Records of SeaDataNet's Common Data Index (CDI): ISO 19139 with SeaDataNet's own elements.

The same record comes in several dialects: with codes in elements of SeaDataNet's, with links to
the vocabularies from brokers, with words alone, bare or inside a catalogue's answer. So what is
looked for is looked for by its local name, and a code is taken from wherever it stands. A record
that claims SeaDataNet's elements and lacks the one that says what it is, is malformed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Literal

from ..answers import as_xml
from ..errors import MalformedAnswer

if TYPE_CHECKING:
    from lxml.etree import _Element

    from ..places import File

_SDN = "http://www.seadatanet.org"
_LINKED = re.compile(r"(?:::|/current/)(?P<code>[A-Za-z0-9_]+)/?$")
# Access restrictions (L08) that ask for nothing, and those that ask for a registered person.
_OPEN = frozenset({"UN", "CB", ""})
_LOGIN = _OPEN | {"LS", "LI", "AC"}


@dataclass(frozen=True)
class Term:
    """A term of a vocabulary: its code, empty where the record has words alone, and label."""

    code: str
    label: str


@dataclass(frozen=True)
class CdiRecord:
    """What a record says.

    Attributes
    ----------
    identifier
        As ``1022-DS02-4``, without what stands before it in the URN.
    custodian, originators
        Organisations, by EDMO code.
    p02, l05, l06
        Parameters, instruments and platforms.
    bbox
        West, south, east, north in degrees, round all that the record has.
    time
        First and last day.
    depth
        Shallowest and deepest in metres, positive down.
    licences
        Restrictions by L08 code, in the record's order.
    """

    identifier: str
    title: str
    abstract: str
    custodian: Term | None
    originators: tuple[Term, ...]
    p02: tuple[Term, ...]
    l05: tuple[Term, ...]
    l06: tuple[Term, ...]
    bbox: tuple[float, float, float, float] | None
    time: tuple[date | None, date | None]
    depth: tuple[float, float] | None
    licences: tuple[Term, ...]
    formats: tuple[str, ...]
    modified: date | None
    links: tuple[str, ...]

    @property
    def access(self) -> Literal["open", "login", "request"]:
        """What the strictest of its restrictions asks for."""
        codes = {each.code for each in self.licences}
        if codes <= _OPEN:
            return "open"
        return "login" if codes <= _LOGIN else "request"


def cdi_of(file: File) -> CdiRecord:
    """The record of a file.

    Raises
    ------
    MalformedAnswer
        If it is no such record, lacks its identifier or title, or has numbers that are none.
    """
    root = as_xml(file)
    metadata = root if _local(root) in _ROOTS else _first(root, *_ROOTS)
    if metadata is None:
        raise MalformedAnswer(f"{file.path}: it is no ISO 19139 record, but {_local(root)}")
    if _is_seadatanet(metadata) and _first(metadata, "SDN_HierarchyLevelNameCode") is None:
        raise MalformedAnswer(
            f"{file.path}: it has elements of SeaDataNet and no SDN_HierarchyLevelNameCode, "
            "which says whether it is a CDI record"
        )
    data = _first(metadata, "SDN_DataIdentification", "MD_DataIdentification")
    named = _text(_first(metadata, "fileIdentifier"))
    title = _text(_first(data, "title")) if data is not None else ""
    if data is None or not named or not title:
        raise MalformedAnswer(f"{file.path}: it has no identifier, title or identification")
    try:
        return CdiRecord(
            identifier=re.sub(r"^.*urn:SDN:(?:CDI|CSR):LOCAL:", "", named),
            title=title,
            abstract=_text(_first(data, "abstract")),
            custodian=next(iter(_organisations(data, "pointOfContact")), None),
            originators=_organisations(data, "citedResponsibleParty"),
            p02=_keywords(data, "P02"),
            l05=_keywords(data, "L05"),
            l06=_keywords(data, "L06"),
            bbox=_bbox(data),
            time=_period(data),
            depth=_depth(data),
            licences=_terms(data, "otherConstraints"),
            formats=tuple(_text(each) for each in metadata.iter("{*}SDN_FormatNameCode")),
            modified=_date(_text(_first(metadata, "dateStamp"))),
            links=tuple(
                dict.fromkeys(
                    _text(each)
                    for parent in metadata.iter("{*}transferOptions")
                    for each in parent.iter("{*}URL")
                )
            ),
        )
    except ValueError as error:
        raise MalformedAnswer(f"{file.path}: {error}") from error


_ROOTS = ("MD_Metadata", "MI_Metadata")


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def _first(parent: _Element, *names: str) -> _Element | None:
    return next(parent.iter(*(f"{{*}}{name}" for name in names)), None)


def _text(element: _Element | None) -> str:
    """All the text below an element, on one line."""
    return "" if element is None else " ".join("".join(map(str, element.itertext())).split())


def _is_seadatanet(metadata: _Element) -> bool:
    return next(metadata.iter(f"{{{_SDN}}}*"), None) is not None


def _term(element: _Element) -> Term:
    """A term with the code that it, or what is in it, has as a code or in a link."""
    for each in element.iter():
        code = each.get("codeListValue")
        for name, value in each.attrib.items():
            if str(name).endswith("}href") and (linked := _LINKED.search(str(value))):
                code = linked["code"]
        if code is not None and not str(each.tag).endswith("RoleCode"):
            return Term(str(code), _text(element))
    return Term("", _text(element))


def _terms(parent: _Element, name: str) -> tuple[Term, ...]:
    found = [_term(each) for each in parent.iter(f"{{*}}{name}")]
    return tuple(dict.fromkeys(each for each in found if each.label or each.code))


def _keywords(data: _Element, vocabulary: str) -> tuple[Term, ...]:
    """The keywords that are of a vocabulary, by what their thesaurus calls itself."""
    found: list[Term] = []
    for block in data.iter("{*}MD_Keywords"):
        thesaurus = _first(block, "thesaurusName")
        names = [] if thesaurus is None else [_text(e) for e in thesaurus.iter("{*}alternateTitle")]
        if vocabulary in names:
            found += [_term(each) for each in block.iter("{*}keyword")]
    return tuple(dict.fromkeys(found))


def _organisations(data: _Element, name: str) -> tuple[Term, ...]:
    found = [
        _term(each)
        for party in data.iter(f"{{*}}{name}")
        for each in party.iter("{*}organisationName")
    ]
    return tuple(dict.fromkeys(found))


def _bbox(data: _Element) -> tuple[float, float, float, float] | None:
    sides = [
        tuple(
            float(_text(_first(box, f"{side}Bound{axis}")))
            for side, axis in (
                ("west", "Longitude"), ("south", "Latitude"),
                ("east", "Longitude"), ("north", "Latitude"),
            )
        )
        for box in data.iter("{*}EX_GeographicBoundingBox")
    ]  # fmt: skip
    if not sides:
        return None
    west, south, east, north = zip(*sides, strict=True)
    return min(west), min(south), max(east), max(north)


def _period(data: _Element) -> tuple[date | None, date | None]:
    temporal = _first(data, "EX_TemporalExtent")
    if temporal is None:
        return None, None
    begin, end = (_text(_first(temporal, name)) for name in ("beginPosition", "endPosition"))
    return _date(begin), _date(end)


def _depth(data: _Element) -> tuple[float, float] | None:
    extent = _first(data, "EX_VerticalExtent")
    if extent is None:
        return None
    least, most = (_text(_first(extent, name)) for name in ("minimumValue", "maximumValue"))
    if not least or not most:
        return None
    low, high = sorted((float(least), float(most)))
    return low, high


def _date(text: str) -> date | None:
    if not text:
        return None
    return datetime.fromisoformat(text.replace("Z", "+00:00")).date()

"""Datasets of EurOBIS as marineinfo.org describes them, in Turtle and in nothing else.

Some of these files are no Turtle: an address with a bracket in it, and no parser takes the rest.
Such a record is malformed as a whole, with the parser's reason: half of a description could lack
its licence. A harvest puts it aside and goes on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..answers import is_page
from ..declarations import Service
from ..errors import MalformedAnswer
from ..places import Ask
from .asked import Asked
from .base import Reading, SourceReader

if TYPE_CHECKING:
    from pyoxigraph import BlankNode, Literal, NamedNode, Triple

    from ..places import File, Place

    Term = NamedNode | BlankNode | Literal | Triple

_DCAT, _DCT = "http://www.w3.org/ns/dcat#", "http://purl.org/dc/terms/"
_SCHEMA, _DC = "https://schema.org/", "http://purl.org/dc/elements/1.1/"
_TYPE = "http://www.w3.org/1999/02/22-rdf-syntax-ns#type"
_DATASET = re.compile(r"^https?://(?:www\.)?marineinfo\.org/id/dataset/(\d+)(?:\.ttl)?/?$")
_NUMBER = re.compile(r"(-?\d+(?:\.\d+)?)\s+(-?\d+(?:\.\d+)?)")
_DAY = re.compile(r"^(\d{4})-(\d{1,2})-(\d{1,2})$")
_APHIA = re.compile(r"marinespecies\.org/aphia\.php\?p=taxdetails&id=(\d+)")
_P01 = re.compile(r"/P01/current/([A-Z0-9]{8})/?$")


@dataclass(frozen=True)
class MarineDataset:
    """What a description says of a dataset; ``number`` is its dasid."""

    number: int
    title: str
    abstract: str
    licence: str
    citation: str
    bbox: tuple[float, float, float, float] | None
    time: tuple[date | None, date | None]
    taxa: tuple[int, ...]
    taxon_names: tuple[str, ...]
    p01: tuple[str, ...]
    variables: tuple[str, ...]
    keywords: tuple[str, ...]
    modified: date | None
    links: tuple[str, ...]


class _Graph:
    """Statements by subject and predicate."""

    def __init__(self, file: File) -> None:
        import pyoxigraph as ox

        if is_page(file.content):
            raise MalformedAnswer(f"{file.path}: Turtle was asked for, and a page came")
        self.objects: dict[tuple[str, str], list[Any]] = {}
        self.subjects: set[str] = set()
        try:
            for quad in ox.parse(
                file.content,
                format=ox.RdfFormat.TURTLE,
                base_iri="https://marineinfo.org/id/",
            ):
                subject = str(quad.subject)
                self.subjects.add(subject)
                self.objects.setdefault((subject, quad.predicate.value), []).append(quad.object)
        except (SyntaxError, ValueError) as error:
            raise MalformedAnswer(f"{file.path}: it is no Turtle: {error}") from error

    def of(self, subject: object, predicate: str) -> list[Any]:
        return self.objects.get((str(subject), predicate), [])

    def texts(self, subject: object, predicate: str) -> list[str]:
        """Texts, the English ones first."""
        found = [each for each in self.of(subject, predicate) if hasattr(each, "value")]
        found.sort(key=lambda each: getattr(each, "language", None) not in {"en", None})
        return [" ".join(str(each.value).split()) for each in found]

    def text(self, subject: object, predicate: str) -> str:
        return next(iter(self.texts(subject, predicate)), "")


def dataset_of(file: File) -> MarineDataset:
    """The description of a file.

    Raises
    ------
    MalformedAnswer
        If it is no Turtle, or of no dataset.
    """
    graph = _Graph(file)
    found = [
        (subject, match)
        for subject in sorted(graph.subjects)
        if (match := _DATASET.match(subject.strip("<>")))
        and any(str(each.value) == f"{_DCAT}Dataset" for each in graph.of(subject, _TYPE))
    ]
    if len(found) != 1:
        raise MalformedAnswer(f"{file.path}: it describes {len(found)} datasets, not one")
    subject, match = found[0]
    title = graph.text(subject, f"{_DCT}title")
    if not title:
        raise MalformedAnswer(f"{file.path}: the dataset has no title")
    taxa = dict(_taxa(graph, subject))
    keywords = [each for each in graph.of(subject, f"{_SCHEMA}keywords") if _is_text(each)]
    measured = graph.of(subject, f"{_SCHEMA}variableMeasured")
    identifiers = [graph.text(each, f"{_SCHEMA}identifier") for each in measured]
    return MarineDataset(
        number=int(match[1]),
        title=title,
        abstract=graph.text(subject, f"{_DCT}abstract"),
        licence=graph.text(subject, f"{_DCT}license"),
        citation=graph.text(subject, f"{_DC}bibliographicCitation"),
        bbox=_bbox(graph, subject),
        time=_period(graph, subject),
        taxa=tuple(taxa),
        taxon_names=tuple(taxa.values()),
        p01=_once(code[1] for each in identifiers if (code := _P01.search(each))),
        variables=_once(graph.text(each, f"{_SCHEMA}name") for each in measured),
        keywords=_once(str(each.value) for each in keywords),
        modified=_day(graph.text(subject, f"{_DCT}modified")),
        links=_once(
            graph.text(each, f"{_DCAT}accessURL")
            for each in graph.of(subject, f"{_DCAT}distribution")
        ),
    )


def datasets_listed(file: File) -> list[int]:
    """The numbers of the datasets that a collection lists.

    Raises
    ------
    MalformedAnswer
        If it is no Turtle, or lists none.
    """
    graph = _Graph(file)
    numbers = {
        int(match[1])
        for (_, predicate), objects in graph.objects.items()
        if predicate == f"{_DCAT}dataset"
        for each in objects
        if (match := _DATASET.match(str(getattr(each, "value", ""))))
    }
    if not numbers:
        raise MalformedAnswer(f"{file.path}: it lists no dataset")
    return sorted(numbers)


def _is_text(term: object) -> bool:
    return type(term).__name__ == "Literal"


def _once(texts: Iterator[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each for each in texts if each))


def _taxa(graph: _Graph, subject: str) -> Iterator[tuple[int, str]]:
    for each in graph.of(subject, f"{_SCHEMA}keywords"):
        found = _APHIA.search(graph.text(each, f"{_SCHEMA}identifier"))
        if found:
            yield int(found[1]), graph.text(each, f"{_SCHEMA}name")


def _bbox(graph: _Graph, subject: str) -> tuple[float, float, float, float] | None:
    """The box round every box it has; longitude first, as they are written."""
    points = [
        (float(x), float(y))
        for place in graph.of(subject, f"{_DCT}spatial")
        for box in graph.texts(place, f"{_DCAT}bbox")
        for x, y in _NUMBER.findall(box)
    ]
    if not points or any(abs(x) > 180 or abs(y) > 90 for x, y in points):
        return None
    east, north = zip(*points, strict=True)
    return min(east), min(north), max(east), max(north)


def _period(graph: _Graph, subject: str) -> tuple[date | None, date | None]:
    first, last = (
        [
            day
            for period in graph.of(subject, f"{_DCT}temporal")
            if (day := _day(graph.text(period, f"{_DCAT}{name}Date")))
        ]
        for name in ("start", "end")
    )
    return min(first, default=None), max(last, default=None)


def _day(text: str) -> date | None:
    """A day, also one written as 1988-12-8; nothing for what is none."""
    found = _DAY.match(text)
    try:
        return date(int(found[1]), int(found[2]), int(found[3])) if found else None
    except ValueError:
        return None


class MarineinfoOptions(BaseModel):
    """Which service."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service


class MarineinfoRequest(Asked):
    """Which datasets, by their numbers (dasid)."""

    datasets: Annotated[
        tuple[Annotated[int, Field(gt=0, lt=10**7)], ...],
        Field(min_length=1, max_length=50, strict=False),
    ]


class Marineinfo(SourceReader):
    """Reads descriptions of datasets, a row each."""

    protocol = "marineinfo.org linked data (Turtle)"
    makes = "pandas:DataFrame"
    options = MarineinfoOptions
    request = MarineinfoRequest

    def read(
        self, place: Place, options: MarineinfoOptions, request: MarineinfoRequest, *, lazy: bool
    ) -> Reading:
        """Read the descriptions asked for; one that is malformed is an error."""
        import pandas as pd

        asks = [
            Ask(f"dataset/{each}.ttl", options.service, sample=f"marineinfo/{each}.ttl")
            for each in dict.fromkeys(request.datasets)
        ]
        files = place.fetch(asks)
        table = pd.DataFrame([_row(dataset_of(file)) for file in files])
        return Reading(table, count=len(table), files=files)


def _row(dataset: MarineDataset) -> dict[str, Any]:
    west, south, east, north = dataset.bbox or (None,) * 4
    return {
        "dataset": dataset.number,
        "title": dataset.title,
        "abstract": dataset.abstract,
        "licence": dataset.licence,
        "citation": dataset.citation,
        "west": west,
        "south": south,
        "east": east,
        "north": north,
        "first_day": dataset.time[0],
        "last_day": dataset.time[1],
        "taxa": " ".join(map(str, dataset.taxa)),
        "taxon_names": "; ".join(dataset.taxon_names),
        "p01": " ".join(dataset.p01),
        "variables": "; ".join(dataset.variables),
        "keywords": "; ".join(dataset.keywords),
        "modified": dataset.modified,
        "links": " ".join(dataset.links),
    }

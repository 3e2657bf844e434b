"""BioStudies' PageTab: a study as a tree of sections, each with attributes that may repeat.

The same thing is written in many ways there. A title stands at the top or in the study's section;
subsections, files and links are lists, or lists of lists, or a single object, or an empty one; an
attribute may lack its value; a component names its biosamples by their titles, blanks at their
ends included, or holds them below itself. All of that is read to one form here.

Authors' addresses are in these records too. They are nobody's data, and no value that comes out
of here holds one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import MalformedAnswer

NOT_STATED = "not stated"
LISTED = ("study component", "annotations")  # the sections that name a list of files
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_MAIL_NAME = re.compile(r"e-?mail", re.IGNORECASE)
_NCBI = re.compile(r"(\d+)\s*$")


@dataclass(frozen=True)
class Section:
    """A section: names of attributes are in lower case, values in the order given."""

    kind: str  # in lower case: "study component"
    attributes: Mapping[str, tuple[str, ...]]
    addresses: Mapping[str, str]  # what an attribute's value is more at, as a licence's text
    files: tuple[Mapping[str, Any], ...]
    links: tuple[str, ...]
    sections: tuple[Section, ...]

    def all(self, name: str) -> tuple[str, ...]:
        """The values of an attribute; none if it has none."""
        return self.attributes.get(name.lower(), ())

    def first(self, name: str) -> str:
        """The first value of an attribute; empty if it has none."""
        return next(iter(self.all(name)), "")

    def walk(self) -> Iterator[Section]:
        """It and all below, in the order of the record."""
        yield self
        for each in self.sections:
            yield from each.walk()

    def below(self, kind: str) -> list[Section]:
        """The sections of a kind at or below it."""
        return [each for each in self.walk() if each.kind == kind]


@dataclass(frozen=True)
class Study:
    """A study: its accession, what stands at the top of its record, and its section."""

    accession: str
    top: Section
    section: Section

    def told(self, name: str) -> str:
        """An attribute, from the top or from the section, whichever has it."""
        return self.top.first(name) or self.section.first(name)

    @property
    def licence(self) -> tuple[str, str]:
        """The licence and where its text is; older records have none."""
        for part in (self.section, self.top):
            if name := part.first("license"):
                return name, part.addresses.get("license", "")
        return NOT_STATED, ""

    @property
    def components(self) -> list[Section]:
        """The sections that have files: components and annotations; else the study itself."""
        found = [each for each in self.section.walk() if each.kind in LISTED]
        return found or [self.section]

    def subjects(self, component: Section, kind: str) -> list[Section]:
        """The sections of a kind that a component is about: its own, those it names, or all."""
        if own := [each for each in component.below(kind) if each is not component]:
            return own
        everywhere = self.section.below(kind)
        named = {
            value.strip() for each in component.below("associations") for value in each.all(kind)
        }
        return [each for each in everywhere if each.first("title").strip() in named] or everywhere


def study_of(told: Any, where: str) -> Study:
    """The study of a record.

    Raises
    ------
    MalformedAnswer
        If it is none.
    """
    if not isinstance(told, dict) or not isinstance(told.get("accno"), str):
        raise MalformedAnswer(f"{where}: it is no study: it has no accno")
    if not isinstance(told.get("section"), dict):
        raise MalformedAnswer(f"{where}: {told['accno']} has no section")
    bare = {"attributes": told.get("attributes")}
    return Study(told["accno"], _section(bare, where), _section(told["section"], where))


def without_mail(value: str) -> str:
    """The text with no address of e-mail in it."""
    return _MAIL.sub("[address removed]", value)


def attributes_of(told: Any, where: str) -> dict[str, tuple[str, ...]]:
    """A list of names and values as one mapping; what has no value, or is an address, is not."""
    made: dict[str, tuple[str, ...]] = {}
    for each in _flat(told, where):
        name, value = each.get("name"), each.get("value")
        if not isinstance(name, str) or value in (None, "") or _MAIL_NAME.search(name):
            continue
        made[name] = (*made.get(name, ()), without_mail(str(value)))
    return made


def organisms(parts: list[Section]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """The names of organisms in biosamples, and their numbers in NCBI's taxonomy."""
    names: list[str] = []
    numbers: list[int] = []
    for part in parts:
        names += part.all("organism")
        for each in part.below("organism"):
            names += each.all("scientific name")
            numbers += [
                int(found[1])
                for value in each.all("ncbi taxon id")
                if (found := _NCBI.search(value))
            ]
    return tuple(dict.fromkeys(names)), tuple(dict.fromkeys(numbers))


def methods(parts: list[Section]) -> tuple[str, ...]:
    """How images were made: in words, or as terms of the FBbi ontology."""
    found: list[str] = []
    for part in parts:
        found += part.all("imaging method")
        for each in part.below("imaging method"):
            found += each.all("ontology value")
    return tuple(dict.fromkeys(found))


def _section(told: Mapping[str, Any], where: str) -> Section:
    addresses = {}
    for each in _flat(told.get("attributes"), where):
        for more in _flat(each.get("valqual"), where):
            if more.get("name") == "URL" and isinstance(each.get("name"), str):
                addresses[each["name"].lower()] = str(more.get("value", ""))
    named: dict[str, tuple[str, ...]] = {}
    for name, values in attributes_of(told.get("attributes"), where).items():
        named[name.lower()] = (*named.get(name.lower(), ()), *values)
    return Section(
        kind=str(told.get("type") or "").lower(),
        attributes=named,
        addresses=addresses,
        files=tuple(_flat(told.get("files"), where)),
        links=tuple(str(each["url"]) for each in _flat(told.get("links"), where) if "url" in each),
        sections=tuple(_section(each, where) for each in _flat(told.get("subsections"), where)),
    )


def _flat(told: Any, where: str) -> list[dict[str, Any]]:
    """The objects of a list, of lists in it, or of a single one; empty ones are nothing."""
    if not told:
        return []
    if isinstance(told, dict):
        return [told]
    if not isinstance(told, list):
        raise MalformedAnswer(f"{where}: {str(told)[:60]!r} stands where a list should")
    return [each for part in told for each in _flat(part, where)]

"""What a person, a panel or a table wants to know of an entry, and the cell that reads it."""

import functools
import textwrap
from collections.abc import Mapping
from html import escape
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from .declarations import OWN_SOURCE, PRODUCTS_SOURCE, Extent, Licence, Login, Tier, Variable
from .tree import Entry


class EntryFacts(BaseModel):
    """All that is known of an entry without reading it. Goes to JSON as it is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    description: str
    source: str
    source_title: str
    variables: tuple[Variable, ...]
    extent: Extent
    protocol: str
    makes: Literal["xarray:Dataset", "pandas:DataFrame", "geopandas:GeoDataFrame"]
    lazy: bool
    parameters: dict[str, Any]  # JSON Schema of each, with the entry's default
    example: dict[str, Any]
    tiers: tuple[Tier, ...]
    synthetic_sample: bool
    login: Login
    login_name: str
    licence: Licence
    citation: str
    evidence: str
    live_verified: str
    snippet: str

    def __str__(self) -> str:
        """What a person asks first, a line each; the fields hold the rest."""
        width = max(len(label) for label, _ in self._told())
        under = " " * (width + 2)
        lines = [
            textwrap.fill(f"{label:<{width}}  {text}", width=95, subsequent_indent=under)
            for label, text in self._told()
        ]
        return "\n".join([f"{self.name}: {self.title}", *lines])

    def __repr__(self) -> str:
        """Give the same at a prompt, where a model would show all its fields on one line."""
        return str(self)

    def _repr_html_(self) -> str:
        rows = "".join(
            f'<tr><th style="text-align: left">{escape(label)}</th>'
            f'<td style="text-align: left">{escape(text)}</td></tr>'
            for label, text in self._told()
        )
        return f"<p><code>{escape(self.name)}</code>: {escape(self.title)}</p><table>{rows}</table>"

    @property
    def tiers_told(self) -> str:
        """The tiers in words, with what the sample is."""
        if self.source in {OWN_SOURCE, PRODUCTS_SOURCE}:
            return "the file itself"
        sample = "SYNTHETIC" if self.synthetic_sample else "real"
        return ", ".join(self.tiers) + f" ({sample})" * ("sample" in self.tiers)

    @property
    def example_told(self) -> str:
        """A request that the entry answers, as it is written in a notebook."""
        return f"read({', '.join(f'{name}={value!r}' for name, value in self.example.items())})"

    def _told(self) -> list[tuple[str, str]]:
        west, south, east, north = self.extent.bbox
        first, last = self.extent.time
        asked = ", ".join(f"{name}={facts['default']!r}" for name, facts in self.parameters.items())
        return [
            ("about", self.description),
            ("source", self.source_title),
            ("variables", ", ".join(f"{each.name} ({each.units})" for each in self.variables)),
            ("where", f"{west:g} to {east:g} degrees east, {south:g} to {north:g} north"),
            ("when", f"{first} to {last or 'now'}"),
            ("parameters", asked or "none"),
            *([("example", self.example_told)] if self.example else []),
            ("tiers", self.tiers_told),
            ("licence", f"{self.licence.name}: {self.licence.text}"),
            ("cite", self.citation),
        ]


def facts_of(entry: Entry, laboratory: str) -> EntryFacts:
    """The facts of an entry, as seen from a laboratory's catalogue."""
    declared, reader = entry.declaration, entry.reader
    schema = _properties(reader.request) if declared.parameters else {}
    return EntryFacts(
        name=entry.name,
        title=declared.title,
        description=declared.description,
        source=entry.source,
        source_title=entry.source_title,
        variables=declared.variables,
        extent=declared.extent,
        protocol=reader.protocol,
        makes=reader.makes,
        lazy=reader.lazy,
        parameters={
            name: {**schema[name], "default": default}
            for name, default in declared.parameters.items()
        },
        example=declared.example,
        tiers=entry.tiers,
        synthetic_sample=declared.sample is not None and declared.sample.synthetic,
        login=entry.login,
        login_name=entry.login_name,
        licence=entry.licence,
        citation=entry.citation,
        evidence=declared.evidence,
        live_verified=str(declared.live_verified),
        snippet=_snippet(entry, laboratory),
    )


@functools.cache
def _properties(request: type[BaseModel]) -> Mapping[str, Any]:
    """What a reader can be asked, as JSON Schema; many entries have one reader."""
    properties: Mapping[str, Any] = request.model_json_schema()["properties"]
    return properties


def snippet_of(entry: Entry, request: Mapping[str, object]) -> str:
    """A cell that reads an entry of any source with exactly this request."""
    asked = "".join(f", {name}={value!r}" for name, value in request.items())
    opened = f'bluecloud_catalogs.open_entry("{entry.name}"{asked})'
    return f"{_heading(entry)}import bluecloud_catalogs\n\n{_read(entry.name, opened)}"


def _snippet(entry: Entry, laboratory: str) -> str:
    """A cell that opens and reads the entry as one of its laboratory's catalogue."""
    asked = ", ".join(f"{name}={value!r}" for name, value in entry.declaration.example.items())
    opened = f'catalogue["{entry.name}"]' + (f"({asked})" if asked else "")
    return (
        f"{_heading(entry)}import bluecloud_catalogs\n\n"
        f'catalogue = bluecloud_catalogs.open_catalog("{laboratory}")\n'
        f"{_read(entry.name, opened)}"
    )


def _read(name: str, opened: str) -> str:
    return f"{name} = {opened}.read()\n{name}\n"


def _heading(entry: Entry) -> str:
    """Licence and citation as a comment. The texts are single lines by their declaration."""
    declared = entry.declaration
    said = [f"Cite: {entry.citation}"]
    if declared.url and declared.sample and declared.sample.synthetic:
        said.append(
            "These are the provider's. Should the synthetic sample answer instead, "
            f'{entry.name}.attrs["licence"] and ["citation"] hold.'
        )
    comment = "\n".join(
        textwrap.fill(
            text,
            width=95,
            initial_indent="# ",
            subsequent_indent="# ",
            break_long_words=False,  # an address is copied whole
            break_on_hyphens=False,
        )
        for text in said
    )
    return f"# {declared.title} - licence: {entry.licence.name}\n{comment}\n"

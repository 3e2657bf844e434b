"""What a person, a panel or a table wants to know of an entry, and the cell that reads it."""

from typing import Any, Literal

from pydantic import BaseModel, ConfigDict

from .declarations import Extent, Licence, Login, Tier, Variable
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
    makes: Literal["xarray:Dataset", "pandas:DataFrame"]
    lazy: bool
    parameters: dict[str, Any]  # JSON Schema of each, with the entry's default
    example: dict[str, Any]
    tiers: tuple[Tier, ...]
    synthetic_sample: bool
    login: Login
    licence: Licence
    citation: str
    evidence: str
    live_verified: str
    snippet: str


def facts_of(entry: Entry, laboratory: str) -> EntryFacts:
    """The facts of an entry, as seen from a laboratory's catalogue."""
    declared, reader = entry.declaration, entry.reader
    schema = reader.request.model_json_schema()["properties"] if declared.parameters else {}
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
        licence=entry.licence,
        citation=entry.citation,
        evidence=declared.evidence,
        live_verified=str(declared.live_verified),
        snippet=_snippet(entry, laboratory),
    )


def _snippet(entry: Entry, laboratory: str) -> str:
    """A cell that opens and reads the entry. Its texts are single lines by their declaration."""
    declared = entry.declaration
    asked = ", ".join(f"{name}={value!r}" for name, value in declared.example.items())
    call = f"({asked})" if asked else ""
    return (
        f"# {declared.title} - licence: {entry.licence.name}\n"
        f"# Cite: {entry.citation}\n"
        "import bluecloud_catalogs\n"
        "\n"
        f'catalogue = bluecloud_catalogs.open_catalog("{laboratory}")\n'
        f'{entry.name} = catalogue["{entry.name}"]{call}.read()\n'
        f"{entry.name}\n"
    )

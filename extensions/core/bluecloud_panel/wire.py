"""What goes over the wire between the panel's two halves.

The TypeScript of the other half is generated from here (`extensions/wire.py`), so that the two
cannot drift apart.
"""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue


class Wire(BaseModel):
    """The base of all answers: fixed once made."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        json_schema_serialization_defaults_required=True,  # an answer leaves nothing out
    )


class Askable(Wire):
    """A source that can be searched where it is."""

    source: str
    title: str


class Laboratory(Wire):
    """What this laboratory is, and what does not work in it now."""

    slug: str
    title: str
    summary: str
    version: str
    keeps_runs: bool = Field(False, description="Runs go on without the laboratory here.")
    most_runs: int = Field(description="So many a sweep may have.")
    askable: tuple[Askable, ...] = Field(
        (), description="Providers whose own search `where` of a search may name."
    )
    problems: tuple[str, ...] = ()


class Problem(Wire):
    """One thing the author of a notebook should correct."""

    kind: str
    message: str
    line: int | None = None


class Analysis(Wire):
    """A curated notebook, and the person's own copy of it."""

    name: str
    title: str
    summary: str
    form: Annotated[dict[str, JsonValue], Field(json_schema_extra={"x-typescript": "RJSFSchema"})]
    problems: tuple[Problem, ...] = ()
    copy_path: str | None = Field(None, description="The person's copy, below the server's root.")
    curated_is_newer: bool = Field(
        False, description="The person changed the copy, and the curated notebook changed since."
    )
    picture: str | None = Field(
        None, description="Which picture it has: another one where that changed."
    )
    picture_words: str = Field("", description="What the picture shows.")


class Analyses(Wire):
    """All analyses of the laboratory, by title, and what does not work with them now."""

    analyses: tuple[Analysis, ...]
    problems: tuple[str, ...] = ()


class OpenRequest(Wire):
    """Which notebook to open: the person's copy, or the curated one beside it."""

    beside: bool = Field(False, description="A new copy of the curated one under a fresh name.")


class RunRequest(Wire):
    """The parameters of one run; those left out keep their defaults."""

    parameters: dict[str, JsonValue] = {}


class Notebook(Wire):
    """A notebook of the person's, to be opened."""

    path: str = Field(description="Below the server's root, as the contents API has it.")


class StoredLogin(Wire):
    """A login that the deployment keeps sealed for the person, without what it is."""

    kind: Literal["token", "password", "unreadable"]
    username: str | None = None
    stored: str = Field(description="ISO 8601.")
    expires: str | None = Field(None, description="ISO 8601, where the provider says it.")
    expired: bool


class Provider(Wire):
    """A provider that knows logins, and the person's own with it."""

    source: str
    title: str
    need: Literal["none", "optional", "required"] = Field(
        description="The most that an entry of the laboratory's catalogue asks for."
    )
    entries: tuple[str, ...] = Field(description="Titles of the entries that ask for it.")
    login: StoredLogin | None = None


class Access(Wire):
    """Providers that know logins: those of this laboratory's data first."""

    providers: tuple[Provider, ...]
    problems: tuple[str, ...] = ()


class LoginRequest(Wire):
    """A login to be stored: a token, or a name with a password. It is never answered again."""

    token: str | None = None
    username: str | None = None
    password: str | None = None

    def __repr__(self) -> str:
        """Nothing of it; so it is in no log."""
        return "LoginRequest()"

    __str__ = __repr__


class Variable(Wire):
    """A variable of an entry."""

    name: str
    standard_name: str | None = None
    units: str


class Licence(Wire):
    """What one may do with the data."""

    name: str
    text: str
    url: str


class Extent(Wire):
    """Where and when: west, south, east, north in degrees; first and last day, ISO 8601."""

    bbox: tuple[float, float, float, float]
    time: tuple[str, str | None]


class Entry(Wire):
    """One entry of the laboratory's catalogue."""

    name: str
    title: str
    description: str
    source: str
    variables: tuple[Variable, ...]
    extent: Extent
    licence: Licence
    citation: str
    protocol: str
    evidence: str = Field(description="Where its identifier and address are known from.")
    live_verified: str = Field(description="The day it was last read live, never, or why neither.")
    login: Literal["none", "optional", "required"]
    tiers: tuple[Literal["live", "snapshot", "sample"], ...]
    synthetic: bool = Field(description="Its sample is made up.")
    example: dict[str, JsonValue] = Field(description="The parameters that the snippet asks with.")
    snippet: str = Field(description="Python that reads it, ready to run.")


class Catalogue(Wire):
    """The entries of the laboratory's catalogue, and those that cannot be used."""

    entries: tuple[Entry, ...]
    problems: tuple[str, ...] = ()


class FindRequest(Wire):
    """What is looked for: all that is given has to be fulfilled, of a list one of it."""

    where: str = Field(
        "here",
        pattern=r"^(here|service|at:[a-z0-9]+)$",
        description="Which index is asked; with `at:` before it, which source.",
    )
    text: str = ""
    bbox: tuple[float, float, float, float] | None = Field(
        None, description="West, south, east, north, degrees."
    )
    first: str | None = Field(None, description="ISO 8601: a year, month or day.")
    last: str | None = Field(None, description="The same, included.")
    depth: tuple[float, float] | None = Field(None, description="Metres, positive down.")
    variables: tuple[str, ...] = ()
    taxa: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    levels: tuple[str, ...] = ()
    platforms: tuple[str, ...] = ()
    limit: Annotated[int, Field(ge=1, le=100)] = 20
    token: str | None = Field(None, description="Of the page before; none asks for the first.")


class Hit(Wire):
    """One thing that was found."""

    id: str
    title: str
    description: str
    source: str
    level: str
    variables: tuple[str, ...] = Field(description="What was measured, in words.")
    platform: str | None
    bbox: tuple[float, float, float, float] | None
    time: tuple[str | None, str | None] | None = Field(description="First and last day, ISO 8601.")
    depth: tuple[float, float] | None = Field(description="Metres, positive down.")
    licence: str | None
    citation: str | None
    page: str | None = Field(description="Where a person reads about it.")
    picture: str | None
    access: Literal["open", "login", "request", "private"]
    synthetic: bool = Field(description="What is read here may be made up.")
    entry: str | None = Field(description="The catalogue's entry that reads it.")
    request: dict[str, JsonValue] = Field(
        description="With which parameters it does: as far as it takes them, those searched for."
    )
    beyond: tuple[Literal["bbox", "time", "depth"], ...] = Field(
        description="Of what was searched, what the entry cannot be asked for: it reads more."
    )
    refused: str = Field(
        description="Why what was searched is not read at once, and an example instead; or empty."
    )
    snippet: str | None = Field(description="Python that reads exactly this, ready to run.")


class FacetValue(Wire):
    """A value that some of what was found has, and how many."""

    value: str
    label: str
    number: int


class Facet(Wire):
    """How all that was found divides."""

    name: str
    values: tuple[FacetValue, ...]


class Found(Wire):
    """One page of what was found; facets come with the first."""

    where: str = Field(description="What was searched, in words.")
    total: int
    token: str | None = Field(description="Asks for the next page.")
    suggestion: str = Field(description="What may have been meant, where nothing was found.")
    hits: tuple[Hit, ...]
    facets: tuple[Facet, ...]


class SuggestRequest(Wire):
    """The beginning of a word."""

    text: str


class Suggestion(Wire):
    """A variable or taxon of the vocabulary."""

    kind: Literal["variable", "taxon"]
    value: str
    label: str


class Suggestions(Wire):
    """What may be meant, the likeliest first."""

    suggestions: tuple[Suggestion, ...]


class SourceState(Wire):
    """A source as it is now."""

    source: str
    title: str
    state: Literal["asking", "ok", "slow", "down", "login", "snapshot", "sample"]
    words: str


class Sources(Wire):
    """All sources."""

    sources: tuple[SourceState, ...]


class Use(Wire):
    """How much of something is used: bytes, or processors."""

    used: float
    limit: float
    is_shared: bool = Field(description="The limit is the machine's, and others use it too.")


class ServerState(Wire):
    """The person's server."""

    memory: Use
    processor: Use
    home: Use
    stops_at: str | None = Field(
        description="ISO 8601: when it is stopped if nothing happens; null is never."
    )
    idle_s: int = Field(description="After so long without activity it is stopped; 0 is never.")
    is_rescued: bool = Field(
        description="It was started without room in the home: what is deleted is gone at once."
    )


class ReleaseNews(Wire):
    """The release that the next start takes, and what the laboratory's managers say."""

    compared: Literal["same", "newer", "earlier", "other"] = Field(
        description="With the one that runs; `earlier` after a rollback, `other` if nobody knows."
    )
    digest: str
    version: str
    message: str = Field(description="What is new in it.")
    notice: str = Field(description="What is said to everybody now; empty if nothing is.")


class OwnFile(Wire):
    """A file of the person's own to be added to what can be found and read."""

    path: str = Field(description="Below the server's root, as the contents API has it.")
    title: str | None = None
    visibility: Literal["private", "laboratory"] = "private"
    licence: Literal["all rights reserved", "CC0 1.0", "CC BY 4.0", "CC BY-NC 4.0"] = (
        "all rights reserved"
    )
    citation: str | None = None


class AddedFile(Wire):
    """What was added."""

    entry: str
    words: str
    snippet: str


class FieldFailure(Wire):
    """One value that is not allowed, and what would be."""

    field: str
    error: str
    allowed: str


class Failure(Wire):
    """The answer where something cannot be done."""

    kind: str
    error: str
    fields: tuple[FieldFailure, ...] = ()


class Plots(Wire):
    """Which scripts that draw plots this server serves; part of the page's own configuration."""

    bokeh: str | None = Field(None, description="Version of BokehJS; none if it is not installed.")
    panel: str | None = Field(None, description="Version of Panel; none if it is not installed.")

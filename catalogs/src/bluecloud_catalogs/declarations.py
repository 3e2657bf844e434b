"""What the YAML files of ``catalogs`` may say.

Intake's own YAML is code: it names classes to import and functions to call. Ours is data.
A reader is a word from a list, a URL has one place to fill in, and a field that is not
declared here is an error, so that a catalogue can be read from anywhere without trusting it.
"""

import keyword
import re
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

Login = Literal["none", "optional", "required"]
Tier = Literal["live", "snapshot", "sample"]
OWN_SOURCE = "own"  # the source of a person's own files, which is in no YAML
PRODUCTS_SOURCE = "products"  # and that of what laboratories published


def _one_line(text: str) -> str:
    if not text.isprintable():
        raise ValueError("must be one line of printable characters")
    return text


def _an_identifier(name: str) -> str:
    if keyword.iskeyword(name):
        raise ValueError("must not be a word of Python's own, it becomes a variable in a notebook")
    return name


def _one_place(url: str) -> str:
    """Refuse every template but one at the beginning, ``{base}`` or the name of a service.

    No other value ever comes into a URL from a file.
    """
    if not re.fullmatch(r"\{[a-z][a-z0-9]{1,19}\}[^{}]*", url):
        raise ValueError("must begin with {base} or {service} and hold no other template")
    return url


def _web_address(url: str) -> str:
    if not url.startswith(("https://", "http://")) or "@" in url.split("/")[2]:
        raise ValueError("must begin with https:// or http:// and hold no user or password")
    return url.rstrip("/")


def _server_address(url: str) -> str:
    if url.startswith("ftp://"):
        return url[:3] + _web_address(f"http{url[3:]}").removeprefix("http")
    return _web_address(url)


def _below(path: str) -> str:
    if path.startswith("/") or "\\" in path or ".." in path.split("/"):
        raise ValueError("must be a path below its folder, without ..")
    return path


Line = Annotated[str, Field(min_length=1), AfterValidator(_one_line)]
Service = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,19}$")]
Slug = Annotated[str, Field(pattern=r"^[a-z][a-z0-9]{1,29}$")]
EntryName = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{1,59}$"), AfterValidator(_an_identifier)]
WebAddress = Annotated[Line, AfterValidator(_web_address)]
ServerAddress = Annotated[Line, AfterValidator(_server_address)]
UrlTemplate = Annotated[Line, AfterValidator(_one_place)]
RelativePath = Annotated[Line, AfterValidator(_below)]
Longitude = Annotated[float, Field(ge=-180, le=360)]
Latitude = Annotated[float, Field(ge=-90, le=90)]


class Declared(BaseModel):
    """The base of all that is declared: fixed once read, and nothing beside the fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Variable(Declared):
    """A variable as it comes out of the reader, and its name in the vocabularies.

    ``native`` is what the provider calls it, where that differs; ``aphia_id`` is the taxon of
    WoRMS that it is about.
    """

    name: Line
    standard_name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")] | None = None
    units: Line
    p01: Annotated[str, Field(pattern=r"^[A-Z0-9]{8}$")] | None = None
    p02: Annotated[str, Field(pattern=r"^[A-Z0-9]{4}$")] | None = None
    aphia_id: Annotated[int, Field(gt=0)] | None = None
    native: Line | None = None


class Extent(Declared):
    """Where and when: box in degrees, first and last day (none: it goes on), depth in metres."""

    bbox: tuple[Longitude, Latitude, Longitude, Latitude]
    time: tuple[date, date | None]
    depth: tuple[float, float] | None = None

    @model_validator(mode="after")
    def _ordered(self) -> "Extent":
        if self.bbox[1] > self.bbox[3]:
            raise ValueError("bbox is west, south, east, north: south is above north")
        if self.time[1] is not None and self.time[0] > self.time[1]:
            raise ValueError("time begins after it ends")
        if self.depth is not None and self.depth[0] > self.depth[1]:
            raise ValueError("depth is positive down and begins with the shallower")
        return self


class Licence(Declared):
    """What one may do with the data, in words of our own where the provider's are unclear."""

    name: Line
    text: Line
    url: WebAddress


class PackageSample(Declared):
    """Files that came with an installed package; ``package`` is never imported."""

    kind: Literal["package"]
    package: Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]*$")]
    path: RelativePath
    synthetic: bool


class FolderSample(Declared):
    """Files of our own, below ``catalogs/samples``."""

    kind: Literal["folder"]
    path: RelativePath
    synthetic: bool


class FormulaSample(Declared):
    """No file at all: the reader computes it, so it is always synthetic."""

    kind: Literal["formula"]
    synthetic: Literal[True]


Sample = Annotated[PackageSample | FolderSample | FormulaSample, Field(discriminator="kind")]


class EntryDeclaration(Declared):
    """One entry of a source: what it is, how it is read and how one knows that this is true."""

    title: Line
    description: Line
    variables: Annotated[tuple[Variable, ...], Field(min_length=1)]
    extent: Extent
    reader: str
    options: dict[str, Any] = {}
    url: UrlTemplate | None = None
    probe: UrlTemplate | None = None
    parameters: dict[str, Any] = {}
    example: dict[str, Any] = {}
    sample: Sample | None = None
    login: Login | None = None
    login_name: Slug | None = None  # under which it is stored, where that is not the source's
    licence: Licence | None = None
    citation: Line | None = None
    evidence: Line
    live_verified: date | Literal["never", "not applicable"]


class SourceDeclaration(Declared):
    """A source: what its entries have in common. The file's name is its slug.

    ``services`` are its addresses by name, where it has more than ``url``; either may be FTP's.
    ``probe`` is what is asked to see whether it is there; ``connections`` is how many it is
    asked at once.
    """

    title: Line
    url: ServerAddress | None = None
    services: dict[Service, ServerAddress] = {}
    probe: UrlTemplate | None = None
    connections: Annotated[int, Field(ge=1, le=16)] = 8
    login: Login = "none"
    licence: Licence | None = None
    citation: Line | None = None
    entries: Annotated[dict[str, Any], Field(min_length=1)]


class LaboratoryDeclaration(Declared):
    """A laboratory's catalogue: the names of its entries, in the order they are shown."""

    entries: Annotated[tuple[EntryName, ...], Field(min_length=1)]

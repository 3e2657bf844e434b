"""From the YAML files of the tree to checked entries.

The files lie open, beside the package and not in it, so that an operator can add an entry
without building anything. ``BLUECLOUD_ROOT`` says where the tree is; in a checkout the
package finds it from its own place.

A broken entry must not cost the laboratories that do not use it, so that sources are read
entry by entry and what is wrong is kept until somebody asks for it.
"""

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, TypeAdapter, ValidationError

from .declarations import (
    OWN_SOURCE,
    PRODUCTS_SOURCE,
    EntryDeclaration,
    EntryName,
    LaboratoryDeclaration,
    Licence,
    Login,
    ServerAddress,
    Slug,
    SourceDeclaration,
    Tier,
)
from .errors import CatalogueError
from .readers import READERS, SourceReader

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True)
class SourcePlaces:
    """The addresses of a source in force, and how it is to be treated."""

    services: Mapping[str, str]  # by name; its url is "base"
    moved: Sequence[tuple[str, str]]
    probe: str | None
    connections: int

    def filled(self, template: str) -> str:
        """The template with its service filled in."""
        for name, address in self.services.items():
            template = template.replace("{" + name + "}", address)
        return template


@dataclass(frozen=True)
class Entry:
    """An entry with what it has from its source: complete, checked, ready to be read."""

    name: str
    source: str
    source_title: str
    declaration: EntryDeclaration
    licence: Licence
    citation: str
    login: Login
    login_name: str
    places: "SourcePlaces"

    @property
    def reader(self) -> SourceReader:
        """Return what knows how to read it."""
        return READERS[self.declaration.reader]

    @property
    def is_here(self) -> bool:
        """Whether it is a file of one's own or a product, which no provider is asked for."""
        return self.source in {OWN_SOURCE, PRODUCTS_SOURCE}

    @property
    def tiers(self) -> tuple[Tier, ...]:
        """The tiers it can be read from at all, best first."""
        if self.is_here:
            return ("live",)
        live: tuple[Tier, ...] = ("live", "snapshot") if self.declaration.url else ()
        return (*live, "sample") if self.declaration.sample else live

    @property
    def address(self) -> str:
        """The provider's address, with what the environment overrides applied."""
        return self.places.filled(self.declaration.url or "")

    @property
    def probe(self) -> str | None:
        """The address that tells whether the provider is there."""
        template = self.declaration.probe or self.places.probe
        return self.places.filled(template) if template else None

    @property
    def services(self) -> Mapping[str, str]:
        """The addresses of the source's services, by name."""
        return self.places.services

    @property
    def moved(self) -> Sequence[tuple[str, str]]:
        """Addresses as declared, each with the one in force."""
        return self.places.moved

    @property
    def connections(self) -> int:
        """How many requests the source is asked at once."""
        return self.places.connections


@dataclass
class Sources:
    """All entries of all sources, and what is wrong with those that cannot be used."""

    entries: dict[str, Entry] = field(default_factory=dict)
    broken: dict[str, CatalogueError] = field(default_factory=dict)
    unreadable: list[CatalogueError] = field(default_factory=list)


def root() -> Path:
    """The tree's root: ``BLUECLOUD_ROOT``, else the checkout the package lies in.

    Raises
    ------
    CatalogueError
        If neither holds ``catalogs/sources``.
    """
    told = os.environ.get("BLUECLOUD_ROOT")
    place = Path(told) if told else Path(__file__).resolve().parents[3]
    if not (place / "catalogs" / "sources").is_dir():
        said = f"BLUECLOUD_ROOT={told}" if told else f"the package lies in {Path(__file__).parent}"
        raise CatalogueError(
            f"no catalogs/sources below {place} ({said}): "
            "set BLUECLOUD_ROOT to the folder that holds catalogs/"
        )
    return place


def read_laboratory(slug: str) -> LaboratoryDeclaration:
    """Read a laboratory's catalogue: which entries it has.

    Raises
    ------
    CatalogueError
        If there is none of that name, or it cannot be used as it stands.
    """
    folder = root() / "catalogs"
    path = folder / f"{slug}.yaml"
    known = sorted(file.stem for file in folder.glob("*.yaml"))
    if slug not in known:
        raise CatalogueError(f"no catalogue {slug!r} in {folder}: there are {', '.join(known)}")
    return _checked(LaboratoryDeclaration, read_yaml(path), where=str(path))


def read_sources() -> Sources:
    """Read every source of the tree, entry by entry.

    What was read is kept as long as no file of it has changed and the environment, which may
    override addresses, is the same: reading takes longer than most of what it is needed for.
    """
    global _last
    paths = sorted((root() / "catalogs" / "sources").glob("*.yaml"))
    now = _state(paths)
    if _last is None or _last[0] != now:
        _last = now, _read(paths)
    known = _last[1]
    return Sources(dict(known.entries), dict(known.broken), list(known.unreadable))


_State = tuple[tuple[object, ...], ...]
# Replaced as a whole, so that threads see one or the other.
_last: tuple[_State, Sources] | None = None


def _state(paths: Sequence[Path]) -> _State:
    """What tells a change of files, or of the environment."""
    told = sorted(each for each in os.environ.items() if each[0].startswith("BLUECLOUD_"))
    files: list[tuple[object, ...]] = []
    for path in paths:
        try:
            found = path.stat()
        except OSError:
            files.append((str(path),))
        else:
            files.append((str(path), found.st_mtime_ns, found.st_size, found.st_ino))
    return (*files, *told)


def _read(paths: Sequence[Path]) -> Sources:
    found = Sources()
    for path in paths:
        try:
            TypeAdapter(Slug).validate_python(path.stem)
            source = _checked(SourceDeclaration, read_yaml(path), where=str(path))
            places = _places(path.stem, source)
        except ValidationError:
            found.unreadable.append(
                CatalogueError(f"{path}: a source's name is lower-case letters and digits")
            )
            continue
        except CatalogueError as error:
            found.unreadable.append(error)
            continue
        for name, content in source.entries.items():
            _add(found, path, str(name), content, source, places)
    return found


def read_yaml(path: Path) -> Any:
    """The plain data of a YAML file: no tags, no anchors, no key twice.

    Raises
    ------
    CatalogueError
        If it is not that.
    """
    try:
        text = path.read_text(encoding="utf-8")
        if any(isinstance(event, yaml.AliasEvent) for event in yaml.parse(text, _Loader)):
            raise CatalogueError(f"{path}: anchors and aliases are not used in catalogues")
        return yaml.load(text, _Loader)  # noqa: S506 -- it is a SafeLoader
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        raise CatalogueError(f"{path}: {error}") from error


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]
    """YAML's plain types; a key that occurs twice would hide one of its values."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        keys = [self.construct_object(key, deep=True) for key, _ in node.value]
        for number, key in enumerate(keys):
            if key in keys[:number]:
                raise yaml.constructor.ConstructorError(
                    None, None, f"{key!r} occurs twice", node.start_mark
                )
        content: dict[Any, Any] = super().construct_mapping(node, deep=deep)
        return content


def _add(
    found: Sources,
    path: Path,
    name: str,
    content: object,
    source: SourceDeclaration,
    places: SourcePlaces,
) -> None:
    """Check one entry and put it where it belongs: with the good ones or the broken."""
    where = f"{path}, entry {name!r}"
    try:
        if name in found.entries or name in found.broken:
            raise CatalogueError(f"{where}: another source has an entry of this name")
        found.entries[name] = _entry(where, path.stem, name, content, source, places)
    except CatalogueError as error:
        found.entries.pop(name, None)
        found.broken[name] = error


def _entry(
    where: str,
    slug: str,
    name: str,
    content: object,
    source: SourceDeclaration,
    places: SourcePlaces,
) -> Entry:
    try:
        TypeAdapter(EntryName).validate_python(name)
    except ValidationError as error:
        raise CatalogueError(f"{where}: {error.errors()[0]['msg']}") from error
    declared = _checked(EntryDeclaration, content, where=where)
    licence, citation = declared.licence or source.licence, declared.citation or source.citation
    if licence is None or citation is None:
        raise CatalogueError(f"{where}: neither it nor its source has both licence and citation")
    for template in filter(None, (declared.url, declared.probe, source.probe)):
        service = template[1 : template.index("}")]
        if service not in places.services:
            raise CatalogueError(
                f"{where}: {template} begins with a service that its source has not: "
                f"there are {', '.join(places.services) or 'none'}"
            )
    if not declared.url and not declared.sample:
        raise CatalogueError(f"{where}: it has neither url nor sample to be read from")
    if declared.reader not in READERS:
        raise CatalogueError(
            f"{where}: reader {declared.reader!r} is unknown: one of {', '.join(sorted(READERS))}"
        )
    reader = READERS[declared.reader]
    _checked(reader.options, declared.options, where=f"{where}, options")
    unknown = set(declared.parameters) - set(reader.request.model_fields)
    if unknown:
        raise CatalogueError(
            f"{where}: reader {declared.reader} has no parameter {', '.join(sorted(unknown))}: "
            f"it has {', '.join(reader.request.model_fields) or 'none'}"
        )
    if set(declared.example) - set(declared.parameters):
        raise CatalogueError(f"{where}: example sets what parameters does not list")
    _checked(reader.request, declared.parameters | declared.example, where=f"{where}, parameters")
    return Entry(
        name=name,
        source=slug,
        source_title=source.title,
        declaration=declared,
        licence=licence,
        citation=citation,
        login=declared.login or source.login,
        login_name=declared.login_name or slug,
        places=places,
    )


def _places(slug: str, source: SourceDeclaration) -> SourcePlaces:
    """The addresses in force.

    ``BLUECLOUD_<SOURCE>_URL`` moves the whole source: its services are then the folders of
    that address that have their names. ``BLUECLOUD_<SOURCE>_<SERVICE>_URL`` moves one of them.
    """
    declared = {"base": source.url} if source.url else {}
    declared |= source.services
    whole = _override(f"BLUECLOUD_{slug.upper()}_URL")
    in_force = {}
    for name, address in declared.items():
        moved = whole and (whole if name == "base" else f"{whole}/{name}")
        one = None if name == "base" else _override(f"BLUECLOUD_{slug.upper()}_{name.upper()}_URL")
        in_force[name] = one or moved or address
    # The longest first: of two addresses that both begin an answer's, it is meant.
    moved_pairs = sorted(
        ((address, in_force[name]) for name, address in declared.items()),
        key=lambda pair: -len(pair[0]),
    )
    return SourcePlaces(in_force, moved_pairs, source.probe, source.connections)


def _override(variable: str) -> str | None:
    told = os.environ.get(variable)
    if not told:
        return None
    try:
        return TypeAdapter(ServerAddress).validate_python(told)
    except ValidationError as error:
        # The value is kept out of the message: it may hold a password.
        raise CatalogueError(f"{variable}: {error.errors()[0]['msg']}") from None


def _checked(model: type[Model], content: object, *, where: str) -> Model:
    """The content as the model, or an error that names the field and what is allowed."""
    try:
        return model.model_validate(content)
    except ValidationError as error:
        raise CatalogueError(f"{where}: {explained(error, model.model_fields)}") from error


def explained(error: ValidationError, allowed: Iterable[str] | Mapping[str, Any]) -> str:
    """Say what pydantic found, in one line: field, value, and what is allowed there."""
    findings = []
    for finding in error.errors(include_url=False):
        name = ".".join(str(part) for part in finding["loc"]) or "the whole"
        if finding["type"] == "extra_forbidden":
            findings.append(f"{name} is unknown: there are {', '.join(allowed) or 'none'}")
        elif finding["type"] == "missing":
            findings.append(f"{name} is missing")
        else:
            message = finding["msg"].removeprefix("Value error, ")
            findings.append(f"{name} = {_short(finding['input'])}: {message}")
    return "; ".join(findings)


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."

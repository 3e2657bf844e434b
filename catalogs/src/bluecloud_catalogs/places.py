"""Where a reader's bytes come from.

A reader asks for files and does not know whether they come over the network, from what was
kept of an earlier answer, or from a folder. So each protocol is written once, and every tier
is read by the same code. A protocol that is asked questions names, with each request, the file
of a sample that answers it: that file is whole, and the reader, which checks what it got
against what it asked in any case, takes what it wants from it.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import TYPE_CHECKING, Protocol
from urllib.parse import quote, urlsplit
from urllib.request import url2pathname

from . import ftp, http
from .declarations import FolderSample, PackageSample, Tier
from .errors import MalformedAnswer, NotFound, SourceError, SourceUnavailable
from .http import Answer, Call, Method, Validators
from .snapshots import Kept, Snapshots

if TYPE_CHECKING:
    from .tree import Entry

_UNKNOWN = Validators()


@dataclass(frozen=True)
class Ask:
    """One request of a reader.

    Attributes
    ----------
    path
        Below the address, with its query, percent-encoded; or a whole address that an answer
        gave, which must lie at one of the source's own.
    service
        The service of the source that it goes to; none: the entry's own address.
    sample
        The file of a sample that answers it; none: the path without its query.
    secrets
        Headers with a login. What is asked with one is nobody else's, and is not kept.
    repeatable
        Whether asking twice does no harm: not for what makes a draft, an order or a job.
    file, form
        A file that is sent in the place of a body, and the other fields of a form with it.
    """

    path: str
    service: str | None = None
    method: Method = "GET"
    body: bytes = field(default=b"", repr=False)  # it may hold a password
    headers: Mapping[str, str] = field(default_factory=dict)
    statuses: frozenset[int] = frozenset({200})
    sample: str | None = None
    secrets: Mapping[str, str] = field(default_factory=dict, repr=False)
    follow: bool = True
    repeatable: bool = True
    file: Path | None = None
    form: Mapping[str, str] = field(default_factory=dict)

    @property
    def sample_path(self) -> str:
        """The path below a sample's folder."""
        return self.sample if self.sample is not None else self.path.partition("?")[0]


def with_query(path: str, query: Mapping[str, object], *, safe: str = "") -> str:
    """The path with a query, percent-encoded; what is None is left out.

    Parameters
    ----------
    path
        Encoded already.
    query
        Names and values; a sequence repeats its name.
    safe
        Characters of values to leave as they are.
    """
    pairs = []
    for name, value in query.items():
        several = value if isinstance(value, list | tuple) else (value,)
        pairs += [f"{name}={quote(str(each), safe=safe)}" for each in several if each is not None]
    return f"{path}?{'&'.join(pairs)}" if pairs else path


@dataclass(frozen=True)
class File:
    """A file as it was had, whole."""

    path: str
    content: bytes
    validators: Validators = _UNKNOWN
    kept_at: str = ""  # the day and hour a snapshot is of
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)  # of the answer, in lower case
    key: str = ""  # what it is kept under; nothing for what is not kept

    @property
    def content_type(self) -> str:
        """What the provider said it is; empty where nobody said."""
        return self.headers.get("content-type", "")

    @cached_property
    def sha256(self) -> str:
        """The checksum of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


class Place(Protocol):
    """One tier of one entry."""

    @property
    def tier(self) -> Tier:
        """Which tier it is."""

    def fetch(self, asks: Sequence[Ask | str]) -> list[File]:
        """The files asked for, in this order; all of them or an error. Text is a path.

        Raises
        ------
        NotFound
            If the place answers that it has no such file.
        SourceUnavailable
            If it does not answer.
        SourceError
            If it answers something else, as its status says.
        """

    def first(self, asks: Sequence[Ask | str]) -> File:
        """The first of these files that there is; raises as ``fetch`` does for the last."""

    def keep(self, files: Sequence[File]) -> None:
        """Remember files that a reader could make sense of; only the live tier does."""

    def folder(self) -> Path | None:
        """The folder the files lie in, where there is one: for readers that read parts."""


@dataclass(frozen=True)
class Addresses:
    """Where an entry and its source's services are.

    ``moved`` pairs addresses as the source's file declares them with those in force, so that
    what an answer points at is found at a mirror too.
    """

    entry: str
    services: Mapping[str, str] = field(default_factory=dict)
    moved: Sequence[tuple[str, str]] = ()

    def of(self, ask: Ask) -> str:
        """The address of a request.

        Raises
        ------
        MalformedAnswer
            If an answer pointed outside what the source declares: no login goes there, and no
            request.
        """
        if "://" in ask.path:
            for declared, in_force in self.moved:
                if ask.path == declared or ask.path.startswith((f"{declared}/", f"{declared}?")):
                    return in_force + ask.path[len(declared) :]
            known = [self.entry, *self.services.values()]
            if any(
                ask.path == each or ask.path.startswith((f"{each}/", f"{each}?")) for each in known
            ):
                return ask.path
            raise MalformedAnswer(
                f"{ask.path.partition('?')[0]}: the answer points outside of the source, which is "
                f"at {', '.join(dict.fromkeys(known))}"
            )
        base = self.services[ask.service] if ask.service else self.entry
        return f"{base}/{ask.path}" if ask.path and ask.path[0] != "?" else f"{base}{ask.path}"


@dataclass(frozen=True)
class Live:
    """The provider itself. Its good answers are kept, if there is somewhere to keep them."""

    addresses: Addresses
    snapshots: Snapshots | None
    connections: int = 8
    tier: Tier = "live"

    def fetch(self, asks: Sequence[Ask | str]) -> list[File]:
        """Ask the provider, only for what has changed since it was last kept."""
        made = [_ask(each) for each in asks]
        calls = [_call(ask, self.addresses) for ask in made]
        kept = [self._kept(ask, call) for ask, call in zip(made, calls, strict=True)]
        known = [answer.validators if answer else None for answer in kept]
        answers = _get_all(calls, known, self.connections)
        return [
            _file(ask, call, answer, each)
            for ask, call, answer, each in zip(made, calls, answers, kept, strict=True)
        ]

    def _kept(self, ask: Ask, call: Call) -> Kept | None:
        """What may be answered with "not modified"."""
        if self.snapshots is None or ask.secrets or call.method != "GET":
            return None
        return self.snapshots.find(_key(call))

    def first(self, asks: Sequence[Ask | str]) -> File:
        """Ask for one after the other."""
        return _first(self, asks, NotFound)

    def keep(self, files: Sequence[File]) -> None:
        """Keep them as the last good answers; what was not asked for again is there already."""
        if self.snapshots:
            for file in files:
                if file.key:
                    self.snapshots.keep(file.key, file.content, file.validators, file.status)

    def folder(self) -> Path | None:
        """Nowhere: it is at the provider."""
        return None


@dataclass(frozen=True)
class Snapshot:
    """The provider's last good answers."""

    addresses: Addresses
    snapshots: Snapshots
    tier: Tier = "snapshot"

    def fetch(self, asks: Sequence[Ask | str]) -> list[File]:
        """Find what was kept. What was never asked for is unavailable, which is not absent."""
        files = []
        for ask in map(_ask, asks):
            call = _call(ask, self.addresses)
            kept = None if ask.secrets else self.snapshots.find(_key(call))
            if kept is None:
                raise SourceUnavailable(f"no snapshot of {call.url} was ever kept")
            files.append(File(ask.path, kept.content(), kept.validators, kept.kept_at, kept.status))
        return files

    def first(self, asks: Sequence[Ask | str]) -> File:
        """Find the first that was kept."""
        return _first(self, asks, SourceUnavailable)

    def keep(self, files: Sequence[File]) -> None:
        """Do nothing: they are kept already."""

    def folder(self) -> Path | None:
        """Nowhere: files are kept under names of their own."""
        return None


@dataclass(frozen=True)
class Folder:
    """A folder of this machine, laid out as the provider's."""

    path: Path | None
    tier: Tier = "sample"

    def fetch(self, asks: Sequence[Ask | str]) -> list[File]:
        """Read the files."""
        if self.path is None:
            raise SourceUnavailable("this sample is computed, and has no files")
        files = []
        for ask in map(_ask, asks):
            path = ask.sample_path
            try:
                files.append(File(path, (self.path / path).read_bytes()))
            except (FileNotFoundError, IsADirectoryError) as error:
                raise NotFound(f"the sample has no file {path}") from error
        return files

    def first(self, asks: Sequence[Ask | str]) -> File:
        """Read the first that exists."""
        return _first(self, asks, NotFound)

    def keep(self, files: Sequence[File]) -> None:
        """Do nothing: a sample is not an answer to be kept."""

    def folder(self) -> Path | None:
        """The folder itself."""
        return self.path


def place_of(entry: Entry, tier: Tier) -> Place | None:
    """The entry's place in a tier; none where nothing was set up for it.

    Raises
    ------
    SourceUnavailable
        If the package a sample comes with is not installed.
    """
    if entry.is_here:
        path = Path(url2pathname(urlsplit(entry.address).path))
        return Folder(path, "live") if tier == "live" else None
    if tier == "live":
        return Live(addresses_of(entry), Snapshots.from_environment(), entry.connections)
    if tier == "snapshot":
        snapshots = Snapshots.from_environment()
        return Snapshot(addresses_of(entry), snapshots) if snapshots else None
    sample = entry.declaration.sample
    if isinstance(sample, PackageSample):
        return Folder(_folder_of_package(sample))
    if isinstance(sample, FolderSample):
        from .tree import root  # which knows the readers, and they ask with what is above

        return Folder(root() / "catalogs" / "samples" / sample.path)
    return Folder(None)


def addresses_of(entry: Entry) -> Addresses:
    """Where an entry is asked for, with what the environment overrides."""
    return Addresses(entry.address, entry.services, entry.moved)


def _get_all(calls: list[Call], known: list[Validators | None], connections: int) -> list[Answer]:
    """Each by its address's protocol; in the order asked."""
    over_ftp = [call for call in calls if call.url.startswith("ftp://")]
    others = [
        replace(call, known=each or _UNKNOWN)
        for call, each in zip(calls, known, strict=True)
        if not call.url.startswith("ftp://")
    ]
    files = iter(ftp.get_all(over_ftp, connections=connections) if over_ftp else [])
    answers = iter(http.get_all(others, connections=connections) if others else [])
    return [next(files if call.url.startswith("ftp://") else answers) for call in calls]


def _ask(told: Ask | str) -> Ask:
    return Ask(told) if isinstance(told, str) else told


def _call(ask: Ask, addresses: Addresses) -> Call:
    return Call(
        addresses.of(ask),
        ask.method,
        ask.body,
        ask.headers,
        ask.statuses,
        ask.secrets,
        ask.follow,
        ask.repeatable,
        file=ask.file,
        form=ask.form,
    )


def _key(call: Call) -> str:
    """What an answer is kept under: its address, and what else was asked with it."""
    headers = sorted((name.lower(), value) for name, value in call.headers.items())
    if call.method == "GET" and not call.body and not headers:
        return call.url
    asked = json.dumps(headers).encode() + call.body
    return f"{call.method} {call.url} {hashlib.sha256(asked).hexdigest()}"


def _file(ask: Ask, call: Call, answer: Answer, kept: Kept | None) -> File:
    key = "" if ask.secrets else _key(call)
    if answer.content is None and kept is not None:
        return File(ask.path, kept.content(), kept.validators, status=kept.status, key=key)
    content = answer.content or b""
    return File(ask.path, content, answer.validators, "", answer.status, answer.headers, key)


def _first(place: Place, asks: Sequence[Ask | str], absent: type[SourceError]) -> File:
    *others, last = asks
    for ask in others:
        try:
            return place.fetch([ask])[0]
        except absent:
            continue
    return place.fetch([last])[0]


def _folder_of_package(sample: PackageSample) -> Path:
    try:
        found = distribution(sample.package)
    except PackageNotFoundError as error:
        raise SourceUnavailable(
            f"the sample comes with the package {sample.package}, which is not installed: "
            f"pip install {sample.package}"
        ) from error
    return Path(str(found.locate_file(sample.path)))

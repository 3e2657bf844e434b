"""Where a reader's bytes come from.

A reader names files by their path below the source's address and does not know whether they
come over the network, from what was kept of an earlier answer, or from a folder. So each
protocol is written once, and every tier is read by the same code.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Protocol

from .declarations import FolderSample, PackageSample, Tier
from .errors import NotFound, SourceError, SourceUnavailable
from .http import Validators, get_all
from .snapshots import Snapshots
from .tree import Entry, root

_UNKNOWN = Validators()


@dataclass(frozen=True)
class File:
    """A file as it was had, whole."""

    path: str
    content: bytes
    validators: Validators = _UNKNOWN
    kept_at: str = ""  # the day and hour a snapshot is of

    @cached_property
    def sha256(self) -> str:
        """The checksum of its bytes."""
        return hashlib.sha256(self.content).hexdigest()


class Place(Protocol):
    """One tier of one entry."""

    @property
    def tier(self) -> Tier:
        """Which tier it is."""

    def fetch(self, paths: Sequence[str]) -> list[File]:
        """The files at these paths, in this order; all of them or an error.

        Raises
        ------
        NotFound
            If the place answers that it has no such file.
        SourceUnavailable
            If it does not answer.
        """

    def first(self, paths: Sequence[str]) -> File:
        """The first of these files that there is; raises as ``fetch`` does for the last."""

    def keep(self, files: Sequence[File]) -> None:
        """Remember files that a reader could make sense of; only the live tier does."""

    def folder(self) -> Path | None:
        """The folder the files lie in, where there is one: for readers that read parts."""


@dataclass(frozen=True)
class Live:
    """The provider itself. Its good answers are kept, if there is somewhere to keep them."""

    base_url: str
    snapshots: Snapshots | None
    tier: Tier = "live"

    def fetch(self, paths: Sequence[str]) -> list[File]:
        """Ask the provider, only for what has changed since it was last kept."""
        urls = [f"{self.base_url}/{path}" for path in paths]
        kept = {url: self.snapshots.find(url) if self.snapshots else None for url in urls}
        validators = {url: answer.validators for url, answer in kept.items() if answer}
        files = []
        for path, answer in zip(paths, get_all(urls, validators), strict=True):
            known = kept[answer.url]
            if answer.content is None and known is not None:
                files.append(File(path, known.content(), known.validators))
                continue
            files.append(File(path, answer.content or b"", answer.validators))
        return files

    def first(self, paths: Sequence[str]) -> File:
        """Ask for one after the other."""
        return _first(self, paths, NotFound)

    def keep(self, files: Sequence[File]) -> None:
        """Keep them as the last good answers; what was not asked for again is there already."""
        if self.snapshots:
            for file in files:
                self.snapshots.keep(f"{self.base_url}/{file.path}", file.content, file.validators)

    def folder(self) -> Path | None:
        """Nowhere: it is at the provider."""
        return None


@dataclass(frozen=True)
class Snapshot:
    """The provider's last good answers."""

    base_url: str
    snapshots: Snapshots
    tier: Tier = "snapshot"

    def fetch(self, paths: Sequence[str]) -> list[File]:
        """Find what was kept. What was never asked for is unavailable, which is not absent."""
        files = []
        for path in paths:
            kept = self.snapshots.find(f"{self.base_url}/{path}")
            if kept is None:
                raise SourceUnavailable(f"no snapshot of {self.base_url}/{path} was ever kept")
            files.append(File(path, kept.content(), kept.validators, kept.kept_at))
        return files

    def first(self, paths: Sequence[str]) -> File:
        """Find the first that was kept."""
        return _first(self, paths, SourceUnavailable)

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

    def fetch(self, paths: Sequence[str]) -> list[File]:
        """Read the files."""
        if self.path is None:
            raise SourceUnavailable("this sample is computed, and has no files")
        files = []
        for path in paths:
            try:
                files.append(File(path, (self.path / path).read_bytes()))
            except FileNotFoundError as error:
                raise NotFound(f"the sample has no file {path}") from error
        return files

    def first(self, paths: Sequence[str]) -> File:
        """Read the first that exists."""
        return _first(self, paths, NotFound)

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
    if tier == "live":
        return Live(entry.address, Snapshots.from_environment())
    if tier == "snapshot":
        snapshots = Snapshots.from_environment()
        return Snapshot(entry.address, snapshots) if snapshots else None
    sample = entry.declaration.sample
    if isinstance(sample, PackageSample):
        return Folder(_folder_of_package(sample))
    if isinstance(sample, FolderSample):
        return Folder(root() / "catalogs" / "samples" / sample.path)
    return Folder(None)


def _first(place: Place, paths: Sequence[str], absent: type[SourceError]) -> File:
    *others, last = paths
    for path in others:
        try:
            return place.fetch([path])[0]
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

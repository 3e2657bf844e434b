"""What of a laboratory's content a release has, and how a tree differs from it.

An image's layers are read from the top down, until nothing below can show any more: of a release
that was published as a layer, that is one small layer. What is below great ones is not fetched, and
`Contents.whole` says so; nothing hangs on it but what is told to people.
"""

from __future__ import annotations

import tarfile
import tempfile
import zlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from .errors import Damaged
from .images import Digest, Manifest, digest_of
from .layer import OPAQUE, ROOT, WHITEOUT, content_of, own_files, own_folder
from .registry import Registry

MOST_FETCHED = 64 * 2**20  # packed bytes of layers


@dataclass(frozen=True)
class Contents:
    """A release's files by their path in the tree; ``whole`` says whether that is all of them."""

    files: dict[str, Digest]
    whole: bool


@dataclass(frozen=True)
class Differences:
    """How a tree differs from a release, by paths in the tree."""

    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    whole: bool

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def contents_of(registry: Registry, repository: str, manifest: Manifest, slug: str) -> Contents:
    """The content that a release has.

    Raises
    ------
    RegistryError
        If its layers cannot be fetched, or are no archives.
    """
    seen, fetched = _Seen(slug), 0
    for layer in reversed(manifest.layers):
        if seen.settled():
            break
        fetched += layer.size
        if fetched > MOST_FETCHED or not layer.media_type.endswith(("tar", "gzip")):
            return Contents(seen.files, whole=False)
        with tempfile.TemporaryFile() as file:
            registry.fetch(repository, layer, file)
            try:
                with tarfile.open(fileobj=file) as archive:
                    seen.look_at(archive)
            except (tarfile.TarError, OSError, EOFError, zlib.error) as error:
                raise Damaged(f"the layer {layer.digest} is no archive: {error}") from error
    return Contents(seen.files, whole=True)


def differences(tree: Path, slug: str, before: Contents) -> Differences:
    """How a laboratory's tree differs from the content of a release.

    Raises
    ------
    TreeError
        If the tree cannot be published as it stands.
    """
    now = {name: digest_of(path.read_bytes()) for name, path in content_of(tree, slug).items()}
    return Differences(
        added=tuple(name for name in now if name not in before.files),
        changed=tuple(name for name, one in now.items() if before.files.get(name, one) != one),
        removed=tuple(name for name in sorted(before.files) if name not in now),
        whole=before.whole,
    )


@dataclass
class _Seen:
    """What showed so far, from the top layer down."""

    slug: str
    files: dict[str, Digest] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    emptied: set[str] = field(default_factory=set)

    def settled(self) -> bool:
        """Whether nothing below can show."""
        folder = own_folder(self.slug)
        return self._is_hidden(f"{folder}/x") and all(
            name in self.files or self._is_hidden(name) for name in own_files(self.slug)
        )

    def look_at(self, archive: tarfile.TarFile) -> None:
        """Add what shows of the next layer; what it hides is hidden below it, and not in it."""
        found: dict[str, Digest] = {}
        gone, emptied = set(self.gone), set(self.emptied)
        for member in archive:
            name = member.name.removeprefix("./").strip("/")
            folder, _, last = name.rpartition("/")
            if last == OPAQUE:
                _add(emptied, folder)
            elif last.startswith(WHITEOUT):
                _add(gone, f"{folder}/{last.removeprefix(WHITEOUT)}")
            elif not member.isdir() and (own := self._own(name)):
                found[own] = _digest(archive, member)
                gone.discard(own)
        shown = {n: d for n, d in found.items() if n not in self.files and not self._is_hidden(n)}
        self.files.update(shown)
        self.gone, self.emptied = gone, emptied

    def _own(self, name: str) -> str:
        path = name.removeprefix(f"{ROOT}/")
        is_own = path in own_files(self.slug) or path.startswith(f"{own_folder(self.slug)}/")
        return path if is_own and name != path else ""

    def _is_hidden(self, path: str) -> bool:
        whole = f"{ROOT}/{path}"
        above: Callable[[str], bool] = lambda other: whole.startswith(f"{other}/")  # noqa: E731
        return whole in self.gone or any(map(above, self.gone)) or any(map(above, self.emptied))


def _add(names: set[str], name: str) -> None:
    if name == "opt" or name.startswith(ROOT):
        names.add(name)


def _digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> Digest:
    """Of a file its bytes'; of a link where it leads to, so that it is no file's."""
    file: IO[bytes] | None = archive.extractfile(member) if member.isfile() else None
    return digest_of(file.read() if file else f"link to {member.linkname}".encode())

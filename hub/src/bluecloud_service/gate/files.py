"""The files of an image that tell of it, read off the engine's export of its file system.

The engine gives what lies in the image, and nothing of the image is executed for it. Files are
kept in memory and never unpacked; of links, devices and what is too long nothing is read.
"""

from __future__ import annotations

import io
import re
import tarfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from . import packages

MOST_OF_A_FILE = 32 * 2**20
MOST_OF_ALL = 256 * 2**20

_OURS = r"opt/bluecloud/(catalogs/[^/]+\.yaml|notebooks/[^/]+/[^/]+\.ipynb|hub/labs/[^/]+\.toml)"
_JUPYTER = (
    r".+/share/jupyter/labextensions/(@[^/]+/)?[^/]+/package\.json"
    r"|.+/etc/jupyter/labconfig/page_config\.json"
)
_PLAIN = re.compile(rf"^({_OURS}|{_JUPYTER}|{re.escape(packages.DPKG)})$")
_PROGRAM = re.compile(r"(^|/)bin/jupyterhub-singleuser$")


@dataclass
class ImageFiles:
    """What was read of an image.

    Attributes
    ----------
    content
        Files by their paths, without a leading slash.
    passed_over
        Paths that were to be read and are no plain files, or too long.
    has_server
        Whether JupyterHub's single-user server is there as a program.
    """

    content: dict[str, bytes] = field(default_factory=dict)
    passed_over: list[str] = field(default_factory=list)
    has_server: bool = False

    def below(self, folder: str, suffix: str) -> dict[str, bytes]:
        """The files that lie in a folder itself, by their names."""
        start = f"{folder}/"
        return {
            path.removeprefix(start): content
            for path, content in self.content.items()
            if path.startswith(start) and path.endswith(suffix) and "/" not in path[len(start) :]
        }


def read_image_files(export: Iterable[bytes]) -> ImageFiles:
    """Read a file system, which the engine gives as a tar archive in pieces."""
    found = ImageFiles()
    total = 0
    with _opened(export) as archive:
        while member := archive.next():
            path = member.name.removeprefix("./")
            if _PROGRAM.search(path) and (member.isfile() or member.issym()):
                found.has_server = True
            if not _is_wanted(path):
                continue
            is_short = member.isreg() and member.size <= MOST_OF_A_FILE
            if not is_short or total + member.size > MOST_OF_ALL:
                found.passed_over.append(path)
                continue
            total += member.size
            file = archive.extractfile(member)
            found.content[path] = file.read() if file else b""
    return found


def only_file(archive: Iterable[bytes], *, most: int) -> bytes | None:
    """The one plain file of an archive; None where it is none, or longer than ``most``."""
    try:
        with _opened(archive) as opened:
            member = opened.next()
            if member is None or not member.isreg() or member.size > most:
                return None
            file = opened.extractfile(member)
            return file.read(most) if file else None
    except tarfile.TarError:
        return None


def archive_of(files: dict[str, bytes], *, folder: str, uid: int) -> bytes:
    """A tar archive of a folder that is an account's own, with files that it alone reads."""
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for name in (folder, f"{folder}/work"):
            entry = tarfile.TarInfo(name)
            entry.type, entry.mode, entry.uid, entry.gid = tarfile.DIRTYPE, 0o700, uid, uid
            archive.addfile(entry)
        for name, content in files.items():
            entry = tarfile.TarInfo(f"{folder}/{name}")
            entry.mode, entry.uid, entry.gid, entry.size = 0o400, uid, uid, len(content)
            archive.addfile(entry, io.BytesIO(content))
    return made.getvalue()


def _is_wanted(path: str) -> bool:
    return bool(
        _PLAIN.match(path)
        or packages.METADATA.match(path)
        or packages.COPYRIGHT.match(path)
        or packages.R_DESCRIPTION.match(path)
        or packages.NPM.match(path)
    )


class _Forward:
    """Pieces of bytes as a file that is read, and skipped through, from beginning to end.

    What is skipped is not copied: of a gigabyte that an image has, megabytes are wanted.
    """

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = memoryview(b"")
        self._place = 0

    def tell(self) -> int:
        """Where it is."""
        return self._place

    def seek(self, place: int) -> int:
        """Go on to a place, or to the end where that comes first."""
        if place < self._place:
            raise tarfile.StreamError("it cannot be read backwards")
        while self._place < place and self._taken(place - self._place):
            pass
        return self._place

    def read(self, size: int) -> bytes:
        """The next bytes; fewer at the end."""
        taken = []
        while size > 0 and (part := self._taken(size)):
            taken.append(part)
            size -= len(part)
        return b"".join(taken)

    def _taken(self, most: int) -> memoryview:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                break
            self._left = memoryview(piece)
        part, self._left = self._left[:most], self._left[most:]
        self._place += len(part)
        return part


def _opened(pieces: Iterable[bytes]) -> tarfile.TarFile:
    forward: Any = _Forward(iter(pieces))  # as much of a file as is used
    return tarfile.open(fileobj=forward, mode="r:")

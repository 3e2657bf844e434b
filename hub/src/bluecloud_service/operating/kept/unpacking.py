"""Reads a backup, which may be damaged or made to do harm: checked first, and then written.

The first reading writes nothing. It holds every member against the manifest and against where it
may lie. The second writes into a new folder that nobody else can enter, and no member of which
leads anywhere through a link; there each file is summed once more.
"""

from __future__ import annotations

import hashlib
import os
import tarfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from ..errors import Unusable
from .manifest import MANIFEST, Kind, Manifest, Member, check_place, read_manifest

_BLOCK = 2**20
_MOST_MANIFEST = 2**30
_KINDS: dict[bytes, Kind] = {
    tarfile.REGTYPE: "file",
    tarfile.AREGTYPE: "file",
    tarfile.DIRTYPE: "folder",
    tarfile.SYMTYPE: "link",
    tarfile.LNKTYPE: "same",
}


def checked(path: Path) -> Manifest:
    """The manifest of a backup in which everything is as it says.

    Raises
    ------
    Unusable
        If it is broken off, damaged, or leads out of its folder.
    OSError
        If it cannot be read.
    """
    found: list[Member] = []
    seen: dict[str, Kind] = {}
    manifest: Manifest | None = None
    with _opened(path) as tar:
        for info in tar:
            if manifest is not None:
                raise Unusable(f"{path}: there is {info.name!r} after the manifest")
            if info.name == MANIFEST and info.isreg():
                manifest = read_manifest(_content(tar, info))
                continue
            member = _member(tar, info, None)
            check_place(member.path, member.kind, member.told, seen)
            seen[member.path] = member.kind
            found.append(member)
    if manifest is None:
        raise Unusable(f"{path}: it has no manifest: it was broken off")
    _compare(path, manifest, found)
    return manifest


def _compare(path: Path, manifest: Manifest, found: list[Member]) -> None:
    for told, member in zip(manifest.members, found, strict=False):
        if told != member:
            what = "was altered" if told.path == member.path else f"is where {told.path!r} was"
            raise Unusable(f"{path}: {member.path!r} {what}")
    if len(found) != len(manifest.members):
        raise Unusable(
            f"{path}: {len(found)} files and folders, and {len(manifest.members)} in its manifest"
        )


def unpack(path: Path, manifest: Manifest, to: Path) -> None:
    """Write what a backup holds into a new folder, with owners and modes.

    Owners are kept by root alone; whoever else unpacks it owns it.

    Raises
    ------
    Unusable
        If it is not what it was when it was checked.
    OSError
        If it cannot be written.
    """
    to.mkdir(mode=0o700)
    folders: list[tuple[Path, Member, float]] = []
    seen: dict[str, Kind] = {}
    expected = iter(manifest.members)
    with _opened(path) as tar:
        for info in tar:
            if info.name == MANIFEST:
                break
            kind = _KINDS.get(info.type, "file")
            check_place(info.name, kind, info.linkname if kind == "same" else "", seen)
            place = to / info.name
            if kind == "folder":
                place.mkdir(mode=0o700)
            elif kind == "link":
                place.symlink_to(info.linkname)
            elif kind == "same":
                os.link(to / info.linkname, place, follow_symlinks=False)
            member = _member(tar, info, place if kind == "file" else None)
            if member != next(expected, None):
                raise Unusable(f"{path}: {info.name!r} is another one than a moment ago")
            seen[info.name] = kind
            if kind == "folder":
                folders.append((place, member, info.mtime))
            elif kind != "same":
                _own(place, member)
                os.utime(place, (info.mtime, info.mtime), follow_symlinks=False)
    # Last and from within, since a folder that is closed or old takes no more files.
    for place, member, mtime in reversed(folders):
        _own(place, member)
        os.utime(place, (mtime, mtime))
    os.sync()


def _own(place: Path, member: Member) -> None:
    """Give owner and mode. Who owns a folder loses setgid to nobody, so the mode comes first."""
    if member.kind == "folder":
        place.chmod(member.mode & 0o3777)
    if os.geteuid() == 0:
        os.chown(place, member.uid, member.gid, follow_symlinks=False)
    if member.kind == "file":
        place.chmod(member.mode & 0o777)  # after it, which takes bits away


def _member(tar: tarfile.TarFile, info: tarfile.TarInfo, place: Path | None) -> Member:
    """A member as the manifest has it; a file is written to a place, where one is named."""
    kind = _KINDS.get(info.type)
    if kind is None or info.issparse():
        raise Unusable(f"{info.name!r} is neither a file, a folder nor a link")
    told = info.linkname
    if kind == "file":
        digest = hashlib.sha256()
        for piece in _pieces(tar, info, place):
            digest.update(piece)
        told = digest.hexdigest()
    return Member(
        info.name,
        kind,
        info.mode,
        info.uid,
        info.gid,
        info.size if kind == "file" else 0,
        told,
    )


def _pieces(tar: tarfile.TarFile, info: tarfile.TarInfo, place: Path | None) -> Iterator[bytes]:
    file = tar.extractfile(info)
    if file is None:
        raise Unusable(f"{info.name!r} has no content")
    to: IO[bytes] | None = None
    if place is not None:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW
        to = os.fdopen(os.open(place, flags, 0o600), "wb")
    try:
        while piece := file.read(_BLOCK):
            if to is not None:
                to.write(piece)
            yield piece
    finally:
        if to is not None:
            to.close()


def _content(tar: tarfile.TarFile, info: tarfile.TarInfo) -> bytes:
    if info.size > _MOST_MANIFEST:
        raise Unusable(f"its manifest has {info.size} bytes")
    return b"".join(_pieces(tar, info, None))


@contextmanager
def _opened(path: Path) -> Iterator[tarfile.TarFile]:
    try:
        with tarfile.open(path, mode="r|gz") as tar:
            yield tar
    except (tarfile.TarError, EOFError, zlib.error) as error:
        raise Unusable(f"{path}: it is damaged: {error}") from error

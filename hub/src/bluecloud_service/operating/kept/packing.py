"""Packs folders into a backup, whatever people do in them meanwhile.

A home is a stranger's, and whoever makes a backup may read everything. So each folder is opened
from the one above it and no link is followed: a folder that becomes a link while it is looked at
leads nowhere. A file is copied as long as it was when it was opened.
"""

from __future__ import annotations

import errno
import hashlib
import io
import os
import stat
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from .manifest import MANIFEST, Manifest, Member, may_be_link

MOST_DEEP = 200  # folders in one another; each is open while those in it are looked at
_BLOCK = 2**20
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK


class Packing:
    """A backup that is being written; what is not copied is noted in ``left_out`` with why."""

    def __init__(self, tar: tarfile.TarFile) -> None:
        self._tar = tar
        self._same: dict[tuple[int, int], str] = {}
        self.members: list[Member] = []
        self.left_out: dict[str, str] = {}

    def folder(self, name: str, *, mode: int = 0o700) -> None:
        """Add a folder of our own."""
        self._put(Member(name, "folder", mode, os.geteuid(), os.getegid(), 0, ""), 0.0)

    def content(self, name: str, content: bytes) -> None:
        """Add a file with this content, its owner's alone."""
        found = os.stat_result(
            (0o100600, 0, 0, 1, os.geteuid(), os.getegid(), len(content), 0, 0, 0)
        )
        self._file(name, found, io.BytesIO(content))

    def file(self, name: str, path: Path) -> None:
        """Add a file of our own.

        Raises
        ------
        OSError
            If it cannot be read.
        """
        with path.open("rb") as file:
            self._file(name, os.fstat(file.fileno()), file)

    def tree(self, name: str, path: Path, skip: Callable[[str], bool]) -> None:
        """Add a folder with all that is in it, but for names that are to be skipped.

        Raises
        ------
        OSError
            If the folder itself cannot be read, or the backup not be written.
        """
        opened = os.open(path, _FOLDER)
        try:
            self._tree(name, opened, skip, 0)
        finally:
            os.close(opened)

    def _tree(self, name: str, opened: int, skip: Callable[[str], bool], deep: int) -> None:
        found = os.fstat(opened)
        mode = stat.S_IMODE(found.st_mode)
        self._put(Member(name, "folder", mode, found.st_uid, found.st_gid, 0, ""), found.st_mtime)
        with os.scandir(opened) as entries:
            names = sorted(entry.name for entry in entries)
        for each in names:
            path = f"{name}/{each}"
            if skip(path):
                continue
            try:
                found = os.stat(each, dir_fd=opened, follow_symlinks=False)
                if stat.S_ISDIR(found.st_mode):
                    self._inner(path, each, opened, skip, deep + 1)
                elif stat.S_ISREG(found.st_mode):
                    self._regular(path, each, opened)
                elif stat.S_ISLNK(found.st_mode) and may_be_link(path.split("/")):
                    to = os.readlink(each, dir_fd=opened)
                    kept = Member(path, "link", 0o777, found.st_uid, found.st_gid, 0, to)
                    self._put(kept, found.st_mtime)
                else:
                    self.left_out[path] = "it is neither a file nor a folder"
            except FileNotFoundError:
                continue  # it was taken away meanwhile
            except OSError as error:
                if error.errno in {errno.ENOSPC, errno.EIO, errno.EDQUOT}:
                    raise
                self.left_out[path] = error.strerror or str(error)

    def _inner(
        self, path: str, name: str, parent: int, skip: Callable[[str], bool], deep: int
    ) -> None:
        if deep > MOST_DEEP:
            self.left_out[path] = f"it lies more than {MOST_DEEP} folders deep"
            return
        inner = os.open(name, _FOLDER, dir_fd=parent)
        try:
            self._tree(path, inner, skip, deep)
        finally:
            os.close(inner)

    def _regular(self, path: str, name: str, parent: int) -> None:
        with os.fdopen(os.open(name, _FILE, dir_fd=parent), "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                self.left_out[path] = "it is no file any more"
                return
            identity = (found.st_dev, found.st_ino)
            first = self._same.get(identity) if found.st_nlink > 1 else None
            if first is not None:
                self._put(Member(path, "same", 0, found.st_uid, found.st_gid, 0, first), 0.0)
                return
            self._file(path, found, file)
            if found.st_nlink > 1:
                self._same[identity] = path

    def _file(self, path: str, found: os.stat_result, file: BinaryIO) -> None:
        reading = _Exactly(file, found.st_size)
        info = tarfile.TarInfo(path)
        info.size, info.mode, info.mtime = (
            found.st_size,
            stat.S_IMODE(found.st_mode),
            found.st_mtime,
        )
        info.uid, info.gid = found.st_uid, found.st_gid
        self._tar.addfile(info, reading)
        kept = Member(path, "file", info.mode, info.uid, info.gid, info.size, reading.sha256)
        self.members.append(kept)
        if reading.was_short:
            self.left_out[path] = "it was cut while it was read: its end is zeros"

    def _put(self, member: Member, mtime: float) -> None:
        info = tarfile.TarInfo(member.path)
        kinds = {"folder": tarfile.DIRTYPE, "link": tarfile.SYMTYPE, "same": tarfile.LNKTYPE}
        info.type, info.mode, info.mtime = kinds[member.kind], member.mode, mtime
        info.uid, info.gid, info.linkname = member.uid, member.gid, member.told
        self._tar.addfile(info)
        self.members.append(member)

    def finish(self, manifest: Manifest) -> None:
        """Write the manifest: last, so that a backup without one was broken off."""
        content = manifest.written()
        info = tarfile.TarInfo(MANIFEST)
        info.size, info.mode = len(content), 0o600
        self._tar.addfile(info, io.BytesIO(content))


class _Exactly(io.RawIOBase):
    """A file of a length that it had, however long it is now, and its SHA-256 as it was read."""

    def __init__(self, file: BinaryIO, size: int) -> None:
        self._file = file
        self._left = size
        self._digest = hashlib.sha256()
        self.was_short = False

    def read(self, size: int = -1) -> bytes:
        """Read on; zeros, where it has become shorter."""
        wanted = self._left if size < 0 else min(size, self._left)
        piece = self._file.read(wanted) if wanted else b""
        if len(piece) < wanted:
            self.was_short = True
            piece += bytes(wanted - len(piece))
        self._left -= len(piece)
        self._digest.update(piece)
        return piece

    @property
    def sha256(self) -> str:
        """Of what was read."""
        return self._digest.hexdigest()


@contextmanager
def packing(path: Path) -> Iterator[Packing]:
    """Write a backup under a name of its own; it has its name when it is whole, and is private.

    Raises
    ------
    OSError
        If it cannot be written; nothing of it is then left.
    """
    import gzip

    draft = path.with_name(f".{path.name}.part-{os.getpid()}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            with (
                # What is large is packed already; more effort makes it slower and hardly smaller.
                gzip.GzipFile(filename="", fileobj=file, mode="wb", compresslevel=1) as packed,
                tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
            ):
                yield Packing(tar)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise

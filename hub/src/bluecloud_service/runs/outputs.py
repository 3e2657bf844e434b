"""What a run left, as the service measured it: sizes and checksums of plain files, no links.

What the run says of its own files is not asked. A link is never followed, so that no run can
have a file of the service read or given out as its own.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from bluecloud_runner.folders import Record

from ..errors import NotThere

MOST_FILES = 20_000
_PIECE = 2**20


class Output(Record):
    """One file: its path below ``outputs``, its bytes and its SHA-256."""

    path: str
    bytes: int
    sha256: str


class Measured(Record):
    """All that a run left; ``words`` says what is not among it, and why."""

    files: tuple[Output, ...] = ()
    bytes: int = 0
    words: str = ""


def measure(folder: Path, *, most_bytes: int) -> Measured:
    """The files below a folder, in the order of their paths."""
    files: list[Output] = []
    passed_over = 0
    total = 0
    for path, size in _plain_files(folder):
        if path is None:
            passed_over += 1
            continue
        if len(files) >= MOST_FILES or total + size > most_bytes:
            words = f"more than {most_bytes} bytes or {MOST_FILES} files: what is after is left out"
            return Measured(files=tuple(files), bytes=total, words=words)
        try:
            opened = open_below(folder, path)
        except NotThere:  # it is gone, or was made a link, since it was found
            passed_over += 1
            continue
        with opened as file:
            digest, read = hashlib.sha256(), 0
            while piece := file.read(_PIECE):
                digest.update(piece)
                read += len(piece)
        files.append(Output(path=path, bytes=read, sha256=digest.hexdigest()))
        total += read
    words = f"{passed_over} links or special files are left out" if passed_over else ""
    return Measured(files=tuple(files), bytes=total, words=words)


def _plain_files(folder: Path) -> Iterator[tuple[str | None, int]]:
    if folder.is_symlink():  # which ``os.walk`` would follow
        yield None, 0
        return
    unread: list[OSError] = []
    for root, folders, names in os.walk(folder, onerror=unread.append):
        folders.sort()
        for name in sorted([*names, *(f for f in folders if (Path(root) / f).is_symlink())]):
            path = Path(root) / name
            try:
                found = path.lstat()
                below = path.relative_to(folder).as_posix()
                below.encode()
            except (OSError, UnicodeEncodeError):
                yield None, 0
                continue
            yield (below, found.st_size) if stat.S_ISREG(found.st_mode) else (None, 0)
    yield from ((None, 0) for error in unread if not isinstance(error, FileNotFoundError))


def open_below(folder: Path, path: str) -> BinaryIO:
    """Open a plain file below a folder, following no link on the way.

    Raises
    ------
    NotThere
        If there is none, or the way to it leads over a link or out of the folder.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts or "\0" in path:
        raise NotThere(f"there is no file {path!r}")
    held = -1
    try:
        held = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        for part in parts[:-1]:
            inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=held)
            os.close(held)
            held = inner
        file = os.open(parts[-1], os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=held)
    except OSError as error:
        raise NotThere(f"there is no file {path!r}") from error
    finally:
        if held >= 0:
            os.close(held)
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        raise NotThere(f"{path!r} is no plain file")
    return os.fdopen(file, "rb")

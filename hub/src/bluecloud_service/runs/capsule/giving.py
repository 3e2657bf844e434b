"""A capsule as one archive, sent while it is read: neither held in memory nor written to disk."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterator
from typing import IO, cast

from bluecloud_runner.folders import RunFolder

from ..outputs import open_below
from .parts import place
from .writing import parts_of

_PIECE = 2**18
_EPOCH = (1980, 1, 1, 0, 0, 0)  # the same capsule is the same archive


class Altered(Exception):  # noqa: N818 - named for what is true
    """A file is no longer what it was when the run ended."""


class _Pipe:
    """What ZipFile writes into, as far as it needs of a file that cannot go back."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, piece: bytes) -> int:
        self._pieces.append(bytes(piece))
        return len(piece)

    def flush(self) -> None:
        """Nothing waits here."""

    def taken(self) -> bytes:
        pieces, self._pieces = b"".join(self._pieces), []
        return pieces


def archive(run: RunFolder) -> Iterator[bytes]:
    """The pieces of a run's capsule as a zip file.

    Raises
    ------
    Altered
        At a file that is not what it was when the run ended: the archive then has no end, so
        that nobody takes it for whole.
    NotThere
        At one that is gone.
    """
    pipe = _Pipe()
    with zipfile.ZipFile(cast("IO[bytes]", pipe), "w", zipfile.ZIP_DEFLATED) as out:
        for part in parts_of(run):
            folder, path = place(run, part.path)
            digest = hashlib.sha256()
            told = zipfile.ZipInfo(part.path, _EPOCH)
            told.compress_type = zipfile.ZIP_DEFLATED
            told.external_attr = 0o644 << 16
            with open_below(folder, path) as file, out.open(told, "w", force_zip64=True) as entry:
                while piece := file.read(_PIECE):
                    digest.update(piece)
                    entry.write(piece)
                    yield pipe.taken()
            if digest.hexdigest() != part.sha256:
                raise Altered(f"{part.path} was altered after run {run.path} had ended")
    yield pipe.taken()

"""Zarr stores at a place: read chunk by chunk, never written, and never guessed at.

A chunk that is not there stands for the array's fill value, and a server that fails gives no
chunk either: taken for the same, a fault becomes sea without data. So here a chunk is absent
only where the place says that there is no such file, and everything else is an error of ours,
also hours later, when dask computes. Cloud stores that may not be listed answer 403 for what
does not exist; that is believed only while the same store's own metadata can be read.

This module imports zarr: readers import it inside their functions.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Iterable, Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from zarr.abc.store import (
    ByteRequest,
    OffsetByteRequest,
    RangeByteRequest,
    Store,
    SuffixByteRequest,
)

from ..answers import is_page, told_by
from ..errors import CredentialRequired, MalformedAnswer, NotFound, RequestRefused
from ..http import Validators
from ..places import Ask, File

if TYPE_CHECKING:
    from zarr.core.buffer import Buffer, BufferPrototype

    from ..places import Place

_AT_ONCE = 4  # of one store, whatever the number of dask's threads
_METADATA = {".zarray", ".zattrs", ".zgroup", "zarr.json"}
_ABSENT = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.GONE})
_ANSWERS = frozenset({200, 206, 403, 404, 410})


class PlaceStore(Store):
    """A store's files as keys; what was had before is not asked for again.

    Parameters
    ----------
    place
        Where the bytes come from.
    root
        The store's own path or address there.
    sample
        Its folder in a sample.
    proof
        A file that the store is sure to have, which tells a hidden store from an absent chunk.
    """

    def __init__(self, place: Place, root: str, *, sample: str, proof: str) -> None:
        super().__init__(read_only=True)
        self._place, self._root, self._sample, self._proof = place, root, sample, proof
        self._had: dict[str, bytes | None] = {}
        self._turn = threading.BoundedSemaphore(_AT_ONCE)
        self.files: list[File] = []
        self.unfilled: set[str] = set()  # arrays of which every chunk has to be there

    def __eq__(self, other: object) -> bool:
        return self is other

    __hash__ = object.__hash__

    def __getstate__(self) -> dict[str, Any]:
        # A worker asks for what it needs itself: bytes and locks stay here.
        return {**self.__dict__, "_had": {}, "_turn": None, "files": []}

    def __setstate__(self, state: dict[str, Any]) -> None:
        self.__dict__.update(state, _turn=threading.BoundedSemaphore(_AT_ONCE))

    def put(self, key: str, content: bytes) -> None:
        """Have a file that came some other way, as in consolidated metadata."""
        self._had[key] = content

    def fetch(self, keys: Sequence[str]) -> None:
        """Have these files, those that exist, in one go."""
        wanted = [key for key in dict.fromkeys(keys) if key not in self._had]
        try:
            files = self._place.fetch(self._asks(wanted))
        except NotFound:  # a folder's way to say of one of them what a server's status says
            for key in wanted:
                self.has(key)
            return
        for key, file in zip(wanted, files, strict=True):
            self._had[key] = self._content(file)
            self.files.append(self._kept(file, self._had[key]))

    def has(self, key: str) -> bytes | None:
        """A file's bytes; None if there is no such file."""
        if key not in self._had:
            with self._turn:
                self._had_one(key)
        return self._had[key]

    def _had_one(self, key: str) -> None:
        try:
            (file,) = self._place.fetch(self._asks([key]))
        except NotFound:
            self._had[key] = None
            return
        self._had[key] = self._content(file)
        self.files.append(self._kept(file, self._had[key]))

    def _asks(self, keys: Iterable[str], headers: dict[str, str] | None = None) -> list[Ask]:
        return [
            Ask(
                f"{self._root}/{key}",
                headers=headers or {},
                statuses=_ANSWERS,
                sample=f"{self._sample}/{key}",
            )
            for key in keys
        ]

    def _content(self, file: File) -> bytes | None:
        """The bytes of an answer; None for a file that is not there."""
        if file.status in _ABSENT:
            return None
        if file.status == HTTPStatus.FORBIDDEN:
            self._check_open(file)
            return None
        if is_page(file.content) or b"ExceptionReport" in file.content[:1000]:
            raise MalformedAnswer(f"{file.path}: it is no part of a Zarr store, but a page")
        if not file.content:
            if self._place.tier == "snapshot":
                return None  # as ``_kept`` has written it
            raise MalformedAnswer(f"{file.path}: it is empty, as no file of a Zarr store is")
        return file.content

    def _check_open(self, file: File) -> None:
        said = told_by(file.content)
        if b"AccessDenied" not in file.content or file.path.endswith(f"/{self._proof}"):
            raise CredentialRequired(f"{file.path}: it answered 403: {said}")
        self._place.fetch(
            [Ask(f"{self._root}/{self._proof}", sample=f"{self._sample}/{self._proof}")]
        )

    def _kept(self, file: File, content: bytes | None) -> File:
        """The file as a snapshot is to have it: an empty one says that there was none."""
        if content is not None:
            return file
        return replace(file, content=b"", validators=Validators(), status=200)

    async def get(
        self, key: str, prototype: BufferPrototype, byte_range: ByteRequest | None = None
    ) -> Buffer | None:
        """The bytes of a file or of a part of it, None if there is no such file."""
        if key in self._had or byte_range is None:
            content = self._had[key] if key in self._had else await asyncio.to_thread(self.has, key)
            content = None if content is None else _cut(content, byte_range)
        else:
            content = await asyncio.to_thread(self._part, key, byte_range)
        if content is None:
            self._check_fill(key)
            return None
        return prototype.buffer.from_bytes(content)

    def _check_fill(self, key: str) -> None:
        array, _, name = key.partition("/")
        if array in self.unfilled and name not in _METADATA:
            raise MalformedAnswer(
                f"{self._root}/{key}: there is no such chunk, and {array} has no fill value"
            )

    def _part(self, key: str, byte_range: ByteRequest) -> bytes | None:
        """A part of a file, asked for as such; whoever sends it whole is taken at that."""
        with self._turn:
            try:
                (file,) = self._place.fetch(self._asks([key], {"Range": _header(byte_range)}))
            except NotFound:
                return None
            content = self._content(file)
        whole = content is not None and file.status != HTTPStatus.PARTIAL_CONTENT
        return _cut(content, byte_range) if content is not None and whole else content

    async def get_partial_values(
        self, prototype: BufferPrototype, key_ranges: Iterable[tuple[str, ByteRequest | None]]
    ) -> list[Buffer | None]:
        """Several parts, one after the other."""
        return [await self.get(key, prototype, part) for key, part in key_ranges]

    async def exists(self, key: str) -> bool:
        """Whether there is such a file."""
        return await asyncio.to_thread(self.has, key) is not None

    @property
    def supports_writes(self) -> bool:
        """It does not."""
        return False

    @property
    def supports_deletes(self) -> bool:
        """It does not."""
        return False

    @property
    def supports_listing(self) -> bool:
        """It does not: providers' stores cannot be listed."""
        return False

    async def set(self, key: str, value: Buffer) -> None:
        """Refuse."""
        raise RequestRefused(f"{self._root} is read only")

    async def delete(self, key: str) -> None:
        """Refuse."""
        raise RequestRefused(f"{self._root} is read only")

    async def list(self) -> AsyncIterator[str]:
        """What was had."""
        for key in self._had:
            yield key

    async def list_prefix(self, prefix: str) -> AsyncIterator[str]:
        """What was had below a prefix."""
        for key in self._had:
            if key.startswith(prefix):
                yield key

    async def list_dir(self, prefix: str) -> AsyncIterator[str]:
        """What was had in a folder."""
        async for key in self.list_prefix(prefix):
            yield key


def _header(part: ByteRequest) -> str:
    match part:
        case RangeByteRequest(start, end):
            return f"bytes={start}-{end - 1}"
        case OffsetByteRequest(offset):
            return f"bytes={offset}-"
        case SuffixByteRequest(suffix):
            return f"bytes=-{suffix}"
    raise TypeError(part)


def _cut(content: bytes, part: ByteRequest | None) -> bytes:
    match part:
        case RangeByteRequest(start, end):
            return content[start:end]
        case OffsetByteRequest(offset):
            return content[offset:]
        case SuffixByteRequest(suffix):
            return content[-suffix:]
    return content

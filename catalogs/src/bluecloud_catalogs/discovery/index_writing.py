"""Writing into the index: one process at a time, each change whole or not at all.

A change writes a new segment of columns and says which rows of others it replaces, then gives
tantivy the same, and then commits tantivy: that commit is the change. What was written before
it and never committed is written over by the next one. Files of states that nobody can be
reading any more are taken away after a minute.
"""

from __future__ import annotations

import fcntl
import json
import shutil
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import DataError
from .columns import Segment, alive, hash_of, key_of
from .columns_writing import write_segment
from .index import COLUMNS, META, TEXT, Index, read_manifest
from .ranks import first_rank, next_rank, ranked
from .records import Record
from .text import document, schema

if TYPE_CHECKING:
    import tantivy

    from .columns import Mask

_GRACE_S = 60.0
_HEAP = 192_000_000


class Writer(Index):
    """The index opened to be written to; no other process can at the same time.

    Raises
    ------
    DataError
        If another process is writing.
    """

    def __init__(self, folder: Path, *, heap: int = _HEAP) -> None:
        import tantivy

        for name in (TEXT, COLUMNS):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self._lock = (folder / "writer.lock").open("w")
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            self._lock.close()
            raise DataError(f"{folder} is being written to by another process") from error
        if not tantivy.Index.exists(str(folder / TEXT)):
            tantivy.Index(schema(), str(folder / TEXT))
        self._documents = tantivy.Index.open(str(folder / TEXT))
        self._writer: tantivy.IndexWriter = self._documents.writer(heap, 1)
        super().__init__(folder)

    def close(self) -> None:
        """Let another process write."""
        self._writer.wait_merging_threads()
        self._lock.close()

    def __enter__(self) -> Writer:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def upsert(self, records: Iterable[Record]) -> int:
        """Add records, or put them in the place of those with their ids."""
        new = list({record.id: record for record in records}.values())
        if not new:
            return 0
        known = self._ranked(new)
        with self._change() as change:
            replaced = self._bury(change, (record.id for record in new))
            for identifier in replaced:
                self._writer.delete_documents_by_term("id", identifier)
            self._add(change, known)
        return len(new)

    def delete(self, ids: Iterable[str]) -> int:
        """Take records away; how many there were."""
        with self._change() as change:
            gone = self._bury(change, dict.fromkeys(ids))
            for identifier in gone:
                self._writer.delete_documents_by_term("id", identifier)
        return len(gone)

    def rebuild(self, records: Iterable[Record]) -> int:
        """Begin anew with these records, each with an id of its own; readers keep what they see."""
        with self._change() as change:
            self._writer.delete_all_documents()
            change.parts = []
            return self._add(change, ranked(records))

    def compact(self) -> None:
        """Make one segment of all but the largest, so that none of many has to be looked at."""
        parts = sorted(self.state().parts, key=lambda part: -len(part[0]))[1:]
        if len(parts) < 2:
            return
        kept = [
            (key_of(int(segment.keys[row])), segment.record(row))
            for segment, dead in parts
            for row in alive(segment, dead)
        ]
        names = {segment.folder.name for segment, _ in parts}
        with self._change() as change:
            change.parts = [part for part in change.parts if part[0].folder.name not in names]
            if kept:
                name = f"g{change.generation}"
                write_segment(self._fresh(name), kept)
                change.parts.append((Segment(self.folder / COLUMNS / name), None))

    # A change --------------------------------------------------------------------------------

    @contextmanager
    def _change(self) -> Iterator[_Change]:
        state = self.state()
        change = _Change(state.generation + 1, list(state.parts))
        try:
            yield change
            self._write_manifest(change)
            self._writer.delete_documents_by_term("generation", state.generation)
            self._writer.add_document(_marker(change.generation))
            self._writer.commit()
            # tantivy makes it for its own account; laboratories read it with another.
            (self.folder / TEXT / META).chmod(0o644)
        except BaseException:
            self._writer.rollback()
            raise
        self._forget_old(change.generation)

    def _add(self, change: _Change, ranked: Iterable[tuple[int, Record]]) -> int:
        name = f"g{change.generation}"

        def told() -> Iterator[tuple[int, Record]]:
            for rank, record in ranked:
                self._writer.add_document(document(rank, record))
                yield rank, record

        number = write_segment(self._fresh(name), told())
        change.parts.append((Segment(self.folder / COLUMNS / name), None))
        return number

    def _bury(self, change: _Change, ids: Iterable[str]) -> list[str]:
        """Mark the rows of these ids as no more; which of them there were."""
        told = list(ids)
        hashes = np.array([hash_of(identifier) for identifier in told], dtype=np.uint64)
        gone: list[str] = []
        buried: dict[int, list[int]] = {}
        for at, (segment, dead) in enumerate(change.parts):
            for number in segment.may_have(hashes).tolist():
                row = segment.row_of_id(told[number])
                if row is not None and (dead is None or not dead[row]):
                    buried.setdefault(at, []).append(row)
                    gone.append(told[number])
        for at, rows in buried.items():
            segment, dead = change.parts[at]
            new: Mask = np.zeros(len(segment), dtype=bool) if dead is None else dead.copy()
            new[rows] = True
            change.parts[at] = (segment, new)
            change.buried.add(segment.folder.name)
        return gone

    def _ranked(self, records: list[Record]) -> list[tuple[int, Record]]:
        """The records, each with a rank that no other has."""
        ranks = [first_rank(record) for record in records]
        there: set[int] = set()
        for segment, _ in self.state().parts:
            there |= segment.has_ranks(ranks)
        taken: set[int] = set()
        found = []
        for record, first in zip(records, ranks, strict=True):
            rank = first
            if rank in taken or rank in there:
                while rank in taken or self._is_anothers(rank, record.id):
                    rank = next_rank(rank)
            taken.add(rank)
            found.append((rank, record))
        return found

    def _is_anothers(self, rank: int, identifier: str) -> bool:
        for segment, _ in self.state().parts:
            row = segment.row_of_rank(rank)
            if row is not None and json.loads(segment.content(row))["id"] != identifier:
                return True
        return False

    # Files -------------------------------------------------------------------------------------

    def _fresh(self, name: str) -> Path:
        folder = self.folder / COLUMNS / name
        shutil.rmtree(folder, ignore_errors=True)  # of a change that was never committed
        return folder

    def _write_manifest(self, change: _Change) -> None:
        earlier = dict(read_manifest(self.folder, change.generation - 1))
        listed = []
        for segment, dead in change.parts:
            name = segment.folder.name
            file = earlier.get(name)
            if name in change.buried and dead is not None:
                file = f"dead-{change.generation}-{name}.npy"
                np.save(self.folder / COLUMNS / file, dead)
            listed.append((name, file))
        path = self.folder / COLUMNS / f"manifest-{change.generation}.json"
        path.write_text(json.dumps(listed))

    def _forget_old(self, generation: int) -> None:
        """Take away what no state of the last minute uses."""
        folder = self.folder / COLUMNS
        kept: set[str] = set()
        for path in folder.glob("manifest-*.json"):
            number = int(path.stem.partition("-")[2])
            if number == generation or time.time() - path.stat().st_mtime < _GRACE_S:
                names = read_manifest(self.folder, number)
                kept |= {path.name, *(name for pair in names for name in pair if name)}
        for path in folder.iterdir():
            if path.name not in kept and time.time() - path.stat().st_mtime > _GRACE_S:
                shutil.rmtree(path) if path.is_dir() else path.unlink()


class _Change:
    """The state that is being made."""

    def __init__(self, generation: int, parts: list[tuple[Segment, Mask | None]]) -> None:
        self.generation = generation
        self.parts = parts
        self.buried: set[str] = set()


def _marker(generation: int) -> tantivy.Document:
    import tantivy

    marker = tantivy.Document()
    marker.add_unsigned("generation", generation)
    return marker

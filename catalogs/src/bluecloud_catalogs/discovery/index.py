"""The index of records: columns for what is counted, tantivy for text, one state for both.

Any number of processes read while one writes (`.index_writing`). The moment at which a change
is there is tantivy's own commit: a document in it bears the number of the generation, and the
columns of that generation were written before. So a reader sees one state or the next and
never something between. A folder that cannot be written to, as in a laboratory, is opened
through a private one, because tantivy 0.27 wants to lock what it opens.
"""

from __future__ import annotations

import json
import os
import shutil
import tempfile
import threading
import time
import weakref
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SourceUnavailable
from .backend import Counts, Page, counted
from .columns import Segment, dead_rows, key_of
from .query import FACETS, Facet, Query, Wanted, token_of, wanted
from .records import Record
from .text import TextSearch
from .vocabulary import Vocabulary, shipped

if TYPE_CHECKING:
    import tantivy

    from .columns import Mask, Rows

TEXT, COLUMNS, META = "text", "columns", "meta.json"
_ATTEMPTS, _PAUSE_S = 50, 0.02


@dataclass(frozen=True)
class State:
    """What the index holds at one moment."""

    generation: int
    parts: Sequence[tuple[Segment, Mask | None]]
    text: TextSearch

    def found(self, asked: Wanted) -> list[Rows]:
        """The rows of each segment that fulfil what is wanted but for its text."""
        return [segment.rows(asked, dead) for segment, dead in self.parts]

    def record(self, rank: int) -> Record:
        """The record of a rank."""
        for segment, dead in reversed(self.parts):
            row = segment.row_of_rank(rank)
            if row is not None and (dead is None or not dead[row]):
                return segment.record(row)
        raise SourceUnavailable(f"the index has lost a record (rank {rank}): it must be rebuilt")


class Index:
    """An index opened to be searched; it follows what is written while it is open.

    Raises
    ------
    SourceUnavailable
        If the folder holds no index that can be read.
    """

    def __init__(self, folder: Path, *, vocabulary: Vocabulary | None = None) -> None:
        self.folder = folder
        self._vocabulary = vocabulary or shipped()
        self._changing = threading.Lock()
        self._signature: tuple[int, int] | None = None
        self._private: Path | None = None
        self._opened: tantivy.Index | None = None
        self._segments: dict[str, Segment] = {}
        self._state = self._newest()

    @property
    def generation(self) -> int:
        """The number of the state that is searched now."""
        return self.state().generation

    def state(self) -> State:
        """The newest state."""
        if _signature(self.folder) != self._signature:
            with self._changing:
                if _signature(self.folder) != self._signature:
                    self._state = self._newest()
        return self._state

    def search(self, query: Query) -> Page:
        """One page of what a query finds."""
        asked, state = wanted(query, self._vocabulary), self.state()
        if asked.text:
            ranks, token, total = state.text.page(asked)
            return Page(tuple(state.record(rank) for rank in ranks), total, token)
        ranks, records, total = _page(state, asked)
        is_last = len(ranks) < asked.limit
        return Page(records, total, None if is_last else token_of(ranks[-1], others=False))

    def count(self, query: Query) -> int:
        """How many records a query finds."""
        asked, state = wanted(query, self._vocabulary), self.state()
        return state.text.count(asked) if asked.text else sum(map(len, state.found(asked)))

    def facets(self, query: Query, names: Sequence[Facet] = FACETS) -> Counts:
        """How many of what a query finds have each value."""
        asked, state = wanted(query, self._vocabulary), self.state()
        if asked.text:
            return {name: counted(of) for name, of in state.text.counts(asked, names).items()}
        sums: dict[Facet, dict[str, int]] = {name: {} for name in names}
        for (segment, _), rows in zip(state.parts, state.found(asked), strict=True):
            for name in names:
                for value, number in segment.counts(name, rows).items():
                    sums[name][value] = sums[name].get(value, 0) + number
        return {name: counted(of) for name, of in sums.items()}

    def _newest(self) -> State:
        fault: Exception | None = None
        for _ in range(_ATTEMPTS):  # a writer may take files away while they are opened
            try:
                signature = _signature(self.folder)
                state = self._read()
            except (OSError, ValueError) as error:
                fault = error
                self._opened = None
                if not (self.folder / TEXT / META).exists():
                    break
                time.sleep(_PAUSE_S)
                continue
            self._signature = signature
            return state
        raise SourceUnavailable(f"{self.folder} holds no index that can be read: {fault}")

    def _read(self) -> State:
        import tantivy

        if not os.access(self.folder / TEXT, os.W_OK):
            self._link()
        if self._opened is None:
            self._opened = tantivy.Index.open(str(self._private or self.folder / TEXT))
            self._opened.config_reader("manual")
        self._opened.reload()
        searcher = self._opened.searcher()
        any_generation = tantivy.Query.exists_query("generation")
        hits = searcher.search(any_generation, 1, order_by_field="generation").hits
        generation = int(hits[0][0]) if hits else 0
        parts = []
        for name, dead in read_manifest(self.folder, generation):
            segment = self._segments.get(name) or Segment(self.folder / COLUMNS / name)
            self._segments[name] = segment
            parts.append((segment, dead_rows(self.folder / COLUMNS / dead if dead else None)))
        live = {segment.folder.name for segment, _ in parts}
        self._segments = {name: each for name, each in self._segments.items() if name in live}
        return State(generation, parts, TextSearch(searcher, self._opened.schema))

    def _link(self) -> None:
        """A folder of our own that shows the index's files and can be locked."""
        if self._private is None:
            self._private = Path(tempfile.mkdtemp(prefix="bluecloud-index-"))
            weakref.finalize(self, shutil.rmtree, self._private, ignore_errors=True)
        source = self.folder / TEXT
        meta = (source / META).read_bytes()
        for path in source.iterdir():
            link = self._private / path.name
            if not path.name.startswith(".") and path.name != META and not link.is_symlink():
                link.symlink_to(path.absolute())
        new = self._private / f"{META}.new"
        new.write_bytes(meta)
        new.replace(self._private / META)


def _page(state: State, asked: Wanted) -> tuple[list[int], tuple[Record, ...], int]:
    """The first rows of all segments together."""
    found = state.found(asked)
    candidates = []
    for (segment, _), rows in zip(state.parts, found, strict=True):
        start = 0
        if asked.below is not None:
            first = np.searchsorted(segment.keys, np.uint64(key_of(asked.below)), side="right")
            start = int(np.searchsorted(rows, first))
        page = rows[start : start + asked.limit]
        keys = segment.keys[page].tolist()
        candidates += [(key, segment, row) for key, row in zip(keys, page.tolist(), strict=True)]
    candidates.sort(key=lambda each: each[0])
    shown = candidates[: asked.limit]
    records = tuple(segment.record(row) for _, segment, row in shown)
    return [key_of(key) for key, _, _ in shown], records, sum(map(len, found))


def read_manifest(folder: Path, generation: int) -> list[tuple[str, str | None]]:
    """The segments of a generation, each with its file of rows that are no more."""
    if generation == 0:
        return []
    content = (folder / COLUMNS / f"manifest-{generation}.json").read_bytes()
    return [(name, dead) for name, dead in json.loads(content)]


def _signature(folder: Path) -> tuple[int, int] | None:
    """What changes whenever something was written."""
    try:
        told = (folder / TEXT / META).stat()
    except FileNotFoundError:
        return None
    return told.st_mtime_ns, told.st_ino

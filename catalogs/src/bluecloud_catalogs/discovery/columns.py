"""Records as columns of numbers in files, which are searched by going through them.

A segment is a folder of NumPy arrays that never changes; it is mapped into memory, so that it
opens at once and every process of a machine shares it. A million boxes are compared in two
milliseconds, which is less than an engine needs to plan its way to the same rows; blocks of
rows keep their extremes (zone maps), and those that cannot match are not looked at. Rows lie
in the order in which they are found, so that a page is the first of them.
"""

from __future__ import annotations

import bisect
import hashlib
import json
import mmap
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .query import Facet, Wanted
from .records import Record

if TYPE_CHECKING:
    import numpy.typing as npt

    Rows = npt.NDArray[np.intp]
    Mask = npt.NDArray[np.bool_]

BLOCK = 4096
_ALL = (1 << 64) - 1


def key_of(rank: int) -> int:
    """What rows are ordered by, the least first: the greatest rank has the least."""
    return _ALL - rank


def hash_of(identifier: str) -> int:
    """64 bits of a record's id."""
    return int.from_bytes(hashlib.blake2b(identifier.encode(), digest_size=8).digest(), "little")


class Segment:
    """Some records, in files that do not change."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.keys = self._array("keys")

    def __len__(self) -> int:
        return len(self.keys)

    def _array(self, name: str) -> Any:
        # As a plain array: NumPy's own kind of mapped one costs more at each look.
        return np.asarray(np.load(self.folder / f"{name}.npy", mmap_mode="r"))

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        array = self._array(name)
        setattr(self, name, array)  # a column is opened when it is first looked at
        return array

    @cached_property
    def _blob(self) -> bytes | mmap.mmap:
        return _mapped(self.folder / "records.bin")

    @cached_property
    def _tags(self) -> bytes | mmap.mmap:
        return _mapped(self.folder / "tags.bin")

    @cached_property
    def values(self) -> Mapping[Facet, list[str]]:
        """The values of each facet, by their number; the first stands for none."""
        found: dict[Facet, list[str]] = json.loads((self.folder / "values.json").read_bytes())
        return found

    def content(self, row: int) -> bytes:
        """A record as JSON."""
        start, end = self.content_at[row : row + 2]
        return self._blob[start:end]

    def record(self, row: int) -> Record:
        """A record."""
        return Record.model_validate_json(self.content(row))

    def row_of_rank(self, rank: int) -> int | None:
        """Where the record of a rank is."""
        key = np.uint64(key_of(rank))
        row = int(np.searchsorted(self.keys, key))
        return row if row < len(self) and self.keys[row] == key else None

    def row_of_id(self, identifier: str) -> int | None:
        """Where the record of an id is."""
        wanted = np.uint64(hash_of(identifier))
        at = int(np.searchsorted(self.id_hashes, wanted))
        while at < len(self) and self.id_hashes[at] == wanted:
            row = int(self.id_rows[at])
            if json.loads(self.content(row))["id"] == identifier:
                return row
            at += 1
        return None

    def may_have(self, hashes: npt.NDArray[np.uint64]) -> Rows:
        """Which of these hashes of ids, by their number, are those of rows here."""
        found: Rows = np.flatnonzero(_in_order(self.id_hashes, hashes))
        return found

    def has_ranks(self, ranks: Sequence[int]) -> set[int]:
        """Which of these ranks rows here have."""
        keys = np.array([key_of(rank) for rank in ranks], dtype=np.uint64)
        return {key_of(key) for key in keys[_in_order(self.keys, keys)].tolist()}

    def rows_of_tag(self, tag: str) -> Rows:
        """The rows that have a tag, in order."""
        if tag.startswith("id:"):
            row = self.row_of_id(tag[3:])
            return np.array([] if row is None else [row], dtype=np.intp)
        wanted, at = tag.encode(), self.tags_at
        number = len(at) - 1

        def name(index: int) -> bytes:
            return self._tags[at[index] : at[index + 1]]

        found = bisect.bisect_left(range(number), wanted, key=name)
        if found == number or name(found) != wanted:
            return np.array([], dtype=np.intp)
        start, end = self.tag_rows_at[found : found + 2]
        rows: Rows = self.tag_rows[start:end].astype(np.intp)
        return rows

    def rows(self, wanted: Wanted, dead: Mask | None) -> Rows:
        """All rows that fulfil what is wanted but for its text, in order."""
        groups = [[self.rows_of_tag(tag) for tag in group] for group in wanted.tags]
        groups.sort(key=lambda group: sum(map(len, group)))
        if groups and sum(map(len, groups[0])) < len(self) // 16:
            rows = np.unique(np.concatenate(groups[0]))
            for group in groups[1:]:
                rows = rows[self._mask(group)[rows]]
            met = self._met(wanted, rows)
            rows = rows if met is None else rows[met]
        else:
            rows = self._scanned(wanted, [self._mask(group) for group in groups])
        return rows if dead is None else rows[~dead[rows]]

    def _mask(self, group: Sequence[Rows]) -> Mask:
        mask = np.zeros(len(self), dtype=bool)
        for rows in group:
            mask[rows] = True
        return mask

    def _scanned(self, wanted: Wanted, masks: Sequence[Mask]) -> Rows:
        found = []
        for part in self._parts(wanted):
            met = self._met(wanted, part)
            for mask in masks:
                met = mask[part] if met is None else met & mask[part]
            if met is None:
                found.append(np.arange(part.start, min(part.stop, len(self))))
            else:
                found.append(np.flatnonzero(met) + part.start)
        return np.concatenate(found) if found else np.array([], dtype=np.intp)

    def _parts(self, wanted: Wanted) -> Iterator[slice]:
        """The stretches of blocks that may hold what is wanted."""
        low, high = self.zones_low, self.zones_high
        may = np.ones(len(low), dtype=bool)
        if wanted.box:
            may &= _touches(wanted.box, low[:, 0], high[:, 1], low[:, 2], high[:, 3])
        if wanted.first is not None:
            may &= self.zones_last >= wanted.first
        if wanted.after is not None:
            may &= self.zones_first < wanted.after
        edges = np.flatnonzero(np.diff(np.concatenate([[False], may, [False]]).astype(np.int8)))
        for start, end in edges.reshape(-1, 2).tolist():
            yield slice(start * BLOCK, end * BLOCK)

    def _met(self, wanted: Wanted, at: slice | Rows) -> Mask | None:
        """Which of these rows fulfil box, period and depth; None if none of them is asked for."""
        met: Mask | None = None
        if wanted.box:
            met = _touches(wanted.box, self.xmin[at], self.xmax[at], self.ymin[at], self.ymax[at])
        if wanted.first is not None:
            later = self.last[at] >= wanted.first
            met = later if met is None else met & later
        if wanted.after is not None:
            earlier = self.first[at] < wanted.after
            met = earlier if met is None else met & earlier
        if wanted.depth:
            deep = (self.zmin[at] <= wanted.depth[1]) & (self.zmax[at] >= wanted.depth[0])
            met = deep if met is None else met & deep
        return met

    def counts(self, facet: Facet, rows: Rows) -> dict[str, int]:
        """How many of these rows have each value of a facet."""
        values = self.values[facet]
        if facet == "variable":
            starts = self.variable_at[rows]
            lengths = self.variable_at[rows + 1] - starts
            steps = np.arange(int(lengths.sum())) - np.repeat(np.cumsum(lengths) - lengths, lengths)
            codes = self.variable[np.repeat(starts, lengths) + steps]
        else:
            codes = getattr(self, facet)[rows]
        numbers = np.bincount(codes, minlength=len(values))
        return {values[at]: int(numbers[at]) for at in np.flatnonzero(numbers) if at}


def _touches(
    box: tuple[float, float, float, float], xmin: Any, xmax: Any, ymin: Any, ymax: Any
) -> Mask:
    """Whether boxes have a point in common with one, once round the Earth too.

    Both are counted eastwards from their west, so that one that crosses the antimeridian ends
    beyond 180; nothing has a place where it is not a number.
    """
    west, south, east, north = box
    met = (xmin <= east) & (xmax >= west)
    met |= xmax >= west + 360
    met |= xmin <= east - 360
    met &= ymin <= north
    met &= ymax >= south
    found: Mask = met
    return found


def _in_order(ordered: npt.NDArray[np.uint64], some: npt.NDArray[np.uint64]) -> Mask:
    """Which of some numbers are among those that are in order."""
    if not len(ordered):
        return np.zeros(len(some), dtype=bool)
    at = np.searchsorted(ordered, some)
    at[at == len(ordered)] = 0
    found: Mask = ordered[at] == some
    return found


def _mapped(path: Path) -> bytes | mmap.mmap:
    if path.stat().st_size == 0:
        return b""
    with path.open("rb") as file:
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def dead_rows(path: Path | None) -> Mask | None:
    """Which rows of a segment are no more."""
    return None if path is None else np.load(path)


def alive(segment: Segment, dead: Mask | None) -> Iterable[int]:
    """The rows of a segment that still are."""
    rows: list[int] = list(range(len(segment))) if dead is None else np.flatnonzero(~dead).tolist()
    return rows

"""From records to the files of a segment."""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from .columns import BLOCK, hash_of, key_of
from .query import Facet, all_tags, box_of, facet_values, period_of
from .records import Record

if TYPE_CHECKING:
    import numpy.typing as npt

_SINGLE: tuple[Facet, ...] = ("source", "collection", "level", "platform", "decade")
_NOWHERE = (float("nan"),) * 4
_NEVER = (1 << 62, -(1 << 62))


class _Names:
    """Names by number, in the order in which they come."""

    def __init__(self) -> None:
        self.numbers: dict[str, int] = {}

    def number(self, name: str) -> int:
        return self.numbers.setdefault(name, len(self.numbers))


def write_segment(folder: Path, ranked: Iterable[tuple[int, Record]]) -> int:
    """Write records, each with its rank, as a segment; how many they are."""
    folder.mkdir(parents=True)
    keys, hashes = array("Q"), array("Q")
    boxes, depths, periods = array("d"), array("d"), array("q")
    contents: list[bytes] = []
    tags, tag_numbers, tag_sizes = _Names(), array("I"), array("I")
    facets: dict[Facet, _Names] = {name: _Names() for name in (*_SINGLE, "variable")}
    codes: dict[Facet, array[int]] = {name: array("I") for name in facets}
    variable_sizes = array("I")
    for names in facets.values():
        names.number("")
    for rank, record in ranked:
        keys.append(key_of(rank))
        hashes.append(hash_of(record.id))
        boxes.extend(box_of(record) or _NOWHERE)
        depths.extend(record.depth or _NOWHERE[:2])
        periods.extend(period_of(record) or _NEVER)
        contents.append(record.model_dump_json(exclude_defaults=True).encode())
        own = all_tags(record)
        tag_numbers.extend(map(tags.number, own))
        tag_sizes.append(len(own))
        values = facet_values(record)
        for facet in _SINGLE:
            codes[facet].append(facets[facet].number(values[facet][0] if values[facet] else ""))
        codes["variable"].extend(map(facets["variable"].number, values["variable"]))
        variable_sizes.append(len(values["variable"]))
    order = np.argsort(np.array(keys, dtype=np.uint64), kind="stable")

    def save(name: str, values: npt.NDArray[Any]) -> None:
        np.save(folder / f"{name}.npy", values)

    save("keys", np.array(keys, dtype=np.uint64)[order])
    by_hash = np.array(hashes, dtype=np.uint64)[order]
    at = np.argsort(by_hash, kind="stable")
    save("id_hashes", by_hash[at])
    save("id_rows", at.astype(np.uint32))
    columns = _columns(boxes, periods, depths, order)
    for name, values_ in columns.items():
        save(name, values_)
    for name, values_ in _zones(columns).items():
        save(name, values_)
    for facet in _SINGLE:
        save(facet, np.array(codes[facet], dtype=np.uint32)[order])
    starts, numbers = _reordered(codes["variable"], variable_sizes, order)
    save("variable_at", starts)
    save("variable", numbers)
    (folder / "values.json").write_text(
        json.dumps({facet: list(names.numbers) for facet, names in facets.items()})
    )
    _write_tags(folder, tags, tag_numbers, tag_sizes, order)
    _write_contents(folder, contents, order)
    return len(keys)


def _columns(
    boxes: array[float], periods: array[int], depths: array[float], order: npt.NDArray[np.intp]
) -> dict[str, npt.NDArray[Any]]:
    box = np.array(boxes, dtype=np.float64).reshape(-1, 4)[order]
    period = np.array(periods, dtype=np.int64).reshape(-1, 2)[order]
    depth = np.array(depths, dtype=np.float64).reshape(-1, 2)[order]
    named = {
        "xmin": box[:, 0],
        "ymin": box[:, 1],
        "xmax": box[:, 2],
        "ymax": box[:, 3],
        "first": period[:, 0],
        "last": period[:, 1],
        "zmin": depth[:, 0],
        "zmax": depth[:, 1],
    }
    return {name: np.ascontiguousarray(values) for name, values in named.items()}


def _zones(columns: dict[str, npt.NDArray[Any]]) -> dict[str, npt.NDArray[Any]]:
    """The extremes of each block of rows: of places west, east, south, north, and of time."""
    starts = np.arange(0, len(columns["xmin"]), BLOCK)
    places = np.stack([columns[name] for name in ("xmin", "xmax", "ymin", "ymax")], axis=1)
    empty = np.empty((0, 4))
    return {
        "zones_low": np.fmin.reduceat(places, starts) if len(starts) else empty,
        "zones_high": np.fmax.reduceat(places, starts) if len(starts) else empty,
        "zones_first": np.minimum.reduceat(columns["first"], starts)
        if len(starts)
        else empty[:, 0],
        "zones_last": np.maximum.reduceat(columns["last"], starts) if len(starts) else empty[:, 0],
    }


def _reordered(
    flat: array[int], sizes: array[int], order: npt.NDArray[np.intp]
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.uint32]]:
    """Lists of numbers, one a row, in another order of rows: where each begins, and all."""
    lengths = np.array(sizes, dtype=np.int64)
    begins = np.cumsum(lengths) - lengths
    new = lengths[order]
    starts = np.concatenate([[0], np.cumsum(new)])
    steps = np.arange(int(new.sum())) - np.repeat(starts[:-1], new)
    numbers = np.array(flat, dtype=np.uint32)
    return starts, numbers[np.repeat(begins[order], new) + steps]


def _write_tags(
    folder: Path,
    tags: _Names,
    flat: array[int],
    sizes: array[int],
    order: npt.NDArray[np.intp],
) -> None:
    """The tags in order, and for each its rows in order."""
    names = [name.encode() for name in tags.numbers]
    sorted_at = sorted(range(len(names)), key=names.__getitem__)
    rank_of = np.empty(len(names), dtype=np.uint32)
    rank_of[sorted_at] = np.arange(len(names), dtype=np.uint32)
    row_of = np.empty(len(order), dtype=np.uint32)
    row_of[order] = np.arange(len(order), dtype=np.uint32)
    rows = np.repeat(row_of, np.array(sizes, dtype=np.int64))
    numbers = rank_of[np.array(flat, dtype=np.uint32)]
    by_tag = np.lexsort((rows, numbers))
    np.save(folder / "tag_rows.npy", rows[by_tag])
    counts = np.bincount(numbers, minlength=len(names))
    np.save(folder / "tag_rows_at.npy", np.concatenate([[0], np.cumsum(counts)]).astype(np.int64))
    lengths = [len(names[at]) for at in sorted_at]
    np.save(folder / "tags_at.npy", np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
    (folder / "tags.bin").write_bytes(b"".join(names[at] for at in sorted_at))


def _write_contents(folder: Path, contents: list[bytes], order: npt.NDArray[np.intp]) -> None:
    with (folder / "records.bin").open("wb") as file:
        file.writelines(contents[at] for at in order.tolist())
    lengths = np.array([len(each) for each in contents], dtype=np.int64)[order]
    np.save(folder / "content_at.npy", np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))

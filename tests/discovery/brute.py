"""A search by looking at every record, written apart from the index: what is right."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import numpy as np

from bluecloud_catalogs.discovery.records import Record
from tests.discovery.generated import KINDS, PLACES, SOURCES, VARIABLES

SYNONYMS = {"oxygen": "DOXY", "salinity": "PSAL", "nitrate": "NTRA", "chlorophyll": "CPWC"}


def queries(number: int, seed: int) -> Iterable[dict[str, Any]]:
    """Random searches: texts, boxes of all sizes, some over the antimeridian, periods, tags."""
    random = np.random.default_rng(seed)
    for _ in range(number):
        asked: dict[str, Any] = {}
        if random.random() < 0.4:
            words = [str(random.choice([*PLACES, *KINDS, *SYNONYMS])) for _ in range(2)]
            asked["text"] = " ".join(words[: random.integers(1, 3)])
        if random.random() < 0.7:
            west, south = random.uniform(-180, 180), random.uniform(-85, 60)
            east = west + random.choice([0.5, 5, 40, 120])
            asked["bbox"] = [
                west,
                south,
                east - 360 if east > 180 else east,
                min(south + random.choice([0.5, 5, 40]), 90),
            ]
        if random.random() < 0.6:
            year = int(random.integers(1950, 2025))
            asked["time"] = f"{year}/{year + int(random.integers(0, 10))}"
        if random.random() < 0.3:
            asked["variables"] = [str(random.choice(list(VARIABLES)[:30]))]
        if random.random() < 0.2:
            asked["sources"] = [str(each) for each in random.choice(list(SOURCES), 2)]
        if random.random() < 0.2:
            top = float(random.uniform(0, 1500))
            asked["depth"] = [top, top + 500]
        if random.random() < 0.1:
            asked["taxa"] = [int(random.choice([127405, 1080]))]
        yield asked


class Brute:
    """Records, each of which is looked at for each search."""

    def __init__(self, records: Iterable[Record]) -> None:
        self._records = [(record, _text(record)) for record in records]

    def find(self, asked: dict[str, Any]) -> list[Record]:
        """All that is what was asked for."""
        return [record for record, text in self._records if _fulfils(record, text, asked)]


def _fulfils(record: Record, text: str, asked: dict[str, Any]) -> bool:
    return (
        ("sources" not in asked or record.source in asked["sources"])
        and ("variables" not in asked or bool(set(asked["variables"]) & set(record.p02)))
        and ("taxa" not in asked or bool(set(asked["taxa"]) & set(record.taxa)))
        and ("bbox" not in asked or _in(record, asked["bbox"]))
        and ("time" not in asked or _during(record, asked["time"]))
        and ("depth" not in asked or _deep(record, asked["depth"]))
        and all(_says(record, text, word) for word in asked.get("text", "").split())
    )


def _text(record: Record) -> str:
    """All words of a record, a blank before and after each."""
    texts = [record.title, record.collection, *record.keywords, *record.cf, record.platform or ""]
    plain = "".join(each if each.isalnum() else " " for each in " ".join(texts).lower())
    return f" {plain} "


def _says(record: Record, text: str, word: str) -> bool:
    stem = word.removesuffix("s")
    return SYNONYMS.get(word) in record.p02 or f" {stem} " in text or f" {stem}s " in text


def _in(record: Record, box: list[float]) -> bool:
    if record.bbox is None:
        return False
    if record.bbox[1] > box[3] or record.bbox[3] < box[1]:
        return False
    mine, theirs = _spans(record.bbox[0], record.bbox[2]), _spans(box[0], box[2])
    return any(a <= d and c <= b for a, b in mine for c, d in theirs)


def _spans(west: float, east: float) -> list[tuple[float, float]]:
    """The longitudes from west to east as one stretch or two; 180 and -180 are one."""
    spans = [(west, east)] if west <= east else [(west, 180.0), (-180.0, east)]
    spans += [(-180.0, -180.0)] if any(end == 180 for _, end in spans) else []
    spans += [(180.0, 180.0)] if any(begin == -180 for begin, _ in spans) else []
    return spans


def _during(record: Record, period: str) -> bool:
    if record.time is None:
        return False
    begin, end = (int(year) for year in period.split("/"))
    first, last = record.time
    return (first is None or first < datetime(end + 1, 1, 1, tzinfo=UTC)) and (
        last is None or last >= datetime(begin, 1, 1, tzinfo=UTC)
    )


def _deep(record: Record, depth: list[float]) -> bool:
    return record.depth is not None and (
        record.depth[0] <= depth[1] and record.depth[1] >= depth[0]
    )

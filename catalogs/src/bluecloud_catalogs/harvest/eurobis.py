"""Datasets of EurOBIS: as OBIS lists those of its European node, then as marineinfo describes them.

A dataset is the granule, never an occurrence. OBIS gives its list in one answer, with licences,
boxes and the day of the last change; marineinfo gives a list of numbers, and for each a file of
Turtle with taxa and measured parameters, some of which are no Turtle and are put aside. The
cursor is the kind of list with the last dataset seen in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from pydantic import ValidationError

from ..discovery.records import Asset, Record
from ..errors import MalformedAnswer, NotFound
from ..places import Ask, File, Place, with_query
from ..readers.marineinfo import MarineDataset, dataset_of, datasets_listed
from ..readers.obis_answer import answer_of
from ..readers.obis_datasets import NOT_STATED, dataset_row
from .base import Harvester, Page, Quarantined

EUROPEAN_NODE = "4bf79a01-65a9-4db6-b37b-18434f26ddfc"
COLLECTION = 619  # available through EurOBIS
_A_PAGE = 100
_AT_ONCE = 20
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?")


class EurobisHarvester(Harvester):
    """Lists datasets; the cursor is ``obis:<id>`` or ``marineinfo:<number>``."""

    source: ClassVar[str] = "eurobis"
    entry: ClassVar[str] = "obis_datasets"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The datasets, page by page."""
        kind, _, last = (cursor or "obis:").partition(":")
        if kind == "obis":
            yield from _of_obis(place, since, last)
            last = "0"
        yield from _of_marineinfo(place, since, int(last))


def _of_obis(place: Place, since: datetime | None, last: str) -> Iterator[Page]:
    path = with_query("dataset", {"nodeid": EUROPEAN_NODE})
    file = place.fetch([Ask(path, "obis", sample="obis/datasets.json")])[0]
    answer = answer_of(file)
    rows = sorted(answer.rows, key=lambda row: str(row.get("id")))
    left = [row for row in rows if str(row.get("id")) > last]
    lacking: tuple[Quarantined, ...] = ()
    if answer.total != len(rows):
        reason = f"OBIS announced {answer.total} datasets and gave {len(rows)}"
        lacking = (Quarantined("eurobis", "obis", reason),)
    for first in range(0, len(left), _A_PAGE) or (0,):
        part = left[first : first + _A_PAGE]
        records, bad = [], list(lacking if first == 0 else ())
        for row in part:
            try:
                record = obis_record(row, file)
            except (MalformedAnswer, ValidationError) as error:
                bad.append(Quarantined("eurobis", str(row.get("id")), str(error)))
                continue
            if _is_wanted(record, since):
                records.append(record)
        cursor = f"obis:{part[-1]['id']}" if first + _A_PAGE < len(left) else "marineinfo:0"
        yield Page(tuple(records), tuple(bad), cursor)


def _of_marineinfo(place: Place, since: datetime | None, last: int) -> Iterator[Page]:
    ask = Ask(f"collection/{COLLECTION}.ttl", "marineinfo", sample="marineinfo/collection.ttl")
    numbers = [each for each in datasets_listed(place.fetch([ask])[0]) if each > last]
    for first in range(0, len(numbers), _AT_ONCE) or (0,):
        part = numbers[first : first + _AT_ONCE]
        records, bad = [], []
        for number, file in zip(part, _files(place, part), strict=True):
            try:
                if isinstance(file, Exception):
                    raise file
                record = _marineinfo_record(dataset_of(file))
            except (MalformedAnswer, NotFound, ValidationError) as error:
                bad.append(Quarantined("eurobis", str(number), str(error)))
                continue
            if _is_wanted(record, since):
                records.append(record)
        more = first + _AT_ONCE < len(numbers)
        yield Page(tuple(records), tuple(bad), f"marineinfo:{part[-1]}" if more else None)


def _files(place: Place, numbers: Sequence[int]) -> list[File | NotFound]:
    """The descriptions, or that there is none; together if there is each."""
    asks = [
        Ask(f"dataset/{each}.ttl", "marineinfo", sample=f"marineinfo/{each}.ttl")
        for each in numbers
    ]
    try:
        return list(place.fetch(asks))
    except NotFound:
        pass
    found: list[File | NotFound] = []
    for ask in asks:
        try:
            found += place.fetch([ask])
        except NotFound as error:
            found.append(error)
    return found


def _is_wanted(record: Record, since: datetime | None) -> bool:
    if since is None or record.modified is None:
        return True
    return record.modified >= (since.astimezone(UTC) if since.tzinfo else since.replace(tzinfo=UTC))


def obis_record(told: dict[str, Any], file: File) -> Record:
    """A dataset of OBIS as a record.

    Raises
    ------
    MalformedAnswer, ValueError
        If it is none.
    """
    row = dataset_row(told, file)
    assets = [Asset(href=row["url"], media_type="text/html", role="metadata")] if row["url"] else []
    if row["archive"]:
        assets.append(
            Asset(href=row["archive"], media_type="application/zip", protocol="Darwin Core archive")
        )
    return Record(
        id=f"eurobis:{row['dataset_id']}",
        source="eurobis",
        collection="OBIS datasets",
        level="granule",
        title=" ".join(row["title"].split()) or row["dataset_id"],
        description=told.get("abstract") or "",
        keywords=tuple(each["keyword"] for each in told.get("keywords") or () if each["keyword"]),
        bbox=_bbox(row["extent"]),
        provider=row["nodes"] or None,
        licence=None if row["licence"] == NOT_STATED else row["licence"],
        citation=" ".join(row["citation"].split()) or None,
        access="open" if row["licence"] != "restricted" else "request",
        entry="obis_occurrences",
        request={"dataset": row["dataset_id"]},
        assets=tuple(assets),
        modified=row["updated"] or row["published"],
    )


def _bbox(extent: str) -> tuple[float, float, float, float] | None:
    numbers = [float(each) for each in _NUMBER.findall(extent)]
    if not numbers or len(numbers) % 2:
        return None
    east, north = numbers[::2], numbers[1::2]
    return min(east), min(north), max(east), max(north)


def _marineinfo_record(dataset: MarineDataset) -> Record:
    first, last = dataset.time
    return Record(
        id=f"eurobis:dasid:{dataset.number}",
        source="eurobis",
        collection="EurOBIS datasets (IMIS)",
        level="granule",
        title=dataset.title,
        description=dataset.abstract,
        keywords=dataset.keywords,
        p01=dataset.p01,
        native=dataset.variables,
        taxa=dataset.taxa,
        taxon_names=dataset.taxon_names,
        bbox=dataset.bbox,
        time=(_moment(first, time.min), _moment(last, time.max)) if first or last else None,
        provider="EurOBIS",
        licence=dataset.licence or None,
        citation=dataset.citation or None,
        entry="eurobis_occurrences",
        request={"datasets": [dataset.number]},
        assets=tuple(Asset(href=each, role="metadata") for each in dataset.links),
        modified=_moment(dataset.modified, time.min),
    )


def _moment(day: date | None, clock: time) -> datetime | None:
    return datetime.combine(day, clock, UTC) if day else None

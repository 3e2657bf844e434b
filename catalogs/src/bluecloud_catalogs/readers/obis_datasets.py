"""Datasets of OBIS with their licences and citations, and checklists of taxa.

``intellectualrights`` is a sentence, or an address, or nothing; what licence it means is told by
what is in it. The list of datasets is one answer without pages, and was seen to announce one more
than it has: so what it lacks is told beside it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from ..declarations import Service
from ..errors import MalformedAnswer, NotFound, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked, Box
from .base import Reading, SourceReader
from .boxes import parts, polygon
from .obis_answer import answer_of, of_taxa
from .taxa import Taxa

if TYPE_CHECKING:
    from ..places import File, Place

NOT_STATED = "not stated"
_LICENCES = (
    ("CC BY-NC 4.0", ("non commercial", "noncommercial", "by-nc")),
    ("CC0 1.0", ("waived all rights", "publicdomain/zero", "cc0", "public domain")),
    ("ODbL", ("open database",)),
    ("ODC-BY", ("open data commons a",)),
    ("CC BY 4.0", ("cc-by", "creativecommons.org/licenses/by/", "attribution")),
)
_MOST_AT_ONCE = 50
_PAGE = 5000
_MOST = 50_000


class ObisDatasetOptions(BaseModel):
    """Which service, and the file of a sample."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service
    sample: str


class ObisDatasetRequest(Asked):
    """Which datasets: those that have something of the taxa, or the words in their texts."""

    words: Annotated[str, Field(min_length=2, max_length=100)] | None = None
    taxa: Taxa = None


class ObisDatasets(SourceReader):
    """Reads the list of datasets."""

    protocol = "OBIS API v3, datasets"
    makes = "pandas:DataFrame"
    options = ObisDatasetOptions
    request = ObisDatasetRequest

    def read(
        self,
        place: Place,
        options: ObisDatasetOptions,
        request: ObisDatasetRequest,
        *,
        lazy: bool,
    ) -> Reading:
        """Read the datasets asked for; how many were announced is in attrs."""
        import pandas as pd

        taxa = ",".join(map(str, request.taxa)) if request.taxa else None
        path = with_query("dataset", {"q": request.words, "taxonid": taxa}, safe=",")
        file = place.fetch([Ask(path, options.service, sample=options.sample)])[0]
        answer = answer_of(file)
        rows = [dataset_row(each, file) for each in answer.rows]
        if place.tier == "sample" and request.words is not None:
            rows = [each for each in rows if request.words.lower() in str(each).lower()]
        table = pd.DataFrame(rows, columns=list(_COLUMNS))
        for name in ("published", "updated"):
            moments = pd.to_datetime(table[name], utc=True, format="ISO8601", errors="coerce")
            table[name] = moments.dt.tz_localize(None).astype("datetime64[ns]")
        notes = {
            "announced_datasets": str(answer.total),
            "received_datasets": str(len(answer.rows)),
        }
        return Reading(table, count=len(table), files=[file], notes=notes)


_COLUMNS = (
    "dataset_id", "title", "licence", "rights", "citation", "records", "occurrences",
    "measurements", "core", "extensions", "nodes", "published", "updated", "archive", "url",
    "extent",
)  # fmt: skip


def dataset_row(told: Mapping[str, Any], file: File) -> dict[str, Any]:
    """A dataset as a row.

    Raises
    ------
    MalformedAnswer
        If it has no id or title.
    """
    if not told.get("id") or "title" not in told:
        raise MalformedAnswer(f"{file.path}: a dataset has no id or title")
    counts = told.get("statistics") or {}
    return {
        "dataset_id": told["id"],
        "title": told["title"] or "",
        "licence": licence_of(told.get("intellectualrights")),
        "rights": " ".join((told.get("intellectualrights") or "").split()),
        "citation": told.get("citation") or "",
        "records": told.get("records"),
        "occurrences": counts.get("Occurrence"),
        "measurements": counts.get("MeasurementOrFact"),
        "core": told.get("core") or "",
        "extensions": " ".join(told.get("extensions") or ()),
        "nodes": "; ".join(each.get("name") or "" for each in told.get("nodes") or ()),
        "published": told.get("published"),
        "updated": told.get("updated"),
        "archive": told.get("archive") or "",
        "url": told.get("url") or "",
        "extent": told.get("extent") or "",
    }


def licence_of(rights: str | None) -> str:
    """The licence that a sentence, or an address, of a dataset means."""
    text = " ".join((rights or "").lower().split())
    for name, words in _LICENCES:
        if any(word in text for word in words):
            return name
    return text[:100] if text else NOT_STATED


def rights_of(
    place: Place, service: str, records: Mapping[str, int]
) -> tuple[list[dict[str, Any]], list[File]]:
    """Licence and citation of each of these datasets, the one with most records first."""
    ordered = [name for name, _ in Counter(records).most_common()]
    asks = [Ask(f"dataset/{each}", service, sample=f"obis/dataset_{each}.json") for each in ordered]
    found, files = [], []
    for first in range(0, len(asks), _MOST_AT_ONCE):
        files += _each(place, asks[first : first + _MOST_AT_ONCE])
    for name, file in zip(ordered, files, strict=True):
        row = {"title": "", "licence": NOT_STATED, "citation": f"OBIS dataset {name}."}
        if file is not None and (rows := answer_of(file).rows):
            row = dataset_row(rows[0], file)
        found.append(
            {
                "dataset_id": name,
                "records": records[name],
                "title": row["title"],
                "licence": row["licence"],
                "citation": row["citation"] or f"{row['title']}. OBIS dataset {name}.",
            }
        )
    return found, [file for file in files if file is not None]


def _each(place: Place, asks: Sequence[Ask]) -> list[File | None]:
    """The files; none for a dataset that is gone while its rows are still there."""
    try:
        return list(place.fetch(asks))
    except NotFound:
        pass
    found: list[File | None] = []
    for ask in asks:
        try:
            found += place.fetch([ask])
        except NotFound:
            found.append(None)
    return found


class ChecklistRequest(Asked):
    """Which taxa: those found in the box, or that belong to the taxa given; one is needed."""

    taxa: Taxa = None
    bbox: Box = None


class ObisChecklist(SourceReader):
    """Reads the taxa that occur somewhere, with the number of their records."""

    protocol = "OBIS API v3, checklist"
    makes = "pandas:DataFrame"
    options = ObisDatasetOptions
    request = ChecklistRequest

    def read(
        self, place: Place, options: ObisDatasetOptions, request: ChecklistRequest, *, lazy: bool
    ) -> Reading:
        """Read all pages of the list."""
        import pandas as pd

        if request.taxa is None and request.bbox is None:
            raise ParameterError("which checklist? Give taxa, bbox or both")
        boxes = parts(request.bbox) if request.bbox else (None,)
        if len(boxes) > 1:
            raise ParameterError(
                "bbox: a checklist over the antimeridian would count taxa of both sides twice: "
                "ask for either side"
            )
        query = {
            "taxonid": ",".join(map(str, request.taxa)) if request.taxa else None,
            "geometry": polygon(boxes[0]) if boxes[0] else None,
        }
        rows, files = _checklist(place, options, query)
        if request.taxa is not None:
            rows = [row for row in rows if of_taxa(row, request.taxa)]
        table = pd.DataFrame(rows)
        for name in ("taxonID", "scientificName", "taxonRank", "taxonomicStatus", "records"):
            if name not in table:
                table[name] = pd.Series([None] * len(table), dtype="object", index=table.index)
        table["taxonID"] = pd.to_numeric(table["taxonID"]).astype("Int64")
        return Reading(table, count=len(table), files=files)


def _checklist(
    place: Place, options: ObisDatasetOptions, query: Mapping[str, object]
) -> tuple[list[dict[str, Any]], list[File]]:
    rows: list[dict[str, Any]] = []
    files: list[File] = []
    total = None
    while total is None or len(rows) < total:
        path = with_query(
            "checklist", {**query, "skip": len(rows) or None, "size": _PAGE}, safe="(),"
        )
        file = place.fetch([Ask(path, options.service, sample=options.sample)])[0]
        answer = answer_of(file)
        total = answer.total if total is None else total
        if total > _MOST:
            raise RequestTooLarge(f"{total} taxa are asked for at once, {_MOST} are allowed")
        if not answer.rows and len(rows) < total:
            raise MalformedAnswer(f"{file.path}: {total} taxa were announced, {len(rows)} came")
        rows += answer.rows
        files.append(file)
    return rows, files

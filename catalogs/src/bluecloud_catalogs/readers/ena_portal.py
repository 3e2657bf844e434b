"""ENA's Portal API: samples and sequencing runs, by accession, taxon, place and time.

The number of rows is asked first: what is too much is refused before it is sent, and what
comes is held against the number, for the API has been seen to send half an answer with status
200. It says "nothing" with 204. The limit is always sent: without one the API gives a number
that its documents do not agree on. All values come as text; lists are joined by semicolons and
belong together position by position; addresses of files come without their scheme.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json, is_page
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .columns import Column, Kind, chosen, typed
from .ena_query import ACCESSION, field_of, query
from .words import Form, Names

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

MOST_ROWS = 100_000  # about 60 MB as JSON
FIELDS: Mapping[str, tuple[str, Kind]] = {
    "lat": ("latitude", "number"),
    "lon": ("longitude", "number"),
    "depth": ("depth", "number"),
    "collection_date": ("time", "time"),
    "first_public": ("first_public", "time"),
    "last_updated": ("last_updated", "time"),
    "tax_id": ("tax_id", "integer"),
    "read_count": ("read_count", "integer"),
    "base_count": ("base_count", "integer"),
    "temperature": ("temperature", "number"),
    "salinity": ("salinity", "number"),
    "fastq_ftp": ("fastq_urls", "list"),
    "fastq_md5": ("fastq_md5", "list"),
    "fastq_bytes": ("fastq_bytes", "list"),
}
Accessions: TypeAlias = Annotated[
    Names, Form(ACCESSION, "an accession of a study, sample or run, as PRJEB1787")
]


class EnaPortalOptions(BaseModel):
    """What kind of record, and which of its fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    result: Literal["read_run", "sample", "analysis", "read_study"]
    fields: Annotated[
        tuple[Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")], ...], Field(min_length=1)
    ]


class EnaPortalRequest(Asked):
    """Which records: all that fulfil every condition given. ``taxon`` takes all below it."""

    accession: Accessions = None
    taxon: Annotated[int, Field(gt=0, lt=10_000_000)] | None = None
    bbox: Box = None
    time: Period = None


class EnaPortal(SourceReader):
    """Reads a table of records."""

    protocol = "ENA Portal API"
    makes = "pandas:DataFrame"
    options = EnaPortalOptions
    request = EnaPortalRequest

    def read(
        self, place: Place, options: EnaPortalOptions, request: EnaPortalRequest, *, lazy: bool
    ) -> Reading:
        """Read the records asked for."""
        if not any((request.accession, request.taxon, request.bbox, request.time)):
            raise ParameterError("which records? Give accession, taxon, bbox or time")
        asked = query(
            accessions=request.accession, taxon=request.taxon, bbox=request.bbox, time=request.time
        )
        files, rows = search(place, options.result, options.fields, asked)
        table, notes = records(rows, options.fields, where=files[-1].path.partition("?")[0])
        table = _matching(table, request)
        if place.tier == "sample" and request.taxon is not None and "tax_id" in table:
            # Only ENA knows what lies below a taxon; of a sample, the taxon itself is given.
            table = table[(table["tax_id"] == request.taxon).to_numpy(dtype=bool, na_value=False)]
        return Reading(table, len(table), files, notes)


def search(
    place: Place, result: str, fields: tuple[str, ...], asked: str, *, most: int = MOST_ROWS
) -> tuple[list[File], list[dict[str, str]]]:
    """The answers, and all rows of them.

    Raises
    ------
    RequestTooLarge
        If there are more than ``most``.
    MalformedAnswer
        If the answer is not whole.
    """
    common = {"result": result, "query": asked}
    counted = place.fetch(
        [
            Ask(
                with_query("count", {**common, "format": "json"}),
                service="portal",
                sample=f"portal/{result}_count.json",
            )
        ]
    )[0]
    count = _count(counted)
    if count > most:
        raise RequestTooLarge(
            f"ENA has {count} records of kind {result} for this request, and {most} are read at "
            "once: ask for fewer studies, a smaller box or a shorter period"
        )
    if count == 0:
        return [counted], []
    path = with_query(
        "search", {**common, "fields": ",".join(fields), "format": "json", "limit": 0}
    )
    file = place.fetch(
        [
            Ask(
                path,
                service="portal",
                statuses=frozenset({200, 204}),
                sample=f"portal/{result}.json",
            )
        ]
    )[0]
    return [counted, file], rows_of(file, count)


def rows_of(file: File, count: int | None) -> list[dict[str, str]]:
    """The rows of an answer, as many as were announced; none for 204 and an empty body."""
    rows: Any = [] if file.status == 204 or not file.content.strip() else as_json(file)
    where = file.path.partition("?")[0]
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise MalformedAnswer(f"{where}: it is no list of records")
    if count is not None and len(rows) != count:
        raise MalformedAnswer(f"{where}: {count} records were announced, and {len(rows)} came")
    return rows


def _count(file: File) -> int:
    """The number in an answer, which is JSON or, of older servers, a column of text."""
    told: Any = None
    if file.content.lstrip().startswith(b"{"):
        answer = as_json(file)
        told = answer.get("count")
    elif not is_page(file.content):
        told = file.content.decode("latin-1").split()[-1:]
        told = told[0] if told else "0"
    try:
        return int(told)
    except (TypeError, ValueError):
        raise MalformedAnswer(f"{file.path.partition('?')[0]}: it holds no count") from None


def records(
    rows: list[dict[str, str]], fields: tuple[str, ...], *, where: str
) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """The table of rows, typed; and notes of what could not be read."""
    import pandas as pd

    columns = [
        Column(name=name, native=field, kind=kind)
        for field in fields
        for name, kind in [FIELDS.get(field, (field, "text"))]
    ]
    native = pd.DataFrame(rows) if rows else pd.DataFrame(columns=list(fields))
    table, notes = typed(native, columns, missing=("", "not provided"), where=where)
    if "fastq_urls" in table:
        table["fastq_urls"] = table["fastq_urls"].map(
            lambda paths: tuple(path if "://" in path else f"https://{path}" for path in paths)
        )
    if "fastq_bytes" in table:
        table["fastq_bytes"] = table["fastq_bytes"].map(lambda sizes: _sizes(sizes, where))
    _paired(table, where)
    return table, notes


def _sizes(sizes: tuple[str, ...], where: str) -> tuple[int, ...]:
    try:
        return tuple(int(size) for size in sizes)
    except ValueError:
        raise MalformedAnswer(f"{where}: fastq_bytes has {sizes}, which are no sizes") from None


def _paired(table: pd.DataFrame, where: str) -> None:
    """Check that lists which belong together are of one length."""
    lists = [name for name in ("fastq_urls", "fastq_md5", "fastq_bytes") if name in table]
    rows = table[lists].itertuples(index=False, name=None)
    for number, several in enumerate(tuple(map(len, row)) for row in rows):
        if len({length for length in several if length}) > 1:
            first = str(table.iloc[number, 0])
            raise MalformedAnswer(
                f"{where}: {first}: its lists {', '.join(lists)} have {several} values"
            )


def _matching(table: pd.DataFrame, request: EnaPortalRequest) -> pd.DataFrame:
    """What was asked for of what came: a sample's file is whole, and a server may be lax."""
    import numpy as np

    if request.accession is not None:
        keep = np.zeros(len(table), dtype=bool)
        for accession in request.accession:
            field = field_of(accession)
            if field in table:
                keep |= (table[field] == accession).to_numpy(dtype=bool)
            else:
                keep |= True  # the kind of record does not carry it: the server's word holds
        table = table[keep]
    bbox = request.bbox if {"longitude", "latitude"} <= set(table.columns) else None
    time = request.time if "time" in table else None
    return chosen(table, bbox=bbox, time=time)

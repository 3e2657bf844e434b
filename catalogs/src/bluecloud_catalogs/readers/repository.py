"""Repositories of InvenioRDM: their records as a table, and one table out of a record.

B2SHARE and Zenodo are asked alike. A search ends where the announced total is reached; the
repositories give no more than ten thousand records to one search. A collection's path ends
with a slash nowhere: B2SHARE answers another thing, or nothing, to one that does.
"""

from __future__ import annotations

import fnmatch
import io
import zipfile
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json
from ..declarations import Line, Service
from ..errors import MalformedAnswer, NotFound, ParameterError, RequestTooLarge
from ..places import Ask, File, with_query
from .asked import Asked, Period, during
from .base import Reading, SourceReader
from .columns import Column, typed
from .repository_records import RecordFile, RepositoryRecord, record, whole
from .table_file import Layout, parsed
from .words import Form, Name, Names

if TYPE_CHECKING:
    import pandas as pd

    from ..places import Place

PAGE_ROWS = 100
MOST_RECORDS = 2000
_JSON = {"Accept": "application/vnd.inveniordm.v1+json, application/json"}
Text: TypeAlias = Annotated[
    Name, Form(r"[\w][\w .,'-]{0,199}", "words to search for, letters and digits", most=1)
]
Identifier: TypeAlias = Annotated[
    Name, Form(r"[a-z0-9][a-z0-9-]{3,39}", "a record's identifier, as 11460074", most=1)
]
_COLUMNS = (
    "id", "title", "description", "creators", "keywords", "published", "licence", "doi", "version",
    "files", "bytes",
)  # fmt: skip


class RepositoryOptions(BaseModel):
    """Which of the source's services, by its name, and where its sample lies."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service


class RepositoryRequest(Asked):
    """Which records: all that have the words and were published in the period."""

    text: Text = None
    published: Period = None


class RepositorySearch(SourceReader):
    """Reads a table of records."""

    protocol = "InvenioRDM API"
    makes = "pandas:DataFrame"
    options = RepositoryOptions
    request = RepositoryRequest

    def read(
        self, place: Place, options: RepositoryOptions, request: RepositoryRequest, *, lazy: bool
    ) -> Reading:
        """Read the records asked for."""
        import pandas as pd

        if request.text is None:
            raise ParameterError("which records? Give text, the words to search for")
        files, found = search(place, options.service, request.text)
        if place.tier == "sample":
            words = request.text.casefold().split()
            found = [each for each in found if all(word in _said(each) for word in words)]
        rows = [
            (
                each.id, each.title, each.description, each.creators, each.keywords,
                each.published, each.licence, each.doi, each.version,
                tuple(file.key for file in each.files),
                sum(file.size or 0 for file in each.files),
            )
            for each in found
        ]  # fmt: skip
        table = pd.DataFrame(rows, columns=list(_COLUMNS))
        dates = pd.to_datetime(table["published"], format="ISO8601", errors="coerce")
        table["published"] = dates.astype("datetime64[ns]")
        if request.published is not None:
            keep = during(request.published, table["published"].to_numpy())
            table = table[keep].reset_index(drop=True)
        return Reading(table, len(table), files)


def search(
    place: Place, service: str, text: str, *, most: int = MOST_RECORDS
) -> tuple[list[File], list[RepositoryRecord]]:
    """All records that a repository finds.

    Raises
    ------
    RequestTooLarge
        If there are more than ``most``.
    MalformedAnswer
        If what came is not all that was found.
    """
    files: list[File] = []
    found: list[RepositoryRecord] = []
    total, number = 1, 0
    while len(found) < total:
        number += 1
        asked = {"q": text, "page": number, "size": PAGE_ROWS, "sort": "newest"}
        ask = Ask(
            with_query("records", asked),
            service,
            headers=_JSON,
            sample=f"{service}/records_{number}.json",
        )
        file = place.fetch([ask])[0]
        told = as_json(file)
        try:
            hits = told["hits"]
            total, page = _total(hits["total"]), list(hits["hits"])
        except (KeyError, TypeError, ValueError):
            raise MalformedAnswer("records: it has no hits and total") from None
        if total > most:
            raise RequestTooLarge(
                f"{total} records are found, and {most} are read at once: add words to text"
            )
        if not page and len(found) < total:
            raise MalformedAnswer(f"records: {total} were found, and {len(found)} came")
        files.append(file)
        found += [record(each, "records") for each in page]
    return files, found


def _total(told: Any) -> int:
    """The number of hits, which search engines write in two ways."""
    return int(told["value"] if isinstance(told, dict) else told)


def _said(each: RepositoryRecord) -> str:
    return " ".join((each.title, each.description, *each.keywords, *each.creators)).casefold()


class RepositoryTableOptions(RepositoryOptions):
    """The table: which record, which of its files (a pattern), and which columns."""

    record: Annotated[str, Field(pattern=r"^[a-z0-9-]+$")] | None = None
    file: Line
    layout: Layout = "csv"
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    filters: tuple[str, ...] = ()
    missing: tuple[str, ...] = ("", "NA")


class RepositoryTableRequest(Asked):
    """Which record, if the entry leaves that open, and which rows of its table.

    ``species`` and ``gear`` are codes, as YFT and 01.1.
    """

    record: Identifier = None
    species: Annotated[Names, Form(r"[A-Z0-9]{3}", "an ASFIS code of a species, as YFT")] = None
    gear: Annotated[Names, Form(r"[A-Z0-9.]{1,8}", "a code of a fishing gear, as 01.1")] = None
    time: Period = None


class RepositoryTable(SourceReader):
    """Reads one table of a record, whose checksum it holds it against."""

    protocol = "InvenioRDM API"
    makes = "pandas:DataFrame"
    options = RepositoryTableOptions
    request = RepositoryTableRequest

    def read(
        self,
        place: Place,
        options: RepositoryTableOptions,
        request: RepositoryTableRequest,
        *,
        lazy: bool,
    ) -> Reading:
        """Read the rows asked for."""
        wanted = request.record or options.record
        if wanted is None:
            raise ParameterError("which record? Give record, its identifier")
        made = {column.name for column in options.columns}
        for parameter, column in (("species", "species"), ("gear", "gear"), ("time", "time")):
            if getattr(request, parameter) is not None and column not in made:
                raise ParameterError(f"{parameter}: this table has no column {column}")
        ask = Ask(
            f"records/{wanted}",
            options.service,
            headers=_JSON,
            sample=f"{options.service}/{options.record or 'record'}.json",
        )
        told = place.fetch([ask])[0]
        of = record(as_json(told), f"records/{wanted}")
        if of.id != wanted:
            raise NotFound(f"records/{wanted}: the answer is of another record, {of.id}")
        file = _file(of, options.file)
        content = place.fetch([Ask(file.url, sample=f"{options.service}/{file.key}")])[0]
        whole(content.content, file, f"records/{wanted}")
        native = parsed(_unpacked(content, options.file), options.layout)
        table, notes = typed(native, options.columns, missing=options.missing, where=file.key)
        table = _rows(table, request)
        licence = {"record_licence": of.licence} if of.licence else {}
        notes = {**notes, **licence, "record_doi": of.doi, "record_version": of.version}
        return Reading(table, len(table), [told, content], notes)


def _file(of: RepositoryRecord, pattern: str) -> RecordFile:
    """The one file of a record that fits; a zipped one does, too."""
    fitting = [
        each for each in of.files if fnmatch.fnmatchcase(each.key.removesuffix(".zip"), pattern)
    ]
    if len(fitting) != 1:
        names = ", ".join(each.key for each in of.files) or "none"
        raise NotFound(
            f"record {of.id} has {len(fitting)} files {pattern}, not one: it has {names}"
        )
    return fitting[0]


def _unpacked(file: File, pattern: str) -> File:
    """A file, or the one that fits of an archive."""
    if not file.content.startswith(b"PK\x03\x04"):
        return file
    try:
        with zipfile.ZipFile(io.BytesIO(file.content)) as archive:
            names = [each for each in archive.namelist() if fnmatch.fnmatchcase(each, pattern)]
            if len(names) != 1:
                raise MalformedAnswer(f"{file.path}: it holds {len(names)} files {pattern}")
            if archive.getinfo(names[0]).file_size > 2e9:
                raise RequestTooLarge(f"{file.path}: {names[0]} unpacks to more than 2 GB")
            return File(names[0], archive.read(names[0]))
    except zipfile.BadZipFile as error:
        raise MalformedAnswer(f"{file.path}: it is no archive: {error}") from error


def _rows(table: pd.DataFrame, request: RepositoryTableRequest) -> pd.DataFrame:
    import numpy as np

    keep = np.ones(len(table), dtype=bool)
    if request.species is not None:
        keep &= table["species"].isin(request.species).to_numpy()
    if request.gear is not None:
        keep &= table["gear"].isin(request.gear).to_numpy()
    if request.time is not None:
        keep &= during(request.time, table["time"].to_numpy(dtype="datetime64[ns]"))
    return table[keep].reset_index(drop=True)

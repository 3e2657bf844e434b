"""Tables of samples that lie as files at a fixed address: TSV, CSV or Parquet.

A table of samples is rarely alone: nutrients, pigments and sequences of one expedition are
files of their own with one key. So an entry may name tables to be joined to the first; a row
of the first is kept whether or not the other has one, and a key that occurs twice in the other
is an error, since it would double the row.
"""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ..answers import is_page
from ..declarations import Line, RelativePath
from ..errors import MalformedAnswer, ParameterError, RequestRefused
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .columns import Column, chosen, typed
from .words import Depths, Form, Names

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

Layout = Literal["tsv", "csv", "parquet"]
Identifiers: TypeAlias = Annotated[
    Names, Form(r"[A-Za-z0-9][\w.+:()%-]{0,99}", "an identifier as the table has it")
]


class Joined(BaseModel):
    """A further table: ``key`` is its column that holds what ``to`` of the first one holds."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: RelativePath
    form: Layout = "tsv"
    key: Line
    to: Line
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]


class TableFileOptions(BaseModel):
    """Which file, what of it, and what stands for no value in it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    file: RelativePath
    form: Layout = "tsv"
    columns: Annotated[tuple[Column, ...], Field(min_length=1)]
    joined: tuple[Joined, ...] = ()
    identifier: Line
    missing: tuple[str, ...] = ("", "nan", "NaN", "NA", "nd", "99999")

    @model_validator(mode="after")
    def _known(self) -> TableFileOptions:
        made = [column.name for column in self.columns]
        if self.identifier not in made:
            raise ValueError(f"identifier is {self.identifier}, and no column has that name")
        for other in self.joined:
            if other.to not in made:
                raise ValueError(f"joined to {other.to}, and no column has that name")
            made += [column.name for column in other.columns]
        if len(set(made)) != len(made):
            raise ValueError("two columns have one name")
        return self


class TableFileRequest(Asked):
    """Which rows: all that fulfil every condition given."""

    sample: Identifiers = None
    bbox: Box = None
    time: Period = None
    depth: Depths = None


class TableFile(SourceReader):
    """Reads a table and those joined to it."""

    protocol = "table over HTTP"
    makes = "pandas:DataFrame"
    options = TableFileOptions
    request = TableFileRequest

    def read(
        self, place: Place, options: TableFileOptions, request: TableFileRequest, *, lazy: bool
    ) -> Reading:
        """Read the rows asked for."""
        made = {
            column.name
            for each in (options, *options.joined)
            for column in each.columns  # type: ignore[attr-defined]
        }
        for parameter, needed in (
            ("bbox", {"longitude", "latitude"}),
            ("time", {"time"}),
            ("depth", {"depth"}),
        ):
            if getattr(request, parameter) is not None and not needed <= made:
                raise ParameterError(f"{parameter}: this table has no {' and '.join(needed)}")
        first, *others = files = place.fetch(
            [options.file, *(other.file for other in options.joined)]
        )
        table, notes = typed(
            parsed(first, options.form),
            options.columns,
            missing=options.missing,
            where=first.path,
        )
        told = dict(notes)
        for file, joined in zip(others, options.joined, strict=True):
            table, more = _with(table, file, joined, options.missing)
            if more:
                told["not_read"] = "; ".join(filter(None, (told.get("not_read"), more)))
        if request.sample is not None:
            table = table[table[options.identifier].isin(request.sample)]
        table = chosen(table, bbox=request.bbox, time=request.time, depth=request.depth)
        return Reading(table, len(table), files, told)


def _with(
    table: pd.DataFrame, file: File, joined: Joined, missing: tuple[str, ...]
) -> tuple[pd.DataFrame, str]:
    """The table with the columns of another one, and what could not be read of that."""
    native = parsed(file, joined.form)
    wanted = [Column(name="_key", native=joined.key), *joined.columns]
    other, notes = typed(native, wanted, missing=missing, where=file.path)
    other = other[other["_key"] != ""]
    twice = other["_key"][other["_key"].duplicated()]
    if not twice.empty:
        raise MalformedAnswer(f"{file.path}: {joined.key} {twice.iloc[0]!r} occurs twice")
    made = table.merge(other, how="left", left_on=joined.to, right_on="_key")
    for column in joined.columns:
        if column.kind == "text":
            made[column.name] = made[column.name].fillna("")
    return made.drop(columns="_key"), notes.get("not_read", "")


def parsed(file: File, form: Layout) -> pd.DataFrame:
    """The table of a file, all text; of Parquet, as typed there.

    Raises
    ------
    MalformedAnswer
        If it is none, or not whole.
    RequestRefused
        If it is an OGC exception report.
    """
    import pandas as pd

    content = file.content
    if form == "parquet":
        try:
            return pd.read_parquet(io.BytesIO(content))
        except (ValueError, OSError) as error:  # pyarrow's errors are both
            raise MalformedAnswer(f"{file.path}: it is no Parquet, or not whole: {error}") from None
    if is_page(content):
        raise MalformedAnswer(f"{file.path}: it is a web page, no table")
    if b"ExceptionReport" in content[:1000]:
        raise RequestRefused(f"{file.path}: it is an exception report, no table")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("latin-1")
    separator = "\t" if form == "tsv" else ","
    try:
        table = pd.read_csv(
            io.StringIO(text), sep=separator, dtype="str", keep_default_na=False, na_values=[]
        )
        # Some of these files have no line end at their end, so that only the fields can tell.
        *_, last = csv.reader(
            text[text.rstrip().rfind("\n") + 1 :].splitlines(), delimiter=separator
        )
        if len(last) != len(table.columns):
            raise MalformedAnswer(f"{file.path}: it is not whole: its last line is cut")
        return table
    except (ValueError, pd.errors.ParserError) as error:
        raise MalformedAnswer(f"{file.path}: {error}") from error

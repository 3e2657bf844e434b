"""Answers of SPARQL end-points as tables: all rows or none.

A query stands in an entry's options, where only we write. What a person asks for comes into it
as literals, escaped as the standard says, in filters on variables that the options name: no
value can be anything but a value. The number of rows is asked for first; then pages of them,
ordered, until they are there, since some end-points cut off in silence.

Where JSON was asked for, some answer a page for people (the NVS at ``/sparql`` instead of
``/sparql/sparql`` does, with status 200): that is a malformed answer, not an empty one.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Annotated, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field, StrictStr, model_validator

from ..answers import as_json, is_page, told_by
from ..declarations import Line, RelativePath, Service
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked, Period, during
from .base import Reading, SourceReader

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

_JSON = "application/sparql-results+json, application/json;q=0.9"
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
_LONGEST = 200
_ESCAPES = {"\\": "\\\\", '"': '\\"', "\n": "\\n", "\r": "\\r", "\t": "\\t"}


class SparqlOptions(BaseModel):
    """A query and how it is sent.

    Attributes
    ----------
    service, path
        The end-point: a service of the source, none for the entry's own address.
    send
        ``get`` as a parameter, ``form`` as a field of a form, ``text`` as the body itself.
    prefixes
        Names of name spaces.
    columns
        The variables that are selected, in order; rows are ordered by them.
    where
        The graph pattern.
    numbers, dates, text
        Columns that are numbers or dates, and those that can be searched for text.
    time
        The date that a period is asked of.
    page, most
        How many rows are asked for at once, and read at all.
    sample
        The file of a sample that answers; the number of its rows is beside it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service | None = None
    path: RelativePath = "sparql"
    send: Literal["get", "form", "text"] = "get"
    prefixes: dict[Name, Line] = {}
    columns: Annotated[tuple[Name, ...], Field(min_length=1)]
    where: str
    numbers: tuple[Name, ...] = ()
    dates: tuple[Name, ...] = ()
    text: tuple[Name, ...] = ()
    time: Name | None = None
    page: Annotated[int, Field(ge=1)] = 5000
    most: Annotated[int, Field(ge=1)] = 100_000
    sample: RelativePath

    @model_validator(mode="after")
    def _columns_exist(self) -> SparqlOptions:
        used = {*self.numbers, *self.dates, *self.text, *([self.time] if self.time else [])}
        if unknown := used - set(self.columns):
            raise ValueError(f"{', '.join(sorted(unknown))} must be among columns")
        if self.time is not None and self.time not in self.dates:
            raise ValueError(f"time = {self.time!r}: it must be one of dates")
        return self


class SparqlRequest(Asked):
    """Which rows: all that fulfil every condition given.

    ``contains`` has, by column, a text that its values must contain; case does not matter.
    """

    contains: dict[Name, StrictStr] | None = None
    time: Period = None


class Sparql(SourceReader):
    """Reads the rows of a query."""

    protocol = "SPARQL 1.1"
    makes = "pandas:DataFrame"
    options = SparqlOptions
    request = SparqlRequest

    def read(
        self, place: Place, options: SparqlOptions, request: SparqlRequest, *, lazy: bool
    ) -> Reading:
        """Read the rows asked for."""
        table, files = rows(place, options, request)
        return Reading(table, count=len(table), files=files)


def rows(
    place: Place, options: SparqlOptions, request: SparqlRequest
) -> tuple[pd.DataFrame, list[File]]:
    """All rows asked for, and the files they came in.

    Raises
    ------
    ParameterError
        If a column cannot be searched so.
    RequestTooLarge
        If there are more than ``options.most``, with their number.
    MalformedAnswer
        If the answer is no SPARQL JSON, or fewer rows came than were counted.
    """
    import pandas as pd

    _check(options, request)
    total, counted = _count(place, options, request)
    if total > options.most:
        raise RequestTooLarge(
            f"{total} rows are asked for at once, {options.most} are allowed: give contains, or a "
            "shorter period"
        )
    files, found = [counted], list[dict[str, str | None]]()
    for offset in range(0, total, options.page):
        text = selected(options, request, offset=offset)
        file = place.fetch([_ask(options, text, options.sample)])[0]
        files.append(file)
        found += bindings(file, options.columns)
    if len(found) != total:
        raise MalformedAnswer(f"{files[-1].path}: {total} rows were counted, and {len(found)} came")
    table = pd.DataFrame(found, columns=list(options.columns), dtype="object")
    return _chosen(_typed(table, options, files[-1].path), options, request), files


def selected(options: SparqlOptions, request: SparqlRequest, *, offset: int) -> str:
    """The query for one page of rows."""
    order = " ".join(f"?{name}" for name in options.columns)
    return (
        f"{_prefixes(options)}{_select(options, request)}\n"
        f"ORDER BY {order}\nLIMIT {options.page}\nOFFSET {offset}\n"
    )


def bindings(file: File, columns: tuple[str, ...]) -> Iterator[dict[str, str | None]]:
    """The rows of an answer in SPARQL's JSON; what is not bound is None.

    Raises
    ------
    MalformedAnswer
        If it is a page, another JSON, or lacks a variable.
    """
    if is_page(file.content):
        said = told_by(file.content) or "nothing"
        raise MalformedAnswer(
            f"{file.path}: SPARQL results were asked for, and a page for people came that says "
            f"{said!r}: the end-point is at another path"
        )
    told = as_json(file)
    try:
        absent = set(columns) - set(told["head"]["vars"])
        if absent:
            raise MalformedAnswer(f"{file.path}: it has no {', '.join(sorted(absent))}")
        for row in told["results"]["bindings"]:
            yield {name: row[name]["value"] if name in row else None for name in columns}
    except (KeyError, TypeError, AttributeError) as error:
        raise MalformedAnswer(f"{file.path}: it is no SPARQL result in JSON: {error!r}") from error


def literal(text: str) -> str:
    """A text as SPARQL writes it, whatever is in it."""
    escaped = "".join(
        _ESCAPES.get(each, each if each.isprintable() else f"\\U{ord(each):08X}") for each in text
    )
    return f'"{escaped}"'


def _check(options: SparqlOptions, request: SparqlRequest) -> None:
    for name, text in (request.contains or {}).items():
        if name not in options.text:
            raise ParameterError(
                f"contains has {name}: text is searched for in {', '.join(options.text) or 'none'}"
            )
        surrogate = any(0xD800 <= ord(each) <= 0xDFFF for each in text)
        if not text or len(text) > _LONGEST or "\x00" in text or surrogate:
            raise ParameterError(f"contains, {name} = {text!r}: it is 1 to {_LONGEST} characters")
    if request.time is not None and options.time is None:
        raise ParameterError("time: these rows have none to be asked for")


def _prefixes(options: SparqlOptions) -> str:
    return "".join(f"PREFIX {name}: <{space}>\n" for name, space in options.prefixes.items())


def _select(options: SparqlOptions, request: SparqlRequest) -> str:
    columns = " ".join(f"?{name}" for name in options.columns)
    filters = [
        f"FILTER(CONTAINS(LCASE(STR(?{name})), LCASE({literal(text)})))"
        for name, text in (request.contains or {}).items()
    ]
    first, after = request.time or (None, None)
    # By the day, since a date has no hour; the moments are looked at when they are here.
    if first is not None:
        filters.append(f"FILTER(STR(?{options.time}) >= {literal(first.date().isoformat())})")
    if after is not None:
        filters.append(f"FILTER(STR(?{options.time}) <= {literal(after.isoformat())})")
    body = "\n".join([options.where.strip(), *filters])
    return f"SELECT DISTINCT {columns} WHERE {{\n{body}\n}}"


def _count(place: Place, options: SparqlOptions, request: SparqlRequest) -> tuple[int, File]:
    text = (
        f"{_prefixes(options)}SELECT (COUNT(*) AS ?count) WHERE {{\n"
        f"{{ {_select(options, request)} }}\n}}\n"
    )
    sample = f"{options.sample.removesuffix('.json')}.count.json"
    file = place.fetch([_ask(options, text, sample)])[0]
    try:
        (row,) = bindings(file, ("count",))
        return int(row["count"] or ""), file
    except ValueError as error:
        raise MalformedAnswer(f"{file.path}: it is no number of rows: {error}") from error


def _ask(options: SparqlOptions, query: str, sample: str) -> Ask:
    accept = {"Accept": _JSON}
    if options.send == "get":
        path = with_query(options.path, {"query": query})
        return Ask(path, options.service, headers=accept, sample=sample)
    if options.send == "form":
        body, kind = urlencode({"query": query}), "application/x-www-form-urlencoded"
    else:
        body, kind = query, "text/plain; charset=utf-8"
    return Ask(
        options.path,
        options.service,
        method="POST",
        body=body.encode(),
        headers={**accept, "Content-Type": kind},
        sample=sample,
    )


def _typed(table: pd.DataFrame, options: SparqlOptions, path: str) -> pd.DataFrame:
    import pandas as pd

    try:
        for name in options.numbers:
            table[name] = pd.to_numeric(table[name]).astype("float64")
        for name in options.dates:
            moments = pd.to_datetime(table[name], utc=True, format="ISO8601")
            table[name] = moments.dt.tz_localize(None).astype("datetime64[ns]")
    except (ValueError, TypeError) as error:
        raise MalformedAnswer(f"{path}: {name}: {error}") from error
    return table


def _chosen(table: pd.DataFrame, options: SparqlOptions, request: SparqlRequest) -> pd.DataFrame:
    """The rows asked for; a sample has others too."""
    for name, text in (request.contains or {}).items():
        holds = table[name].str.lower().str.contains(text.lower(), regex=False, na=False)
        table = table[holds.astype(bool)]
    if request.time is not None and options.time is not None:
        table = table[during(request.time, table[options.time].to_numpy("datetime64[ns]"))]
    return table.reset_index(drop=True)

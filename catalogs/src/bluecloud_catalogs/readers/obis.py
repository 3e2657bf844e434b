"""Occurrences and measurements of OBIS: every page, and whose data they are.

Pages go by keys: ``after`` is the id of the last row that was had (offsets are not looked at),
and a page has at most 10000 rows. With the rows comes the list of datasets they are from, since
each has its own licence, often one without commerce, and wants to be cited: it is in
``attrs["datasets"]``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

from ..declarations import Service
from ..errors import MalformedAnswer, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked, Box, Period, inside
from .base import Reading, SourceReader
from .boxes import parts, polygon
from .obis_answer import answer_of, measurements, occurrences, of_taxa
from .obis_datasets import rights_of
from .taxa import Taxa

if TYPE_CHECKING:
    from ..places import File, Place
    from .boxes import Part

UUID = r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$"
_MOST_A_PAGE = 10_000


class ObisOptions(BaseModel):
    """What is read, from where, and how much at once."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    service: Service
    table: Literal["occurrences", "measurements"] = "occurrences"
    page: Annotated[int, Field(ge=1, le=_MOST_A_PAGE)] = 5000
    most: Annotated[int, Field(ge=1)] = 100_000
    sample: str


class ObisRequest(Asked):
    """Which occurrences: all that fulfil every condition given, of which one is needed.

    ``taxa`` are AphiaIDs, with all that belongs to them; ``depth`` is in metres, positive down.
    """

    taxa: Taxa = None
    bbox: Box = None
    time: Period = None
    depth: Annotated[tuple[FiniteFloat, FiniteFloat], Field(strict=False)] | None = None
    dataset: Annotated[str, Field(pattern=UUID)] | None = None

    @model_validator(mode="after")
    def _shallow_first(self) -> ObisRequest:
        if self.depth is not None and self.depth[0] > self.depth[1]:
            raise ValueError(f"depth begins with the shallower: {self.depth} does not")
        return self


class Obis(SourceReader):
    """Reads occurrences, or the measurements made of them."""

    protocol = "OBIS API v3"
    makes = "pandas:DataFrame"
    options = ObisOptions
    request = ObisRequest

    def read(
        self, place: Place, options: ObisOptions, request: ObisRequest, *, lazy: bool
    ) -> Reading:
        """Read the rows asked for, with the rights of their datasets."""
        if not request.model_dump(exclude_none=True):
            raise ParameterError(
                "which occurrences? Give one of taxa, bbox, time, depth, dataset: OBIS has more "
                "than 100 million"
            )
        rows, files = rows_of(place, options, request)
        table = occurrences(rows) if options.table == "occurrences" else measurements(rows)
        datasets, more = rights_of(place, options.service, Counter(
            str(row.get("dataset_id")) for row in rows
        ))  # fmt: skip
        table.attrs["datasets"] = datasets
        notes = {} if place.tier == "sample" or not datasets else _rights(datasets)
        return Reading(table, count=len(rows), files=[*files, *more], notes=notes)


def rows_of(
    place: Place, options: ObisOptions, request: ObisRequest
) -> tuple[list[dict[str, Any]], list[File]]:
    """Every row asked for, once.

    Raises
    ------
    RequestTooLarge
        If there are more than ``options.most``, with their number.
    MalformedAnswer
        If fewer came than were announced.
    """
    found: dict[str, dict[str, Any]] = {}
    files: list[File] = []
    for box in parts(request.bbox) if request.bbox else (None,):
        for file, rows in _pages(place, options, _query(request, options, box), len(found)):
            files.append(file)
            found |= {str(row["id"]): row for row in rows}
    return [row for row in found.values() if _is_asked_for(row, request)], files


def _pages(
    place: Place, options: ObisOptions, query: Mapping[str, object], before: int
) -> Iterator[tuple[File, list[dict[str, Any]]]]:
    got, after, total = 0, None, None
    while total is None or got < total:
        path = with_query("occurrence", {**query, "size": options.page, "after": after}, safe="(),")
        file = place.fetch([Ask(path, options.service, sample=options.sample)])[0]
        answer = answer_of(file)
        if total is None:
            total = answer.total
            if before + total > options.most:
                raise RequestTooLarge(
                    f"{before + total} occurrences are asked for at once, {options.most} are "
                    "allowed: ask for fewer taxa, a smaller box or a shorter period"
                )
        if not answer.rows and got < total:
            raise MalformedAnswer(
                f"{file.path}: {total} occurrences were announced, and {got} came"
            )
        try:
            last = str(answer.rows[-1]["id"]) if answer.rows else None
        except KeyError as error:
            raise MalformedAnswer(f"{file.path}: an occurrence has no id") from error
        if last is not None and last == after:
            raise MalformedAnswer(f"{file.path}: the page after {after} is that page again")
        got, after = got + len(answer.rows), last
        yield file, answer.rows


def _query(request: ObisRequest, options: ObisOptions, box: Part | None) -> dict[str, object]:
    first, after = request.time or (None, None)
    last = after - timedelta(seconds=1) if after else None
    least, most = request.depth or (None, None)
    return {
        "taxonid": ",".join(map(str, request.taxa)) if request.taxa else None,
        "datasetid": request.dataset,
        "geometry": polygon(box) if box else None,
        "startdate": first.date().isoformat() if first else None,
        "enddate": last.date().isoformat() if last else None,
        "startdepth": least,
        "enddepth": most,
        "mof": "true" if options.table == "measurements" else None,
    }


def _is_asked_for(row: Mapping[str, Any], request: ObisRequest) -> bool:
    """Whether a row fulfils what was asked; a sample has others too."""
    import numpy as np

    if request.taxa is not None and not of_taxa(dict(row), request.taxa):
        return False
    if request.dataset is not None and row.get("dataset_id") != request.dataset:
        return False
    if request.bbox is not None:
        east, north = (row.get(f"decimal{name}", np.nan) for name in ("Longitude", "Latitude"))
        if not inside(request.bbox, np.array([east], "float64"), np.array([north], "float64"))[0]:
            return False
    return _in_period(row, request) and _in_depth(row, request)


def _in_period(row: Mapping[str, Any], request: ObisRequest) -> bool:
    """Whether some of its time lies in the period: many dates are a year, or a month."""
    import numpy as np

    if request.time is None:
        return True
    begin, end = row.get("date_start"), row.get("date_end")
    if begin is None:
        return False
    first, after = request.time
    begins = np.datetime64(int(begin), "ms")
    ends = np.datetime64(int(end if end is not None else begin), "ms")
    soon = after is None or begins < np.datetime64(after)
    late = first is None or ends >= np.datetime64(first.date())
    return bool(soon and late)


def _in_depth(row: Mapping[str, Any], request: ObisRequest) -> bool:
    if request.depth is None:
        return True
    known = [
        float(row[name])
        for name in ("minimumDepthInMeters", "maximumDepthInMeters", "depth")
        if row.get(name) is not None
    ]
    least, most = request.depth
    return bool(known) and min(known) <= most and max(known) >= least


def _rights(datasets: list[dict[str, Any]]) -> dict[str, str]:
    """Licence and citation of what was read, which are those of its datasets."""
    counted: Counter[str] = Counter()
    for each in datasets:
        counted[each["licence"]] += each["records"]
    licence = "; ".join(f"{name} ({number} records)" for name, number in counted.most_common())
    several = f"{len(datasets)} datasets, listed in attrs['datasets']"
    cited = " ".join(each["citation"] for each in datasets) if len(datasets) <= 3 else several
    return {"licence": licence, "citation": f"Ocean Biodiversity Information System: {cited}"}

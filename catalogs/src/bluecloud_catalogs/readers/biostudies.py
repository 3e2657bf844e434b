"""BioStudies, which holds the BioImage Archive: its search, and the record of a study.

A search comes in pages with the number of hits, of which it says itself whether it is exact: a
large one is a number that there are at least. So an exact one is held to, and of the other no
less may come; and pages are read until one is not full. What occurs twice tells that the list
moved between two pages, which is an error and no shorter list.

Nothing is said of where a study was made, so that none is asked for by box.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from ..answers import as_json
from ..errors import MalformedAnswer, NotFound, ParameterError, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked, Period, during
from .base import Reading, SourceReader
from .pagetab import Study, study_of, without_mail
from .words import Form, Name

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File, Place

PAGE_SIZE = 100
MOST_STUDIES = 5000
SERVICE = "biostudies"
Text: TypeAlias = Annotated[
    Name,
    Form(
        r"\w[\w.,']*(?:[ -]\w[\w.,']*){0,19}",
        "plain words, as plankton or sea anemone",
        most=1,
    ),
]
Accession: TypeAlias = Annotated[
    Name,
    Form(
        r"S-[A-Z]{3,8}[0-9A-Z]{0,12}|EMPIAR-\d{1,6}",
        "the accession of a study, as S-BIAD628",
        most=1,
    ),
]


class BiostudiesSearchRequest(Asked):
    """Which studies: those with all these words, released in a period."""

    text: Text = None
    released: Period = None


class BiostudiesSearch(SourceReader):
    """Reads the list of studies of the BioImage Archive."""

    protocol = "BioStudies API v1"
    makes = "pandas:DataFrame"
    request = BiostudiesSearchRequest

    def read(
        self, place: Place, options: object, request: BiostudiesSearchRequest, *, lazy: bool
    ) -> Reading:
        """Read the studies asked for."""
        if request.text is None:
            raise ParameterError("which studies? Give words, as text=plankton")
        files, rows = [], []
        for page in search(place, request.text):
            if page.total > MOST_STUDIES:
                raise RequestTooLarge(
                    f"{request.text}: the archive has {page.total} of these, and {MOST_STUDIES} "
                    "are read at once: ask with more words"
                )
            files.append(page.file)
            rows += [row_of(hit, "search") for hit in page.hits]
        table = _table(rows)
        if place.tier == "sample":  # it is whole, whatever was asked; live, the archive knows
            table = table[table["_words"].map(lambda held: _holds(held, request.text or ""))]
        if request.released is not None:
            moments = table["released"].to_numpy(dtype="datetime64[ns]")
            table = table[during(request.released, moments)]
        table = table.drop(columns="_words").reset_index(drop=True)
        return Reading(table, len(table), files)


@dataclass(frozen=True)
class SearchPage:
    """A page of a search: its hits, how many there are in all, and whether it is the last."""

    file: File
    hits: list[dict[str, Any]]
    total: int
    is_last: bool


def search(place: Place, text: str, *, page: int = 1) -> Iterator[SearchPage]:
    """The pages of a search, from one on.

    Raises
    ------
    MalformedAnswer
        If an answer is no page, or the pages are not the whole list.
    """
    had: set[str] = set()
    before = (page - 1) * PAGE_SIZE
    while True:
        # A capital AND, OR or NOT would be a word of the query language.
        query = {"query": text.lower(), "pageSize": PAGE_SIZE, "page": page}
        ask = Ask(
            with_query("BioImages/search", query),
            SERVICE,
            sample=f"biostudies/search_{page}.json",
        )
        (file,) = place.fetch([ask])
        hits, total, exact = _page(file, page)
        names = [hit["accession"] for hit in hits]
        if len(set(names)) < len(names) or had & set(names):
            raise MalformedAnswer(f"{text}: the list moved while it was read: a study came twice")
        had |= set(names)
        so_far = before + len(had)
        last = len(hits) < PAGE_SIZE or (exact and so_far >= total)
        if last and (so_far < total or (exact and so_far > total)):
            raise MalformedAnswer(
                f"{text}: {'' if exact else 'at least '}{total} studies were announced, "
                f"and {so_far} came"
            )
        yield SearchPage(file, hits, total, last)
        if last:
            return
        page += 1


def _page(file: File, number: int) -> tuple[list[dict[str, Any]], int, bool]:
    told, where = as_json(file), file.path.partition("?")[0]
    hits = told.get("hits") if isinstance(told, dict) else None
    total = told.get("totalHits") if isinstance(told, dict) else None
    if not isinstance(total, int) or isinstance(total, bool) or total < 0:
        raise MalformedAnswer(f"{where}: it has no number of hits")
    if hits is None and total == 0:
        hits = []
    if not isinstance(hits, list) or not all(
        isinstance(hit, dict) and isinstance(hit.get("accession"), str) for hit in hits
    ):
        raise MalformedAnswer(f"{where}: it has no list of studies")
    if told.get("page") != number:
        raise MalformedAnswer(f"{where}: page {number} was asked for, {told.get('page')!r} came")
    return hits, total, told.get("isTotalHitsExact") is not False


def row_of(hit: dict[str, Any], where: str) -> dict[str, Any]:
    """A hit as a row.

    Raises
    ------
    MalformedAnswer
        If it lacks what every hit has.
    """
    try:
        title = without_mail(str(hit["title"]))
        return {
            "accession": hit["accession"],
            "title": title,
            "authors": without_mail(str(hit.get("author") or "")),
            "released": str(hit["release_date"]),
            "files": int(hit["files"]),
            "links": int(hit["links"]),
            "_words": f"{hit['accession']} {title} {hit.get('content') or ''}".lower(),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise MalformedAnswer(f"{where}: a hit is not as the API says: {error!r}") from error


def _holds(held: str, text: str) -> bool:
    return all(word in held for word in re.split(r"[ -]", text.lower()))


def _table(rows: list[dict[str, Any]]) -> pd.DataFrame:
    import pandas as pd

    columns = ["accession", "title", "authors", "released", "files", "links", "_words"]
    table = pd.DataFrame(rows, columns=columns)
    table["released"] = moments(table["released"])
    return table.astype({"files": "int64", "links": "int64"})


def moments(values: pd.Series) -> pd.Series:
    """Dates as text, as times; what is no date is missing."""
    import pandas as pd

    times = pd.to_datetime(values, errors="coerce", format="ISO8601", utc=True)
    return times.dt.tz_localize(None).astype("datetime64[ns]")


def fetch_study(place: Place, accession: str | None) -> tuple[File, Study]:
    """A study's record.

    Raises
    ------
    ParameterError
        If no accession was given.
    NotFound
        If there is none, or the answer is of another.
    """
    if accession is None:
        raise ParameterError("which study? Give its accession, as study=S-BIAD628")
    ask = Ask(f"studies/{accession}", SERVICE, sample=f"studies/{accession}.json")
    (file,) = place.fetch([ask])
    study = study_of(as_json(file), file.path)
    if study.accession != accession:
        raise NotFound(f"{accession}: the answer is of another study, {study.accession}")
    return file, study

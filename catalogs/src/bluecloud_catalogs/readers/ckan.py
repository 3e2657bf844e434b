"""CKAN's action API, as B2FIND has it: datasets of many repositories under one set of fields.

Only GET is used, as read-only sites take nothing else. An answer is an envelope whose
``success`` counts, whatever the status said; a refusal names its kind. Pages are followed to
the announced count. What B2FIND knows of a dataset is in ``extras``, where a value may be text,
a list, or a list written as text; its ``TempCoverage`` numbers count from two different years,
so that the dates beside them are read instead.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

from pydantic import BaseModel, ConfigDict, Field

from ..answers import as_json
from ..errors import MalformedAnswer, NotFound, ParameterError, RequestRefused, RequestTooLarge
from ..places import Ask, with_query
from .asked import Asked, Box, Period
from .base import Reading, SourceReader
from .ckan_packages import COLUMNS, row
from .words import Form, Name

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

    from ..places import File, Place

PAGE_ROWS = 1000  # what CKAN gives at most
MOST_DATASETS = 10_000
_ANSWERS = frozenset({200, 400, 404, 409})
Community: TypeAlias = Annotated[
    Name, Form(r"[a-z0-9][a-z0-9_-]{1,60}", "a community of B2FIND, as bluecloud", most=1)
]
Text: TypeAlias = Annotated[
    Name, Form(r"[\w][\w .,'-]{0,199}", "words to search for, letters and digits", most=1)
]


class CkanOptions(BaseModel):
    """Nothing but what cannot be asked for otherwise."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    most: Annotated[int, Field(gt=0, le=MOST_DATASETS)] = MOST_DATASETS


class CkanRequest(Asked):
    """Which datasets: all that fulfil every condition given.

    One whose place or time is not known is in no box and no period.
    """

    community: Community = None
    text: Text = None
    bbox: Box = None
    time: Period = None


class Ckan(SourceReader):
    """Reads a table of datasets."""

    protocol = "CKAN action API"
    makes = "pandas:DataFrame"
    options = CkanOptions
    request = CkanRequest

    def read(
        self, place: Place, options: CkanOptions, request: CkanRequest, *, lazy: bool
    ) -> Reading:
        """Read the datasets asked for."""
        import pandas as pd

        if request.community is None and request.text is None:
            raise ParameterError("which datasets? Give community, text, or both")
        files, packages = [], []
        for file, page, _ in pages(place, request.community, request.text, most=options.most):
            files.append(file)
            packages += page
        if place.tier == "sample":
            packages = [each for each in packages if _has(each, request)]
        table = pd.DataFrame([row(each) for each in packages], columns=list(COLUMNS))
        for name in ("begin", "end"):
            moments = pd.to_datetime(table[name], utc=True, format="ISO8601", errors="coerce")
            table[name] = moments.dt.tz_localize(None).astype("datetime64[ns]")
        table = touching(table, request.bbox, request.time)
        return Reading(table, len(table), files)


def pages(
    place: Place,
    community: str | None,
    text: str | None,
    *,
    most: int,
    start: int = 0,
    since: datetime | None = None,
    rows: int | None = None,
) -> Any:
    """Each page of a search, of so many rows: its file, its packages, and the number found in all.

    Raises
    ------
    RequestTooLarge
        If more than ``most`` were found.
    MalformedAnswer
        If the pages are not all that was found.
    """
    filters = [f"groups:{community}"] if community else []
    if since is not None:
        filters.append(f"metadata_modified:[{since:%Y-%m-%dT%H:%M:%SZ} TO *]")
    total = None
    while total is None or start < total:
        asked = {
            "q": text,
            "fq": " AND ".join(filters) or None,
            "rows": rows or PAGE_ROWS,
            "start": start,
            "sort": "metadata_created asc",
        }
        ask = Ask(
            with_query("package_search", asked),
            "b2find",
            statuses=_ANSWERS,
            sample="b2find/package_search.json",
        )
        file = place.fetch([ask])[0]
        result = unwrapped(file)
        try:
            count, page = int(result["count"]), list(result["results"])
        except (KeyError, TypeError, ValueError):
            raise MalformedAnswer("package_search: it has no count and results") from None
        if count > most:
            raise RequestTooLarge(
                f"{count} datasets are found, and {most} are read at once: add words to text"
            )
        if total is not None and count != total:
            raise MalformedAnswer(f"package_search: {total} were found, and then {count}")
        total = count
        start += len(page)
        if not page and start < total:
            raise MalformedAnswer(f"package_search: {total} were found, and {start} came")
        yield file, page, total


def unwrapped(file: File) -> Any:
    """The result in an envelope.

    Raises
    ------
    NotFound, ParameterError, RequestRefused
        As the error in it says.
    MalformedAnswer
        If it is none.
    """
    answer = as_json(file)
    where = file.path.partition("?")[0]
    if not isinstance(answer, dict) or not isinstance(answer.get("success"), bool):
        raise MalformedAnswer(f"{where}: it is no answer of CKAN: it has no success")
    if answer["success"]:
        return answer.get("result")
    error = answer.get("error") or {}
    kind = error.get("__type", "") if isinstance(error, dict) else ""
    told = error.get("message", error) if isinstance(error, dict) else error
    message = f"{where}: {kind or 'it was refused'}: {told}"
    if kind == "Not Found Error":
        raise NotFound(message)
    raise RequestRefused(message)


def _has(package: Mapping[str, Any], request: CkanRequest) -> bool:
    """Whether a dataset of a sample is of a community and has all the words."""
    groups = [each.get("name") for each in package.get("groups") or []]
    if request.community is not None and request.community not in groups:
        return False
    words = (request.text or "").casefold().split()
    return all(word in json.dumps(package, ensure_ascii=False).casefold() for word in words)


def touching(
    table: pd.DataFrame,
    bbox: tuple[float, float, float, float] | None,
    time: tuple[datetime | None, datetime | None] | None,
) -> pd.DataFrame:
    """The datasets that touch a box and a period."""
    import numpy as np

    keep = np.ones(len(table), dtype=bool)
    if bbox is not None:
        west, south, east, north = bbox
        width = 360.0 if east - west == 360 else (east - west) % 360
        own = table[["west", "south", "east", "north"]].astype("float64")
        span = np.where(own["east"] - own["west"] == 360, 360, (own["east"] - own["west"]) % 360)
        # Two arcs touch if one begins within the other.
        touch = ((own["west"] - west) % 360 <= width) | ((west - own["west"]) % 360 <= span)
        keep &= (touch & (own["south"] <= north) & (own["north"] >= south)).to_numpy()
    if time is not None:
        first, after = time
        known = table["begin"].notna() & table["end"].notna()
        keep &= known.to_numpy()
        if first is not None:
            keep &= (table["end"] >= np.datetime64(first)).to_numpy()
        if after is not None:
            keep &= (table["begin"] < np.datetime64(after)).to_numpy()
    return table[keep].reset_index(drop=True)

"""What the API of OBIS answers: pages of results, and tables of them.

Rows have the fields they have and no others, so that a table has always our columns, and those
that came. The ``id`` of a row is made anew at each reload of OBIS and is no key: it serves to
ask for the next page, and is left out. A dataset is known by ``dataset_id``, a row of it by
``occurrenceID``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ..answers import as_json
from ..errors import MalformedAnswer, RequestRefused

if TYPE_CHECKING:
    import pandas as pd

    from ..places import File

OCCURRENCE = (
    "dataset_id", "occurrenceID", "scientificName", "aphiaID", "time", "date_start", "date_end",
    "eventDate", "decimalLongitude", "decimalLatitude", "minimumDepthInMeters",
    "maximumDepthInMeters", "depth", "individualCount", "occurrenceStatus", "basisOfRecord",
    "absence", "flags", "license",
)  # fmt: skip
MEASUREMENT = (
    "measurementType", "measurementTypeID", "measurementValue", "measurementValueID",
    "measurementUnit", "measurementUnitID", "measurementMethod", "level",
)  # fmt: skip
_OF_OCCURRENCE = (
    "dataset_id", "occurrenceID", "eventID", "scientificName", "aphiaID", "time",
    "decimalLongitude", "decimalLatitude", "minimumDepthInMeters", "maximumDepthInMeters",
)  # fmt: skip
_NUMBERS = (
    "decimalLongitude", "decimalLatitude", "minimumDepthInMeters", "maximumDepthInMeters", "depth",
)  # fmt: skip
_LINEAGE = "id"  # speciesid, genusid, ...: AphiaIDs; with a "_", as ncbi_id, something else"


@dataclass(frozen=True)
class Answer:
    """A page: its rows, and how many there are of all pages."""

    total: int
    rows: list[dict[str, Any]]


def answer_of(file: File) -> Answer:
    """The rows of an answer.

    Raises
    ------
    MalformedAnswer
        If it is no answer of OBIS.
    RequestRefused
        If it says, beside rows of something else, that it did not know a name.
    """
    told = as_json(file)
    if not isinstance(told, dict) or not isinstance(told.get("results"), list):
        raise MalformedAnswer(f"{file.path}: it is no answer of OBIS: it has no results")
    if told.get("error"):
        raise RequestRefused(f"{file.path}: OBIS says {told['error']}, and gives other rows")
    rows = told["results"]
    total = told.get("total", len(rows))
    if not isinstance(total, int) or not all(isinstance(row, dict) for row in rows):
        raise MalformedAnswer(f"{file.path}: it is no answer of OBIS: total is {total!r}")
    return Answer(total, rows)


def occurrences(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Occurrences as a table; dates in UTC, depths in metres."""
    import pandas as pd

    kept = [
        {name: value for name, value in row.items() if name not in {"id", "mof"}} for row in rows
    ]
    table = pd.DataFrame(kept)
    for name in OCCURRENCE:
        if name not in table and name != "time":
            table[name] = pd.Series([None] * len(table), dtype="object", index=table.index)
    return _typed(table)


def measurements(rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Measurements as a table: each with its occurrence, and each occurrence that has none.

    ``level`` counts from the occurrence up: 0 is a measurement of itself, 1 of its event.
    """
    import pandas as pd

    made = []
    for row in rows:
        about = {name: row.get(name) for name in _OF_OCCURRENCE}
        about |= {"date_start": row.get("date_start"), "date_mid": row.get("date_mid"),
                  "date_end": row.get("date_end")}  # fmt: skip
        for each in row.get("mof") or [{}]:
            made.append({**about, **{name: each.get(name) for name in MEASUREMENT}})
    columns = [*_OF_OCCURRENCE, "date_start", "date_mid", "date_end", *MEASUREMENT]
    return _typed(pd.DataFrame(made, columns=columns, dtype="object"))


def of_taxa(row: dict[str, Any], taxa: Sequence[int]) -> bool:
    """Whether a row is of one of these taxa, or of one that belongs to it."""
    wanted = set(taxa)
    own = {row.get("aphiaID"), row.get("taxonID")}
    above = {
        value
        for name, value in row.items()
        if name.endswith(_LINEAGE) and "_" not in name and isinstance(value, int)
    }
    return bool(wanted & (own | above))


def _typed(table: pd.DataFrame) -> pd.DataFrame:
    import pandas as pd

    for name in _NUMBERS:
        if name in table:
            table[name] = pd.to_numeric(table[name], errors="coerce").astype("float64")
    for name, of in (("date_start", "date_start"), ("date_end", "date_end"), ("time", "date_mid")):
        ms = table[of] if of in table else pd.Series([None] * len(table), index=table.index)
        moments = pd.to_datetime(pd.to_numeric(ms, errors="coerce"), unit="ms", errors="coerce")
        table[name] = moments.astype("datetime64[ns]")
    if "aphiaID" in table:
        table["aphiaID"] = pd.to_numeric(table["aphiaID"], errors="coerce").astype("Int64")
    return table.drop(columns=["date_mid"], errors="ignore")

"""From tables in which everything is text to columns of numbers, times and lists.

Providers of samples and catalogues answer with strings: "nd" for a number, "2010-03" for a
day, lists joined by semicolons. What cannot be read as its kind is missing, and how many such
values there were is told beside the table, so that nobody takes them for never measured.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict

from ..declarations import Line
from ..errors import MalformedAnswer
from .asked import during, inside

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

Kind = Literal["text", "number", "integer", "time", "list"]


class Column(BaseModel):
    """A column as it comes out, what the provider calls it, and what its values are.

    ``factor`` turns the provider's unit into that of the entry.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Line
    native: Line
    kind: Kind = "text"
    factor: float = 1.0


def typed(
    table: pd.DataFrame, columns: Sequence[Column], *, missing: Sequence[str], where: str
) -> tuple[pd.DataFrame, Mapping[str, str]]:
    """The columns asked for, typed, and notes of what could not be read.

    Parameters
    ----------
    table
        All text; missing values may be missing or empty.
    columns
        What to take from it, in this order.
    missing
        Texts that stand for no value.
    where
        What the table is, for the error.

    Raises
    ------
    MalformedAnswer
        If the table lacks a column.
    """
    import pandas as pd

    absent = [column.native for column in columns if column.native not in table]
    if absent:
        raise MalformedAnswer(
            f"{where}: it has no column {', '.join(absent)}: it has {', '.join(table.columns)}"
        )
    made, unread = {}, []
    for column in columns:
        values, bad = _as(table[column.native], column, missing)
        made[column.name] = values
        if bad:
            unread.append(f"{column.name}: {bad} of {len(table)} could not be read")
    notes = {"not_read": "; ".join(unread)} if unread else {}
    return pd.DataFrame(made, index=table.index), notes


def _as(values: pd.Series, column: Column, missing: Sequence[str]) -> tuple[pd.Series, int]:
    """The values as their kind, and how many of them are none of it."""
    import pandas as pd

    plain = values.astype("object").where(values.notna(), "")
    plain = plain.map(lambda value: "" if str(value).strip() in missing else str(value).strip())
    there = plain != ""
    if column.kind == "text":
        return plain.astype("str"), 0
    if column.kind == "list":
        return plain.map(lambda text: tuple(text.split(";")) if text else ()), 0
    if column.kind == "time":
        # Of a range, the beginning; to nanoseconds, as all time is here.
        begun = plain.map(lambda text: text.partition("/")[0])
        times = pd.to_datetime(begun.where(there), errors="coerce", format="ISO8601", utc=True)
        made = times.dt.tz_localize(None).astype("datetime64[ns]")
        return made, int((made.isna() & there).sum())
    numbers = pd.to_numeric(plain.where(there), errors="coerce").astype("float64")
    bad = int((numbers.isna() & there).sum())
    if column.kind == "integer":
        return numbers.round().astype("Int64"), bad
    return numbers * column.factor, bad


def chosen(
    table: pd.DataFrame,
    *,
    bbox: tuple[float, float, float, float] | None = None,
    time: tuple[datetime | None, datetime | None] | None = None,
    depth: tuple[float, float] | None = None,
) -> pd.DataFrame:
    """The rows of a table in a box, a period and a range of depth (metres); all if None.

    Columns are ``longitude``, ``latitude``, ``time`` and ``depth``; a row that lacks a value
    asked about is in no box, period or range.
    """
    import numpy as np

    keep = np.ones(len(table), dtype=bool)
    if bbox is not None:
        keep &= inside(bbox, table["longitude"].to_numpy(), table["latitude"].to_numpy())
    if time is not None:
        keep &= during(time, table["time"].to_numpy(dtype="datetime64[ns]"))
    if depth is not None:
        keep &= table["depth"].between(*depth).to_numpy()
    return table[keep].reset_index(drop=True)

"""What the steps inside a candidate tell, in the form that is believed: anything else is no answer.

Every field has its bounds. A number that is no number, a list that is too long or a field that
nobody asked for makes the whole of it worthless, since the program that tells is known.
"""

from __future__ import annotations

from typing import Annotated, Any, TypeVar

from pydantic import Field, ValidationError

from .report import Record, Text

Count = Annotated[int, Field(ge=0, lt=2**53)]
Seconds = Annotated[float, Field(ge=0, lt=1e6)]
_Names = Annotated[tuple[Annotated[str, Field(max_length=300)], ...], Field(max_length=2000)]


class _Step(Record):
    uid: Count
    peak_bytes: Count
    tail: Text = ""


class ServerTold(_Step):
    """Of the single-user server; statuses are HTTP's, 0 where there was no answer."""

    started: bool
    exit_code: int | None = None
    seconds: Seconds = 0
    version: Annotated[str, Field(max_length=100)] = ""
    with_token: Count = 0
    without_token: Count = 0
    wrong_token: Count = 0
    page: Count = 0
    extensions: _Names = ()
    disabled: _Names = ()
    panel: Count = 0
    panel_says: Annotated[str, Field(max_length=4000)] = ""
    hub_asked: _Names = ()


class EntryTold(Record):
    """Of one entry of the catalogue."""

    name: Annotated[str, Field(max_length=300)]
    made: Annotated[str, Field(max_length=100)] = ""
    size: Count = 0
    seconds: Seconds = 0
    error: Text = ""


class EntriesTold(_Step):
    """Of the catalogue."""

    status: int
    seconds: Seconds
    entries: Annotated[tuple[EntryTold, ...], Field(max_length=10_000)]


class NotebookTold(_Step):
    """Of a notebook's run."""

    status: int
    seconds: Seconds


_Told = TypeVar("_Told", ServerTold, EntriesTold, NotebookTold)


def believed(kind: type[_Told], told: dict[str, Any] | None) -> _Told | None:
    """What was told, in its form; None where it is in none."""
    if told is None:
        return None
    try:
        return kind.model_validate(told)
    except ValidationError:
        return None

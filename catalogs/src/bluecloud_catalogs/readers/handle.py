"""The Handle System, by which B2HANDLE keeps persistent identifiers: what one points to.

The answer's own code counts: 1 is found, 100 is no such handle, 200 a handle without such
values, which is an empty table. Others are refusals. A value of type 10320/LOC is a list of
places in XML, which comes as it is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias
from urllib.parse import quote

from ..answers import as_json
from ..errors import CredentialRequired, MalformedAnswer, NotFound, ParameterError, RequestRefused
from ..places import Ask, with_query
from .asked import Asked
from .base import Reading, SourceReader
from .words import Form, Name, Names

if TYPE_CHECKING:
    from ..places import File, Place

Handles: TypeAlias = Annotated[
    Names,
    Form(r"[\w.]{2,40}/[\w.:()+-]{1,120}", "a handle, as 11304/5764cfdd-483b", most=200),
]
ValueType: TypeAlias = Annotated[
    Name, Form(r"[A-Za-z0-9_/.]{1,60}", "a type of value, as URL", most=1)
]
_COLUMNS = ("handle", "index", "type", "format", "value", "timestamp")
_ANSWERS = frozenset({200, 400, 401, 403, 404})


class HandleRequest(Asked):
    """Which handles, and which type of their values."""

    handle: Handles = None
    type: ValueType = None


class HandleReader(SourceReader):
    """Reads the values of handles."""

    protocol = "Handle REST API"
    makes = "pandas:DataFrame"
    request = HandleRequest

    def read(self, place: Place, options: object, request: HandleRequest, *, lazy: bool) -> Reading:
        """Read the values asked for, a row each."""
        import pandas as pd

        if request.handle is None:
            raise ParameterError("which handles? Give handle, one or several")
        asks = [
            Ask(
                with_query(quote(each, safe="/:"), {"type": request.type}),
                "handle",
                statuses=_ANSWERS,
                sample=f"handle/{each.replace('/', '_')}.json",
            )
            for each in request.handle
        ]
        files = place.fetch(asks)
        rows = [
            row
            for handle, file in zip(request.handle, files, strict=True)
            for row in values(file, handle)
            if request.type in (None, row[2])
        ]
        table = pd.DataFrame(rows, columns=list(_COLUMNS))
        moments = pd.to_datetime(table["timestamp"], utc=True, format="ISO8601", errors="coerce")
        table["timestamp"] = moments.dt.tz_localize(None).astype("datetime64[ns]")
        return Reading(table, len(table), files)


def values(file: File, handle: str) -> list[tuple[Any, ...]]:
    """The values in an answer, a row each.

    Raises
    ------
    NotFound
        If there is no such handle.
    CredentialRequired, RequestRefused
        As the answer's code says.
    MalformedAnswer
        If it is no answer about the handle.
    """
    answer = as_json(file)
    code = answer.get("responseCode") if isinstance(answer, dict) else None
    if not isinstance(code, int):
        raise MalformedAnswer(f"{handle}: the answer has no responseCode")
    if code == 100:
        raise NotFound(f"there is no handle {handle}")
    if code == 200:
        return []
    if code in {400, 401, 402, 403, 406}:
        raise CredentialRequired(f"{handle}: its server wants a login (code {code})")
    if code != 1:
        told = answer.get("message", "")
        raise RequestRefused(f"{handle}: it was refused with code {code}: {told}")
    if str(answer.get("handle", "")).casefold() != handle.casefold():
        raise MalformedAnswer(f"{handle}: the answer is of {answer.get('handle')!r}")
    try:
        return [
            (
                answer["handle"], each["index"], each["type"], each["data"]["format"],
                _value(each["data"]["value"]), each.get("timestamp"),
            )
            for each in answer["values"]
        ]  # fmt: skip
    except (KeyError, TypeError) as error:
        raise MalformedAnswer(f"{handle}: a value is not as the API says: {error!r}") from error


def _value(told: Any) -> str:
    """A value as text; that of an administrator is an object, which stays JSON."""
    return told if isinstance(told, str) else json.dumps(told, sort_keys=True)

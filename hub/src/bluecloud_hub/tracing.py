"""One name for a request, from the browser through hub and service to the run that it asked for.

A name comes in the header ``X-Request-ID`` and goes out in the answer's. Who sends none, or one
that is not 8 to 64 letters, digits and ``. _ -``, is given one: a name is written into logs and
records, where nobody is to write what they like. It says which lines belong together and proves
nothing, since whoever asks may choose it.
"""

from __future__ import annotations

import re
import secrets
from contextvars import ContextVar

import httpx

HEADER = "X-Request-ID"
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{7,63}")
_current: ContextVar[str] = ContextVar("request", default="")


def begin(given: str | None = None) -> str:
    """Name the request that this thread or task serves from now on; its name."""
    name = given if given and _NAME.fullmatch(given) else secrets.token_hex(8)
    _current.set(name)
    return name


def current() -> str:
    """The name of the request that is served here; empty where none is."""
    return _current.get()


def hand_on(request: httpx.Request) -> None:
    """Give the name to whom the request leads on to; an event hook of an HTTP client's."""
    if name := current():
        request.headers[HEADER] = name

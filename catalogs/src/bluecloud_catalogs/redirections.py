"""A request, and where it is redirected to: a login goes to the host it was meant for and no other.

The library takes ``Authorization`` out of what it sends to another host, and leaves the headers in
which others want a key or a cookie; and it sends a body on, which may hold a password. So what has
a login or a body is followed here: to another host go neither.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from yarl import URL

from .errors import SourceUnavailable

if TYPE_CHECKING:
    import aiohttp

    from .http import Call

_MOST = 10
_SAME_METHOD = {HTTPStatus.TEMPORARY_REDIRECT, HTTPStatus.PERMANENT_REDIRECT}
_REDIRECTED = _SAME_METHOD | {
    HTTPStatus.MOVED_PERMANENTLY,
    HTTPStatus.FOUND,
    HTTPStatus.SEE_OTHER,
}


@asynccontextmanager
async def asked(
    session: aiohttp.ClientSession, call: Call
) -> AsyncIterator[aiohttp.ClientResponse]:
    """The response to a call, after redirections if these are followed.

    Raises
    ------
    SourceUnavailable
        If a body would go to another host, or there is no end of redirections.
    """
    url, secrets, body = URL(call.url, encoded=True), call.secrets, call.body
    method: str = call.method
    ours = bool(call.follow and (call.secrets or call.body))
    for _ in range(_MOST):
        async with session.request(
            method,
            url,
            data=body or None,
            headers={**call.known.headers(), **call.headers, **secrets},
            allow_redirects=call.follow and not ours,
        ) as response:
            target = response.headers.get("Location")
            if not ours or response.status not in _REDIRECTED or target is None:
                yield response
                return
            onward = url.join(URL(target))
            if onward.scheme not in {"http", "https"}:
                raise SourceUnavailable(f"{call.url}: it sends to {onward.scheme}: elsewhere")
            if method != "GET" and response.status not in _SAME_METHOD:
                method, body = "GET", b""
            if onward.origin() != url.origin():
                if body:
                    raise SourceUnavailable(
                        f"{call.url}: it sends to another host, {onward.host}, where what was "
                        "asked does not go"
                    )
                secrets = {}
            url = onward
    raise SourceUnavailable(f"{call.url}: it is redirected more than {_MOST} times")

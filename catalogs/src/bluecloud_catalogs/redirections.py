"""A request, and where it is redirected to: a login goes to the host it was meant for and no other.

The library takes ``Authorization`` out of what it sends to another host, and leaves the headers in
which others want a key or a cookie; and it sends a body on, which may hold a password. So what has
a login or a body is followed here: to another host go neither.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import ExitStack, asynccontextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

import aiohttp
from yarl import URL

from .errors import SourceUnavailable

if TYPE_CHECKING:
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
    url, secrets = URL(call.url, encoded=True), call.secrets
    method: str = call.method
    has_body = bool(call.body or call.file)
    ours = bool(call.follow and (call.secrets or has_body))
    for _ in range(_MOST):
        with ExitStack() as opened:
            async with session.request(
                method,
                url,
                data=_body(call, opened) if has_body else None,
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
                    method, has_body = "GET", False
                if onward.origin() != url.origin():
                    if has_body:
                        raise SourceUnavailable(
                            f"{call.url}: it sends to another host, {onward.host}, where what was "
                            "asked does not go"
                        )
                    secrets = {}
                url = onward
    raise SourceUnavailable(f"{call.url}: it is redirected more than {_MOST} times")


def _body(call: Call, opened: ExitStack) -> Any:
    """What is sent: bytes, a file as it is read, or a form with one."""
    if call.file is None:
        return call.body
    file = opened.enter_context(call.file.open("rb"))
    if not call.form:
        return file
    form = aiohttp.FormData(dict(call.form))
    form.add_field("file", file, filename=call.file.name, content_type="application/octet-stream")
    return form

"""Each request to the service: named, answered with its name, written down and measured.

What nothing else answered, a fault of our own, is answered here, with the name under which its
traceback is in the log.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse

from bluecloud_hub import tracing

from .errors import ServiceError
from .limits import Receive, Scope, Send

log = logging.getLogger(__name__)

_SLOW_S = 1.0
# Told of each request: its method, the route's own template, the status, and seconds.
Measure = Callable[[str, str, int, float], None]
# Told of each too: who asked, the method, the route, what stands in its place, status and body.
Note = Callable[[str, str, str, Mapping[str, Any], int, bytes], None]
_MOST_NOTED = 64 * 1024  # bytes of a body that `Note` is given
NO_ROUTE = "none"


class Traced:
    """The outermost of what an application adds to its routes.

    Parameters
    ----------
    quiet
        The templates of routes, as their router has them, that machines ask again and again:
        written down only where they are slow or fail.
    """

    def __init__(
        self,
        app: Any,
        *,
        measure: Measure | None = None,
        note: Note | None = None,
        quiet: frozenset[str] = frozenset(),
    ) -> None:
        self._app = app
        self._measure = measure
        self._note = note
        self._quiet = quiet

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        name = tracing.begin(Headers(scope=scope).get(tracing.HEADER))
        began, status, noted = time.perf_counter(), 0, False
        body = bytearray()

        async def named(message: MutableMapping[str, Any]) -> None:
            nonlocal status, noted
            if message["type"] == "http.response.start":
                status = message["status"]
                await self._noted(scope, status, body)  # before anybody is told that it is done
                noted = True
                MutableHeaders(scope=message)[tracing.HEADER] = name
            await send(message)

        async def seen() -> MutableMapping[str, Any]:
            message = await receive()
            if len(body) < _MOST_NOTED:
                body.extend(message.get("body", b""))
            return message

        try:
            await self._app(scope, receive if scope["method"] == "GET" else seen, named)
        except Exception:
            if status:  # its beginning is sent
                status = 500
                raise
            log.exception("%s %s failed", scope["method"], scope["path"])
            told = f"the service failed at this: tell its operator the request's name, {name}"
            content = {"code": ServiceError.__name__, "description": told}
            await JSONResponse(content, ServiceError.status)(scope, receive, named)
        finally:
            self._write_down(scope, status, time.perf_counter() - began)
            if not noted:
                await self._noted(scope, status, body)

    async def _noted(self, scope: Scope, status: int, body: bytes | bytearray) -> None:
        if self._note is None or scope["method"] == "GET":
            return
        asker = scope.get("state", {}).get("asker", "")
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        given = scope.get("path_params", {})
        what = (asker, scope["method"], route, given, status, bytes(body[:_MOST_NOTED]))
        await run_in_threadpool(self._note, *what)

    def _write_down(self, scope: Scope, status: int, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", NO_ROUTE)
        if self._measure is not None:
            self._measure(scope["method"], route, status, seconds)
        if route in self._quiet and status < 400 and seconds < _SLOW_S:
            return
        told = {
            "method": scope["method"],
            "path": scope["path"],
            "status": status,  # 0 of one whose sender went away
            "ms": round(seconds * 1000, 1),
            "person": scope.get("state", {}).get("asker", ""),
        }
        level = logging.INFO if status < 500 else logging.ERROR
        log.log(level, "%s %s %s (%s) %.1f ms", *(told[n] for n in _ORDER), extra=told)


_ORDER = ("status", "method", "path", "person", "ms")

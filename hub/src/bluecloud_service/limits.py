"""How much one may ask for: how often, and in how many bytes."""

from __future__ import annotations

import math
import threading
import time
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from starlette.responses import JSONResponse

from .errors import TooLarge, TooOften

_MOST = 10_000
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Rate:
    """So many requests a minute for each who asks; unused ones are kept for half a minute."""

    def __init__(self, per_minute: int) -> None:
        self._per_second = per_minute / 60
        self._most = max(per_minute / 2, 1.0)
        self._left: dict[str, tuple[float, float]] = {}
        self._lock = threading.Lock()

    def count(self, who: str) -> None:
        """Count one request.

        Raises
        ------
        TooOften
            If that is one too many.
        """
        now = time.monotonic()
        with self._lock:
            left, at = self._left.get(who, (self._most, now))
            left = min(self._most, left + (now - at) * self._per_second)
            if left < 1:
                after = math.ceil((1 - left) / self._per_second)
                raise TooOften(f"too many requests: ask again in {after} s", after_s=after)
            if len(self._left) >= _MOST:
                self._left.clear()
            self._left[who] = (left - 1, now)


class ShortRequests:
    """Refuses a request whose body is longer than is read, whatever its header says.

    Parameters
    ----------
    most_bytes
        Of any request.
    longer
        Of requests to these paths, which carry more.
    """

    def __init__(
        self, app: Any, *, most_bytes: int, longer: Mapping[str, int] | None = None
    ) -> None:
        self._app = app
        self._most = most_bytes
        self._longer = longer or {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, counting its bytes."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        most = self._longer.get(scope["path"].rstrip("/"), self._most)
        body, more = bytearray(), True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > most:
                told = f"a request has at most {most} bytes"
                content = {"code": "TooLarge", "description": told}
                await JSONResponse(content, TooLarge.status)(scope, receive, send)
                return
        whole: MutableMapping[str, Any] | None = {"type": "http.request", "body": bytes(body)}

        async def replay() -> MutableMapping[str, Any]:
            nonlocal whole
            if whole is not None:
                message, whole = whole, None
                return message
            return await receive()

        await self._app(scope, replay, send)

"""What happens to runs, as it happens: server-sent events.

A watcher asks the table and the runs' own files anew a few times a second. Nothing is kept for
it, so that it may leave and come back: ``Last-Event-ID`` says where it was. A list is long and
its watchers are many, so it is read only where this service changed a row of the person's, and
every few seconds for what another service changed, and for places in the queue.

A watcher who reads slowly is waited for, with no more held than one piece of what there is; what
is read next is how things stand then. Whoever watches is asked about again each minute, whether
they read or not: a stream does not outlive the token that opened it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import anyio
from starlette.concurrency import run_in_threadpool
from starlette.responses import StreamingResponse
from starlette.types import Send

from bluecloud_runner.folders import Event, RunFolder, read_on

from .wire import Run

_EVERY_S = 0.3
_LIST_S = 5.0
_BEAT_S = 15.0  # a word now and then, so that proxies do not close the line
_ASKED_S = 60.0
_LEAVE_S = 1.0
_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_MOST_HELD = 2**18  # bytes of events that are read before they are sent
_ENDED = frozenset({"succeeded", "failed", "cancelled"})
# What the runner tells. A notebook can write into the same file: what the service says besides,
# ``run`` and ``gone``, is nobody else's to say.
_TOLD = frozenset({"started", "cell", "cell-ended", "log", "resources", "ended"})


class Watched(StreamingResponse):
    """A stream of events that ends when ``may`` says that nobody may watch it any more."""

    def __init__(
        self, stream: AsyncIterator[str], may: Callable[[], bool], *, asked_s: float = _ASKED_S
    ) -> None:
        super().__init__(stream, media_type="text/event-stream", headers=_HEADERS)
        self._may = may
        self._asked_s = asked_s

    async def stream_response(self, send: Send) -> None:
        """Send what comes, and end where nobody may watch."""
        sending = anyio.CancelScope()
        asking = asyncio.create_task(self._ask(sending))
        try:
            with sending:
                await super().stream_response(send)
                return
        finally:
            asking.cancel()
        with anyio.move_on_after(_LEAVE_S):  # one who does not read learns it when they do
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _ask(self, sending: anyio.CancelScope) -> None:
        while True:
            await anyio.sleep(self._asked_s)
            if not await run_in_threadpool(self._may):
                sending.cancel()
                return


async def watch_run(
    read: Callable[[], Run | None], folder: RunFolder, *, after: int = 0
) -> AsyncIterator[str]:
    """A run's state at each change, and what its notebook does, until it has ended."""
    at, quiet = after, 0.0
    attempt: int | None = None
    said: dict[str, Any] | None = None
    while True:
        run = await run_in_threadpool(read)
        if run is None:
            yield _event("gone", "{}")
            return
        if attempt not in (None, run.attempt):
            at = 0  # another attempt begins another file
        attempt = run.attempt
        before = at
        events, at = await run_in_threadpool(_since, folder, before)
        for end, event in events:
            yield _event(event.kind, event.model_dump_json(), end)
        if at > before and run.state in _ENDED:
            continue  # its end is the last that is said
        state = run.model_dump(mode="json")
        if state != said:
            said, quiet = state, 0.0
            yield _event("run", json.dumps(state), at)
            if run.state in _ENDED:
                return
        elif quiet >= _BEAT_S:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(_EVERY_S)
        quiet += _EVERY_S


async def watch_list(
    read: Callable[[], list[Run]], *, changes: Callable[[], int]
) -> AsyncIterator[str]:
    """Every run of a list at each of its changes, for as long as somebody watches.

    ``changes`` is another number after each change.
    """
    known: dict[str, dict[str, Any]] = {}
    quiet, unread = 0.0, _LIST_S
    at: int | None = None
    while True:
        now = changes()
        if now == at and unread < _LIST_S:
            await asyncio.sleep(_EVERY_S)
            unread += _EVERY_S
            continue
        at, unread = now, 0.0
        runs = await run_in_threadpool(read)
        present = {run.id: run.model_dump(mode="json") for run in runs}
        changed = [state for run, state in present.items() if known.get(run) != state]
        for state in changed:
            yield _event("run", json.dumps(state))
        for run in known.keys() - present.keys():
            yield _event("gone", json.dumps({"id": run}))
        known = present
        quiet = 0.0 if changed else quiet + _LIST_S
        if quiet >= _BEAT_S:
            quiet = 0.0
            yield ": still here\n\n"
        await asyncio.sleep(_EVERY_S)
        unread += _EVERY_S


def _since(folder: RunFolder, at: int) -> tuple[list[tuple[int, Event]], int]:
    events, read = read_on(folder.work_events, after=at, most_bytes=_MOST_HELD)
    return [(end, event) for end, event in events if event.kind in _TOLD], read


def _event(kind: str, said: str, at: int | None = None) -> str:
    """One event as the protocol has it; JSON has no line breaks in it."""
    where = f"id: {at}\n" if at is not None else ""
    return f"{where}event: {kind}\ndata: {said}\n\n"

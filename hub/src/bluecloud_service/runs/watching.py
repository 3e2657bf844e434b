"""What happens to runs, as it happens: server-sent events.

A watcher asks the table and the runs' own files anew a few times a second. Nothing is kept for
it, so that it may leave and come back: ``Last-Event-ID`` says where it was. A list is long and
its watchers are many, so it is read only where this service changed a row of the person's, and
every few seconds for what another service changed, and for places in the queue.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from starlette.concurrency import run_in_threadpool

from bluecloud_runner.folders import Event, RunFolder, read_on

from .wire import Run

_EVERY_S = 0.3
_LIST_S = 5.0
_BEAT_S = 15.0  # a word now and then, so that proxies do not close the line
_MOST_HELD = 2**18  # bytes of events that are read before they are sent
_ENDED = frozenset({"succeeded", "failed", "cancelled"})
# What the runner tells. A notebook can write into the same file: what the service says besides,
# ``run`` and ``gone``, is nobody else's to say.
_TOLD = frozenset({"started", "cell", "cell-ended", "log", "resources", "ended"})


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

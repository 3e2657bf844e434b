"""How a run comes to its end: what it left measured, the end written down, its unit forgotten."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bluecloud_runner.folders import RunFolder, write_whole

from .engines import Engine
from .index import Row, RunIndex, row_of
from .outputs import Measured, measure
from .removal import remove_unfinished
from .state import State, state_of
from .store import Runs

log = logging.getLogger(__name__)


class Ending:
    """Writes down the ends of runs, each once, in threads.

    Parameters
    ----------
    ended
        Called with each run that came to its end.
    settled
        Called after each try to write an end down, whatever came of it.
    """

    def __init__(
        self,
        runs: Runs,
        index: RunIndex,
        engine: Engine,
        *,
        ended: Callable[[Row], None],
        settled: Callable[[], None],
    ) -> None:
        self._runs = runs
        self._index = index
        self._engine = engine
        self._ended = ended
        self._settled = settled
        self._measuring: set[str] = set()
        self._pool = ThreadPoolExecutor(2, thread_name_prefix="measure")

    def close(self) -> None:
        """Wait for what is being written."""
        self._pool.shutdown()

    def submit(self, step: Callable[[], Any]) -> None:
        """Do something besides in one of the threads."""
        self._pool.submit(step)

    def settle(self, row: Row, run: RunFolder, state: State) -> None:
        """Write down a run's end, in a thread: its outputs may take a while to be measured."""
        if row.id in self._measuring:
            return
        self._measuring.add(row.id)

        def write() -> None:
            try:
                self._write_end(row, run, state)
            except Exception:
                log.exception("the end of run %s could not be written; tried again", row.id)
            finally:
                self._measuring.discard(row.id)
                self._settled()

        self._pool.submit(write)

    def _write_end(self, row: Row, run: RunFolder, state: State) -> None:
        number = state.attempt.number if state.attempt else 0
        if state.again and state.cause:
            self._runs.note(run, "again", attempt=number, cause=state.cause.model_dump())
            queued = replace(row, state="queued", unit="", cells_done=0, started=None)
            self._index.put([queued])
            self._forget_if_done(row.unit)
            return
        if not state.settled:
            limits = run.request().limits
            measured = Measured()  # what a run leaves that did not succeed was not looked through
            if state.name == "succeeded":
                measured = measure(run.outputs, most_bytes=limits.output_bytes)
            write_whole(run.measured, measured.model_dump_json(indent=1).encode(), mode=0o600)
            try:
                remove_unfinished(run.work)
            except OSError:
                log.exception("run %s: what it left unfinished is still there", row.id)
            self._runs.note(
                run,
                "ended",
                attempt=number,
                state=state.name,
                cause=state.cause.model_dump() if state.cause else None,
                verdict=state.verdict.model_dump(mode="json") if state.verdict else None,
                started=state.started.isoformat() if state.started else None,
                ended=(state.ended or datetime.now(UTC)).isoformat(),
            )
        settled = row_of(
            run.request(), state_of(run), title=row.title, same=row.same, cells=_cells(row, state)
        )
        self._index.put([settled])
        self._ended(settled)
        self._forget_if_done(settled.unit)

    def _forget_if_done(self, unit: str) -> None:
        """Have the engine forget a unit whose last run has come to its end."""
        if unit and not any(other.unit == unit for other in self._index.unsettled()):
            answer = self._engine.ask([unit])[unit]
            if answer.state == "running":  # its verdicts are there, so it is about to end
                self._engine.stop(unit)
            self._engine.forget(unit)

    def forget_left(self) -> None:
        """Have the engine forget units that ended and that no run waits for.

        One is left where the engine was away, or the service was killed, when its last run came
        to its end.
        """
        left = self._engine.left()  # before the table is read: what starts later is not among them
        out = {row.unit for row in self._index.unsettled()}
        for unit, answer in self._engine.ask([name for name in left if name not in out]).items():
            if answer.state == "ended":
                self._engine.forget(unit)


def _cells(row: Row, state: State) -> tuple[int, int] | None:
    return None if state.verdict else (row.cells_done, row.cells)

"""How far runs are that go on, from what their notebooks' runners tell.

A talkative run tells more than is read in a turn. Where its reading stopped is remembered, and
goes on in the next turn; a service that begins anew reads from the beginning.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from bluecloud_runner.folders import RunFolder, read_on

from .index import Row
from .state import State


class Progress:
    """Reads on in the events of each run."""

    def __init__(self) -> None:
        self._read: dict[str, tuple[int, int]] = {}  # by run: the attempt, and the byte after

    def of(self, row: Row, run: RunFolder, state: State) -> Row:
        """The row of a run that goes on: how many cells are done, of how many."""
        done, cells, started = row.cells_done, row.cells, row.started
        if state.name == "running":
            attempt, at = self._read.get(row.id, (row.attempt, 0))
            at = at if attempt == row.attempt else 0  # another attempt begins another file
            events, at = read_on(run.work_events, after=at)
            for _, event in events:
                said = event.model_extra or {}
                if event.kind == "started":
                    cells = _count(said.get("cells"), cells)
                    # Its own word: not before it was claimed, and not in the future.
                    claimed = state.attempt.claimed if state.attempt else event.at
                    started = min(max(event.at, claimed), datetime.now(UTC)).timestamp()
                elif event.kind == "cell-ended":
                    done = max(done, _count(said.get("number"), 0))
            self._read[row.id] = row.attempt, at
        return replace(row, state=state.name, cells=cells, cells_done=done, started=started)

    def forget(self, run: str) -> None:
        """Of a run that came to its end."""
        self._read.pop(run, None)


def _count(said: object, otherwise: int) -> int:
    """A number of cells that a run wrote: whole and not absurd, or what was known before."""
    return said if isinstance(said, int) and 0 <= said <= 100_000 else otherwise

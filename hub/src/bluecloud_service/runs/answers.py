"""Rows of runs as they are answered: to their people, and to the managers of their laboratory."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from bluecloud_runner.titles import name_in_words

from .described import Described
from .index import Row, RunIndex
from .store import Runs
from .wire import Managed, Run

# Their words tell of what a notebook does: requests, parameters, names of files.
_PERSONS_OWN = frozenset(
    {
        "cell-failed",
        "credential-missing",
        "file-missing",
        "notebook-unusable",
        "outputs-refused",
        "source-unavailable",
    }
)
_ALIKE = [
    "id",
    "submission",
    "laboratory",
    "version",
    "notebook",
    "state",
    "cause",
    "words",
    "cells",
    "cells_done",
    "attempt",
]


class Answers:
    """What is told of rows."""

    def __init__(self, runs: Runs, index: RunIndex) -> None:
        self._runs = runs
        self._index = index
        self._described = Described(runs)

    def all(self, rows: Sequence[Row]) -> list[Run]:
        """Rows as they are answered; places in the queue are counted once for all."""
        waiting = [row for row in rows if row.state == "queued"]
        places = self._index.positions() if waiting else {}
        return [self.seen(row, self.run(row, places.get(row.id))) for row in rows]

    def seen(self, row: Row, run: Run) -> Run:
        """A run with what is read from its folder."""
        changed = self._described.changed(row.person, row.id)
        # A thousand that wait are not asked for what they cannot have.
        waits = row.state == "queued"
        executed = not waits and self._runs.run(row.person, row.id).executed.is_file()
        return run.model_copy(update={"changed": changed, "executed": executed})

    def run(self, row: Row, position: int | None = None) -> Run:
        """A row as it is answered, with its place in the queue where it waits."""
        if row.state == "queued" and position is None:
            position = self._index.position(row)
        return Run(
            **{name: getattr(row, name) for name in _ALIKE},
            title=row.title or name_in_words(row.notebook),
            position=position,
            submitted=_time(row.submitted),
            started=_time(row.started),
            ended=_time(row.ended),
        )


def managed(row: Row) -> Managed:
    """A row as a manager sees it: neither what was asked nor whose files were read."""
    return Managed(
        id=row.id,
        person=row.person,
        notebook=row.notebook,
        state=row.state,
        cause=row.cause,
        words="" if row.cause in _PERSONS_OWN else row.words,
        submitted=_time(row.submitted),
        started=_time(row.started),
        ended=_time(row.ended),
    )


def _time(seconds: float | None) -> Any:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)

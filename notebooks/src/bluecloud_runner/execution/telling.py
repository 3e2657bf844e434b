"""The events of a run, told as they happen into its ``events.jsonl``.

A notebook may print without end. Its lines are told at most so many a second and so many in all,
and what is left out is counted and said; the notebook itself keeps them.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bluecloud_runner.causes import plain
from bluecloud_runner.folders import append
from bluecloud_runner.redaction import Secrets

LINES_A_SECOND = 50
LINES_IN_ALL = 5_000
MOST_OF_A_LINE = 2_000


class Telling:
    """Writes the events of one run; a full disk never stops it."""

    def __init__(self, path: Path | None, secrets: Secrets) -> None:
        self._path = path
        self._secrets = secrets
        self._second = 0
        self._lines_now = 0
        self._lines = 0
        self._left_out = 0
        self._begun: dict[str, str] = {}

    def tell(self, kind: str, *, durable: bool = False, **more: Any) -> None:
        """Add an event."""
        if self._path is None:
            return
        try:
            append(self._path, kind, datetime.now(UTC), durable=durable, **self._without(more))
        except OSError:  # the notebook's saving will say that the disk is full
            return

    def _without(self, more: dict[str, Any]) -> dict[str, Any]:
        return {
            name: self._secrets.redact(value) if isinstance(value, str) else value
            for name, value in more.items()
        }

    def printed(self, stream: str, text: str) -> None:
        """Tell the lines of a text that a notebook printed, once each has its end."""
        *lines, rest = (self._begun.get(stream, "") + text).split("\n")
        self._begun[stream] = self._secrets.redact(rest)[-MOST_OF_A_LINE:]
        for line in lines:
            self._line(stream, line.rpartition("\r")[2] or line.rstrip("\r"))

    def end_of_cell(self) -> None:
        """Tell lines without an end, and how many were left out."""
        for stream, line in self._begun.items():
            if line:
                self._line(stream, line)
        self._begun.clear()
        if self._left_out:
            self.tell("log", stream="stderr", text=f"[{self._left_out} lines are left out]")
            self._left_out = 0

    def _line(self, stream: str, text: str) -> None:
        second = int(time.monotonic())
        if second != self._second:
            self._second, self._lines_now = second, 0
        if self._lines_now >= LINES_A_SECOND or self._lines >= LINES_IN_ALL:
            self._left_out += 1
            return
        self._lines_now += 1
        self._lines += 1
        # Before it is cut: half a secret would not be found.
        self.tell("log", stream=stream, text=plain(self._secrets.redact(text), MOST_OF_A_LINE))

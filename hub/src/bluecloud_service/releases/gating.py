"""The gate as a program of its own.

A check takes minutes and much memory, so that it is no part of the service's process; it ends with
the service when that is stopped in order, and holds the deployment's lock where the service was
killed, until it is through.
"""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Protocol

from ..gate import GateBusy, only_check
from .records import Kept
from .reports import log_of

_POLL_S = 0.2
_END_S = 30.0


class Gate(Protocol):
    """Checks a candidate."""

    def is_free(self) -> bool:
        """Whether no candidate is being checked, be it for a service that was killed."""

    def check(
        self, candidate: Kept, current: str | None, report: Path, stop: threading.Event
    ) -> int | None:
        """Check a candidate's image against the current one, and write the report.

        The exit status of ``python -m bluecloud_service.gate``; None if it was to stop.
        """


class GateProgram:
    """The gate of this deployment, ``python -m bluecloud_service.gate``.

    Parameters
    ----------
    state
        ``BLUECLOUD_STATE``.
    """

    def __init__(self, state: Path) -> None:
        self._state = state

    def is_free(self) -> bool:
        """See `Gate`."""
        try:
            with only_check(self._state):
                return True
        except GateBusy:
            return False

    def check(
        self, candidate: Kept, current: str | None, report: Path, stop: threading.Event
    ) -> int | None:
        """See `Gate`; what is done is written beside the report, as it is done."""
        words = [sys.executable, "-m", "bluecloud_service.gate", candidate.image]
        words += ["--lab", candidate.laboratory, "--report", str(report)]
        words += ["--current", current] if current else []
        with (
            log_of(report).open("ab") as log,
            subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log) as program,
        ):
            try:
                while program.poll() is None:
                    if stop.wait(_POLL_S):
                        return None
                return program.returncode
            finally:
                _end(program)


def _end(program: subprocess.Popen[bytes]) -> None:
    """Let it remove its containers, and end it where it does not come to that."""
    if program.poll() is None:
        program.terminate()
        try:
            program.wait(_END_S)
        except subprocess.TimeoutExpired:
            program.kill()

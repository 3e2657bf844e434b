"""Executes the runs of a unit, a process each, and sees that each ends with a verdict.

This process is single and has no threads, so that it can be forked. It works as the first
process of a container as well: what is orphaned within it is its to wait for, and elsewhere it
asks to be so (prctl(2), PR_SET_CHILD_SUBREAPER).
"""

from __future__ import annotations

import ctypes
import errno
import os
import signal
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from bluecloud_runner import causes
from bluecloud_runner.folders import REQUEST_NAME, Cause, Outcome, Request, RunFolder, Verdict
from bluecloud_runner.seal import write_verdict
from bluecloud_runner.unit import run as one_run
from bluecloud_runner.unit.keys import Key
from bluecloud_runner.unit.logins import fetch_logins
from bluecloud_runner.unit.surroundings import surround, warm

SLOTS = "BLUECLOUD_UNIT_SLOTS"
# An image that says "always" forks the kernel of a single run too, as the gate of images does.
FORK = "BLUECLOUD_UNIT_FORK"
_PR_SET_CHILD_SUBREAPER = 36
_LOOK_S = 0.5
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
# An engine gives a unit ten seconds to stop.
_STOP_S = 6.5


@dataclass
class _Runner:
    """A process that executes a run, and where it leaves what it found."""

    pid: int
    findings: int
    run: RunFolder
    request: Request
    started: datetime = field(default_factory=lambda: datetime.now(UTC))


class Unit:
    """The runs of a unit.

    Parameters
    ----------
    slots
        How many may be executed at once.
    """

    def __init__(self, runs: Sequence[RunFolder], keys: Mapping[str, Key], slots: int) -> None:
        self._waiting = list(runs)
        self._keys = keys
        self._slots = slots
        self._runners: dict[int, _Runner] = {}
        self._stop_by: float | None = None
        self._code = 0

    def supervise(self) -> int:
        """Execute all of them; 0 where each has its verdict, else what the unit ends with."""
        awaited = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}
        signal.pthread_sigmask(signal.SIG_BLOCK, awaited)
        while self._waiting or self._runners:
            while self._waiting and len(self._runners) < self._slots:
                self._start(self._waiting.pop(0))
            came = signal.sigtimedwait(awaited, _LOOK_S) if self._runners else None
            if came is not None and came.si_signo != signal.SIGCHLD:
                self._stop()
            self._reap()
            if self._stop_by is not None and time.monotonic() > self._stop_by:
                for pid in self._runners:
                    _kill(pid, signal.SIGKILL)
        return self._code

    def _start(self, run: RunFolder) -> None:
        try:
            request = run.request()
            key = self._keys[request.id]
        except (OSError, ValueError, KeyError) as error:
            self._code = 1
            sys.stderr.write(f"{run.path.name}: not a run of this unit: {error}\n")
            return
        if self._stop_by is not None or (run.given / "cancel").exists():
            now = datetime.now(UTC)
            self._tell(run, request, _short(request, key, now, causes.cancelled()))
            return
        if asked := os.environ.get(REQUEST_NAME, ""):  # for the log of a unit; a person has none
            sys.stderr.write(f"{request.id}: attempt {key.attempt} begins, request {asked}\n")
        findings = os.memfd_create("findings")
        sys.stdout.flush()
        sys.stderr.flush()
        pid = os.fork()
        if pid == 0:
            _run_and_leave(run, request, key.attempt, findings)
        self._runners[pid] = _Runner(pid, findings, run, request)

    def _stop(self) -> None:
        """Cancel what is executed, and what waits."""
        if self._stop_by is None:
            self._stop_by = time.monotonic() + _STOP_S
        for pid in self._runners:
            _kill(pid, signal.SIGTERM)

    def _reap(self) -> None:
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            runner = self._runners.pop(pid, None)
            if runner is not None:  # else an orphan
                self._ended(runner, os.waitstatus_to_exitcode(status))

    def _ended(self, runner: _Runner, code: int) -> None:
        end_what_is_left(runner.request.id)
        request, key = runner.request, self._keys[runner.request.id]
        with os.fdopen(runner.findings, "rb") as file:
            file.seek(0)
            found = file.read()
        try:
            verdict = Verdict.model_validate_json(found)
        except ValidationError:
            asked = self._stop_by is not None or (runner.run.given / "cancel").exists()
            cause = causes.cancelled() if asked else causes.runner_failed(f"it ended with {code}")
            verdict = _short(request, key, runner.started, cause)
        self._tell(runner.run, request, verdict)

    def _tell(self, run: RunFolder, request: Request, verdict: Verdict) -> None:
        try:
            write_verdict(run.verdict, verdict, self._keys[request.id].key)
        except OSError as error:
            self._code = causes.NO_ROOM if error.errno in _FULL else 1
            with suppress(OSError):  # the log is on the same disk
                sys.stderr.write(f"{request.id}: the verdict cannot be written: {error}\n")


def _run_and_leave(run: RunFolder, request: Request, attempt: int, findings: int) -> None:
    """Be the process of a run, to its end."""
    code = 1
    try:
        signal.pthread_sigmask(signal.SIG_SETMASK, set())
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the unit hands on what it is told
        verdict = one_run.execute(run, request, attempt)
        os.write(findings, verdict.model_dump_json().encode())
        code = 0
    except BaseException:  # noqa: BLE001 - nothing may return into the unit's own loop
        sys.excepthook(*sys.exc_info())
    finally:
        with suppress(OSError, ValueError):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(code)


def _short(request: Request, key: Key, started: datetime, cause: Cause) -> Verdict:
    """The verdict on a run whose own process said nothing."""
    outcome: Outcome = "cancelled" if cause.kind == "cancelled" else "failed"
    return Verdict(
        run=request.id,
        attempt=key.attempt,
        outcome=outcome,
        cause=cause,
        started=started,
        ended=datetime.now(UTC),
    )


def _kill(pid: int, number: signal.Signals) -> None:
    with suppress(ProcessLookupError):
        os.kill(pid, number)


def end_what_is_left(run: str) -> None:
    """Kill what a run started and left: kernels of a runner that died, and their children.

    They are known by the run's name in the environment that they were started with. A kernel
    that was forked has its server's, and ends by itself when its runner does.
    """
    mark = f"BLUECLOUD_RUN={run}".encode()
    for path in Path("/proc").iterdir():
        if not path.name.isdigit() or int(path.name) == os.getpid():
            continue
        try:
            if mark in (path / "environ").read_bytes().split(b"\0"):
                _kill(int(path.name), signal.SIGKILL)
        except OSError:  # it has ended, or is another account's
            continue


def main(paths: Sequence[str], keys: Mapping[str, Key]) -> int:
    """Execute the runs; 0 when each has its verdict, `causes.NO_ROOM` without room for one."""
    ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    runs = [one_run.folder(path) for path in paths]
    slots = max(1, int(os.environ.get(SLOTS, "1")))
    with (
        tempfile.TemporaryDirectory(prefix="bluecloud-unit-", ignore_cleanup_errors=True) as own,
        tempfile.TemporaryDirectory(
            prefix="bluecloud-unit-", ignore_cleanup_errors=True, dir=_in_memory()
        ) as kept,
    ):
        fetch_logins(Path(kept) / "credentials")
        surround(Path(own), slots=slots)
        if len(runs) > 1 or os.environ.get(FORK) == "always":
            warm()
        return Unit(runs, keys, slots).supervise()


def _in_memory() -> str | None:
    """Where what is written comes on no disk; None where there is no such place."""
    place = "/dev/shm"  # noqa: S108 - a folder of our own is made in it
    return place if os.access(place, os.W_OK | os.X_OK) else None

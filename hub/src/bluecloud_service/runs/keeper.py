"""The loop that starts, watches and ends runs; one of all services holds it at a time.

Each turn asks the engine about the units that are out, brings every run's row up to what its
folder says, writes down the ends, and starts what is next and has room. Nothing is remembered
between turns that is not on disk, so that the next keeper goes on where one was killed.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bluecloud_runner.folders import Request

from .elapsed import Elapsed
from .ending import Ending
from .engines import Answer, Engine
from .index import Row, RunIndex, row_of
from .progress import Progress
from .sharing import Busy, Capacity, Waiting, next_units
from .starting import Starting
from .state import ENDED, State, state_of
from .store import Runs, attempts, record_events, sameness

log = logging.getLogger(__name__)

_BUSY_S, _IDLE_S = 0.2, 2.0
_LEASE_S = 2.0
_TIDY_S = 10.0
_OBEY_S = 15.0  # how long a unit has to end a run that was cancelled
_GRACE_S = 60.0  # beyond the time limits of its runs, until a unit is stopped


@dataclass
class _Out:
    """A unit that is out, and its runs that have not come to their end."""

    name: str
    rows: list[Row]


class Keeper:
    """Keeps the runs of a deployment.

    Parameters
    ----------
    told
        What every unit is told besides, by what is asked for and the unit's name.
    ended
        Called with each run that came to its end.
    """

    def __init__(
        self,
        runs: Runs,
        index: RunIndex,
        engine: Engine,
        capacity: Capacity,
        *,
        deployment: str,
        told: Callable[[Request, str], Mapping[str, str]],
        ended: Callable[[Row], None] = lambda row: None,
    ) -> None:
        self._runs = runs
        self._index = index
        self._engine = engine
        self._capacity = capacity
        self._deployment = deployment
        self._boot = _boot()
        self._starting = Starting(runs, engine, told=told, boot=self._boot)
        self._progress = Progress()
        self._elapsed = Elapsed()
        self._wake = threading.Event()
        self._stop = threading.Event()
        self._unreadable: set[str] = set()  # those of which it was said
        self._ending = Ending(runs, index, engine, ended=ended, settled=self._wake.set)
        self._thread = threading.Thread(target=self._keep, name="keeper", daemon=True)
        self.holds = False
        self.fault = ""

    def begin(self) -> None:
        """Begin, as soon as no other service holds the runs."""
        self._thread.start()

    def end(self) -> None:
        """End the loop; units go on."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()
        self._ending.close()

    def wake(self) -> None:
        """Something was submitted or cancelled: do not wait for the next turn."""
        self._wake.set()

    # The loop ------------------------------------------------------------------------------

    def _keep(self) -> None:
        lease = self._runs.folder / ".keeper"
        held = os.open(lease, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not self._stop.is_set():
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                except BlockingIOError:
                    self._stop.wait(_LEASE_S)
                    continue
                self.holds = True
                self._safely(self.read_folders)
                self._ending.submit(self._tidy)
                looked = float("-inf")
                while not self._stop.is_set():
                    self._wake.clear()
                    busy = self._safely(self.turn)
                    if not self.fault and time.monotonic() - looked > _TIDY_S:
                        self._safely(self._ending.forget_left)
                        looked = time.monotonic()
                    self._wake.wait(_BUSY_S if busy else _IDLE_S)
                return
        finally:
            self.holds = False
            os.close(held)

    def _safely(self, step: Callable[[], Any]) -> Any:
        """Whatever went wrong with one turn, there is a next one; it is said once."""
        try:
            done = step()
        except Exception as error:
            if self.fault != str(error):
                log.exception("the runs could not be kept")
            self.fault = str(error) or type(error).__name__
            return None
        if self.fault:
            log.warning("the runs are kept again")
        self.fault = ""
        return done

    def _tidy(self) -> None:
        try:
            while not self._runs.tidy() and not self._stop.wait(_LEASE_S):
                pass
        except OSError:
            log.exception("what killed submits and removals left is still there")

    def read_folders(self, *, everything: bool = False) -> int:
        """Bring the table up to the folders, and say how many rows were written.

        Rows of runs that came to their end are believed, unless everything is asked for.
        """
        known = self._index.known()
        rows, seen = [], set()
        for submission, folders in self._runs.everything():
            for run in folders:
                name = f"{submission.id}-{run.path.name}"
                seen.add(name)
                if known.get(name) and not everything:
                    continue
                try:
                    request = run.request()
                except (OSError, ValueError):
                    log.warning("%s: its request cannot be read", run.path)
                    continue
                rows.append(
                    row_of(
                        request,
                        state_of(run, boot=self._boot),
                        title=submission.title,
                        same=sameness(request),
                    )
                )
        self._index.put(rows)
        self._index.remove([name for name in known if name not in seen])
        return len(rows)

    def turn(self) -> bool:
        """One turn; whether something is out or waits."""
        rows = self._index.unsettled()
        self._elapsed.keep({row.id for row in rows})
        out: defaultdict[str, list[Row]] = defaultdict(list)
        waiting = []
        for row in rows:
            if row.state == "queued":
                waiting.append(row)
            else:
                out[row.unit].append(row)
        units = [_Out(name, held) for name, held in out.items()]
        answers = self._engine.ask([unit.name for unit in units]) if units else {}
        for unit in units:
            there = [row for row in unit.rows if self._is_there(row)]
            if there:
                self._watch(_Out(unit.name, there), answers[unit.name])
        waiting = [row for row in waiting if self._can_start(row)]
        self._start_next(waiting, units)
        return bool(rows)

    # Those that are out ----------------------------------------------------------------------

    def _watch(self, unit: _Out, answer: Answer) -> None:
        changed, left = [], []
        for row in unit.rows:
            run = self._runs.run(row.person, row.id)
            try:
                state = state_of(run, answer, boot=self._boot)
                new = row if state.name in ENDED else self._progress.of(row, run, state)
            except (OSError, ValueError, ArithmeticError, RecursionError):
                # Of one run, whatever lies in its folder: the others are seen to.
                left.append(row)
                if row.id not in self._unreadable:
                    log.exception("run %s cannot be read; tried again", row.id)
                    self._unreadable.add(row.id)
                continue
            self._unreadable.discard(row.id)
            if state.name in ENDED:
                self._progress.forget(row.id)
                self._ending.settle(row, run, state)
                continue
            left.append(row)
            if new != row:
                changed.append(new)
        self._index.put(changed)
        if answer.state == "absent" and left:
            self._start(unit.name, left)
        elif answer.state == "running" and left:
            self._hold_to_limits(unit)

    def _hold_to_limits(self, unit: _Out) -> None:
        """Stop a unit that neither obeys a cancel nor its runs' limits of time."""
        passed = 0.0
        overdue = True
        for row in unit.rows:
            run = self._runs.run(row.person, row.id)
            cancels = [e for e in record_events(run) if e["kind"] == "cancel"]
            if cancels:
                self._runs.tell_cancel(run)
                asked = datetime.fromisoformat(cancels[0]["at"])
                overdue = overdue and self._elapsed.since(row.id, "cancel", asked) > _OBEY_S
            else:
                overdue = False
            for last in attempts(run)[-1:]:
                began = self._elapsed.since(row.id, f"attempt {last.number}", last.claimed)
                passed = max(passed, began)
        if overdue or (passed > _GRACE_S and passed > self._allowed(unit) + _GRACE_S):
            log.warning("unit %s does not end by itself and is stopped", unit.name)
            self._engine.stop(unit.name)

    def _allowed(self, unit: _Out) -> float:
        """Seconds that a unit may take, which may execute its runs one after the other.

        Those that have ended count as well: they took their part of the time that has passed.
        """
        allowed = 0.0
        for row in self._index.of_unit(unit.rows[0].submission, unit.name):
            with suppress(OSError):  # it was taken away since
                allowed += self._runs.run(row.person, row.id).request().limits.seconds
        return allowed

    def _is_there(self, row: Row) -> bool:
        """Whether a run has its folder; one without it was not taken away by this service."""
        if self._runs.run(row.person, row.id).request_file.is_file():
            return True
        if row.id not in self._unreadable:
            log.error("run %s has no folder any more", row.id)
            self._unreadable.add(row.id)
        return False

    # Those that wait -------------------------------------------------------------------------

    def _can_start(self, row: Row) -> bool:
        """Whether a run that waits is there, and nobody cancelled it."""
        if not self._is_there(row):
            return False
        run = self._runs.run(row.person, row.id)
        if not (run.given / "cancel").exists():
            return True
        self._was_cancelled(row)
        return False

    def _was_cancelled(self, row: Row) -> bool:
        """Whether the record says so of a run that waits; its end is then written down."""
        run = self._runs.run(row.person, row.id)
        state = state_of(run)
        if state.name == "cancelled":
            self._ending.settle(row, run, state)
        return state.name == "cancelled"

    def _start_next(self, waiting: list[Row], units: list[_Out]) -> None:
        if not waiting:
            return
        busy = [
            Busy(held.person, held.laboratory, held.cpus, int(held.memory_bytes))
            for held in (unit.rows[0] for unit in units)
        ]
        wanted = [
            Waiting(
                row.id,
                row.person,
                row.laboratory,
                row.submission,
                row.cpus,
                int(row.memory_bytes),
                datetime.fromtimestamp(row.submitted, UTC),
            )
            for row in waiting
        ]
        by_run = {row.id: row for row in waiting}
        for share in next_units(wanted, busy, self._capacity):
            self._claim([by_run[one.run] for one in share])

    def _claim(self, rows: list[Row]) -> None:
        # The record alone is asked, which is slow, only of those that are about to start.
        rows = [row for row in rows if not self._was_cancelled(row)]
        if not rows:
            return
        first = self._runs.run(rows[0].person, rows[0].id)
        unit = f"{self._deployment}-run-{rows[0].id}-{len(attempts(first)) + 1}"
        claimed = []
        for row in rows:
            attempt = self._runs.claim(self._runs.run(row.person, row.id), unit)
            if attempt is not None:
                claimed.append(replace(row, state="starting", unit=unit, attempt=attempt.number))
        self._index.put(claimed)
        if claimed:
            self._start(unit, claimed)

    def _start(self, name: str, rows: list[Row]) -> None:
        runs = {row.id: self._runs.run(row.person, row.id) for row in rows}
        cause = self._starting.start(name, runs)
        if cause is None:
            return
        for row in rows:
            run = runs[row.id]
            state = State("failed", cause=cause, attempt=attempts(run)[-1], ended=datetime.now(UTC))
            self._ending.settle(row, run, state)


def _boot() -> str:
    """What tells one boot of this machine from another (random(4)); empty where nothing does."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""

"""Checks candidates, one after the other; one service of all does, and the next goes on for it.

Each step is written down before the next is begun. What was being checked when a service was killed
waits again, and is checked from the beginning: half a check says nothing. A candidate whose check
breaks off again and again is refused, so that it keeps nobody else's waiting for ever.
"""

from __future__ import annotations

import fcntl
import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import ValidationError

from ..errors import ServiceError
from ..gate import read_report
from .gating import Gate
from .images import Images, NotPublished, RegistryAway
from .promotion import Promotion
from .records import Kept
from .reports import last_lines, report_path
from .store import Releases, later

log = logging.getLogger(__name__)

MOST_FAILURES = 5
_LOOK_S = 2.0
_SETTLE_S = 10.0
_AWAY = timedelta(seconds=15)


class Checks:
    """The loop that checks candidates.

    Parameters
    ----------
    folder
        Where reports lie; made where it is not there.
    laboratories
        The slugs of all laboratories, whose files are put right too.
    collect
        Removes what nobody needs any more; called now and then.
    """

    def __init__(
        self,
        store: Releases,
        images: Images,
        gate: Gate,
        promotion: Promotion,
        folder: Path,
        *,
        laboratories: Iterable[str],
        collect: Callable[[], object] = lambda: None,
        collect_s: float = 86400.0,
    ) -> None:
        self._store = store
        self._images = images
        self._gate = gate
        self._promotion = promotion
        self._folder = folder
        self._laboratories = tuple(laboratories)
        self._collect = collect
        self._collect_s = collect_s
        self._stop = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="checks", daemon=True)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def begin(self) -> None:
        """Begin, as soon as no other service checks."""
        self._thread.start()

    def end(self) -> None:
        """End it; a candidate that is being checked is checked again by whoever begins next."""
        self._stop.set()
        self._wake.set()
        if self._thread.is_alive():
            self._thread.join()

    def wake(self) -> None:
        """There is a new candidate."""
        self._wake.set()

    def _keep(self) -> None:
        held = os.open(self._folder / ".checks", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            while not self._stop.is_set():
                try:
                    fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    self._stop.wait(_LOOK_S)
            self._look()
        finally:
            os.close(held)

    def _look(self) -> None:
        settled = collected = float("-inf")
        begun = False
        while not self._stop.is_set():
            self._wake.clear()
            try:
                if not begun:
                    self.take_up()
                    begun = True
                if time.monotonic() - settled > _SETTLE_S:
                    self.settle()
                    settled = time.monotonic()
                if self.turn(datetime.now(UTC)):
                    continue
                if time.monotonic() - collected > self._collect_s:
                    self._collect()
                    collected = time.monotonic()
            except Exception:
                log.exception("candidates could not be looked at; tried again")
            self._wake.wait(_LOOK_S)

    def take_up(self) -> None:
        """Have what was being checked when a service was killed wait again."""
        for candidate in self._store.in_state("checking"):
            self._again(candidate, "its check was broken off when the service ended")

    def settle(self) -> None:
        """Bring files and database together; of a laboratory where that fails, say so."""
        for slug in self._laboratories:
            try:
                self._promotion.settle(slug)
            except ServiceError as error:
                log.warning("%s: %s", slug, error)

    def turn(self, now: datetime) -> bool:
        """Check the candidate that has waited longest; False where there is none, or no room."""
        candidate = self._store.next_waiting(now)
        if candidate is None or not self._gate.is_free():
            return False
        candidate = self._store.change(
            candidate,
            "waiting",
            state="checking",
            words="its image is being fetched",
            attempts=candidate.attempts + 1,
        )
        try:
            self._images.fetch(candidate.laboratory, candidate.image)
        except NotPublished as error:
            self._refuse(candidate, str(error))
            return True
        except RegistryAway as error:
            words = f"its image could not be fetched, and is asked for again: {error}"
            self._store.change(
                candidate, "checking", state="waiting", words=words, not_before=now + _AWAY
            )
            return True
        candidate = self._store.change(candidate, "checking", words="the gate checks it")
        self._check(candidate)
        return True

    def _check(self, candidate: Kept) -> None:
        attempt = candidate.attempts
        path = report_path(self._folder, candidate.laboratory, candidate.digest, attempt)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        given = self._store.given(candidate.laboratory, "everyone")
        current = given.image if given and self._images.is_here(given.image) else None
        status = self._gate.check(candidate, current, path, self._stop)
        if status is None:
            return  # the service ends: whoever begins next takes it up
        if status not in {0, 1}:
            said = " ".join(last_lines(path, 3)) or f"the gate ended with status {status}"
            self._again(candidate, f"it could not be checked: {said}")
            return
        try:
            report = read_report(path)
        except (OSError, ValidationError) as error:
            self._again(candidate, f"its report cannot be read: {error}")
            return
        state = "green" if report.is_green and status == 0 else "refused"
        self._store.change(
            candidate,
            "checking",
            state=state,
            words=report.verdict,
            failures=0,
            report=attempt,
        )
        log.info("%s: %s is %s", candidate.laboratory, candidate.name, state)

    def _again(self, candidate: Kept, words: str) -> None:
        failures = candidate.failures + 1
        if failures >= MOST_FAILURES:
            self._refuse(candidate, f"{words} ({failures} times: ask for another check)", failures)
            return
        self._store.change(
            candidate,
            "checking",
            state="waiting",
            words=f"{words}; it is checked again",
            failures=failures,
            not_before=later(failures, datetime.now(UTC)) if failures > 1 else datetime.now(UTC),
        )

    def _refuse(self, candidate: Kept, words: str, failures: int = 0) -> None:
        self._store.change(candidate, "checking", state="refused", words=words, failures=failures)

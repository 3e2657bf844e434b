"""Weighs people's homes in turn, where a quota is set."""

from __future__ import annotations

import logging
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

from bluecloud_hub import quotas
from bluecloud_hub.homes import folder_name

from ..errors import NotAllowed

log = logging.getLogger(__name__)

EVERY_S = 600.0  # every home once
_AGAIN_S = 2.0  # where another service keeps the runs, or this one does not yet
_MOST_S = 300.0  # for one of them
_AT_ONCE_S = 5.0  # for one whose person waits for the answer
_POLL_S = 0.05
_FRESH_S = 2.0  # so long what was found is not looked for again


class Weighing:
    """Sees to it that it is known what homes hold, and refuses what is beyond a quota.

    Homes are weighed by ``du``, at the lowest priority and in a process of its own: a home may
    have millions of files, and whoever asks the service something meanwhile must not wait for them.
    """

    def __init__(
        self,
        state: Path,
        quota: quotas.Quota | None,
        *,
        keeps: Callable[[], bool],
        every_s: float = EVERY_S,
    ) -> None:
        self._state = state
        self._quota = quota
        self._keeps = keeps
        self._every_s = every_s
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._at_once: set[str] = set()  # what is weighed for somebody who waits
        self._thread = threading.Thread(target=self._turns, name="homes", daemon=True)

    def begin(self) -> None:
        """Begin, if there is a quota at all."""
        if self._quota is not None:
            self._thread.start()

    def end(self) -> None:
        """End it."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()

    def refuse(self, person: str) -> None:
        """Refuse whoever holds too much for longer than is allowed.

        It is weighed once more before: what was deleted a moment ago counts.

        Raises
        ------
        NotAllowed
            With what the home holds, and what it may.
        """
        quota = self._quota
        if quota is None:
            return
        found = quotas.held(self._state, person)
        if found and quotas.is_enforced(found, quota):
            found = self._again(folder_name(person), found)
        if quotas.is_enforced(found, quota):
            raise NotAllowed(quotas.words(found, quota))

    def _again(self, folder: str, found: quotas.Held) -> quotas.Held:
        """Weigh a home once more, unless that was just done, or is being done."""
        with self._lock:
            if folder in self._at_once or 0 <= time.time() - found.measured < _FRESH_S:
                return found
            self._at_once.add(folder)
        try:
            return self.weigh(folder, seconds=_AT_ONCE_S) or found
        finally:
            with self._lock:
                self._at_once.discard(folder)

    def turn(self) -> None:
        """Weigh all of them once, a folder after the other."""
        try:
            folders = sorted(each.name for each in (self._state / "homes").iterdir())
        except OSError as error:
            log.warning("homes are not weighed: %s", error)
            return
        if not folders:  # their disk may not be there yet
            return
        quotas.forget_all_but(self._state, folders)
        for folder in folders:
            if self._stop.is_set():
                return
            try:
                self.weigh(folder)
            except OSError as error:
                log.warning("what %s holds cannot be kept: %s", folder, error)

    def weigh(self, folder: str, *, seconds: float = _MOST_S) -> quotas.Held | None:
        """Weigh one home, and keep what was found; None where it could not be."""
        path = self._state / "homes" / folder
        if self._quota is None or path.is_symlink() or not path.is_dir():
            return None
        found = self._used(path, seconds)
        return None if found is None else quotas.keep(self._state, folder, found, self._quota)

    def _turns(self) -> None:
        while True:
            began, pause = time.monotonic(), min(self._every_s, _AGAIN_S)
            try:
                if self._keeps():
                    self.turn()
                    # At least as long a pause as it took: the disk is there for others, too.
                    pause = max(self._every_s, time.monotonic() - began)
            except Exception:
                log.exception("homes could not be weighed; tried again")
                pause = self._every_s
            if self._stop.wait(pause):
                return

    def _used(self, path: Path, seconds: float) -> int | None:
        """The bytes that a folder takes on its disk; links are not followed."""
        words = ["nice", "-n", "19", "du", "-s", "-k", "-x", "--", str(path)]
        until = time.monotonic() + seconds
        with subprocess.Popen(
            words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as du:
            while du.poll() is None:
                if time.monotonic() > until or self._stop.wait(_POLL_S):
                    du.kill()
                    log.warning("%s could not be weighed within %g s", path.name, seconds)
                    return None
            told = du.stdout.read() if du.stdout else b""
        # What was deleted meanwhile is a fault to du, and its sum is right all the same.
        first = told.split(maxsplit=1)
        return int(first[0]) * 1024 if first and first[0].isdigit() else None

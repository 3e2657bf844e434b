"""Capsules: each is written once, whole, when its run has come to its end.

It is written into a folder of its own beside ``capsule`` and renamed, so that there is all of it
or none. Writing one takes a second, most of it for the page of the notebook; so it is done by one
thread, when no run is being executed: between containers a low priority does not count, and the
pages of a sweep would slow the sweep down. Where runs never end, one a minute is written. Whoever
asks for one that is not there yet has it written at once. What was missed because the service was
ended is found when it is started again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

from bluecloud_runner.folders import RunFolder

from ...errors import NotThere
from ..index import Row
from ..store import Runs
from .pages import Pages
from .writing import write

log = logging.getLogger(__name__)

_LOOK_S, _MOST_WAIT_S = 1.0, 60.0


class Capsules:
    """Writes the capsules of a deployment's runs.

    Parameters
    ----------
    busy
        Whether runs are being executed now.
    """

    def __init__(self, runs: Runs, busy: Callable[[], bool] = lambda: False) -> None:
        self._runs = runs
        self._busy = busy
        self._pages = Pages()
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="capsule")
        self._ending = threading.Event()
        self._one = threading.Lock()

    def begin(self) -> None:
        """Write, in the background, those that are missing."""
        self._pool.submit(self._write_missing)

    def end(self) -> None:
        """Begin none any more; one that is being written is given up."""
        self._ending.set()
        self._pages.end()
        self._pool.shutdown(cancel_futures=True)

    def soon(self, row: Row) -> None:
        """Write the capsule of a run that has just ended, in its turn."""
        with suppress(RuntimeError):  # the service is about to end
            self._pool.submit(self._write, self._runs.run(row.person, row.id), row.title)

    def make(self, run: RunFolder, title: str) -> None:
        """Write a run's capsule where it is not there.

        Raises
        ------
        NotThere
            If the run has not ended.
        OSError
            If it could not be written.
        """
        if run.capsule.is_dir():
            return
        with self._one:
            if not run.capsule.is_dir():
                write(run, title, self._pages)

    def _write_missing(self) -> None:
        for submission, folders in self._runs.everything():
            for run in folders:
                if self._ending.is_set():
                    return
                self._write(run, submission.title)

    def _write(self, run: RunFolder, title: str) -> None:
        try:
            if not run.capsule.is_dir():
                self._wait()
            if not self._ending.is_set():
                self.make(run, title)
        except NotThere:  # it goes on, or was taken away
            return
        except Exception:
            log.exception("the capsule of run %s could not be written", run.path)

    def _wait(self) -> None:
        """Wait until no run is being executed, and not for ever."""
        until = time.monotonic() + _MOST_WAIT_S
        while time.monotonic() < until and not self._ending.is_set() and self._busy():
            self._ending.wait(_LOOK_S)

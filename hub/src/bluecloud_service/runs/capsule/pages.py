"""Executed notebooks as pages, each made by a process that gives way to every run."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path

from bluecloud_runner.folders import RunFolder

from ...errors import NotThere
from ..outputs import open_below

# A longer notebook is no page that a browser would show.
MOST_BYTES = 64 * 2**20
_MOST_S = 180


class Pages:
    """Makes pages, one at a time, until it is ended."""

    def __init__(self) -> None:
        self._child: subprocess.Popen[bytes] | None = None
        self._ended = False
        self._lock = threading.Lock()

    def render(self, run: RunFolder, page: Path) -> bool:
        """Make a run's executed notebook a page; whether that could be done."""
        try:
            with open_below(run.work, run.executed.name) as notebook, page.open("xb") as out:
                if os.fstat(notebook.fileno()).st_size <= MOST_BYTES:
                    done = self._done(notebook.fileno(), out.fileno())
                else:
                    done = False
        except NotThere:
            return False
        if not done:
            page.unlink(missing_ok=True)
        return done

    def _done(self, notebook: int, page: int) -> bool:
        with self._lock:
            if self._ended:
                return False
            self._child = child = subprocess.Popen(
                [sys.executable, "-m", "bluecloud_runner.rendering"],
                stdin=notebook,
                stdout=page,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={"PATH": os.environ.get("PATH", ""), "PYTHONNOUSERSITE": "1"},
            )
        try:
            return child.wait(_MOST_S) == 0
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
            return False

    def end(self) -> None:
        """Make none any more; what is being made is given up."""
        with self._lock:
            self._ended = True
            if self._child is not None:
                self._child.kill()

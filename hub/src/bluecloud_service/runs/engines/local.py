"""Units as processes of the service's own account: engine ``local``.

A unit outlives the service that started it: it has a session of its own and its output in a
file. The file of its name is made once, which is what refuses a second start, and its lock is
held by the unit for as long as any of it lives, which is what a later service asks. The exit
code is known only to the service that started it.
"""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

from . import Answer, Unit

STOP_S = 10.0
KEPT_LINES = 30
# A unit itself writes its process down, so that one is known whose service was killed meanwhile.
_SAYING_WHO = ("/bin/sh", "-c", 'echo $$ >"$0" && exec "$@"')


class LocalEngine:
    """Units as processes.

    Parameters
    ----------
    folder
        Where a file stands for each unit.
    root
        The tree of the project, which a laboratory's image else holds.
    homes
        Gives the home of a person by name.
    """

    def __init__(self, folder: Path, *, root: Path) -> None:
        self._folder = folder
        self._root = root
        self._children: dict[str, subprocess.Popen[bytes]] = {}
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)

    def start(self, unit: Unit) -> None:
        """See `engines.Engine`."""
        path = self._file(unit.name)
        try:
            held = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            with path.with_suffix(".log").open("ab") as log:
                child = subprocess.Popen(
                    [
                        *_SAYING_WHO,
                        str(path),
                        sys.executable,
                        "-m",
                        "bluecloud_runner.unit",
                        *(str(run.path) for run in unit.runs.values()),
                    ],
                    env={
                        **_plain_environment(),
                        "BLUECLOUD_ROOT": str(self._root),
                        **unit.environment,
                    },
                    cwd=self._folder,
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                    pass_fds=[held],
                )
            with self._lock:
                self._children[unit.name] = child
        except BaseException:
            path.unlink()
            raise
        finally:
            os.close(held)  # the unit has its own; the lock is the open file's

    def ask(self, names: Sequence[str]) -> Mapping[str, Answer]:
        """See `engines.Engine`."""
        return {name: self._answer(name) for name in names}

    def _answer(self, name: str) -> Answer:
        with self._lock:
            child = self._children.get(name)
        code = child.poll() if child else None
        try:
            probe = os.open(self._file(name), os.O_RDWR)
        except FileNotFoundError:
            return Answer("absent")
        try:
            fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return Answer("running")
        finally:
            os.close(probe)
        if child is not None and code is None:
            return Answer("running")  # it has let go of the file and is about to end
        return Answer("ended", exit_code=128 - code if code is not None and code < 0 else code)

    def stop(self, name: str) -> None:
        """See `engines.Engine`."""
        for way, seconds in ((signal.SIGTERM, STOP_S), (signal.SIGKILL, 2.0)):
            until = time.monotonic() + seconds
            if self._answer(name).state != "running":
                return
            self._signal(name, way)
            while time.monotonic() < until and self._answer(name).state == "running":
                time.sleep(0.05)

    def _signal(self, name: str, way: signal.Signals) -> None:
        """Signal a unit's session, if its first process still leads one of its own."""
        with self._lock:
            child = self._children.get(name)
        try:
            pid = child.pid if child else int(self._file(name).read_text())
            if way is signal.SIGKILL:
                os.killpg(pid, way)
            else:
                os.kill(pid, way)
        except (OSError, ValueError):
            return

    def last_lines(self, name: str) -> list[str]:
        """See `engines.Engine`."""
        try:
            with self._file(name).with_suffix(".log").open(errors="replace") as log:
                return [line.rstrip() for line in deque(log, maxlen=KEPT_LINES)]
        except FileNotFoundError:
            return []

    def forget(self, name: str) -> None:
        """Take its log and what is known of its process; its name stays taken."""
        with self._lock:
            child = self._children.pop(name, None)
        if child is not None:
            child.wait()
        self._file(name).with_suffix(".log").unlink(missing_ok=True)

    def left(self) -> Collection[str]:
        """See `engines.Engine`."""
        return {path.stem for path in self._folder.glob("*.log")}

    def _file(self, name: str) -> Path:
        return self._folder / f"{name}.unit"


def _plain_environment() -> dict[str, str]:
    """What a program needs of our environment: neither our tokens nor our settings."""
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "TMPDIR", "SSL_CERT_FILE", "VIRTUAL_ENV")
    given = {name: os.environ[name] for name in kept if name in os.environ}
    proxies = {name: value for name, value in os.environ.items() if name.lower().endswith("_proxy")}
    return {**given, **proxies, "PYTHONNOUSERSITE": "1"}

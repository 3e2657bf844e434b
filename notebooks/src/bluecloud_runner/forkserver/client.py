"""The client's side: a server is there or is started, and a forked kernel is held by its lease."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence

from bluecloud_runner.forkserver.modules import names
from bluecloud_runner.forkserver.place import Place, place
from bluecloud_runner.forkserver.wire import MOST_BYTES, Ended, Start, State, address, packet

ANSWER_S = 2.0
_TRY_AGAIN_S = 60.0


def ensure(
    *,
    wait: float = 0.0,
    environment: Mapping[str, str] | None = None,
    modules: Sequence[str] | None = None,
    owner: int | None = None,
) -> bool:
    """Whether a fork server is ready for such kernels; where there is none, one is started.

    Parameters
    ----------
    wait
        Seconds to wait for it. Without, it becomes ready in the background, for later kernels.
    environment
        Of the kernels; by default this process's own.
    modules
        To be preloaded; by default those of the laboratory.
    owner
        The process that it ends with, by its id; without, it ends when nobody has asked for long.
    """
    environment = dict(os.environ if environment is None else environment)
    modules = list(names(environment.get("BLUECLOUD_LAB", "")) if modules is None else modules)
    try:
        here = place(environment, modules)
        if _state(here) is not None:
            return True
        _begin(here, environment, modules, owner)
    except OSError:  # no folder, no process: kernels start plainly
        return False
    until = time.monotonic() + wait
    while time.monotonic() < until:
        if _state(here) is not None:
            return True
        if not _is_held(here):
            break  # it could not start, and its log says why
        time.sleep(0.02)
    return wait > 0 and _state(here) is not None


def state(
    *, environment: Mapping[str, str] | None = None, modules: Sequence[str] | None = None
) -> State | None:
    """What the server for such kernels says of itself; None where there is none ready."""
    environment = dict(os.environ if environment is None else environment)
    modules = names(environment.get("BLUECLOUD_LAB", "")) if modules is None else modules
    try:
        return _state(place(environment, modules))
    except OSError:
        return None


def _state(here: Place) -> State | None:
    try:
        with address(here.socket) as connection:
            connection.settimeout(ANSWER_S)
            connection.send(packet(Start()))
            return State(**json.loads(connection.recv(MOST_BYTES)))
    except (OSError, ValueError, TypeError):
        return None


def _is_held(here: Place) -> bool:
    """Whether a server starts or listens."""
    with here.lock.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _begin(
    here: Place, environment: Mapping[str, str], modules: Sequence[str], owner: int | None
) -> None:
    """Start a server, unless one starts already or has failed to just now.

    It is no child of this process, so that nobody has to wait for it when it ends.
    """
    with here.lock.open("ab") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        found = os.fstat(lock.fileno())
        if found.st_size and time.time() - found.st_mtime < _TRY_AGAIN_S:
            return
        lock.truncate(0)
        lock.write(b"starting")
        lock.flush()
        command = [sys.executable, "-m", "bluecloud_runner.forkserver.server"]
        command += [f"--lock={lock.fileno()}", f"--owner={owner or 0}"]
        command += [f"--module={name}" for name in modules]
        in_background = ["/bin/sh", "-c", '"$@" </dev/null >"$0" 2>&1 &', str(here.log)]
        subprocess.run(
            [*in_background, *command],
            check=True,
            cwd=here.folder,
            env=dict(environment),
            pass_fds=(lock.fileno(),),
            start_new_session=True,
        )


class ForkedKernel:
    """A kernel that a server has forked, as `subprocess.Popen` would have it.

    Its exit code is that of the process. Where the server was killed and the kernel has ended
    since, nobody knows it, and it reads as killed.
    """

    stdin = stdout = stderr = None

    def __init__(self, lease: socket.socket, pid: int) -> None:
        self._lease = lease
        self.pid = pid
        self.returncode: int | None = None
        self.ended: Ended | None = None

    def poll(self) -> int | None:
        """The exit code, or None while it runs."""
        return self._read(timeout=0.0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, when it has ended.

        Raises
        ------
        subprocess.TimeoutExpired
            If it has not by then.
        """
        code = self._read(timeout=timeout)
        if code is None:
            raise subprocess.TimeoutExpired(["kernel", str(self.pid)], timeout or 0.0)
        return code

    async def about_to_end(self, timeout: float) -> None:
        """Wait until it has ended, or the time is over."""
        if self.returncode is not None:
            return
        loop = asyncio.get_running_loop()
        ended = loop.create_future()

        def note() -> None:
            if not ended.done():
                ended.set_result(None)

        loop.add_reader(self._lease, note)
        try:
            await asyncio.wait({ended}, timeout=timeout)
        finally:
            loop.remove_reader(self._lease)

    def _read(self, *, timeout: float | None) -> int | None:
        if self.returncode is not None:
            return self.returncode
        self._lease.settimeout(timeout)
        try:
            said = self._lease.recv(MOST_BYTES)
        except (BlockingIOError, TimeoutError):
            return None
        except OSError:
            said = b""
        self._lease.close()
        if said:
            self.ended = Ended(**json.loads(said))
        self.returncode = self.ended.exit_code if self.ended else -signal.SIGKILL
        return self.returncode

    def send_signal(self, number: int) -> None:
        """Send the kernel a signal, if it runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask it to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it at once."""
        self.send_signal(signal.SIGKILL)

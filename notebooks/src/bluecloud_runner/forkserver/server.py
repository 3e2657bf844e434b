"""The fork server: it has imported the laboratory's modules, and forks one kernel a request.

    python -m bluecloud_runner.forkserver.server --module numpy --module xarray

One thread, no event loop and no ZeroMQ context: what is forked is a process in which nothing
is going on. The fork leaves the loop and becomes the kernel on the way out, with nothing of the
server's held on its stack; how it ends is `ending`'s.

It ends when nobody has asked for long, when its owner has ended, or when what it imported is no
longer what an import would give; kernels that are left it still sees to their end.
"""

from __future__ import annotations

import argparse
import errno
import gc
import os
import select
import selectors
import signal
import socket
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bluecloud_runner.forkserver import preload
from bluecloud_runner.forkserver.freshness import fingerprint
from bluecloud_runner.forkserver.kernel import become
from bluecloud_runner.forkserver.modules import KERNEL
from bluecloud_runner.forkserver.place import place
from bluecloud_runner.forkserver.wire import (
    Ended,
    Start,
    Started,
    State,
    packet,
    peer,
    receive_start,
)

IDLE_S = 900.0
_THREADED = 3


@dataclass(frozen=True)
class Fork:
    """What a fork is to become; only ever seen in the fork."""

    start: Start
    lease: socket.socket
    streams: list[int]


class ForkServer:
    """The loop between requests and ends, until there is nothing left to wait for."""

    def __init__(
        self,
        listening: socket.socket,
        preloaded: preload.Preloaded,
        *,
        is_fresh: Callable[[], bool],
        retire: Callable[[], None],
        owner: int | None,
        idle_s: float,
    ) -> None:
        self._preloaded = preloaded
        self._is_fresh = is_fresh
        self._stop_listening = retire
        self._idle_s = idle_s
        self._kernels: dict[int, socket.socket | None] = {}
        self._waiting = selectors.PollSelector()  # has no descriptor that a fork would share
        self._listening: socket.socket | None = listening
        self._ends, self._wake = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._owner = owner
        self._last = time.monotonic()
        self._waiting.register(listening, selectors.EVENT_READ)
        self._waiting.register(self._ends, selectors.EVENT_READ)
        if owner is not None:
            self._waiting.register(owner, selectors.EVENT_READ)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._wake, warn_on_full_buffer=False)

    def serve(self) -> Fork | None:
        """Answer until the end; a fork returns from here too, and knows by what it gets."""
        while self._listening is not None or self._kernels:
            for key, _ in self._waiting.select(timeout=self._patience()):
                if key.fileobj is self._listening:
                    self._accept()
                elif key.fileobj == self._ends:
                    self._reap()
                elif key.fileobj == self._owner:
                    self._retire()
                elif isinstance(key.fileobj, socket.socket) and key.fileobj.fileno() >= 0:
                    fork = self._answer(key.fileobj)
                    if fork is not None:
                        return fork
            if not self._kernels and self._patience() == 0:
                self._retire()
        return None

    def _patience(self) -> float | None:
        if self._kernels:
            return None
        return max(0.0, self._last + self._idle_s - time.monotonic())

    def _accept(self) -> None:
        if self._listening is None:
            return
        try:
            connection, _ = self._listening.accept()
        except OSError:  # gone before it was seen
            return
        connection.setblocking(False)
        if peer(connection) != os.getuid():
            connection.close()
            return
        self._waiting.register(connection, selectors.EVENT_READ)

    def _answer(self, connection: socket.socket) -> Fork | None:
        request = receive_start(connection)
        if request is None:
            self._drop(connection)
            return None
        start, streams = request
        if not start.arguments:
            self._say(connection, self._state())
            for descriptor in streams:
                os.close(descriptor)
            return None
        self._last = time.monotonic()
        if self._listening is None or not self._is_fresh():
            self._say(connection, Started(0))
            self._retire()
        elif not _has_hung_up(connection):
            pid = os.fork()
            if pid == 0:
                self._leave(connection)
                return Fork(start, connection, streams)
            self._kernels[pid] = connection
            self._say(connection, Started(pid))
        for descriptor in streams:
            os.close(descriptor)
        return None

    def _leave(self, lease: socket.socket) -> None:
        """In the fork: let go of all that is the server's."""
        for key in list(self._waiting.get_map().values()):
            if key.fileobj is lease:
                continue
            if isinstance(key.fileobj, socket.socket):
                key.fileobj.close()
            else:
                os.close(key.fd)
        signal.set_wakeup_fd(-1)
        os.close(self._wake)
        self._waiting.close()

    def _drop(self, connection: socket.socket) -> None:
        """The client is gone: so is its kernel, with whatever it has started."""
        for pid, held in self._kernels.items():
            if held is connection:
                self._kernels[pid] = None
                try:
                    os.killpg(pid, signal.SIGKILL)
                except ProcessLookupError:  # not its own group yet
                    os.kill(pid, signal.SIGKILL)
        self._waiting.unregister(connection)
        connection.close()

    def _reap(self) -> None:
        try:
            while os.read(self._ends, 512):
                continue
        except BlockingIOError:
            pass
        for pid in list(self._kernels):
            found, status, used = os.wait4(pid, os.WNOHANG)
            if not found:
                continue
            connection = self._kernels.pop(pid)
            self._last = time.monotonic()
            if connection is None:
                continue
            code = os.waitstatus_to_exitcode(status)
            cpu_s = used.ru_utime + used.ru_stime
            self._say(connection, Ended(code, cpu_s, used.ru_maxrss * 1024))
            self._waiting.unregister(connection)
            connection.close()

    def _retire(self) -> None:
        if self._listening is None:
            return
        self._stop_listening()
        self._waiting.unregister(self._listening)
        self._listening.close()
        self._listening = None
        if self._owner is not None:
            self._waiting.unregister(self._owner)
            os.close(self._owner)
            self._owner = None

    def _say(self, connection: socket.socket, said: Started | Ended | State) -> None:
        try:
            connection.send(packet(said))
        except OSError:  # the client has gone, which is seen next
            return

    def _state(self) -> State:
        done = self._preloaded
        return State(
            os.getpid(), len(self._kernels), done.names, done.passed_over, round(done.seconds, 3)
        )


def _has_hung_up(connection: socket.socket) -> bool:
    poll = select.poll()
    poll.register(connection, select.POLLRDHUP)
    return bool(poll.poll(0))


def _owner(pid: int) -> int | None:
    """What becomes readable when the owner ends.

    Raises
    ------
    ProcessLookupError
        If it has ended already.
    """
    if not pid:
        return None
    try:
        return os.pidfd_open(pid)
    except OSError as error:
        if error.errno == errno.ESRCH:
            raise
        return None  # before Linux 5.3: then it ends when nobody asks


def main() -> int:
    """Import, listen, fork; the exit code is the server's, or in a fork the kernel's."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--module", action="append", default=[], help="to be imported, in order")
    parser.add_argument("--without", action="append", default=[], help="left a thread running")
    parser.add_argument("--lock", type=int, required=True, help="descriptor, held while listening")
    parser.add_argument("--owner", type=int, default=0, help="process that it ends with")
    parser.add_argument("--idle", type=float, default=IDLE_S, help="seconds without a kernel")
    told = parser.parse_args()
    os.set_inheritable(told.lock, False)
    here = place(os.environ, told.module)
    owner = _owner(told.owner)
    gc.disable()
    before = fingerprint()
    done = preload.preload(told.module, without=told.without)
    if done.threaded:
        if done.threaded in KERNEL:
            sys.stderr.write(f"{done.threaded} leaves a thread running: nothing can be forked\n")
            return _THREADED
        os.set_inheritable(told.lock, True)
        again = [*sys.argv[1:], "--without", done.threaded]
        os.execv(sys.executable, [sys.executable, "-m", __spec__.name, *again])  # noqa: S606 - itself
    stands = fingerprint()
    if any(stands.get(path) != stamp for path, stamp in before.items()):
        return 0  # something was installed meanwhile: whoever asks next starts anew
    gc.collect()
    gc.freeze()
    listening = _listen(here.socket)
    os.ftruncate(told.lock, 0)
    sys.stderr.write(f"ready after {done.seconds:.2f} s; passed over: {done.passed_over}\n")
    sys.stderr.flush()

    def retire() -> None:
        here.socket.unlink(missing_ok=True)
        os.close(told.lock)

    fork = ForkServer(
        listening,
        done,
        is_fresh=lambda: _is_fresh(stands),
        retire=retire,
        owner=owner,
        idle_s=told.idle,
    ).serve()
    if fork is not None:
        os.close(told.lock)
        become(fork.start, fork.lease, fork.streams)
    return 0


def _is_fresh(stands: Mapping[str, tuple[int, int]]) -> bool:
    """Whether all is as it was when it was imported; if not, the log says what changed."""
    now = fingerprint()
    changed = sorted(path for path in now.keys() | stands if now.get(path) != stands.get(path))
    if changed:
        sys.stderr.write(f"stale: {', '.join(changed[:3])}\n")
        sys.stderr.flush()
    return not changed


def _listen(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    before = os.umask(0o177)
    try:
        listening.bind(str(path))
    finally:
        os.umask(before)
    listening.listen(64)
    listening.setblocking(False)
    return listening


if __name__ == "__main__":
    if sys.path[0] in {"", str(Path.cwd())}:  # as ipykernel_launcher does
        del sys.path[0]
    sys.exit(main())

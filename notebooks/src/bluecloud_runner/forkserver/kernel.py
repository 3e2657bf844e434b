"""How a fork of the server becomes a kernel that nothing can tell from one started plainly."""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

import ipykernel_launcher

from bluecloud_runner.forkserver.ending import end
from bluecloud_runner.forkserver.wire import Start

# Where memory runs out, a kernel goes before the server that others are forked from.
_OOM_SCORE = 300


def become(start: Start, lease: socket.socket, streams: list[int]) -> NoReturn:
    """Be the kernel, to its end."""
    known = frozenset(sys.modules)
    os.setsid()
    _plain_signals()
    null = os.open(os.devnull, os.O_RDONLY)
    for number, descriptor in enumerate((null, *streams)):
        os.dup2(descriptor, number)
        os.close(descriptor)
    os.umask(start.umask)
    os.chdir(start.folder)
    os.environ.clear()
    os.environ.update(start.environment)
    time.tzset()
    _die_first()
    _own_randomness()
    gc.enable()
    _end_with_client(lease)
    sys.argv = [ipykernel_launcher.__file__, *start.arguments]
    sys.orig_argv = [sys.executable, "-m", "ipykernel_launcher", *start.arguments]
    from ipykernel import kernelapp

    # 1: the parent is never watched, since it is not the parent that the kernel ends with.
    code = _code_of(
        lambda: kernelapp.launch_new_instance(
            argv=[*start.arguments, "--IPKernelApp.parent_handle=1"]
        )
    )
    end(code, known=known)


def _code_of(main: Callable[[], None]) -> int:
    """The code that an interpreter ends with when this is all that it does."""
    try:
        main()
    except SystemExit as leaving:
        if leaving.code is None or isinstance(leaving.code, int):
            return leaving.code or 0
        sys.stderr.write(f"{leaving.code}\n")
        return 1
    except BaseException:  # noqa: BLE001 - whatever it is, it is the end
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def _plain_signals() -> None:
    signal.set_wakeup_fd(-1)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGQUIT, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _die_first() -> None:
    path = Path("/proc/self/oom_score_adj")
    try:
        path.write_text(str(max(_OOM_SCORE, int(path.read_text(encoding="ascii")))))
    except (OSError, ValueError):  # not everywhere may one say so; it only orders who dies
        return


def _own_randomness() -> None:
    """NumPy's global generator was seeded in the server, once for all; Python seeds its own."""
    tempfile.tempdir = None
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()


def _end_with_client(lease: socket.socket) -> None:
    """Kill the kernel and its children when the client is gone, even where the server is too."""

    def watch() -> None:
        poll = select.poll()
        poll.register(lease, select.POLLRDHUP | select.POLLHUP)
        while not poll.poll():
            continue
        os.killpg(0, signal.SIGKILL)

    os.register_at_fork(after_in_child=lease.close)  # the children's ends do not count
    threading.Thread(target=watch, name="lease", daemon=True).start()

"""How a forked kernel ends: as the interpreter does, but for what was its server's.

An interpreter ends by taking apart every module it has. In a fork that first copies most of the
server's memory, for nothing, and takes as long as a short run. So here the same things are done,
in the same order, with what came after the fork, and the rest is left to the system.
"""

from __future__ import annotations

import atexit
import ctypes
import gc
import io
import sys
import threading
from collections.abc import Collection
from contextlib import suppress
from typing import Any, NoReturn

from IPython.core.interactiveshell import InteractiveShell

_OF_THE_LAST_CELL = ("last_type", "last_value", "last_traceback", "last_exc")


def end(code: int, *, known: Collection[str]) -> NoReturn:
    """End this process, with everything written that was to be written.

    Parameters
    ----------
    code
        With which it ends.
    known
        The modules that were imported before the fork.
    """
    waiting: Any = threading
    waiting._shutdown()  # waits for threads that are no daemons
    at_exit: Any = atexit
    at_exit._run_exitfuncs()
    _let_go(known)
    _close_what_is_open()
    with suppress(OSError, ValueError):
        sys.stdout.flush()
        sys.stderr.flush()
    # Through the C library, whose own handlers close what HDF5 and the like have open; and
    # holding the interpreter's lock, so that no thread runs Python meanwhile.
    ctypes.PyDLL(None).exit(code)
    raise SystemExit(code)  # never reached, and not to be known from exit's signature


def _let_go(known: Collection[str]) -> None:
    """Have the notebook's objects, and those of modules that it imported, come to their ends."""
    for name in _OF_THE_LAST_CELL:
        sys.__dict__.pop(name, None)
    # The kernel has taken its shell and the notebook's module down by now: nobody names them.
    shells = [each for each in gc.get_objects() if isinstance(each, InteractiveShell)]
    for shell in shells:
        shell.last_execution_result = None
        shell.displayhook.exec_result = None
    for names in (*(shell.user_ns for shell in shells), sys.modules["__main__"].__dict__):
        for name in list(names):
            if name != "__builtins__":
                del names[name]
    del shells
    for name in [name for name in sys.modules if name not in known]:
        del sys.modules[name]
    gc.collect()  # what was there before the fork is frozen, and not looked at


def _close_what_is_open() -> None:
    """Close files that something still holds, those that write into others first."""
    found = [each for each in gc.get_objects() if isinstance(each, io.IOBase)]
    for file in sorted(found, key=_depth):
        with suppress(OSError, ValueError):
            if file is not sys.stdout and file is not sys.stderr and file.writable():
                file.close()


def _depth(file: io.IOBase) -> int:
    """How far inside others: text writes into anything, and anything into a file of the system."""
    if isinstance(file, io.TextIOBase):
        return 0
    if isinstance(file, io.RawIOBase):
        return 3
    return 2 if isinstance(file, (io.BufferedWriter, io.BufferedRandom)) else 1

"""Importing for kernels that are still to come.

Libraries ask while they are imported whether they are in a notebook, and forever after believe
the answer: where it is no, plots vanish without an error. So here it is yes.
"""

from __future__ import annotations

import builtins
import importlib
import io
import os
import pkgutil
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import ipykernel_launcher
import IPython

from bluecloud_runner.forkserver.modules import KERNEL


@dataclass
class Preloaded:
    """What was imported, and why what was not was not."""

    names: list[str] = field(default_factory=list)
    passed_over: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0
    threaded: str = ""


def preload(modules: Sequence[str], *, without: Sequence[str] = ()) -> Preloaded:
    """Import them as a kernel would; one that is missing or fails is passed over.

    It stops at the first that leaves a thread running, and names it: threads do not survive a
    fork, and the locks that they hold do.
    """
    done = Preloaded(passed_over=dict.fromkeys(without, "leaves a thread running"))
    began = time.perf_counter()
    with as_in_a_kernel():
        for name in (*KERNEL, *modules):
            if name in without:
                continue
            try:
                _import(name)
            except Exception as error:  # noqa: BLE001 - whatever it is, kernels import it themselves
                done.passed_over[name] = f"{type(error).__name__}: {error}"
            else:
                done.names.append(name)
            if threading.active_count() > 1:
                done.threaded = name
                break
    done.seconds = time.perf_counter() - began
    return done


def _import(name: str) -> None:
    with _with_a_shell() if name == "pandas" else nullcontext():
        package = importlib.import_module(name.removesuffix(".*"))
    if name.endswith(".*"):
        for found in pkgutil.iter_modules(package.__path__):
            importlib.import_module(f"{package.__name__}.{found.name}")


@contextmanager
def _with_a_shell() -> Iterator[None]:
    """As where a notebook's shell is running already.

    pandas asks it for its kernel while it is imported; told of none, it would cut tables to the
    width of a terminal ever after.
    """
    marks: Any = builtins
    before = marks.get_ipython
    marks.get_ipython = lambda: SimpleNamespace(kernel=None)
    try:
        yield
    finally:
        marks.get_ipython = before


@contextmanager
def as_in_a_kernel() -> Iterator[None]:
    """What libraries look at to learn whether they are in a notebook, as a kernel has it.

    holoviews, panel and param look for IPython's marks among the builtins, pyviz_comms at the
    program's name, and matplotlib settles on its backend. Whoever keeps the standard streams,
    as log handlers do, keeps a stream that writes to those of the time of writing.
    """
    before = sys.argv[0], os.environ.get("MPLBACKEND"), sys.stdout, sys.stderr
    marks: Any = builtins
    marks.__IPYTHON__, marks.get_ipython = True, IPython.get_ipython
    sys.argv[0] = ipykernel_launcher.__file__
    os.environ.setdefault("MPLBACKEND", "module://matplotlib_inline.backend_inline")
    sys.stdout, sys.stderr = _StreamOfTheTime("stdout"), _StreamOfTheTime("stderr")
    try:
        yield
    finally:
        del marks.__IPYTHON__, marks.get_ipython
        sys.argv[0], backend, sys.stdout, sys.stderr = before
        if backend is None:
            os.environ.pop("MPLBACKEND", None)


class _StreamOfTheTime(io.TextIOBase):
    """A standard stream that is whatever `sys` calls so when it is used."""

    def __init__(self, name: str) -> None:
        self._name = name

    def _stream(self) -> Any:
        stream = getattr(sys, self._name)
        return getattr(sys, f"__{self._name}__") if stream is self else stream

    def write(self, text: str, /) -> int:
        return int(self._stream().write(text) or 0)

    def flush(self) -> None:
        self._stream().flush()

    def isatty(self) -> bool:
        return bool(self._stream().isatty())

    def fileno(self) -> int:
        return int(self._stream().fileno())

    def writable(self) -> bool:
        return True

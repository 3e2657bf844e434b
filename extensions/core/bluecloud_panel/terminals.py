"""What goes on in a terminal: the command in its foreground, and whether it does anything.

A command that waits for its person, as an editor or a prompt of Python's, is there and does
nothing: it takes no processor, reads and writes nothing. A loop typed at the prompt is many
commands, and now and then none is seen between two; that it goes on is seen by the time which the
shell spends.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

import psutil

_SOME_S = 0.05  # of a processor, between two looks: what waits wakes up now and then


@dataclass(frozen=True)
class Seen:
    """What one look at a terminal has shown: a command that works, or at least is not over."""

    works: bool
    goes_on: bool


@dataclass(frozen=True)
class _Done:
    """What a process and those of its children that ended have done since they began."""

    processor_s: float
    characters: int

    def is_more_than(self, before: _Done) -> bool:
        return (
            self.characters != before.characters or self.processor_s - before.processor_s >= _SOME_S
        )


class Terminal:
    """One terminal, by the process of its shell and the server's end of it."""

    def __init__(self, shell: int, descriptor: int) -> None:
        self._shell = shell
        self._descriptor = descriptor
        self._before: dict[int, _Done] = {}
        self._spent: object = None

    def look(self) -> Seen:
        """Compare what there is with what there was at the look before; a new command works."""
        try:
            shell = psutil.Process(self._shell)
            spent = shell.cpu_times()
            group = os.tcgetpgrp(self._descriptor)
            # The shell leads a group of its own, which has the terminal while it waits for a line.
            done = dict(_foreground(shell, group)) if group != self._shell else {}
        except (psutil.Error, OSError):  # it is being closed
            return Seen(works=False, goes_on=False)
        works = any(
            pid not in self._before or each.is_more_than(self._before[pid])
            for pid, each in done.items()
        )
        goes_on = bool(done) or self._spent not in (None, spent)
        self._before, self._spent = done, spent
        return Seen(works, goes_on)


def _foreground(shell: psutil.Process, group: int) -> Iterator[tuple[int, _Done]]:
    """Each process of the foreground, and all that they started, with what it has done."""
    # Recursively: a shell within the shell leads a group of its own and gives the terminal on.
    for child in shell.children(recursive=True):
        try:
            if os.getpgid(child.pid) == group:
                for process in (child, *child.children(recursive=True)):
                    yield process.pid, _done(process)
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue


def _done(process: psutil.Process) -> _Done:
    try:
        with process.oneshot():
            spent = sum(process.cpu_times()[:4])
            moved = process.io_counters()
        return _Done(spent, moved.read_chars + moved.write_chars)
    except psutil.Error:  # it has just ended, or is another account's
        return _Done(0, 0)

"""Which recordings this process has opened: noted by Python itself, whoever opens them.

Python tells an audit hook of each file that it opens. So nothing has to be kept in step with the
tests: a recording counts as used when some test, or a provider that answers one, has read it. What
libraries open by C, not by Python (NetCDF files by their path), is not told; such a test asks for
its file with :func:`tests.federation.recorded.recorded`, which notes it as well.

A hook cannot be taken away again, so that there is one, and it does little.
"""

import os
import sys
from pathlib import Path

_opened: set[str] = set()
_watched: list[str] = []


def watch(folder: Path) -> None:
    """Note from now on what is opened below a folder; more than one may be watched."""
    first = not _watched
    for path in (os.path.realpath(folder), folder.absolute()):  # it may be a link
        if f"{path}{os.sep}" not in _watched:
            _watched.append(f"{path}{os.sep}")
    if first:
        sys.addaudithook(_note)


def opened(folder: Path) -> set[str]:
    """What was opened of a watched folder, as paths below it."""
    prefix = f"{os.path.realpath(folder)}{os.sep}"
    real = {os.path.realpath(path) for path in _opened}
    found = {path.removeprefix(prefix) for path in real if path.startswith(prefix)}
    return {path.replace(os.sep, "/") for path in found}


def _note(event: str, arguments: tuple[object, ...]) -> None:
    if event == "open":
        path = arguments[0]
        if isinstance(path, bytes):
            path = os.fsdecode(path)
        if isinstance(path, str) and path.startswith(tuple(_watched)):
            _opened.add(path)

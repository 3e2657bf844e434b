"""Whether what a fork server has imported is still what an import would give."""

from __future__ import annotations

import os
import site
import sys
from pathlib import Path

# Read by modules while they are imported, from the home folder.
_SETTINGS = (".config/dask", ".config/matplotlib/matplotlibrc")


def fingerprint() -> dict[str, tuple[int, int]]:
    """Time and size of all that the imports stand on; it changes when one of these does.

    The folders of ``sys.path`` change when a package comes or goes, and the modules' own files
    when one that is installed in place is edited. Files that do not exist yet are part of it.
    """
    paths = {folder or "." for folder in sys.path}
    if site.ENABLE_USER_SITE:
        paths.add(site.getusersitepackages())
    paths |= {str(Path.home() / name) for name in _SETTINGS}
    for module in list(sys.modules.values()):
        file = getattr(module, "__file__", None)
        if isinstance(file, str) and not file.startswith(sys.base_prefix):
            paths.add(file)
    return {path: _stamp(path) for path in paths}


def _stamp(path: str) -> tuple[int, int]:
    try:
        found = os.stat(path)  # noqa: PTH116 - thousands of them at each start of a kernel
    except OSError:
        return (0, 0)
    return (found.st_mtime_ns, found.st_size)

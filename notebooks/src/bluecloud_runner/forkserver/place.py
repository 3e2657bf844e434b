"""Where the fork server of given circumstances is found: its address is what it depends on.

A fork takes from its server what a process has from its start: the interpreter, the modules,
what these read from the environment when they were imported, limits, groups, namespaces. All
this goes into the name of the socket. So a server is found only by a client whose kernel would
be the same, nothing is compared when it answers, and who differs finds nobody and starts plainly.
"""

from __future__ import annotations

import hashlib
import json
import os
import resource
import stat
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

# Variables that no module reads while it is imported, and that differ from kernel to kernel.
# Ours are read when they are needed; the laboratory comes in by its modules.
_READ_LATER = frozenset({"COLUMNS", "LINES", "OLDPWD", "PWD", "SHLVL", "TERM", "TMPDIR", "_"})
_READ_LATER_PREFIXES = ("BLUECLOUD_", "JPY_", "PYTEST_")


@dataclass(frozen=True)
class Place:
    """The files of one server, in a folder that is its account's alone."""

    folder: Path
    name: str

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / self.name

    @property
    def lock(self) -> Path:
        """Held while it starts and listens; not empty while it starts, or if that failed."""
        return self.folder / f"{self.name}.lock"

    @property
    def log(self) -> Path:
        """What it said since its last start."""
        return self.folder / f"{self.name}.log"


def place(environment: Mapping[str, str], modules: Sequence[str]) -> Place:
    """Where the server is whose forks equal a kernel that this process would start.

    Parameters
    ----------
    environment
        Of the kernel.
    modules
        To be preloaded, in order.

    Raises
    ------
    OSError
        If there is no folder that is this account's alone, or modules come from a folder that
        depends on where a kernel starts.
    """
    for folder in environment.get("PYTHONPATH", "/").split(os.pathsep):
        if not Path(folder).is_absolute():
            raise NotADirectoryError(f"PYTHONPATH has {folder!r}, which is another in each kernel")
    depends = [
        sys.executable,
        sys.prefix,
        list(modules),
        sorted((name, value) for name, value in environment.items() if _matters(name)),
        _standing(),
    ]
    digest = hashlib.sha256(json.dumps(depends, default=str).encode()).hexdigest()
    return Place(_own_folder(environment), digest[:20])


def _matters(name: str) -> bool:
    return name not in _READ_LATER and not name.startswith(_READ_LATER_PREFIXES)


def _standing() -> list[object]:
    """What the system lets this process do, as far as its children inherit it."""
    limits = [
        (name, resource.getrlimit(getattr(resource, name)))
        for name in sorted(dir(resource))
        if name.startswith("RLIMIT_")
    ]
    namespaces = [
        f"{kind}:{Path('/proc/self/ns', kind).readlink()}"
        for kind in ("mnt", "net", "pid", "user")
        if Path("/proc/self/ns", kind).is_symlink()
    ]
    return [
        (os.getresuid(), os.getresgid(), sorted(os.getgroups())),
        os.getpriority(os.PRIO_PROCESS, 0),
        sorted(os.sched_getaffinity(0)),
        limits,
        namespaces,
        Path("/proc/self/cgroup").read_text(encoding="utf-8"),
    ]


def _own_folder(environment: Mapping[str, str]) -> Path:
    base = environment.get("XDG_RUNTIME_DIR") or tempfile.gettempdir()
    folder = Path(base) / f"bluecloud-forkserver-{os.getuid()}"
    folder.mkdir(mode=0o700, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
        raise PermissionError(f"{folder} is not a folder of this account alone (0700)")
    return folder

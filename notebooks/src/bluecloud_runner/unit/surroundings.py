"""What the kernels of a unit find around them: folders of their own, and a core a slot.

It is the same for all runs of a unit, which are one person's: kernels are forked from one server
only where their environments are equal.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
from pathlib import Path

_FOLDERS = ("IPYTHONDIR", "JUPYTER_RUNTIME_DIR", "MPLCONFIGDIR", "XDG_CACHE_HOME")
# Importing everything a laboratory has takes a few seconds.
_WARM_S = 60.0


def surround(own: Path, *, slots: int) -> None:
    """Set this process's environment, which kernels inherit."""
    for name in _FOLDERS:
        folder = own / name.lower()
        folder.mkdir(mode=0o700)
        os.environ[name] = str(folder)
    os.environ["XDG_RUNTIME_DIR"] = str(own)
    cores = str(max(1, int(_cores() / slots)))
    os.environ["OMP_NUM_THREADS"] = cores
    os.environ["DASK_NUM_WORKERS"] = cores


def _cores() -> float:
    """The cores that a unit may use: its group's quota, or those it may run on."""
    at = len(os.sched_getaffinity(0))
    for quota, period in (
        ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
    ):
        try:
            allowed = int(Path(quota).read_text()) / int(Path(period).read_text())
        except (OSError, ValueError):
            continue
        if allowed > 0:
            return min(at, allowed)
    try:
        told = Path("/sys/fs/cgroup/cpu.max").read_text().split()
        return min(at, int(told[0]) / int(told[1]))
    except (OSError, ValueError, IndexError):
        return at


def warm() -> None:
    """Have a fork server ready, which pays where more than one run follows."""
    if importlib.util.find_spec("bluecloud_runner.forkserver") is not None:
        server = importlib.import_module("bluecloud_runner.forkserver")
        server.ensure(wait=_WARM_S, owner=os.getpid())

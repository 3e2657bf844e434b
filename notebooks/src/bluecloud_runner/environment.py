"""What a run was executed in: packages, hardware, and the settings that change what it reads.

The runner writes it before the notebook's kernel is there, and the checksum goes into the sealed
verdict: what the notebook makes of the file afterwards is then known to be the notebook's. The
packages are read from the names of their ``dist-info`` folders, which takes milliseconds where
reading the metadata of hundreds takes a second. The image's digest is not here: a container
cannot know it, and the service does.
"""

from __future__ import annotations

import os
import platform
import re
import sys
from collections.abc import Iterable
from pathlib import Path

from bluecloud_runner.folders import Record

# What a result may hang on. Never a whole environment: tokens are in it.
SETTINGS = re.compile(
    r"^(BLUECLOUD_(LAB|RELEASE|TIERS|(?!SERVICE_|DATABASE_|INDEX_)\w+_URL)|DASK_NUM_WORKERS|LANG|LC_ALL"
    r"|OMP_NUM_THREADS|PYTHONHASHSEED|TZ)$"
)
_FOLDER = re.compile(r"^(?P<name>.+)-(?P<version>[^-]+)\.(dist|egg)-info$")
_R = ("/usr/local/lib/R/site-library", "/usr/lib/R/site-library", "/usr/lib/R/library")


class Hardware(Record):
    """The machine under a run.

    Attributes
    ----------
    cores
        Those that the run may be executed on.
    memory_bytes
        Of the machine, whatever the run's limit.
    """

    machine: str
    processor: str
    cores: int
    memory_bytes: int


class Environment(Record):
    """What a run was executed in.

    Attributes
    ----------
    packages
        Versions of Python's by their normalised names (PEP 503).
    r_packages
        Versions of R's; empty for notebooks of other kernels.
    settings
        Variables of the environment that a result may hang on.
    """

    python: str
    system: str
    kernel: str
    packages: dict[str, str]
    r_packages: dict[str, str]
    hardware: Hardware
    settings: dict[str, str]


def environment(kernel: str) -> Environment:
    """The environment of this process, for a notebook of a kernel."""
    return Environment(
        python=platform.python_version(),
        system=_system(),
        kernel=kernel,
        packages=packages(sys.path),
        r_packages=_r_packages() if kernel == "ir" else {},
        hardware=Hardware(
            machine=platform.machine(),
            processor=_field("/proc/cpuinfo", "model name"),
            cores=len(os.sched_getaffinity(0)),
            memory_bytes=os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"),
        ),
        settings={name: value for name, value in os.environ.items() if SETTINGS.match(name)},
    )


def packages(paths: Iterable[str]) -> dict[str, str]:
    """What is installed in folders of Python's, the first of a name as Python finds it."""
    found: dict[str, str] = {}
    for path in paths:
        try:
            names = sorted(each.name for each in Path(path or ".").iterdir())
        except OSError:
            continue
        for name in names:
            match = _FOLDER.match(name)
            if match:
                normal = re.sub(r"[-_.]+", "-", match["name"]).lower()
                found.setdefault(normal, match["version"])
    return dict(sorted(found.items()))


def _r_packages() -> dict[str, str]:
    found: dict[str, str] = {}
    for library in map(Path, _R):
        for description in sorted(library.glob("*/DESCRIPTION")):
            found.setdefault(description.parent.name, _field(str(description), "Version"))
    return found


def _system() -> str:
    try:
        return platform.freedesktop_os_release()["PRETTY_NAME"]
    except (OSError, KeyError):
        return platform.system()


def _field(path: str, name: str) -> str:
    """The value of the first line ``name: value`` of a file; empty where there is none."""
    try:
        with Path(path).open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                key, _, value = line.partition(":")
                if key.strip() == name:
                    return value.strip()
    except OSError:
        pass
    return ""

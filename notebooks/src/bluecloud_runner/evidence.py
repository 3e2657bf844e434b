"""What the system itself says of a run: memory that ran out, room on disk, what was used.

A kernel that was killed does not say why. The control group counts each process that the system
killed for want of memory, a child of the kernel included, whose parent may then only say that
"a worker died". So the count is read before and after.

Version 1 of control groups is what the tests have shown. Version 2 is written from the kernel's
documentation (``memory.events``, ``memory.max``, ``memory.peak``) and has not been tried.
"""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_OWN = Path("/proc/self/cgroup")
# Version 1 says "no limit" by a number near 2^63.
_NO_LIMIT = 1 << 60
# With less than this nothing of ours can be written any more.
SCARCE_BYTES = 1 << 20


@dataclass(frozen=True)
class Memory:
    """The memory of a control group; None is what it does not say."""

    oom_kills: int | None = None
    limit_bytes: int | None = None
    peak_bytes: int | None = None
    used_bytes: int | None = None  # without what can be given back when room is wanted


def memory(*, own: Path = _OWN, groups: Path = _GROUPS) -> Memory:
    """What this process's control group says of its memory."""
    names = _names(own)
    if "memory" in names:
        folder = _folder(groups / "memory", names["memory"], "memory.oom_control")
        return Memory(
            _field(folder / "memory.oom_control", "oom_kill"),
            _number(folder / "memory.limit_in_bytes"),
            _number(folder / "memory.max_usage_in_bytes"),
            _less(
                _number(folder / "memory.usage_in_bytes"),
                _field(folder / "memory.stat", "total_inactive_file"),
            ),
        )
    if "" in names:
        folder = _folder(groups, names[""], "memory.events")
        return Memory(
            _field(folder / "memory.events", "oom_kill"),
            _number(folder / "memory.max"),
            _number(folder / "memory.peak"),
            _less(
                _number(folder / "memory.current"),
                _field(folder / "memory.stat", "inactive_file"),
            ),
        )
    return Memory()


@dataclass(frozen=True)
class Processor:
    """The processor of a control group; None is what it does not say."""

    spent_s: float | None = None
    limit: float | None = None  # processors


def processor(*, own: Path = _OWN, groups: Path = _GROUPS) -> Processor:
    """What this process's control group says of its processors."""
    names = _names(own)
    if "cpuacct" in names:
        spent = _folder(groups / "cpuacct", names["cpuacct"], "cpuacct.usage")
        limit = _folder(groups / "cpu", names.get("cpu", ""), "cpu.cfs_quota_us")
        used = _number(spent / "cpuacct.usage")
        quota = _number(limit / "cpu.cfs_quota_us")
        period = _number(limit / "cpu.cfs_period_us")
        return Processor(
            None if used is None else used / 1e9,
            quota / period if quota and period and quota > 0 else None,
        )
    if "" in names:
        folder = _folder(groups, names[""], "cpu.stat")
        used = _field(folder / "cpu.stat", "usage_usec")
        return Processor(None if used is None else used / 1e6, _quota(folder / "cpu.max"))
    return Processor()


def _quota(path: Path) -> float | None:
    try:
        quota, period = path.read_text().split()
        return int(quota) / int(period)
    except (OSError, ValueError, ZeroDivisionError):  # "max" is none
        return None


def _less(whole: int | None, part: int | None) -> int | None:
    return None if whole is None else max(whole - (part or 0), 0)


def _names(own: Path) -> dict[str, str]:
    """The name of this process's group under each controller; ``""`` is version 2."""
    names = {}
    try:
        for line in own.read_text().splitlines():
            _, controllers, name = line.split(":", 2)
            for controller in controllers.split(","):
                names[controller] = name
    except (OSError, ValueError):
        return {}
    return names


def _folder(mount: Path, name: str, file: str) -> Path:
    """The group's folder; within a container it is the mount itself, whatever its name."""
    inner = mount / name.lstrip("/")
    return inner if (inner / file).is_file() else mount


def _field(path: Path, name: str) -> int | None:
    try:
        for line in path.read_text().splitlines():
            key, _, value = line.partition(" ")
            if key == name:
                return int(value)
    except (OSError, ValueError):
        return None
    return None


def _number(path: Path) -> int | None:
    try:
        number = int(path.read_text())
    except (OSError, ValueError):  # "max" is none
        return None
    return number if number < _NO_LIMIT else None


def is_full(folder: Path) -> bool:
    """Whether next to nothing more can be written there."""
    try:
        found = os.statvfs(folder)
        return shutil.disk_usage(folder).free < SCARCE_BYTES or (
            found.f_files > 0 and found.f_favail == 0
        )
    except OSError:
        return False


@dataclass(frozen=True)
class Sample:
    """What the processes of one session use at a moment, and have used of the processor."""

    memory_bytes: int
    cpu_s: float


def of_session(leader: int) -> Sample:
    """What a kernel and the processes it started use now."""
    ticks, page = os.sysconf("SC_CLK_TCK"), os.sysconf("SC_PAGE_SIZE")
    pages = spent = 0
    for path in Path("/proc").iterdir():
        if not path.name.isdigit():
            continue
        try:
            # After the name, which may hold anything: state, parent, group, session ...
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has ended
            continue
        if int(fields[3]) == leader:
            pages += int(fields[21])
            spent += sum(map(int, fields[11:15]))
    return Sample(pages * page, spent / ticks)

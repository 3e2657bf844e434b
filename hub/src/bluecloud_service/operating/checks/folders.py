"""The folders of the state: there, writable, with room, and with the owner that they need."""

from __future__ import annotations

import os
import shutil
import stat
import time
from collections.abc import Iterator
from pathlib import Path

from bluecloud_hub.homes import LABORATORY_GID, LABORATORY_UID

from ..deployment import Deployment
from ..findings import Told, check, fault, listed, ok, warning

_GIB = 2**30
_DAY_S = 86400.0
# Each with the bits that must not be set: who else may enter, write or list.
_CLOSED = {"hub": 0o077, "service": 0o077, "runs": 0o026, "homes": 0o022, "products": 0o022}


@check("state-folder", unanswered="set BLUECLOUD_STATE to the deployment's folder")
def parts(of: Deployment) -> Iterator[Told]:
    """The state folder and what the hub and the service make in it."""
    if not of.state.is_dir():
        yield fault(f"{of.state} is not there", "set BLUECLOUD_STATE, or mount its disk")
        return
    missing = [name for name in ("homes", "hub", "runs", "service", "shared") if _lacks(of, name)]
    if missing:
        fix = "mount its disk, or start hub and service once, which make them"
        yield fault(f"{of.state} has no {listed(missing)}", fix)
    else:
        yield ok(str(of.state))


def _lacks(of: Deployment, name: str) -> bool:
    return (of.state / name).is_symlink() or not (of.state / name).is_dir()


@check("state-modes", unanswered="mount the state folder")
def modes(of: Deployment) -> Iterator[Told]:
    """Folders that nobody else enters or writes."""
    for name, closed in {"": 0o002, **_CLOSED}.items():
        path = of.state / name
        if path.is_dir() and (more := stat.S_IMODE(path.stat().st_mode) & closed):
            fix = f"chmod {stat.S_IMODE(path.stat().st_mode) & ~closed:03o} {path}"
            yield fault(f"{path} is open to others (bits {more:03o})", fix)


@check("state-writable", unanswered="mount the state folder")
def writable(of: Deployment) -> Iterator[Told]:
    """Folders that whoever runs this can write, as the hub and the service do."""
    shut = [
        name
        for name in ("", "hub", "service", "runs", "homes")
        if (of.state / name).is_dir() and not os.access(of.state / name, os.W_OK | os.X_OK)
    ]
    if shut:
        paths = listed([str(of.state / name) for name in shut])
        yield fault(f"no writing to {paths}", "mount it read-write; chown it to the hub's account")


@check("disk-state", unanswered="mount the state folder")
def disk(of: Deployment) -> Iterator[Told]:
    """Room on the disk of the state folder."""
    yield from room(of.state, "remove runs, homes or products that nobody needs, or enlarge it")


def room(path: Path, fix: str) -> Iterator[Told]:
    """Whether a disk has room, in bytes and in files."""
    of, files = shutil.disk_usage(path), os.statvfs(path)
    said = f"{path}: {of.free / _GIB:.1f} of {of.total / _GIB:.1f} GiB are free"
    few_files = bool(files.f_files) and files.f_favail < files.f_files / 100
    if of.free < min(of.total * 0.02, 2 * _GIB):
        yield fault(said, fix)
    elif of.free < min(of.total * 0.1, 10 * _GIB):
        yield warning(said, fix)
    elif few_files:
        yield warning(f"{path}: {files.f_favail} more files can be made", fix)
    else:
        yield ok(said)


@check("homes", unanswered="mount the disk of the homes")
def homes(of: Deployment) -> Iterator[Told]:
    """Homes that their person can write, and nobody else enters."""
    yield from _owned(of, of.state / "homes", 0o700)


@check("shared-folders", unanswered="mount the disk of the shared folders")
def shared(of: Deployment) -> Iterator[Told]:
    """Shared folders that members can write."""
    yield from _owned(of, of.state / "shared", 0o2770)


def _owned(of: Deployment, folder: Path, mode: int) -> Iterator[Told]:
    owner = folder.stat()
    wanted = (LABORATORY_UID, LABORATORY_GID) if of.in_containers else (owner.st_uid, owner.st_gid)
    whose, number = ":".join(map(str, wanted)), 0
    for path in sorted(folder.iterdir()):
        number += 1
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode):
            yield fault(f"{path} is no folder", "move it away: the next start makes a folder")
        elif (found.st_uid, found.st_gid) != wanted:
            is_whose = f"{found.st_uid}:{found.st_gid}"
            yield fault(f"{path} is {is_whose}'s and not {whose}'s", f"chown -R {whose} {path}")
        elif stat.S_IMODE(found.st_mode) & 0o007 or found.st_mode & 0o700 != 0o700:
            has = stat.S_IMODE(found.st_mode)
            yield fault(f"{path} has mode {has:04o}, not {mode:04o}", f"chmod {mode:o} {path}")
    yield ok(f"{number} folders")


@check("leftovers", unanswered="let the service's account read the state folder")
def leftovers(of: Deployment) -> Iterator[Told]:
    """Folders of what was broken off, and was not taken away within a day."""
    before = time.time() - _DAY_S
    ways = ("runs/*/.new-*", "runs/*/.gone-*", "service/products/.gone-*", ".restoring-*")
    old = [
        str(path.relative_to(of.state))
        for way in ways
        for path in sorted(of.state.glob(way))
        if path.lstat().st_mtime < before
    ]
    if old:
        yield warning(listed(old), "restart the service, which removes them; else remove them")

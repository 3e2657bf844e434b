"""The folders of a deployment's state, made with the right owner before anything uses them.

A folder that Docker makes because a mount names it belongs to root, and the person inside
cannot write to it; so the hub makes it first. Inside a laboratory everybody is user 1000.
"""

from __future__ import annotations

import hashlib
import os
import re
import shutil
from pathlib import Path

LABORATORY_UID = 1000
LABORATORY_GID = 1000
HOME = "/home/jovyan"  # of everybody, inside a container
SHARED = "/srv/bluecloud/shared"
CREDENTIALS = "/run/bluecloud"  # in memory: the logins that a laboratory's readers use
PASSING = "/run/jupyter"  # in memory: what a server writes of itself
PRODUCTS = "/srv/bluecloud/products"  # as a container sees them
MEMBERS_PRODUCTS = "/srv/bluecloud/members-products"  # those of its laboratory's members alone

LEAST_ROOM = 64 * 2**20  # bytes; with less, neither settings nor a kernel's history can be kept

_plain = re.compile(r"^[a-z0-9][a-z0-9._-]{0,62}$")


def folder_name(person: str) -> str:
    """A person's name as a folder: itself where that is safe, else what is safe of it and a hash.

    Two people never share a folder, whatever their names.
    """
    if _plain.match(person) and "--" not in person:
        return person
    legible = re.sub(r"[^a-z0-9._]+", "-", person.lower()).strip("-.")[:40] or "person"
    return f"{legible}--{hashlib.sha256(person.encode()).hexdigest()[:12]}"


def home(state: Path, person: str) -> Path:
    """Where a person's files are."""
    return state / "homes" / folder_name(person)


def shared(state: Path, slug: str) -> Path:
    """Where the files are that the members of a laboratory share."""
    return state / "shared" / slug


def has_room(folder: Path) -> bool:
    """Whether its disk, or the quota that its file system holds it to, leaves some room."""
    return shutil.disk_usage(folder).free >= LEAST_ROOM


def products(state: Path) -> Path:
    """Where the service publishes what laboratories made, which everybody reads."""
    return state / "products"


def members_products(state: Path, slug: str) -> Path:
    """Where the service publishes what the members of a laboratory alone read."""
    return state / "members-products" / slug


def make_products(state: Path, slug: str) -> tuple[Path, Path]:
    """Make the folders of products, everybody's and a laboratory's own, and give their paths."""
    everybodys, own = products(state), members_products(state, slug)
    for path in (everybodys, own):
        path.mkdir(mode=0o755, parents=True, exist_ok=True)
    return everybodys, own


def make_shared(state: Path, slug: str, *, for_container: bool) -> Path:
    """Make a laboratory's shared folder if it is not there, and give its path.

    It is closed to everybody else, and what is made in it belongs to the group too (setgid).

    Raises
    ------
    FileNotFoundError
        If the folder of all shared folders is not there.
    NotADirectoryError
        If something else, a link above all, stands where it should be.
    """
    return _made(shared(state, slug), 0o2770, "a shared folder", for_container=for_container)


def make_home(state: Path, person: str, *, for_container: bool) -> Path:
    """Make a person's home if it is not there, private to them, and give its path.

    Raises
    ------
    FileNotFoundError
        If the folder of all homes is not there.
    NotADirectoryError
        If something else, a link above all, stands where the home should be.
    """
    return _made(home(state, person), 0o700, "a home", for_container=for_container)


def _made(path: Path, mode: int, what: str, *, for_container: bool) -> Path:
    try:
        path.mkdir(mode=0o700)
        path.chmod(mode)  # which no umask takes from, and mkdir has no setgid
    except FileNotFoundError:
        # Made once, when the hub starts: that it is gone means that its disk is.
        raise FileNotFoundError(f"{path.parent} is not there; is its disk mounted?") from None
    except FileExistsError:
        if path.is_symlink() or not path.is_dir():
            raise NotADirectoryError(f"{path} is no folder, so it cannot be {what}") from None
    if for_container and os.geteuid() == 0:
        owner = path.stat()
        if (owner.st_uid, owner.st_gid) != (LABORATORY_UID, LABORATORY_GID):
            os.chown(path, LABORATORY_UID, LABORATORY_GID, follow_symlinks=False)
    return path

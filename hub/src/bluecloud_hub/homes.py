"""The folders of a deployment's state, made with the right owner before anything uses them.

A folder that Docker makes because a mount names it belongs to root, and the person inside
cannot write to it; so the hub makes it first. Inside a laboratory everybody is user 1000.
"""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

LABORATORY_UID = 1000
LABORATORY_GID = 1000

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


def make_home(state: Path, person: str, *, for_container: bool) -> Path:
    """Make a person's home if it is not there, private to them, and give its path.

    Raises
    ------
    FileNotFoundError
        If the folder of all homes is not there.
    NotADirectoryError
        If something else, a link above all, stands where the home should be.
    """
    path = home(state, person)
    try:
        path.mkdir(mode=0o700)
    except FileNotFoundError:
        # Made once, when the hub starts: that it is gone means that its disk is.
        raise FileNotFoundError(f"{path.parent} is not there; is its disk mounted?") from None
    except FileExistsError:
        if path.is_symlink() or not path.is_dir():
            raise NotADirectoryError(f"{path} is no folder, so it cannot be a home") from None
    if for_container and os.geteuid() == 0:
        owner = path.stat()
        if (owner.st_uid, owner.st_gid) != (LABORATORY_UID, LABORATORY_GID):
            os.chown(path, LABORATORY_UID, LABORATORY_GID, follow_symlinks=False)
    return path

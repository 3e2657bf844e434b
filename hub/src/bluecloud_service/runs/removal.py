"""Takes whole folders away, however deep a stranger made them.

``shutil.rmtree`` of Python 3.11 calls itself for each folder in a folder, and ends at about a
thousand. Here each folder is first moved to the top, so that nothing is ever deep.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW
_STAGING = "staging"


def remove_tree(folder: Path) -> None:
    """Remove a folder and all that is in it; no link is followed.

    Raises
    ------
    OSError
        If something cannot be removed; it can be tried again.
    """
    parent = os.open(folder.parent, _FOLDER)
    try:
        _remove(folder.name, parent)
    finally:
        os.close(parent)


def remove_unfinished(work: Path) -> None:
    """Remove what the attempts of a run that has ended wrote and that was never given out.

    Nobody is given it, and it may be as large as the disk.

    Raises
    ------
    OSError
        As of `remove_tree`; what else there is has been removed.
    """
    faults: list[OSError] = []
    held = os.open(work, _FOLDER)
    try:
        with os.scandir(held) as entries:
            names = [entry.name for entry in entries if entry.is_dir(follow_symlinks=False)]
        for name in names:
            if not name.startswith("attempt-"):
                continue
            inner = os.open(name, _FOLDER, dir_fd=held)
            try:
                _remove_if_there(_STAGING, inner, faults)
            finally:
                os.close(inner)
        _remove_if_there(_STAGING, held, faults)
    finally:
        os.close(held)
    if faults:
        raise faults[0]


def _remove_if_there(name: str, parent: int, faults: list[OSError]) -> None:
    try:
        _remove(name, parent)
    except FileNotFoundError:
        return
    except NotADirectoryError:  # a file or a link in its place
        os.unlink(name, dir_fd=parent)
    except OSError as error:
        faults.append(error)


def _remove(name: str, parent: int) -> None:
    top = os.open(name, _FOLDER, dir_fd=parent)
    try:
        left = _without_files(top)
        while left:
            deepest = left.pop()
            inner = os.open(deepest, _FOLDER, dir_fd=top)
            try:
                for child in _without_files(inner):
                    left.append(f".{secrets.token_hex(8)}")
                    os.rename(child, left[-1], src_dir_fd=inner, dst_dir_fd=top)
            finally:
                os.close(inner)
            os.rmdir(deepest, dir_fd=top)
    finally:
        os.close(top)
    os.rmdir(name, dir_fd=parent)


def _without_files(folder: int) -> list[str]:
    """Remove all but folders from an open folder, and give the folders' names, open to us."""
    folders = []
    with os.scandir(folder) as entries:
        found = [(entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries]
    for name, is_folder in found:
        if not is_folder:
            os.unlink(name, dir_fd=folder)
            continue
        folders.append(name)
        if os.geteuid() != 0:  # which nothing hinders, and which is not to follow a link
            os.chmod(name, 0o700, dir_fd=folder)
    return folders

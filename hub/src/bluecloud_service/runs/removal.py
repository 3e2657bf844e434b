"""Takes whole folders away, however deep a stranger made them.

``shutil.rmtree`` of Python 3.11 calls itself for each folder in a folder, and ends at about a
thousand. Here each folder is first moved to the top, so that nothing is ever deep.
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW


def remove_tree(folder: Path) -> None:
    """Remove a folder and all that is in it; no link is followed.

    Raises
    ------
    OSError
        If something cannot be removed; it can be tried again.
    """
    top = os.open(folder, _FOLDER)
    try:
        left = _without_files(top)
        while left:
            name = left.pop()
            inner = os.open(name, _FOLDER, dir_fd=top)
            try:
                for child in _without_files(inner):
                    left.append(f".{secrets.token_hex(8)}")
                    os.rename(child, left[-1], src_dir_fd=inner, dst_dir_fd=top)
            finally:
                os.close(inner)
            os.rmdir(name, dir_fd=top)
    finally:
        os.close(top)
    folder.rmdir()


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

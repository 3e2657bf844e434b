"""How large the folders of a laboratory are, looked at for a moment and not longer."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Size:
    """The bytes in some folders; ``is_whole`` says whether all of them were looked at."""

    bytes: int
    is_whole: bool


def size_of(folders: Iterable[Path], *, seconds: float = 1.0) -> Size:
    """The bytes of the files in some folders, links not followed; one that is absent is empty."""
    until = time.monotonic() + seconds
    found, look = 0, [str(folder) for folder in folders]
    while look:
        if time.monotonic() > until:
            return Size(found, is_whole=False)
        try:
            with os.scandir(look.pop()) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        look.append(entry.path)
                    else:
                        found += entry.stat(follow_symlinks=False).st_size
        except OSError:  # it was taken away meanwhile, or never there
            continue
    return Size(found, is_whole=True)

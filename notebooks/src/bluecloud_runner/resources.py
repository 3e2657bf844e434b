"""What a run used over time: processor, memory and what it wrote, in a table of bounded length.

The samples are held by the runner, out of the notebook's reach, and written when its kernel has
ended. A run of a week has as many lines as one of an hour: once the table is full, every second
line goes, and the next ones come half as often.
"""

from __future__ import annotations

import os
import stat
from dataclasses import dataclass, field
from pathlib import Path

HEADER = "seconds,cpu_s,memory_bytes,disk_bytes"
MOST_SAMPLES = 2_000
# Beyond so many files, what was written is not counted: it would take longer than the sample.
_MOST_FILES = 5_000


@dataclass
class Samples:
    """The samples of one run; ``every`` is how many are passed over for one that is kept."""

    rows: list[tuple[float, float, int, int | None]] = field(default_factory=list)
    every: int = 1
    _offered: int = 0

    def add(self, seconds: float, cpu_s: float, memory_bytes: int, disk_bytes: int | None) -> None:
        """Keep a sample, if it is its turn."""
        self._offered += 1
        if self._offered % self.every:
            return
        self.rows.append((round(seconds, 2), round(cpu_s, 2), memory_bytes, disk_bytes))
        if len(self.rows) >= MOST_SAMPLES:
            self.rows = self.rows[1::2]
            self.every *= 2

    def csv(self) -> bytes:
        """The table; a cell is empty where nothing is known."""
        lines = [",".join("" if cell is None else f"{cell}" for cell in row) for row in self.rows]
        return ("\n".join([HEADER, *lines]) + "\n").encode()


def written(folder: Path) -> int | None:
    """The bytes of the files below a folder; None where they are too many to count."""
    total, seen, waiting = 0, 0, [str(folder)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    seen += 1
                    if seen > _MOST_FILES:
                        return None
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                        continue
                    found = entry.stat(follow_symlinks=False)
                    total += found.st_size if stat.S_ISREG(found.st_mode) else 0
        except OSError:  # it was renamed or removed meanwhile
            continue
    return total

"""What the runner itself tells of a run: written by it, and vouched for in its verdict."""

from __future__ import annotations

import hashlib
from contextlib import suppress
from pathlib import Path

from bluecloud_runner.environment import environment
from bluecloud_runner.folders import Request, RunFolder, open_plain, write_whole
from bluecloud_runner.redaction import Secrets
from bluecloud_runner.resources import Samples

# A notebook that reads sources in a loop may write without end.
MOST_OF_ACCESSES = 32 * 2**20


class Witness:
    """Writes what the runner saw, and keeps the checksum of each file out of reach.

    A disk without room loses these files and no run for it.
    """

    def __init__(self, run: RunFolder) -> None:
        self._run = run
        self.sums: dict[str, str] = {}

    def write_environment(self, request: Request) -> None:
        """What it is executed in; before the kernel, which may alter the process's folders."""
        found = environment(request.kernel)
        self._write(self._run.environment, found.model_dump_json(indent=1).encode())

    def write_resources(self, samples: Samples) -> None:
        """What it used over time; after the kernel."""
        self._write(self._run.resources, samples.csv())

    def _write(self, path: Path, content: bytes) -> None:
        with suppress(OSError):
            write_whole(path, content)
            self.sums[path.name] = hashlib.sha256(content).hexdigest()


def redact_accesses(run: RunFolder, secrets: Secrets) -> None:
    """Take logins and tokens out of the log of accesses, which the notebook's process wrote."""
    with suppress(OSError):  # nothing was read, or it is a link or no file, and is not followed
        with open_plain(run.accesses) as file:
            told = file.read(MOST_OF_ACCESSES).decode("utf-8", "replace")
        cleared = secrets.redact(told)
        if cleared != told:
            write_whole(run.accesses, cleared.encode())

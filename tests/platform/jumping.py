"""A deployment of processes whose clock a test sets, forward and back, while they run.

Each process of it, and what that starts, has a file system of its own in which ``ld.so.preload``
names a library that adds seconds to the real-time clock (``jumping.c``); nobody else's is touched.
"""

from __future__ import annotations

import os
import shutil
import struct
import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

from bluecloud_hub.demo import Hub, Service
from tests.platform.deployments import Local

SOURCE = Path(__file__).with_suffix(".c")
# Laid over the machine's own folder, which stays as it is.
_OVER = 'mount -t overlay overlay -o "lowerdir=$0:/etc" /etc && exec "$@"'


class Clock:
    """A clock that is right until it is set.

    Parameters
    ----------
    folder
        Where the library and its file lie, which is made.
    """

    def __init__(self, folder: Path) -> None:
        lacking = os.geteuid() or not shutil.which("cc")
        if lacking and not os.environ.get("REQUIRE_COMPILER"):
            pytest.skip("a clock of its own needs root and a C compiler: apt-get install gcc")
        self._ahead, self._etc = folder / "ahead", folder / "etc"
        self._etc.mkdir(parents=True)
        self.put_ahead(0)
        library = folder / "jumping.so"
        told = ["-shared", "-fPIC", "-O2", f'-DAHEAD="{self._ahead}"']
        subprocess.run(["cc", *told, "-o", str(library), str(SOURCE)], check=True)
        (self._etc / "ld.so.preload").write_text(f"{library}\n")

    def put_ahead(self, seconds: int) -> None:
        """Set it so many seconds before the machine's, at once for all."""
        with self._ahead.open("r+b" if self._ahead.exists() else "xb") as file:
            file.write(struct.pack("=q", seconds))

    def words(self, command: Sequence[str]) -> list[str]:
        """How a program is called that goes by this clock."""
        return ["unshare", "--mount", "sh", "-c", _OVER, str(self._etc), *command]


class Jumping(Local):
    """Hub, service, laboratories and runs by a clock that is set."""

    def __init__(self, state: Path, clock: Clock) -> None:
        super().__init__(state)

        class HubByIt(Hub):
            def command(self) -> list[str]:
                return clock.words(super().command())

        class ServiceByIt(Service):
            def command(self) -> list[str]:
                return clock.words(super().command())

        self.program, self.beside = HubByIt, ServiceByIt

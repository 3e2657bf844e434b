"""Laboratories as processes of the hub's own account: engine ``local``.

For a laptop and a first look. There is no isolation whatever: every laboratory may read what
the hub may read, and no limit of memory is held. The hub listens on loopback and its pages say so.
"""

from __future__ import annotations

import asyncio
import hashlib
import os
import shutil
import sys
import tempfile
from collections import deque
from pathlib import Path
from typing import Any

from jupyterhub.spawner import SimpleLocalProcessSpawner

from bluecloud_hub import exits
from bluecloud_hub.homes import (
    folder_name,
    make_home,
    make_shared,
    members_products,
    products,
    shared,
)
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.spawner import LaboratorySpawner


class LocalLaboratory(LaboratorySpawner, SimpleLocalProcessSpawner):
    """A laboratory as a process, in the environment the hub itself runs in."""

    def laboratory_home(self) -> str:
        """The home folder: the server sees what the host sees."""
        return str(self.person_home())

    def laboratory_shared(self, laboratory: Laboratory) -> str:
        """The shared folder: the server sees what the host sees."""
        return str(shared(self.deployment.settings.state_folder, laboratory.slug))

    def products_folders(self, laboratory: Laboratory) -> tuple[str, ...]:
        """The folders of products: the server sees what the host sees."""
        state = self.deployment.settings.state_folder
        return str(products(state)), str(members_products(state, laboratory.slug))

    def passing_files(self) -> str:
        """Beside the logins, which are in memory if they can be."""
        return f"{self._logins()}-jupyter"

    def _logins(self) -> Path:
        """Where this server's readers find logins: a folder of its own, in memory if it can be."""
        memory = Path("/dev/shm")  # noqa: S108 - the folder in it is closed to others
        place = memory if os.access(memory, os.W_OK) else Path(tempfile.gettempdir())
        whose = f"{self.deployment.settings.state_folder}\n{self.user.name}\n{self.name}"
        name = hashlib.sha256(whose.encode()).hexdigest()[:16]
        return place / f"bluecloud-{os.geteuid()}-{name}"

    def _log_path(self) -> Path:
        state = self.deployment.settings.state_folder
        return state / "logs" / folder_name(self.user.name) / f"{self.name}.log"

    async def make_ready(self, laboratory: Laboratory) -> None:
        """The home and the log, before each start."""
        settings = self.deployment.settings
        self.home_dir = str(make_home(settings.state_folder, self.user.name, for_container=False))
        self.notebook_dir = self.home_dir
        make_shared(settings.state_folder, laboratory.slug, for_container=False)
        for folder in (self._logins(), Path(self.passing_files())):
            shutil.rmtree(folder, ignore_errors=True)
            folder.mkdir(mode=0o700)  # it fails where somebody else has the name
        path = self._log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.cmd = [str(Path(sys.executable).with_name("jupyterhub-singleuser"))]
        # JupyterLab refuses the account root unless told; here the account is the hub's.
        self.args = [*self.args, *(["--allow-root"] if os.geteuid() == 0 else [])]

    def laboratory_environment(self, laboratory: Laboratory) -> dict[str, str]:
        """As on every engine, and where the checkout is that stands for an image's tree."""
        return {
            **super().laboratory_environment(laboratory),
            "BLUECLOUD_ROOT": str(self.deployment.settings.root),
            # The environment's programs first, for terminals and for what a notebook calls.
            "PATH": f"{Path(sys.executable).parent}:{os.environ.get('PATH', os.defpath)}",
            "BLUECLOUD_CREDENTIALS_DIR": str(self._logins()),
        }

    async def stop(self, now: bool = False) -> None:
        """Stop the process, and take away its logins and what it wrote of itself."""
        await super().stop(now)
        for folder in (self._logins(), Path(self.passing_files())):
            shutil.rmtree(folder, ignore_errors=True)

    async def start(self) -> Any:
        """Start the process with its output in a file, where its last lines can be found."""
        path = self._log_path()
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as log:
            self.popen_kwargs = {"stdout": log, "stderr": log, "stdin": asyncio.subprocess.DEVNULL}
            try:
                return await super().start()
            finally:
                self.popen_kwargs = {}

    async def last_lines(self) -> list[str]:
        """The last lines of the log file."""
        path = self._log_path()
        if not path.is_file():
            return []
        with path.open(encoding="utf-8", errors="replace") as log:
            return [line.rstrip() for line in deque(log, maxlen=exits.KEPT_LINES)]

    async def cause_of_end(self, status: Any) -> tuple[str, str]:
        """From the exit code; a process that the hub did not start itself leaves none."""
        code = status if isinstance(status, int) else None
        killed = code is not None and code < 0
        return exits.cause(
            exit_code=128 - code if killed and code is not None else code,
            out_of_memory=False,
            memory_limit="the machine",
        )

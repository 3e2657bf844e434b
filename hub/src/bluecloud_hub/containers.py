"""Laboratories as containers: engine ``docker``, over DockerSpawner 14.

What DockerSpawner does that a laboratory must not: one thread for all Docker calls of all
people; a pull inside the start, on the person's time; an old container started again whatever
image was chosen; and, told to remove, the exit code and the log removed too. Each is answered
here: a pool of threads, no pull ever, a fresh container a start, and removal after reading.
"""

from __future__ import annotations

from typing import Any

import docker
import requests

from bluecloud_hub import exits
from bluecloud_hub.asking import LOG_SIZE, STOP_SECONDS, AskingDocker
from bluecloud_hub.contained import ContainedLaboratory
from bluecloud_hub.homes import (
    CREDENTIALS,
    HOME,
    MEMBERS_PRODUCTS,
    PASSING,
    PRODUCTS,
    SHARED,
)
from bluecloud_hub.labs import Laboratory

_IN_MEMORY = "rw,noexec,nosuid,nodev,mode=0700,uid=1000,gid=1000"


class DockerLaboratory(ContainedLaboratory, AskingDocker):
    """A laboratory as a container of its current release, under the limits of its size."""

    _was_seen = False  # running, since this hub began

    async def make_ready(self, laboratory: Laboratory) -> None:
        """The release, the home, and everything that holds the container in, set anew.

        A spawner outlives its servers, so nothing of an earlier start may be left standing.
        """
        settings = self.deployment.settings
        release = self.release(laboratory)
        self.image = release.image
        try:
            await self.docker("inspect_image", release.image)
        except docker.errors.ImageNotFound:
            raise exits.LaboratoryStoppedError(
                exits.now(
                    laboratory.slug,
                    (
                        f"The image of release {release.name} is not on this server.",
                        "An operator has to bring it back: make images.",
                    ),
                )
            ) from None
        await self._remove_leftover()
        folders = await self.folders(laboratory)
        self.volumes = {
            str(folders.home): {"bind": HOME, "mode": "rw"},
            str(folders.shared): {"bind": SHARED, "mode": "rw"},
            str(folders.products): {"bind": PRODUCTS, "mode": "ro"},
            str(folders.members_products): {"bind": MEMBERS_PRODUCTS, "mode": "ro"},
        }
        self.notebook_dir = HOME
        self.pull_policy = "skip"
        self.remove = False
        self.extra_create_kwargs = {
            "user": "1000:1000",
            "hostname": laboratory.slug,
            "labels": self.labels_of(laboratory, release),
        }
        self.extra_host_config = {
            "cap_drop": ["ALL"],
            "security_opt": ["no-new-privileges:true"],
            "pids_limit": settings.pids_limit,
            # Swap would only make a laboratory slow for all before it is stopped for one.
            "memswap_limit": self.mem_limit,
            "mem_reservation": self.mem_guarantee,
            "tmpfs": {
                CREDENTIALS: f"{_IN_MEMORY},size=16m",
                PASSING: f"{_IN_MEMORY},size=64m",
            },
            "log_config": {"type": "json-file", "config": LOG_SIZE},
        }
        self.environment["BLUECLOUD_CREDENTIALS_DIR"] = CREDENTIALS

    async def _remove_leftover(self) -> None:
        """A container of an earlier start may be of another release: it is never started again."""
        if await self.get_object():
            await self.remove_object()
        self.object_id = ""

    async def start(self) -> Any:
        """Start the container; one that did not come up is removed once why has been read."""
        self._was_seen = True
        try:
            return await super().start()
        except exits.LaboratoryStoppedError:
            try:
                await self._remove_leftover()
            except (docker.errors.DockerException, requests.RequestException) as error:
                # The reason of the failure is not to be lost over the cleaning up.
                self.log.warning("%s is left to the next start: %s", self.container_name, error)
            raise

    async def poll(self) -> Any:
        """``None`` while it runs. One that ended is removed once why has been read."""
        status = await super().poll()
        self._was_seen = self._was_seen or status is None
        if status is not None and self.object_id and not self._start_pending:
            await self._remove_leftover()
        return status

    async def stop(self, now: bool = False) -> None:
        """Stop and remove the container."""
        if self.object_id:
            await super().stop(now=now)
            await self._remove_leftover()

    async def stop_object(self) -> None:
        """Ask it to stop, and end it where it does not."""
        try:
            await self.docker("stop", self.container_id, timeout=STOP_SECONDS)
        except docker.errors.NotFound:
            self.log.info("%s had gone already", self.container_name)

    async def last_lines(self) -> list[str]:
        """The last lines the container wrote."""
        if not self.object_id:
            return []
        written = await self.docker("logs", self.object_id, tail=exits.KEPT_LINES)
        return written.decode("utf-8", "replace").splitlines()

    async def cause_of_end(self, status: Any) -> tuple[str, str]:
        """From what Docker keeps of the container's end."""
        container = await self.get_object() if self.object_id else None
        if not container:
            return exits.cause(
                exit_code=None, out_of_memory=False, memory_limit="", was_away=not self._was_seen
            )
        state = container["State"]
        return exits.cause(
            exit_code=state["ExitCode"],
            out_of_memory=state["OOMKilled"],
            memory_limit=f"{int(self.mem_limit) / 2**30:g} GB",
            engine_error=state["Error"],
        )

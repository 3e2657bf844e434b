"""Laboratories on several servers: engine ``swarm``, over SwarmSpawner 14.

What SwarmSpawner does that a laboratory must not: it takes one that ended for one to start again,
one whose server is out of reach for running, and one that waits for a server for ended; it has
the hub look for a laboratory by a name, whose answer of before may be kept for minutes; it says
that one is stopped while it still runs and writes; and of what holds a container in it passes on
nothing. Each is answered here: a task is never started twice, what the swarm wants of it is read
too, the hub is told the task's address, a stop lasts until the task has ended, and the service is
made whole.

The hub asks a manager of the swarm. Every server has the folders of the state at the same path.
"""

from __future__ import annotations

import asyncio
import hashlib
from typing import Any

import docker
import requests
from docker.types import (
    ContainerSpec,
    DriverConfig,
    EndpointSpec,
    Mount,
    Placement,
    Privileges,
    Resources,
    RestartPolicy,
    TaskTemplate,
)
from docker.utils import version_gte
from dockerspawner import SwarmSpawner
from traitlets import default
from traitlets.config import Config

from bluecloud_hub import exits
from bluecloud_hub.asking import LOG_SIZE, STOP_SECONDS, AskingDocker
from bluecloud_hub.contained import ContainedLaboratory, Folders
from bluecloud_hub.homes import (
    CREDENTIALS,
    HOME,
    LABORATORY_GID,
    LABORATORY_UID,
    MEMBERS_PRODUCTS,
    PASSING,
    PRODUCTS,
    SHARED,
    folder_name,
)
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.settings import Settings
from bluecloud_hub.spawner import MARGIN_SECONDS
from bluecloud_hub.told_by_swarm import (
    OVER,
    RUNNING,
    happening,
    lives,
    state_of,
    why_it_ended,
    why_it_waits,
)

LOOK_SECONDS = 0.3  # at a task that is starting or ending
LOG_SECONDS = 10
_PAUSES = (0.5, 1.5, 3.0)  # seconds, until a manager is asked again
LONGEST_NAME = 63  # of a service
ASKS_FOR_NO_NEW_PRIVILEGES = "1.44"  # the API from which a service can
_GONE_SECONDS = STOP_SECONDS + 10  # by then a server that answers has ended it


def configure(c: Config, settings: Settings) -> None:
    """Make services of the laboratories of a hub."""
    c.JupyterHub.spawner_class = SwarmLaboratory
    c.SwarmSpawner.network_name = settings.network
    c.SwarmSpawner.use_internal_ip = True
    c.SwarmSpawner.prefix = settings.name
    c.SwarmSpawner.name_template = "{prefix}-{username}--{servername}"


class _Service(AskingDocker, SwarmSpawner):
    """A service of one task, which is started once and is gone when it is said to be."""

    task: TaskTemplate | None = None
    labels: dict[str, str]
    time_to_start: int  # the laboratory's, once it has a place

    @default("object_name")
    def _object_name_default(self) -> str:
        name = str(self._render_templates(self.name_template))
        if len(name) <= LONGEST_NAME:
            return name
        return f"{name[:50]}{hashlib.sha256(name.encode()).hexdigest()[:12]}"

    async def get_object(self) -> dict[str, Any] | None:
        """The service; None where there is none, and nowhere else.

        A manager that has no leader for a moment, or is slow, answers 500, which DockerSpawner
        takes for a container that is gone: it is asked again, and then it is an error.
        """
        for pause in (*_PAUSES, None):
            try:
                found: dict[str, Any] = await self.docker("inspect_service", self.object_name)
            except docker.errors.NotFound:
                self.object_id = ""
                return None
            except docker.errors.APIError as error:
                if pause is None or not error.is_server_error():
                    raise
                self.log.warning("the swarm does not tell of %s: %s", self.object_name, error)
                await asyncio.sleep(pause)
            else:
                self.object_id = found["ID"]
                return found
        raise AssertionError("the last try returns or raises")

    async def get_task(self) -> dict[str, Any] | None:
        """The service's task; None where there is none."""
        if await self.get_object() is None:
            return None
        try:
            tasks = await self.docker("tasks", filters={"service": self.object_id})
        except docker.errors.NotFound:
            return None
        # More than one there is only where somebody else had it started anew.
        return max(tasks, key=lambda task: str(task["CreatedAt"]), default=None)

    async def create_object(self) -> dict[str, Any]:
        """Make the service; once its task is known."""
        made: dict[str, Any] = await self.docker(
            "create_service",
            self.task,
            name=self.object_name,
            labels=self.labels,
            # No virtual address, which takes IPVS of the kernel's and one more of the network's.
            endpoint_spec=EndpointSpec(mode="dnsrr"),
        )
        self.object_id = made["ID"]
        while await self.get_task() is None:
            await asyncio.sleep(LOOK_SECONDS)
        return made

    async def start_object(self) -> None:
        """Return when it runs.

        Raises
        ------
        LaboratoryStoppedError
            If it ended while it started, or no server ran it in time.
        """
        loop = asyncio.get_running_loop()
        give_up = loop.time() + self.time_to_start - 2 * MARGIN_SECONDS
        told = None
        while (task := await self.get_task()) and lives(task):
            if state_of(task) == RUNNING:
                return
            if (news := happening(task)) and news != told:
                self.tell(*news)
                told = news
            if loop.time() > give_up:
                words = why_it_waits(task, self.time_to_start)
                raise exits.LaboratoryStoppedError(exits.now(self.name, words))
            await asyncio.sleep(LOOK_SECONDS)
        raise exits.LaboratoryStoppedError(await self.end_of(1))

    async def get_ip_and_port(self) -> tuple[str, int]:
        """The address of the task, which no resolver remembers for longer than it holds."""
        task = await self.get_task()
        for attached in (task or {}).get("NetworksAttachments") or ():
            if attached["Network"]["Spec"]["Name"] == self.network_name:
                return attached["Addresses"][0].partition("/")[0], self.port
        raise RuntimeError(f"it has no address in the network {self.network_name}")

    async def poll(self) -> Any:
        """``None`` while it runs or is about to."""
        task = await self.get_task()
        return None if task and lives(task) else 1

    async def remove_object(self) -> None:
        """Remove the service; return when its task has ended, or its server is out of reach."""
        service = await self.get_object()
        if service is None:
            return
        try:
            tasks = await self.docker("tasks", filters={"service": service["ID"]})
            await self.docker("remove_service", service["ID"])
        except docker.errors.NotFound:
            self.log.info("%s had gone already", self.object_name)
            return
        for task in tasks:
            await self.has_ended(task["ID"])

    async def has_ended(self, task: str) -> bool:
        """Wait until a task has ended, or its server is out of reach; False if it goes on."""
        loop = asyncio.get_running_loop()
        give_up = loop.time() + _GONE_SECONDS
        while loop.time() < give_up:
            try:
                found = await self.docker("inspect_task", task)
            except docker.errors.NotFound:
                return True
            if state_of(found) in OVER:
                return True
            if await self.server_of(found) not in ("", "ready"):
                self.log.warning("%s ends when its server is back", self.object_name)
                return True
            await asyncio.sleep(LOOK_SECONDS)
        self.log.warning("%s has not ended yet", self.object_name)
        return False

    async def server_of(self, task: dict[str, Any] | None) -> str:
        """The state of the server that a task is on; empty where it is on none."""
        node = (task or {}).get("NodeID")
        if not node:
            return ""
        try:
            return str((await self.docker("inspect_node", node))["Status"]["State"])
        except docker.errors.NotFound:
            return "gone"

    def tell(self, percent: int, words: str) -> None:
        """Pass on what happens to whoever watches the start."""
        raise AssertionError("a laboratory says it")

    async def end_of(self, status: Any) -> exits.Exit:
        """How it ended."""
        raise AssertionError("a laboratory knows it")


class SwarmLaboratory(ContainedLaboratory, _Service):
    """A laboratory as a service of its current release, under the limits of its size."""

    how_released = "of an image that every server has or can fetch: deploy/README.md, Swarm"
    _was_seen = False  # running, since this hub began

    async def make_ready(self, laboratory: Laboratory) -> None:
        """The release, the folders, and the whole service, set anew."""
        release = self.release(laboratory)
        self.image = release.image
        await self._remove_leftover()
        await self._nothing_goes_on(laboratory)
        folders = await self.folders(laboratory)
        self.notebook_dir = HOME
        self.pull_policy = "skip"  # the server that runs it fetches it
        self.labels = self.labels_of(laboratory, release)
        self.environment["BLUECLOUD_CREDENTIALS_DIR"] = CREDENTIALS
        self._folders = folders
        self._hostname = laboratory.slug

    async def create_object(self) -> dict[str, Any]:
        """Make the service, now that the environment is whole."""
        settings = self.deployment.settings
        self.task = TaskTemplate(
            ContainerSpec(
                image=self.image,
                args=["jupyterhub-singleuser", *self.get_args()],
                env=self.get_env(),
                hostname=self._hostname,
                user=f"{LABORATORY_UID}:{LABORATORY_GID}",
                labels=self.labels,
                mounts=self._mounts(self._folders),
                stop_grace_period=STOP_SECONDS * 10**9,
                cap_drop=["ALL"],
                privileges=await self._privileges(),
            ),
            resources=self._resources(settings),
            restart_policy=RestartPolicy(condition="none"),
            placement=Placement(constraints=list(settings.swarm_placement)),
            log_driver=DriverConfig("json-file", LOG_SIZE),
            networks=[self.network_name],
        )
        return await super().create_object()

    async def _nothing_goes_on(self, laboratory: Laboratory) -> None:
        """See that no task of before still runs, whose service is gone: two would have one home.

        Raises
        ------
        LaboratoryStoppedError
            If one does not end on a server that can be reached.
        """
        mine = {
            "bluecloud.deployment": self.deployment.settings.name,
            "bluecloud.laboratory": laboratory.slug,
            "bluecloud.person": folder_name(self.user.name),
        }
        for task in await self.docker("tasks"):
            labels = task["Spec"].get("ContainerSpec", {}).get("Labels") or {}
            if mine.items() <= labels.items() and not await self.has_ended(task["ID"]):
                words = (
                    "What ran before has not ended yet on its server.",
                    "Try again in a minute; if it happens again, tell an operator.",
                )
                raise exits.LaboratoryStoppedError(exits.now(laboratory.slug, words))

    def _mounts(self, folders: Folders) -> list[Mount]:
        return [
            Mount(HOME, str(folders.home), type="bind"),
            Mount(SHARED, str(folders.shared), type="bind"),
            Mount(PRODUCTS, str(folders.products), type="bind", read_only=True),
            Mount(MEMBERS_PRODUCTS, str(folders.members_products), type="bind", read_only=True),
            _in_memory(CREDENTIALS, "16m"),
            _in_memory(PASSING, "64m"),
        ]

    def _resources(self, settings: Settings) -> Resources:
        made = Resources(
            cpu_limit=int(self.cpu_limit * 1e9),
            mem_limit=int(self.mem_limit),
            # By which a server with room is found.
            mem_reservation=int(self.mem_guarantee),
        )
        made["Limits"]["Pids"] = settings.pids_limit
        return made

    async def _privileges(self) -> Privileges | None:
        """No new privileges, where a service can ask for that; else each server's daemon has to."""
        version = (await self.docker("version"))["ApiVersion"]
        if version_gte(version, ASKS_FOR_NO_NEW_PRIVILEGES):
            made = Privileges()
            made["NoNewPrivileges"] = True
            return made
        self.log.info("Docker's API %s: each server's daemon needs no-new-privileges", version)
        return None

    async def start(self) -> Any:
        """Start the service; one that did not come up is removed once why has been read."""
        self._was_seen = True
        try:
            return await super().start()
        except exits.LaboratoryStoppedError:
            try:
                await self._remove_leftover()
            except (docker.errors.DockerException, requests.RequestException) as error:
                # The reason of the failure is not to be lost over the cleaning up.
                self.log.warning("%s is left to the next start: %s", self.object_name, error)
            raise

    async def poll(self) -> Any:
        """``None`` while it runs. One that ended is removed once why has been read."""
        status = await super().poll()
        self._was_seen = self._was_seen or status is None
        if status is not None and self.object_id and not self._start_pending:
            await self._remove_leftover()
        return status

    async def stop(self, now: bool = False) -> None:
        """Remove the service, and return when nothing of it runs any more."""
        self._expected_to_run = False
        try:
            await self._remove_leftover()
        finally:
            self.deployment.admission.release(self._as_admitted)
        self.clear_state()

    async def _remove_leftover(self) -> None:
        """A service of an earlier start may be of another release: it is never started again."""
        if await self.get_object():
            await self.remove_object()
        self.object_id = ""

    def tell(self, percent: int, words: str) -> None:
        """Say what happens in the swarm."""
        self._say(percent, words)

    async def end_of(self, status: Any) -> exits.Exit:
        """How it ended, while it started."""
        return await self._end(status)

    async def last_lines(self) -> list[str]:
        """The last lines the container wrote; none of a server that cannot be asked."""
        task = await self.get_task()
        if await self.server_of(task) != "ready":
            return []
        reading = self.executor.submit(self._logged, self.object_id)
        written = await asyncio.wait_for(asyncio.wrap_future(reading), LOG_SECONDS)
        return written.decode("utf-8", "replace").splitlines()

    def _logged(self, service: str) -> bytes:
        """What a service wrote, read in a thread: it comes in pieces, from another server."""
        lines = {"stdout": True, "stderr": True, "tail": exits.KEPT_LINES}
        read = self._docker("service_logs", service, **lines)
        return b"".join(read)

    async def cause_of_end(self, status: Any) -> tuple[str, str]:
        """From what the swarm keeps of the task's end."""
        task = await self.get_task()
        return why_it_ended(
            task,
            server=await self.server_of(task),
            memory_limit=f"{int(self.mem_limit or 0) / 2**30:g} GB",
            was_away=not self._was_seen,
        )


def _in_memory(path: str, size: str) -> Mount:
    """A file system in memory; a swarm cannot say whose it is, but only user 1000 is inside."""
    return Mount(path, None, type="tmpfs", tmpfs_size=size, tmpfs_mode=0o1777)

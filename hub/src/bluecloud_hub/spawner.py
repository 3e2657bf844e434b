"""What a laboratory's server is on every engine: one mixin over JupyterHub's stock spawners.

The stock spawners start a server. The mixin says whose it is and which: a server's name is its
laboratory's slug, a default or unknown name is refused, and so is a person who may not open the
laboratory, on the server side, at each start, however the request came. It says what is
happening while it happens, waits for the answer itself, because the hub's own wait doubles up
to five seconds, and keeps why a server ended.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
from jupyterhub.spawner import Spawner
from jupyterhub.utils import utcnow
from traitlets import Instance, Integer, default

from bluecloud_hub import exits, quotas, service
from bluecloud_hub.admission import Admission, Refusal, Server
from bluecloud_hub.headers import of_servers
from bluecloud_hub.homes import has_room, home
from bluecloud_hub.labs import Laboratory, Size, in_bytes
from bluecloud_hub.settings import Settings, handed_on

READY_POLL_SECONDS = 0.1
ALIVE_POLLS = 5  # ask the engine whether the server lives only every so many times
MARGIN_SECONDS = 3  # give up before the hub does, which knows no reason


@dataclass(frozen=True)
class Deployment:
    """What every server of a deployment shares."""

    settings: Settings
    laboratories: Mapping[str, Laboratory]
    admission: Admission


@dataclass
class _Stages:
    """What has been said of one start, for whoever watches, from whenever they begin to."""

    said: list[dict[str, Any]] = field(default_factory=list)
    more: asyncio.Event = field(default_factory=asyncio.Event)

    def say(self, percent: int, words: str) -> None:
        self.said.append({"progress": percent, "message": words})
        self.more.set()
        self.more = asyncio.Event()


class LaboratorySpawner(Spawner):
    """The part of a laboratory's server that is the same on every engine."""

    deployment = Instance(Deployment, help="The deployment this server belongs to.").tag(
        config=True
    )

    time_to_start = Integer(help="Seconds that a start may take, from when it has a place.")

    def __init__(self, **traits: Any) -> None:
        super().__init__(**traits)
        self._stages = _Stages()
        self._expected_to_run = False
        self._is_starting = False

    @default("time_to_start")
    def _as_deployed(self) -> int:
        return self.deployment.settings.start_timeout

    @default("apply_user_options")
    def _options_are_applied_at_start(self) -> Any:
        return lambda spawner, options: None

    @default("options_from_form")
    def _size_is_the_option(self) -> Any:
        return lambda form: {"size": form["size"][0]} if form.get("size") else {}

    # Admission ------------------------------------------------------------------------------

    def admitted(self) -> tuple[Laboratory, Size]:
        """The laboratory of this server, and the chosen size.

        Raises
        ------
        Refusal
            400 for a server that is no laboratory or a size it does not have, 403 where the
            person may not open it.
        """
        laboratories = self.deployment.laboratories
        laboratory = laboratories.get(self.name)
        if laboratory is None:
            raise Refusal(
                f"{self.name!r} is not a laboratory; there are: {', '.join(sorted(laboratories))}"
                if self.name
                else "A server is a laboratory and bears its name; choose one on the home page",
                reason="no such laboratory",
                status_code=400,
            )
        groups = {group.name for group in self.user.groups}
        if not laboratory.admits(groups, is_operator=self.user.admin):
            raise Refusal(
                f"The laboratory {laboratory.title!r} is not open to {self.user.name}; "
                f"its managers let people in",
                reason="not a member",
                status_code=403,
            )
        unknown = set(self.user_options) - {"size"}
        if unknown:
            self._forget_options()
            raise Refusal(
                f"{', '.join(sorted(map(str, unknown)))}: not an option; the one there is: size",
                reason="unknown option",
                status_code=400,
            )
        chosen = self.user_options.get("size", laboratory.default_size)
        size = laboratory.sizes.get(chosen) if isinstance(chosen, str) else None
        if size is None:
            self._forget_options()
            raise Refusal(
                f"{chosen!r} is not a size of {laboratory.slug!r}; "
                f"there are: {', '.join(laboratory.sizes)}",
                reason="no such size",
                status_code=400,
            )
        return laboratory, size

    def _forget_options(self) -> None:
        """What was refused is not the next start's default, as the hub would have it."""
        self.orm_spawner.user_options = {}
        self.db.commit()

    # What an engine adds ----------------------------------------------------------------------

    def laboratory_home(self) -> str:
        """The home folder as the server sees it."""
        raise AssertionError("an engine says where the home is")

    def laboratory_shared(self, laboratory: Laboratory) -> str:
        """The folder that the laboratory's members share, as the server sees it."""
        raise AssertionError("an engine says where the shared folder is")

    def products_folders(self, laboratory: Laboratory) -> tuple[str, ...]:
        """The folder of what laboratories published, as the server sees it."""
        raise AssertionError("an engine says where products are")

    def passing_files(self) -> str:
        """Where a server writes of itself, as it sees it: in memory, and gone with it."""
        raise AssertionError("an engine says where passing files are")

    async def make_ready(self, laboratory: Laboratory) -> None:
        """Before each start: the folders and, where there are any, the image."""
        raise AssertionError("an engine prepares its own start")

    async def last_lines(self) -> list[str]:
        """The last lines the server wrote."""
        raise AssertionError("an engine keeps its servers' logs")

    async def cause_of_end(self, status: Any) -> tuple[str, str]:
        """Why the server is not running, and the next step."""
        raise AssertionError("an engine knows how its servers end")

    # Start ----------------------------------------------------------------------------------

    def laboratory_environment(self, laboratory: Laboratory) -> dict[str, str]:
        """What the server is told by its environment, set anew at each start.

        The state of the window is kept a laboratory: JupyterLab would otherwise reopen one
        laboratory's tabs in another that shares the home.
        """
        own = f"{self.laboratory_home()}/.bluecloud/{laboratory.slug}"
        return {
            **handed_on(os.environ),
            **service.told(self.deployment.settings),
            **service.registry(self.deployment.settings),
            "BLUECLOUD_LAB": laboratory.slug,
            "BLUECLOUD_RELEASE": laboratory.version,
            "BLUECLOUD_IDLE_S": str(self.deployment.settings.idle_timeout),
            # How often the hub is told of activity: before it would stop for want of it.
            "JUPYTERHUB_ACTIVITY_INTERVAL": str(self._activity_interval()),
            **self._quota_told(),
            # A person's own: what one could write for all, one could falsify for all.
            "BLUECLOUD_SHARED": self.laboratory_shared(laboratory),
            "BLUECLOUD_PRODUCTS": os.pathsep.join(self.products_folders(laboratory)),
            "BLUECLOUD_SNAPSHOTS": f"{self.laboratory_home()}/.bluecloud/snapshots",
            "JUPYTERLAB_WORKSPACES_DIR": f"{own}/workspaces",
            # Not in the home: without room there no server starts.
            "JUPYTER_RUNTIME_DIR": self.passing_files(),
            "PYTHONNOUSERSITE": "1",
        }

    async def start(self) -> Any:
        """Start the laboratory, or say why not.

        Raises
        ------
        Refusal
            Where the start is refused.
        LaboratoryStoppedError
            Where it was tried, with the cause and the last lines of its log.
        """
        _, size = self.admitted()
        self._stages = _Stages()
        self._expected_to_run = False
        self._is_starting = True
        memory = in_bytes(size.memory_limit)
        try:
            async with self.deployment.admission.place(self._as_admitted, memory, self._say):
                # Whoever waited may have been let out meanwhile.
                started = await self._start_in_place(*self.admitted())
        finally:
            self._is_starting = False
        self._expected_to_run = True
        return started

    async def _start_in_place(self, laboratory: Laboratory, size: Size) -> tuple[str, int]:
        """Start it, with a place."""
        state = self.deployment.settings.state_folder
        # The hub took these before the wait, which is neither use to be metered nor idleness.
        self.orm_spawner.started = self.orm_spawner.last_activity = utcnow(with_tz=False)
        self.db.commit()
        exits.forget(state, self.user.name, laboratory.slug)
        self._say(5, f"Preparing your files for {laboratory.title}")
        self.cpu_limit, self.mem_limit = size.cpu_limit, size.memory_limit
        self.mem_guarantee = size.memory_guarantee
        self.default_url = "/lab"
        self.environment = self.laboratory_environment(laboratory)
        give_up = asyncio.get_running_loop().time() + self.time_to_start - MARGIN_SECONDS
        self.args = of_servers(self.deployment.settings)
        try:
            await self.make_ready(laboratory)
            if not await asyncio.to_thread(has_room, self.person_home()):
                self._rescue()
            self._hold_to_quota()
            self._say(30, f"Starting a server ({size.summary})")
            ip, port = await super().start()
            self._remember(ip, port)
            self._say(55, "The server has started; JupyterLab is loading")
            await self._answers(f"http://{ip}:{port}{self.server.base_url}api", give_up)
        except Refusal:
            raise
        except exits.LaboratoryStoppedError as stopped:
            exits.keep(state, self.user.name, stopped.end)
            raise
        except Exception as error:
            self.log.exception("Laboratory %s did not start", self._log_name)
            end = exits.now(
                laboratory.slug,
                (f"It could not be started: {error}.", "An operator has to look at the engine."),
                await self._lines_if_any(),
            )
            exits.keep(state, self.user.name, end)
            raise exits.LaboratoryStoppedError(end) from error
        self._say(95, "JupyterLab answers")
        return ip, port

    def _activity_interval(self) -> int:
        idle = self.deployment.settings.idle_timeout
        return max(1, min(300, idle // 3)) if idle else 300

    def _quota_told(self) -> dict[str, str]:
        quota = quotas.quota_of(self.deployment.settings)
        return {"BLUECLOUD_HOME_BYTES": str(quota.bytes)} if quota else {}

    def _rescue(self) -> None:
        """Let the person in although there is no room in their home, to make some.

        IPython makes its profile before a kernel answers. What is deleted is gone at once:
        JupyterHub turns the trash off, which would be on the same disk.
        """
        self._say(20, "Your home has no room left: delete files, which is for good now")
        self.environment |= {
            "BLUECLOUD_RESCUE": "1",
            "IPYTHONDIR": f"{self.passing_files()}/ipython",
            "JUPYTERLAB_WORKSPACES_DIR": f"{self.passing_files()}/workspaces",
            "MPLCONFIGDIR": f"{self.passing_files()}/matplotlib",
        }

    def _hold_to_quota(self) -> None:
        """Say that the home holds too much."""
        quota = quotas.quota_of(self.deployment.settings)
        found = quotas.held(self.deployment.settings.state_folder, self.user.name)
        if told := quotas.words(found, quota):
            self._say(25, told)

    def _remember(self, ip: str, port: int) -> None:
        """Keep where it was started: a hub that ends before it answers finds it when it is back."""
        self.server.ip, self.server.port = ip, port
        self.orm_spawner.state = self.get_state()
        self.db.commit()

    async def _answers(self, address: str, give_up: float) -> None:
        loop = asyncio.get_running_loop()
        asked = 0
        async with aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=5), cookie_jar=aiohttp.DummyCookieJar()
        ) as session:
            while loop.time() < give_up:
                try:
                    async with session.get(address, allow_redirects=False) as answer:
                        if answer.status < 500:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    pass
                asked += 1
                if asked % ALIVE_POLLS == 0:
                    status = await super().poll()
                    if status is not None:
                        raise exits.LaboratoryStoppedError(await self._end(status))
                await asyncio.sleep(READY_POLL_SECONDS)
        raise exits.LaboratoryStoppedError(
            exits.now(
                self.name,
                (
                    f"It did not answer within {self.time_to_start} seconds.",
                    "Try once more; if it happens again, tell the lab manager.",
                ),
                await self._lines_if_any(),
            )
        )

    async def _lines_if_any(self) -> list[str]:
        try:
            return await self.last_lines()
        except Exception as error:  # noqa: BLE001 - the reason for the end matters more than its log
            return [f"(its log could not be read: {error})"]

    async def _end(self, status: Any) -> exits.Exit:
        words = await self.cause_of_end(status)
        return exits.now(self.name, words, await self._lines_if_any())

    # While it runs ----------------------------------------------------------------------------

    async def poll(self) -> Any:
        """``None`` while it runs; when it has ended by itself, why is kept first."""
        status = await super().poll()
        if status is not None and not self._is_starting:
            self.deployment.admission.release(self._as_admitted)
        if status is not None and self._expected_to_run:
            self._expected_to_run = False
            end = await self._end(status)
            exits.keep(self.deployment.settings.state_folder, self.user.name, end)
            self.log.warning("Laboratory %s ended: %s", self._log_name, end.cause)
        return status

    async def stop(self, now: bool = False) -> None:
        """Stop it because somebody asked: that is no end to be explained."""
        self._expected_to_run = False
        try:
            await super().stop(now=now)
        finally:
            self.deployment.admission.release(self._as_admitted)

    @property
    def _as_admitted(self) -> Server:
        """By what admission knows it: a person's name can be changed."""
        return self.user.id, self.name

    def get_state(self) -> dict[str, Any]:
        """What the hub keeps of a server that starts or runs."""
        state: dict[str, Any] = super().get_state()
        memory = self.deployment.admission.held(self._as_admitted)
        return state if memory is None else {**state, "memory": memory}

    def load_state(self, state: dict[str, Any]) -> None:
        """After a restart of the hub: a server that was running is expected to run.

        KubeSpawner keeps a state of what does not run, too.
        """
        super().load_state(state)
        self._expected_to_run = bool(state) and self.orm_spawner.server is not None
        if self._expected_to_run and (memory := self._memory_of(state)):
            self.mem_limit = memory  # type: ignore[assignment] # bytes are taken too
            self.deployment.admission.hold(self._as_admitted, memory)

    def _memory_of(self, state: dict[str, Any]) -> int:
        """What a server that runs may use: an older hub kept no more of it than its size."""
        if "memory" in state:
            return int(state["memory"])
        laboratory = self.deployment.laboratories.get(self.name)
        size = laboratory.sizes.get(self.user_options.get("size", "")) if laboratory else None
        return in_bytes(size.memory_limit) if size else 0

    # What a watcher is told -------------------------------------------------------------------

    def _say(self, percent: int, words: str) -> None:
        self._stages.say(percent, words)

    async def progress(self) -> AsyncIterator[dict[str, Any]]:
        """Each stage of the start, as it happens; the hub ends the iteration."""
        told = 0
        while True:
            stages, more = self._stages, self._stages.more
            for stage in stages.said[told:]:
                told += 1
                yield dict(stage)
            await more.wait()

    def person_home(self) -> Path:
        """The home folder as the host sees it."""
        return home(self.deployment.settings.state_folder, self.user.name)

"""Units as containers of a laboratory's image: engine ``docker``.

A unit is held as a laboratory is: user 1000, no capabilities, no new privileges, its limits,
the laboratories' network. It reads the person's home and writes its runs' ``work`` alone. The
engine itself refuses a second container of a name. A container that ended stays until what it
says has been read.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import docker
import docker.errors
import docker.utils
import requests

from bluecloud_hub.homes import HOME, MEMBERS_PRODUCTS, PRODUCTS, home, members_products, products

from . import Answer, EngineAway, ImageMissing, Refused, Unit

STOP_S = 10
KEPT_LINES = 30
RUNS = "/srv/bluecloud/runs"
OWN = "/run/bluecloud"  # in memory, for the person's logins


class DockerEngine:
    """Units as containers.

    Parameters
    ----------
    state
        ``BLUECLOUD_STATE``, by the same path here and on the engine's machine.
    deployment, network
        The deployment's name, and the network that its laboratories are on.
    pids_limit
        The most processes of one unit.
    """

    def __init__(self, state: Path, *, deployment: str, network: str, pids_limit: int) -> None:
        self._state = state
        self._deployment = deployment
        self._network = network
        self._pids_limit = pids_limit
        self._local = threading.local()

    def start(self, unit: Unit) -> None:
        """See `engines.Engine`."""
        with _told():
            try:
                self._api.inspect_image(unit.image)
            except docker.errors.ImageNotFound:
                raise ImageMissing(f"image {unit.image} is not on this server") from None
            try:
                self._api.create_container(
                    unit.image,
                    ["-m", "bluecloud_runner.unit", *(f"{RUNS}/{run}" for run in unit.runs)],
                    # The unit is process 1, so that no process of its account stands over it.
                    entrypoint=["/opt/venv/bin/python"],
                    name=unit.name,
                    user="1000:1000",
                    hostname=unit.laboratory,
                    environment={**unit.environment, "BLUECLOUD_CREDENTIALS_DIR": OWN},
                    working_dir="/tmp",  # noqa: S108 - the container's own
                    labels={
                        "bluecloud.deployment": self._deployment,
                        "bluecloud.laboratory": unit.laboratory,
                        "bluecloud.unit": unit.name,
                    },
                    volumes=[],
                    host_config=self._limits(unit),
                    networking_config=self._api.create_networking_config(
                        {self._network: self._api.create_endpoint_config()}
                    ),
                )
            except docker.errors.APIError as error:
                if error.status_code != requests.codes.conflict:
                    raise _refused(error) from error
            if self._state_of(unit.name).get("Status") == "created":
                try:
                    self._api.start(unit.name)
                except docker.errors.APIError as error:
                    raise _refused(error) from error

    def _limits(self, unit: Unit) -> Any:
        memory = unit.limits.memory_bytes
        return self._api.create_host_config(
            binds=self._binds(unit),
            cap_drop=["ALL"],
            security_opt=["no-new-privileges:true"],
            pids_limit=self._pids_limit,
            mem_limit=memory,
            memswap_limit=memory,
            cpu_period=100_000,
            cpu_quota=int(unit.limits.cpus * 100_000),
            tmpfs={
                OWN: "rw,noexec,nosuid,nodev,size=16m,mode=0700,uid=1000,gid=1000",
            },
            log_config={"type": "json-file", "config": {"max-size": "5m", "max-file": "2"}},
            restart_policy={"Name": "no"},
        )

    def _binds(self, unit: Unit) -> dict[str, dict[str, str]]:
        binds = {}
        own = home(self._state, unit.person)
        if own.is_dir():  # a mount of what is not there would make it, for root
            binds[str(own)] = {"bind": HOME, "mode": "ro"}
        for published, bind in (
            (products(self._state), PRODUCTS),
            (members_products(self._state, unit.laboratory), MEMBERS_PRODUCTS),
        ):
            if published.is_dir():
                binds[str(published)] = {"bind": bind, "mode": "ro"}
        for name, run in unit.runs.items():
            binds[str(run.given)] = {"bind": f"{RUNS}/{name}/record/given", "mode": "ro"}
            binds[str(run.work)] = {"bind": f"{RUNS}/{name}/work", "mode": "rw"}
        return binds

    def ask(self, names: Sequence[str]) -> Mapping[str, Answer]:
        """See `engines.Engine`."""
        with _told():
            return {name: self._answer(name) for name in names}

    def _answer(self, name: str) -> Answer:
        state = self._state_of(name)
        if not state or state["Status"] == "created":
            return Answer("absent", words=str(state.get("Error", "")))
        if state["Status"] in {"exited", "dead"}:
            return Answer("ended", state["ExitCode"], bool(state["OOMKilled"]), state["Error"])
        return Answer("running")

    def _state_of(self, name: str) -> dict[str, Any]:
        try:
            found: dict[str, Any] = self._api.inspect_container(name)["State"]
        except docker.errors.NotFound:
            return {}
        return found

    def stop(self, name: str) -> None:
        """See `engines.Engine`."""
        with _told():
            try:
                self._api.stop(name, timeout=STOP_S)
            except docker.errors.NotFound:
                return

    def last_lines(self, name: str) -> list[str]:
        """See `engines.Engine`."""
        with _told():
            try:
                written: bytes = self._api.logs(name, tail=KEPT_LINES)
            except docker.errors.NotFound:
                return []
            return written.decode("utf-8", "replace").splitlines()

    def forget(self, name: str) -> None:
        """See `engines.Engine`."""
        with _told():
            try:
                self._api.remove_container(name, v=True, force=True)
            except docker.errors.NotFound:
                return

    def left(self) -> Collection[str]:
        """See `engines.Engine`."""
        labels = [f"bluecloud.deployment={self._deployment}", "bluecloud.unit"]
        with _told():
            found = self._api.containers(all=True, filters={"label": labels})
        return {container["Labels"]["bluecloud.unit"] for container in found}

    @property
    def _api(self) -> Any:
        """A client for each thread: it is not made to be shared; its types are not whole."""
        api = getattr(self._local, "api", None)
        if api is None:
            api = self._local.api = docker.APIClient(
                version="auto", timeout=60, **docker.utils.kwargs_from_env()
            )
        return api


def _refused(error: Any) -> Exception:
    """What the engine means by an answer that is no start."""
    if error.status_code == requests.codes.service_unavailable:  # it ends, or begins
        return EngineAway(f"the Docker engine does not do it: {error}")
    for_good = error.status_code == requests.codes.bad_request
    return Refused(str(error.explanation or error), for_good=for_good)


@contextmanager
def _told() -> Iterator[None]:
    """Say of an engine that does not answer that it does not."""
    try:
        yield
    except (docker.errors.DockerException, requests.RequestException) as error:
        raise EngineAway(f"the Docker engine does not do it: {error}") from error

"""Containers of a candidate: made, held, watched from outside, and removed whatever happens.

A container is held as a laboratory is (user, capabilities, limits of its size) and has no network.
It bears the deployment's label and the gate's; whoever checks holds the deployment's lock, so that
all that bear them when a check begins were left by one that was killed, and go.
"""

from __future__ import annotations

import json
import secrets
import tarfile
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.resources import files as resources
from typing import Any

import docker
import docker.errors
import docker.utils
import requests

from bluecloud_hub.homes import HOME
from bluecloud_hub.labs import Laboratory, Size

from .errors import EngineSilent, NoSuchImage
from .files import ImageFiles, archive_of, only_file, read_image_files
from .seen import MOST_TOLD, USER, Ended, Image, told_behind

LABEL = "bluecloud.gate"
PYTHON = "/opt/venv/bin/python"
MOST_NOTEBOOK = 32 * 2**20
_MOST_FILE = 2**30  # of what is written inside
_POLL_S = 0.1
_UNITS = {"M": 2**20, "G": 2**30}


class Held:
    """What an engine does for the gate.

    Parameters
    ----------
    deployment
        The name that its containers bear.
    pids_limit
        The most processes of one container, as laboratories have it.
    """

    def __init__(self, deployment: str, *, pids_limit: int) -> None:
        self._deployment = deployment
        self._pids_limit = pids_limit
        with _told():
            self._api: Any = docker.APIClient(
                version="auto", timeout=60, **docker.utils.kwargs_from_env()
            )

    def image(self, name: str) -> Image:
        """An image by its name or id.

        Raises
        ------
        NoSuchImage
            If it is not on this server; nothing is pulled.
        """
        with _told():
            try:
                found = self._api.inspect_image(name)
            except docker.errors.ImageNotFound:
                raise NoSuchImage(
                    f"image {name!r} is not on this server; nothing is fetched for a check"
                ) from None
        config = found.get("Config") or {}
        return Image(
            id=found["Id"],
            user=config.get("User") or "",
            command=(*(config.get("Entrypoint") or ()), *(config.get("Cmd") or ())),
            environment=dict(each.split("=", 1) for each in config.get("Env") or ()),
            size_bytes=found["Size"],
        )

    def files(self, image: Image) -> ImageFiles:
        """The files that tell of an image, off a container of it that is never started."""
        with _told(), self._container(image, ["true"], {}) as container:
            return read_image_files(self._api.export(container))

    def run(
        self,
        image: Image,
        laboratory: Laboratory,
        order: Mapping[str, object],
        *,
        given: Mapping[str, bytes] | None = None,
        output: str = "",
        seconds: int,
    ) -> Ended:
        """Do one step in a container of its own, and see how it ends.

        Parameters
        ----------
        order
            The step's, see ``inside/step.py``.
        given
            Files that are put beside it.
        output
            A file in the step's folder that is copied out at the end.
        """
        word, folder = secrets.token_hex(16), f"gate-{secrets.token_hex(8)}"
        order = {**order, "word": word, "slug": laboratory.slug, "seconds": seconds}
        beside = {**_inside(), **(given or {}), "order.json": json.dumps(order).encode()}
        size = laboratory.sizes[laboratory.default_size]
        # By its own account only, and of the standard library: see `inside`.
        words = [PYTHON, "-I", "-S", f"/{folder}/step.py"]
        with _told(), self._container(image, words, self._limits(size), laboratory) as container:
            archive = archive_of(beside, folder=folder, uid=USER)
            self._api.put_archive(container, "/", archive)
            return self._watched(container, word, f"/{folder}/{output}" if output else "", seconds)

    def sweep(self) -> int:
        """Remove what a check that was killed has left; how many there were."""
        labels = [f"bluecloud.deployment={self._deployment}", LABEL]
        with _told():
            left = self._api.containers(all=True, filters={"label": labels})
            for container in left:
                self._remove(container["Id"])
        return len(left)

    def _watched(self, container: str, word: str, output: str, seconds: int) -> Ended:
        began = time.monotonic()
        try:
            self._api.start(container)
        except docker.errors.APIError as error:
            words = str(error.explanation or error)
            return Ended(127, True, False, 0.0, 0, None, words)
        peak = _Peak(container)
        in_time = True
        while True:
            state = self._api.inspect_container(container)["State"]
            if not state["Running"]:
                break
            if time.monotonic() - began > seconds:
                in_time = False
                with _gone_already():
                    self._api.kill(container)
                break
            time.sleep(_POLL_S)
        took = time.monotonic() - began
        state = self._api.inspect_container(container)["State"]
        text = _cut(self._api.logs(container, stdout=True, stderr=False, stream=True, follow=False))
        errors = self._api.logs(container, stdout=False, stderr=True, tail=20)
        return Ended(
            exit_code=state["ExitCode"],
            in_time=in_time,
            out_of_memory=state["OOMKilled"],
            seconds=took,
            peak_bytes=peak.stop(),
            told=told_behind(word, text),
            log=errors.decode("utf-8", "replace")[-4000:],
            output=self._copied(container, output) if output and in_time else None,
        )

    def _copied(self, container: str, path: str) -> bytes | None:
        try:
            pieces, _ = self._api.get_archive(container, path)
        except docker.errors.NotFound:
            return None
        return only_file(pieces, most=MOST_NOTEBOOK)

    @contextmanager
    def _container(
        self,
        image: Image,
        words: list[str],
        limits: Mapping[str, object],
        laboratory: Laboratory | None = None,
    ) -> Iterator[str]:
        made = self._api.create_container(
            image.id,
            words[1:],
            entrypoint=words[:1],
            name=f"{self._deployment}-gate-{secrets.token_hex(6)}",
            user=f"{USER}:{USER}",
            hostname="gate",
            environment=_environment(laboratory) if laboratory else {},
            labels={"bluecloud.deployment": self._deployment, LABEL: "candidate"},
            working_dir="/",
            network_disabled=True,
            volumes=[],
            host_config=self._api.create_host_config(
                network_mode="none",
                cap_drop=["ALL"],
                security_opt=["no-new-privileges:true"],
                log_config={"type": "json-file", "config": {"max-size": "4m", "max-file": "1"}},
                restart_policy={"Name": "no"},
                **limits,
            ),
        )["Id"]
        try:
            yield made
        finally:
            self._remove(made)

    def _limits(self, size: Size) -> dict[str, object]:
        memory = int(size.memory_limit[:-1]) * _UNITS[size.memory_limit[-1]]
        owned = f"mode=0700,uid={USER},gid={USER}"
        return {
            "pids_limit": self._pids_limit,
            "mem_limit": memory,
            "memswap_limit": memory,
            "cpu_period": 100_000,
            "cpu_quota": int(size.cpu_limit * 100_000),
            "tmpfs": {
                # A person's home hides what an image has there, and so does this one.
                HOME: f"rw,exec,nosuid,nodev,size={memory // 2},{owned}",
                "/run/bluecloud": f"rw,noexec,nosuid,nodev,size=16m,{owned}",
            },
            "ulimits": [docker.types.Ulimit(name="fsize", soft=_MOST_FILE, hard=_MOST_FILE)],
        }

    def _remove(self, container: str) -> None:
        with _gone_already():
            self._api.remove_container(container, v=True, force=True)


class _Peak:
    """The most memory that the engine sees a container use, asked as often as it tells."""

    def __init__(self, container: str) -> None:
        self._most = 0
        self._thread = threading.Thread(target=self._watch, args=[container], daemon=True)
        self._thread.start()

    def _watch(self, container: str) -> None:
        # A client of its own: one is not made to be shared by threads.
        api: Any = docker.APIClient(version="auto", timeout=60, **docker.utils.kwargs_from_env())
        try:
            for told in api.stats(container, decode=True, stream=True):
                memory = told.get("memory_stats") or {}
                if not memory.get("usage"):
                    if self._most:
                        return  # it has ended
                    continue
                detail = memory.get("stats") or {}
                files = detail.get("inactive_file", detail.get("total_inactive_file", 0))
                self._most = max(self._most, memory["usage"] - files)
        except (docker.errors.DockerException, requests.RequestException, ValueError):
            return  # it is gone; what was seen remains
        finally:
            api.close()

    def stop(self) -> int:
        """The most that was seen."""
        return self._most


def _environment(laboratory: Laboratory) -> dict[str, str]:
    return {
        "BLUECLOUD_CREDENTIALS_DIR": "/run/bluecloud",
        "BLUECLOUD_LAB": laboratory.slug,
        "BLUECLOUD_RELEASE": laboratory.version,
        "BLUECLOUD_TIERS": "sample",
        "HOME": HOME,
        "PYTHONNOUSERSITE": "1",
    }


def _inside() -> dict[str, bytes]:
    folder = resources("bluecloud_service.gate") / "inside"
    return {name: (folder / name).read_bytes() for name in ("step.py", "server.py", "entries.py")}


def _cut(pieces: Iterator[bytes]) -> bytes:
    """The end of an output; what is told is the last of it."""
    kept = b""
    for piece in pieces:
        kept = (kept + piece)[-2 * MOST_TOLD :]
    return kept


@contextmanager
def _gone_already() -> Iterator[None]:
    try:
        yield
    except docker.errors.NotFound:
        return
    except docker.errors.APIError as error:
        if error.status_code != requests.codes.conflict:  # it ends, or is being removed
            raise


@contextmanager
def _told() -> Iterator[None]:
    """Say of an engine that does not answer that it does not."""
    try:
        yield
    except (docker.errors.DockerException, requests.RequestException, OSError) as error:
        raise EngineSilent(f"the Docker engine does not do it: {error}") from error
    except tarfile.TarError as error:
        raise EngineSilent(f"the Docker engine broke off while it gave files: {error}") from error

"""The two hubs that many people go to: ours with the service beside it, and JupyterHub alone."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil

from bluecloud_hub.demo import Hub, end_descendants, free_port
from tests.platform.deployments import LABORATORY, Local
from tests.platform.person import Person

FOLDER = Path(__file__).parent
ROOT = FOLDER.parents[2]


@dataclass(frozen=True)
class Place:
    """A hub that answers.

    Attributes
    ----------
    server
        The name of the server that people start.
    programs
        The processes whose memory and time are looked at, by name.
    passwords
        By name; whoever comes first sets it, where there is none.
    """

    address: str
    server: str
    programs: dict[str, int]
    passwords: dict[str, str]

    def person(self, number: int) -> Person:
        """Somebody who was not here yet."""
        name = f"person{number:03}"
        return Person(self.address, name, self.passwords.get(name, "a-password-of-many"))

    def costs(self) -> dict[str, tuple[float, float]]:
        """Memory in MB and processor time in seconds of each program until now."""
        found = {}
        for name, pid in self.programs.items():
            process = psutil.Process(pid)
            spent = process.cpu_times()
            found[name] = (process.memory_info().rss / 1e6, spent.user + spent.system)
        return found


class _StandIns(Hub):
    def command(self) -> list[str]:
        program = str(Path(sys.executable).with_name("jupyterhub"))
        return [program, "-f", str(FOLDER / "hub_ours.py")]


class _Ours(Local):
    program = _StandIns


@contextmanager
def ours(state: Path, count: int) -> Iterator[Place]:
    """Our hub and service, with so many people in it."""
    # Runs take one of two processors at most, as an operator would have it.
    deployment = _Ours(state, BLUECLOUD_IDLE_TIMEOUT="0", BLUECLOUD_RUNS_CPUS="1")
    try:
        deployment.start()
        assert deployment.hub is not None
        assert deployment.service is not None
        passwords = {
            f"person{number:03}": deployment.add(f"person{number:03}") for number in range(count)
        }
        programs = {
            "hub": deployment.hub.process.pid,
            "service": deployment.service.process.pid,
        }
        yield Place(deployment.address, LABORATORY, programs, passwords)
    finally:
        deployment.stop()
        end_descendants()


@contextmanager
def plain(state: Path) -> Iterator[Place]:
    """JupyterHub without our code."""
    state.mkdir(parents=True)
    address = f"http://127.0.0.1:{free_port()}"
    told = {
        **os.environ,
        "STATE": str(state),
        "ADDRESS": address,
        "HUB_PORT": str(free_port()),
        "PROXY_API_URL": f"http://127.0.0.1:{free_port()}",
        "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(16),
        "CONFIGURABLE_HTTP_PROXY": str(
            ROOT / "hub" / "node_modules" / ".bin" / "configurable-http-proxy"
        ),
    }
    program = str(Path(sys.executable).with_name("jupyterhub"))
    with (state / "hub.log").open("wb") as log:
        process = subprocess.Popen(
            [program, "-f", str(FOLDER / "hub_plain.py")],
            env=told, cwd=state, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
        )  # fmt: skip
    try:
        until = time.monotonic() + 60
        while True:
            try:
                if httpx.get(f"{address}/hub/health", trust_env=False).is_success:
                    break
            except httpx.TransportError:
                pass
            assert time.monotonic() < until, (state / "hub.log").read_text()[-2000:]
            time.sleep(0.2)
        yield Place(address, "", {"hub": process.pid}, {})
    finally:
        process.terminate()
        process.wait(60)
        end_descendants()

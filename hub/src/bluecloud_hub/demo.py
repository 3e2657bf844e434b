"""The demonstration: JupyterHub with engine ``local`` and three people, in the foreground.

``make demo`` calls it. It starts one hub and the service that finds data, waits until both
answer, gives Ada, Ben and the lab manager Mia new passwords and prints them. Ctrl-C ends the
hub, which ends its proxy and laboratories, and the service; whatever of these is left, because
the hub was killed, is ended after it, and nothing else is.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from types import FrameType
from urllib.error import URLError
from urllib.parse import urlsplit

from bluecloud_hub import service
from bluecloud_hub.errors import HubError
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.people import People
from bluecloud_hub.settings import PREFIX, checkout, read_settings

READY_SECONDS = 120
STOP_SECONDS = 40

# Ctrl-C, a polite kill, and a terminal that is closed.
ENDS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def adopt_orphans() -> None:
    """Become the parent of whatever our children leave behind (Linux, prctl(2))."""
    subreaper = 36  # PR_SET_CHILD_SUBREAPER
    ctypes.CDLL(None, use_errno=True).prctl(subreaper, 1, 0, 0, 0)


def descendants() -> list[int]:
    """Every process that this one started, itself or through others."""
    found: list[int] = []
    look = [os.getpid()]
    while look:
        children = Path(f"/proc/{look.pop()}/task").glob("*/children")
        with contextlib.suppress(OSError):
            mine = [int(pid) for path in children for pid in path.read_text().split()]
            found += mine
            look += mine
    return found


def end_descendants() -> None:
    """End what the hub left, as it does when it is killed: first politely, then not."""
    for way, seconds in ((signal.SIGTERM, 5), (signal.SIGKILL, 5)):
        for pid in descendants():
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, way)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            with contextlib.suppress(ChildProcessError):
                while os.waitpid(-1, os.WNOHANG)[0]:
                    pass
            if not descendants():
                return
            time.sleep(0.1)


def free_port() -> int:
    """A port of loopback that nothing listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def is_taken(port: int) -> bool:
    """Whether something answers on a port of loopback."""
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def demonstration(port: int, environment: dict[str, str]) -> dict[str, str]:
    """The hub's environment: engine ``local`` on loopback, on ports that are free."""
    root = checkout()
    proxy = root / "hub" / "node_modules" / ".bin" / "configurable-http-proxy"
    return {
        **environment,
        f"{PREFIX}ENGINE": "local",
        # Not where a deployment of this checkout keeps its people.
        f"{PREFIX}STATE": environment.get(f"{PREFIX}STATE") or str(root / ".state" / "demo"),
        f"{PREFIX}PUBLIC_URL": f"http://127.0.0.1:{port}",
        f"{PREFIX}HUB_PORT": str(free_port()),
        f"{PREFIX}PROXY_API_URL": f"http://127.0.0.1:{free_port()}",
        f"{PREFIX}SERVICE_ADDRESS": f"http://127.0.0.1:{free_port()}",
        "CONFIGURABLE_HTTP_PROXY": environment.get("CONFIGURABLE_HTTP_PROXY", str(proxy)),
        # Python's own cache of compiled modules makes every later start seconds faster.
        "PYTHONDONTWRITEBYTECODE": "",
    }


def note(environment: dict[str, str]) -> Path:
    """Write down where the demonstration is, for ``bluecloud doctor``; no secret is in it."""
    names = ("ENGINE", "STATE", "LABS", "PUBLIC_URL", "HUB_PORT", "PROXY_API_URL")
    told = {name: environment.get(f"{PREFIX}{name}") for name in (*names, "SERVICE_ADDRESS")}
    path = read_settings(environment).state_folder / "demo.env"
    lines = [f"{PREFIX}{name}={value}\n" for name, value in told.items() if value]
    path.write_text("".join(lines), encoding="utf-8")
    return path


class Program:
    """One program of ours as a child process, with its log in a file."""

    name = "program"

    def __init__(self, environment: dict[str, str]) -> None:
        self.settings = read_settings(environment)
        self.log = self.settings.state_folder / "logs" / f"{self.name}.log"
        self.log.parent.mkdir(parents=True, exist_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(),
                env=self.environment(environment),
                cwd=self.settings.state_folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                # Ctrl-C comes to us; each is told once, and in order.
                start_new_session=True,
            )

    def command(self) -> list[str]:
        """The words that start it."""
        raise AssertionError("a program says how it is started")

    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        """What it is told."""
        return environment

    def address(self) -> str:
        """Where it says that it is well."""
        raise AssertionError("a program says where it answers")

    def wait_until_it_answers(self) -> None:
        """Return when it can be used.

        Raises
        ------
        HubError
            If it ends first or does not answer in two minutes, with its last lines.
        """
        until = time.monotonic() + READY_SECONDS
        while time.monotonic() < until:
            if self.process.poll() is not None:
                raise HubError(
                    f"the {self.name} ended with code {self.process.returncode}\n{self._tail()}"
                )
            with contextlib.suppress(URLError, ConnectionError, TimeoutError):
                urllib.request.urlopen(self.address(), timeout=5).close()  # noqa: S310 - our own, http
                return
            time.sleep(0.2)
        raise HubError(f"the {self.name} did not answer in {READY_SECONDS} seconds\n{self._tail()}")

    def _tail(self) -> str:
        return "\n".join(self.log.read_text(errors="replace").splitlines()[-15:])

    def stop(self) -> None:
        """End it and what it started."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class Hub(Program):
    """One JupyterHub of ours."""

    name = "hub"

    def command(self) -> list[str]:
        """JupyterHub, with the tree's configuration."""
        program = str(Path(sys.executable).with_name("jupyterhub"))
        return [program, "-f", str(self.settings.root / "hub" / "jupyterhub_config.py")]

    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        """Where JupyterHub finds Alembic, which it calls when its tables are older."""
        own = str(Path(sys.executable).parent)
        return {**environment, "PATH": f"{own}{os.pathsep}{environment.get('PATH', os.defpath)}"}

    def address(self) -> str:
        """Through the proxy, as people come."""
        return f"{self.settings.public_url}/hub/health"


class Service(Program):
    """The service beside it; it searches what was harvested, else the small index."""

    name = "service"

    def command(self) -> list[str]:
        """The package's own program."""
        return [sys.executable, "-m", "bluecloud_service"]

    def environment(self, environment: dict[str, str]) -> dict[str, str]:
        """Its port, and the hub that knows people."""
        settings = self.settings
        return {
            **environment,
            f"{PREFIX}HOLDINGS": str(settings.state_folder / "index"),
            f"{PREFIX}SERVICE_PORT": str(urlsplit(settings.service_address or "").port),
            "JUPYTERHUB_API_URL": f"http://127.0.0.1:{settings.hub_port}/hub/api",
            "JUPYTERHUB_API_TOKEN": service.token_of(settings),
        }

    def address(self) -> str:
        """Its own word on its health."""
        return f"{service.told(self.settings)[service.ADDRESS]}/health"


def _with_password(people: People, name: str, groups: list[str]) -> str:
    return people.add(name, groups=groups) or people.password(name)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    # A closed terminal sends more than one signal: the second must not interrupt the cleaning up.
    for end in ENDS:
        signal.signal(end, signal.SIG_IGN)
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Start the demonstration and stay until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="make demo", description=main.__doc__)
    parser.add_argument("--port", type=int, default=8000)
    port = parser.parse_args(arguments).port
    if is_taken(port):
        sys.stderr.write(
            f"port {port} of 127.0.0.1 is taken by another program; choose one: "
            f"make demo PORT={free_port()}\n"
        )
        return 1
    # A shell that starts us in the background leaves SIGINT ignored.
    for end in ENDS:
        signal.signal(end, _interrupt)
    adopt_orphans()
    started: list[Program] = []
    try:
        environment = demonstration(port, dict(os.environ))
        slugs = list(read_laboratories(read_settings(environment).labs_folder))
        hub = Hub(environment)
        started.append(hub)
        started.append(Service(environment))
        note(environment)
        for program in started:
            program.wait_until_it_answers()
        people = People(hub.settings)
        passwords = {
            name: _with_password(people, name, groups)
            for name, groups in {
                "ada": slugs,
                "ben": slugs[:1],
                "mia": [f"{slug}-managers" for slug in slugs],
            }.items()
        }
        for name, word in passwords.items():
            role = "lab manager" if name == "mia" else "scientist"
            sys.stdout.write(f"  {name:4} {role:12} password: {word}\n")
        sys.stdout.write(f"log: {hub.log}\nready: {hub.settings.public_url}\nCtrl-C stops it.\n")
        sys.stdout.flush()
        code = hub.process.wait()
        sys.stderr.write(f"the hub ended with code {code}; its log: {hub.log}\n")
        return 1
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # the terminal may be gone
            sys.stdout.write("\nstopping\n")
            sys.stdout.flush()
        return 0
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    finally:
        for end in ENDS:
            signal.signal(end, signal.SIG_IGN)
        for program in reversed(started):
            program.stop()
        end_descendants()


if __name__ == "__main__":
    raise SystemExit(main())

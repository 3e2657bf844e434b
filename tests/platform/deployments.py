"""Real deployments for the platform tests, one an engine, each on state of its own.

``local`` is the hub of ``make demo``; ``docker`` is ``deploy/compose.yaml`` with the images of
``make images``. Everything started here is named after this process and taken away at the end.
"""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import ssl
import subprocess
import sys
import time
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from bluecloud_hub.demo import Hub, Service, demonstration, free_port
from bluecloud_hub.labs import read_laboratory
from bluecloud_hub.people import People
from bluecloud_hub.releases import local_release, write_release
from tests.platform.person import Person

ROOT = Path(__file__).resolve().parents[2]
LABORATORY = "environment"

# A second laboratory, open to its members only, that runs in the first one's image.
RESTRICTED = """
title = "Restricted waters"
summary = "A laboratory that is open to its members only."
theme = "Test"
version = "0.0.1"
access = "members"

[sizes.small]
title = "Small"
cpu_limit = 1.0
memory_limit = "1G"
memory_guarantee = "256M"
"""


def compose_program() -> list[str]:
    """How compose is called on this machine; empty where it is not installed."""
    for program in (["docker", "compose"], ["docker-compose"]):
        if (
            shutil.which(program[0])
            and not subprocess.run(
                [*program, "version"], capture_output=True, check=False
            ).returncode
        ):
            return program
    return []


def images() -> str:
    """What the images of a deployment are called before the slash."""
    return os.environ.get("BLUECLOUD_TEST_IMAGES", "bluecloud")


class Deployment(ABC):
    """One running deployment."""

    engine: str
    trust: ssl.SSLContext | None = None

    def __init__(self, state: Path) -> None:
        self.state = state
        self.labs = state / "labs"
        self.labs.mkdir(parents=True)
        for path in (ROOT / "hub" / "labs").iterdir():
            shutil.copy(path, self.labs)
        (self.labs / "restricted.toml").write_text(RESTRICTED)
        self.address = ""
        self._people: dict[str, tuple[set[str], str]] = {}

    async def person(self, name: str, *groups: str, log_in: bool = True) -> Person:
        """Somebody who may use the deployment, logged in; made when first asked for.

        Whoever is asked for with further groups has them from then on, and a new password.
        """
        known, password = self._people.get(name, (set(), ""))
        if not password or not known.issuperset(groups):
            known = known | set(groups)
            password = self.add(name, *sorted(known))
            self._people[name] = known, password
        made = Person(self.address, name, password, self.trust)
        if log_in:
            answer = await made.log_in()
            if answer.url.path != "/hub/home":
                await made.__aexit__()
                raise AssertionError(f"{name} is not let in: {answer.text[-500:]}")
        return made

    def password(self, name: str) -> str:
        """The password of somebody who was asked for."""
        return self._people[name][1]

    @abstractmethod
    def add(self, name: str, *groups: str) -> str:
        """Make a person and give the password."""

    @abstractmethod
    def start(self) -> None:
        """Start everything."""

    @abstractmethod
    def restart_hub(self) -> None:
        """End the hub without warning and start it again; return when it answers."""

    @abstractmethod
    def stop_service(self) -> None:
        """Stop the service that finds data."""

    @abstractmethod
    def start_service(self) -> None:
        """Start it again; return when it answers."""

    @abstractmethod
    def service_began(self) -> str:
        """Which run of the service this is."""

    @abstractmethod
    def stop(self) -> None:
        """Take everything away."""

    def home(self, name: str) -> Path:
        """A person's home as the host sees it."""
        return self.state / "homes" / name


Engine = TypeVar("Engine", bound=Deployment)


@contextmanager
def running(deployment: Engine) -> Iterator[Engine]:
    """Start a deployment, and take it away at the end, whatever happened."""
    try:
        deployment.start()
        yield deployment
    finally:
        deployment.stop()


class Local(Deployment):
    """Processes on loopback."""

    engine = "local"
    program: type[Hub] = Hub
    beside: type[Service] = Service

    def __init__(self, state: Path, **settings: str) -> None:
        super().__init__(state)
        self.environment = demonstration(
            free_port(),
            {
                **os.environ,
                "BLUECLOUD_STATE": str(state),
                "BLUECLOUD_LABS": str(self.labs),
                "BLUECLOUD_TIERS": "sample",
                # What lets this one hub be killed and come back: what it started goes on.
                "BLUECLOUD_KEEP_SERVERS": "true",
                "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(16),
                **settings,
            },
        )
        self.address = self.environment["BLUECLOUD_PUBLIC_URL"]
        self.hub: Hub | None = None
        self.service: Service | None = None

    def add(self, name: str, *groups: str) -> str:
        people = self.people()
        return people.add(name, groups=groups) or people.password(name)

    def people(self) -> People:
        """The operator's tool for people."""
        assert self.hub is not None
        return People(self.hub.settings)

    def start(self) -> None:
        self.hub = self.program(self.environment)
        if self.service is None:
            self.service = self.beside(self.environment)
        self.hub.wait_until_it_answers()
        self.service.wait_until_it_answers()

    def restart_hub(self) -> None:
        self.kill_hub()
        self.start()

    def kill_hub(self) -> None:
        """End the hub without warning; the culler it started is told, which nobody else does."""
        assert self.hub is not None
        hub = self.hub.process.pid
        children = Path(f"/proc/{hub}/task/{hub}/children").read_text().split()
        cullers = [
            int(child)
            for child in children
            if b"bluecloud_hub.culler" in Path(f"/proc/{child}/cmdline").read_bytes()
        ]
        self.hub.process.kill()
        self.hub.process.wait()
        for culler in cullers:
            os.kill(culler, signal.SIGTERM)

    def stop_service(self) -> None:
        assert self.service is not None
        self.service.stop()

    def start_service(self) -> None:
        self.service = self.beside(self.environment)
        self.service.wait_until_it_answers()

    def service_began(self) -> str:
        assert self.service is not None
        assert self.service.process.poll() is None
        return str(self.service.process.pid)

    def stop(self) -> None:
        if self.hub is None:
            return
        # Its servers are meant to outlive it; the last hub is told to take them along.
        self.kill_hub()
        self.environment["BLUECLOUD_KEEP_SERVERS"] = "false"
        self.start()
        self.hub.stop()
        self.stop_service()


class Docker(Deployment):
    """Containers, as ``make up`` starts them."""

    engine = "docker"
    files: tuple[str | Path, ...] = ("compose.yaml",)

    def __init__(self, state: Path, suffix: str = "", **settings: str) -> None:
        super().__init__(state)
        self.name = f"bctest{os.getpid()}{suffix}"
        port = free_port()
        self.listen = f"127.0.0.1:{port}"
        self.address = f"http://bluecloud.localhost:{port}"
        self.registry = f"127.0.0.1:{free_port()}"
        self.settings = {
            "BLUECLOUD_NAME": self.name,
            "BLUECLOUD_IMAGES": images(),
            "BLUECLOUD_REGISTRY": self.registry,
            "BLUECLOUD_REGISTRY_LISTEN": self.registry,
            "BLUECLOUD_STATE": str(state),
            "BLUECLOUD_LABS": str(self.labs),
            "BLUECLOUD_LISTEN": self.listen,
            "BLUECLOUD_PUBLIC_URL": self.address,
            "BLUECLOUD_TIERS": "sample",
            "BLUECLOUD_START_TIMEOUT": "60",
            "CONFIGPROXY_AUTH_TOKEN": secrets.token_hex(32),
            "BLUECLOUD_SERVICE_TOKEN": secrets.token_hex(32),
            "BLUECLOUD_SERVICE_KEY": secrets.token_hex(32),
            "POSTGRES_PASSWORD": secrets.token_hex(16),
            **settings,
        }
        self.environment_file = state / "compose.env"
        self.settings["BLUECLOUD_ENV_FILE"] = str(self.environment_file)
        self.write_settings()
        for slug in (LABORATORY, "restricted"):
            self.release(slug)

    def write_settings(self) -> None:
        """Write what compose and the containers are told."""
        self.environment_file.write_text("".join(f"{k}={v}\n" for k, v in self.settings.items()))

    def release(self, slug: str, image: str = f"bluecloud/{LABORATORY}") -> None:
        """Make an image of this machine a laboratory's current release."""
        laboratory = read_laboratory(self.labs / f"{slug}.toml")
        write_release(self.state / "releases", local_release(laboratory, image))

    def compose(self, *words: str) -> str:
        """Run compose on this deployment, and give what it printed."""
        program = compose_program()
        assert program, "neither 'docker compose' nor docker-compose is installed"
        done = subprocess.run(
            [
                *program,
                f"--project-name={self.name}",
                f"--env-file={self.environment_file}",
                *(f"--file={ROOT / 'deploy' / name}" for name in self.files),
                *words,
            ],
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
            # Only the file speaks, not what is set around the tests.
            env={k: v for k, v in os.environ.items() if not k.startswith("BLUECLOUD_")},
        )
        assert done.returncode == 0, f"compose {words}: {done.stdout}{done.stderr}"
        return done.stdout

    def wait(self) -> None:
        subprocess.run(
            [sys.executable, str(ROOT / "deploy" / "wait.py"), self.address, self.listen],
            check=True,
        )

    def add(self, name: str, *groups: str) -> str:
        words = [word for group in groups for word in ("--group", group)]
        tool = ("exec", "-T", "hub", "python", "-m", "bluecloud_hub.people")
        said = self.compose(*tool, "add", name, *words)
        if "there already" in said:
            said = self.compose(*tool, "password", name)
        return said.split(": ")[1].strip()

    def start(self) -> None:
        self.compose("up", "--detach")
        self.wait()
        self.wait_for_service()

    def restart_hub(self) -> None:
        self.compose("kill", "hub")
        self.compose("up", "--detach", "hub")
        self.wait()

    def stop_service(self) -> None:
        self.compose("stop", "service")

    def start_service(self) -> None:
        self.compose("up", "--detach", "service")
        self.wait_for_service()

    def wait_for_service(self) -> None:
        """Return when its own check says that it is well."""
        until = time.monotonic() + 120
        while (health := self.of_service("{{.State.Health.Status}}")) != "healthy":
            assert time.monotonic() < until, health
            time.sleep(0.5)

    def service_began(self) -> str:
        return self.of_service("{{.Id}} {{.State.StartedAt}} {{.State.Running}}")

    def of_service(self, told: str) -> str:
        """What Docker knows of the service's container."""
        (container,) = self.compose("ps", "--quiet", "service").split()
        words = ["docker", "inspect", "--format", told, container]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()

    def container(self, person: str, slug: str) -> str:
        """The name of a person's container."""
        return f"{self.name}-{person}--{slug}"

    def stop(self) -> None:
        of_ours = f"label=bluecloud.deployment={self.name}"
        listed = subprocess.run(
            ["docker", "ps", "--all", "--quiet", "--filter", of_ours],
            capture_output=True,
            text=True,
            check=True,
        )
        if ids := listed.stdout.split():
            subprocess.run(["docker", "rm", "--force", *ids], check=True, capture_output=True)
        self.compose("down", "--volumes")
        # What containers wrote belongs to others than whoever runs the tests.
        folders = ("homes", "hub", "index", "runs", "service")
        emptied = ["rm", "-rf", *(f"/state/{folder}" for folder in folders)]
        mount = f"--volume={self.state}:/state"
        subprocess.run(
            ["docker", "run", "--rm", "--user=0", mount, "bluecloud/base", *emptied], check=True
        )

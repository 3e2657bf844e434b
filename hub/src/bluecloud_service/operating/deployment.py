"""A deployment seen from beside it: its settings, folders, databases, engine and addresses.

What is opened here is opened for reading. A setting that is not allowed does not end the look: it
is a finding of its own, and the rest is looked at with what the others say.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from sqlalchemy import Connection, Engine, create_engine, text
from sqlalchemy.pool import NullPool

from bluecloud_hub.errors import HubError
from bluecloud_hub.labs import Laboratory, read_laboratories
from bluecloud_hub.settings import Settings, read_settings, unknown_settings

from ..database import SCHEMA
from ..settings import ServiceSettings, SettingError
from ..settings import read_settings as read_service_settings

ANSWER_S = 5.0  # how long an answer is waited for
LEAST_SECRET = 32  # characters


@dataclass(frozen=True, eq=False)
class Deployment:
    """One deployment.

    Attributes
    ----------
    environment
        What its programs are told: this process's environment, and under it the file's lines.
    env_file
        The file of its settings, where one is named, as ``deploy/.env``.
    """

    environment: Mapping[str, str]
    env_file: Path | None = None
    faults: list[str] = field(default_factory=list)

    @cached_property
    def settings(self) -> Settings:
        """The deployment's settings; those alone that can be used, where some cannot."""
        unknown = unknown_settings(self.environment)
        known = {name: value for name, value in self.environment.items() if name not in unknown}
        try:
            return read_settings(known)
        except HubError as error:
            self.faults.append(str(error))
        few = ("ENGINE", "NAME", "STATE", "ROOT", "LABS")
        try:
            return read_settings({f"BLUECLOUD_{n}": known.get(f"BLUECLOUD_{n}", "") for n in few})
        except HubError:
            return Settings(state=Path(known.get("BLUECLOUD_STATE") or ".state"))

    @cached_property
    def service(self) -> ServiceSettings:
        """The service's settings; its defaults, where they cannot be used."""
        try:
            return read_service_settings(self.environment)
        except SettingError as error:
            self.faults.append(str(error))
            return ServiceSettings()

    @property
    def state(self) -> Path:
        """The state folder."""
        return self.settings.state_folder

    @property
    def in_containers(self) -> bool:
        """Whether it is containers of Docker's, on one server or with a swarm's."""
        return self.settings.engine in ("docker", "swarm")

    @cached_property
    def laboratories(self) -> Mapping[str, Laboratory]:
        """The laboratories that are declared; none where they cannot be read."""
        try:
            return read_laboratories(self.settings.labs_folder)
        except (HubError, OSError):
            return {}

    # Databases -------------------------------------------------------------------------------

    @property
    def service_sqlite(self) -> Path | None:
        """The file of the service's database; None where that is PostgreSQL."""
        told = self.service.database_url is not None
        return None if told else self.state / "service" / "service.sqlite"

    @property
    def hub_sqlite(self) -> Path | None:
        """The file of the hub's database; None where that is PostgreSQL."""
        return None if self.hub_url else self.state / "hub" / "jupyterhub.sqlite"

    @property
    def service_url(self) -> str:
        """The address of the service's PostgreSQL; empty where it has none."""
        told = self.service.database_url
        return told.get_secret_value() if told else ""

    @property
    def hub_url(self) -> str:
        """The address of the hub's PostgreSQL; empty where it has none.

        With containers both share one, of which the service's container is told alone.
        """
        told = self.settings.database_url
        shared = self.service_url if self.in_containers else ""
        return told.get_secret_value() if told else shared

    @cached_property
    def service_database(self) -> Engine:
        """The service's database."""
        return _opened(self.service_sqlite, self.service_url, SCHEMA)

    @cached_property
    def hub_database(self) -> Engine:
        """The hub's database."""
        return _opened(self.hub_sqlite, self.hub_url, "public")

    # Addresses -------------------------------------------------------------------------------

    @property
    def hub_api(self) -> str:
        """Where the hub's API is asked."""
        told = self.environment.get("JUPYTERHUB_API_URL")
        return told or f"http://127.0.0.1:{self.settings.hub_port}/hub/api"

    @property
    def service_address(self) -> str:
        """Where the service is asked."""
        own = self.settings.service_address
        return f"{own}{self.service.prefix.rstrip('/')}" if own else self.service.address

    @property
    def registry_address(self) -> str:
        """Where the registry of releases is asked; empty where there is none."""
        told = self.service.registry_url or self.settings.registry_url
        named = f"http://{self.service.registry}" if self.service.registry else ""
        return (told or named).rstrip("/")

    @property
    def front(self) -> tuple[str, dict[str, str]]:
        """Where the proxy takes people, from inside, and the headers that say whom they want."""
        if not self.in_containers:
            return self.settings.public_url, {}
        proxy = urlsplit(self.settings.proxy_api_url).hostname
        return f"http://{proxy}:8000", {"Host": urlsplit(self.settings.public_url).netloc}

    @cached_property
    def client(self) -> httpx.Client:
        """Asks the deployment's own programs, by no proxy of the environment."""
        return httpx.Client(timeout=ANSWER_S, trust_env=False, verify=False)  # noqa: S501 - certificates are a check of their own

    def asked(self, address: str, *, token: str = "") -> httpx.Response:
        """What one of its programs answers.

        Raises
        ------
        httpx.HTTPError
            If none does.
        """
        headers = {"Authorization": f"token {token}"} if token else {}
        return self.client.get(address, headers=headers)

    @cached_property
    def docker(self) -> Any:
        """The Docker engine's client.

        Raises
        ------
        docker.errors.DockerException
            If the engine does not answer.
        """
        import docker
        import docker.utils

        return docker.APIClient(version="auto", timeout=30, **docker.utils.kwargs_from_env())

    def close(self) -> None:
        """Close what was opened."""
        opened = vars(self)
        for name in ("service_database", "hub_database"):
            if name in opened:
                opened[name].dispose()
        for name in ("client", "docker"):
            if name in opened:
                opened[name].close()


@contextmanager
def deployment(environment: Mapping[str, str], env_file: Path | None) -> Iterator[Deployment]:
    """A deployment by this process's environment and a file of its settings.

    Raises
    ------
    OSError
        If the file cannot be read.
    """
    told = read_env(env_file) if env_file else {}
    found = Deployment({**told, **environment}, env_file)
    try:
        yield found
    finally:
        found.close()


def read_env(path: Path) -> dict[str, str]:
    """The lines of a file as ``deploy/.env``: NAME=VALUE, in quotes or not.

    Raises
    ------
    OSError
        If it cannot be read, or is no text.
    """
    told = {}
    for line in path.read_bytes().decode("utf-8", "replace").splitlines():
        name, equals, value = line.partition("=")
        if equals and not name.lstrip().startswith("#"):
            told[name.strip()] = value.strip().strip("'\"")
    return told


def _opened(sqlite: Path | None, url: str, schema: str) -> Engine:
    if sqlite is not None:
        address = f"sqlite:///file:{sqlite}?mode=ro&uri=true"
        return create_engine(address, poolclass=NullPool)
    options = f"-c search_path={schema} -c default_transaction_read_only=on"
    told = {"connect_timeout": int(ANSWER_S), "options": options}
    return create_engine(url, poolclass=NullPool, connect_args=told)


def revision(connection: Connection, table: str) -> str:
    """The version of the tables that a database has, as Alembic noted it; empty without any."""
    found = connection.execute(text(f"SELECT version_num FROM {table}")).scalar()  # noqa: S608 - a name of ours
    return str(found or "")

"""What a deployment chooses of the service, from its environment.

The hub's address comes under the name that JupyterHub gives it to every service. A value that
is not allowed is an error at the start.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, ValidationError

NAME = "bluecloud"
_NAMES = {
    "index": "BLUECLOUD_INDEX",
    "index_url": "BLUECLOUD_INDEX_URL",
    "holdings": "BLUECLOUD_HOLDINGS",
    "anonymous": "BLUECLOUD_SERVICE_ANONYMOUS",
    "host": "BLUECLOUD_SERVICE_HOST",
    "port": "BLUECLOUD_SERVICE_PORT",
    "members": "BLUECLOUD_SERVICE_MEMBERS",
    "per_minute": "BLUECLOUD_SERVICE_PER_MINUTE",
    "hub_api": "JUPYTERHUB_API_URL",
    "hub_token": "JUPYTERHUB_API_TOKEN",
    "prefix": "JUPYTERHUB_SERVICE_PREFIX",
    "state": "BLUECLOUD_STATE",
    "database_url": "BLUECLOUD_SERVICE_DATABASE_URL",
    "key": "BLUECLOUD_SERVICE_KEY",
    "runs_cpus": "BLUECLOUD_RUNS_CPUS",
    "runs_memory": "BLUECLOUD_RUNS_MEMORY",
    "runs_batch": "BLUECLOUD_RUNS_BATCH",
    "products_look_s": "BLUECLOUD_PRODUCTS_LOOK_S",
    "registry": "BLUECLOUD_REGISTRY",
    "registry_url": "BLUECLOUD_REGISTRY_URL",
    "engine": "BLUECLOUD_ENGINE",
    "log_format": "BLUECLOUD_LOG_FORMAT",
    "public_url": "BLUECLOUD_PUBLIC_URL",
    "tls": "BLUECLOUD_TLS",
}


class SettingError(ValueError):
    """A setting of the service is missing or not allowed."""


class ServiceSettings(BaseModel):
    """One service.

    Attributes
    ----------
    index
        The folder of an index, which has to be there.
    index_url
        The database that holds the index, in the place of any folder.
    holdings
        The folder of what is harvested; until there is something in it, the small index that
        is shipped is searched, as it is where nothing is named.
    anonymous
        Whether requests without a token are answered.
    members
        Who owns membership, as ``BLUECLOUD_MEMBERS`` has it for the hub: the desk, or the claims of
        a login, of which it is only shown then.
    per_minute
        How many requests a person may make in a minute; without a token, an address.
    most_bytes, most_notebook_bytes
        The longest request that is read; ``most_notebook_bytes`` is that of a submit.
    hub_api, hub_token
        Where the hub is asked who somebody is, and the service's own token there.
    prefix
        Where the service lies below its host.
    state
        The deployment's state folder; without it there are no runs.
    database_url
        PostgreSQL; SQLite in the state folder where nothing is named.
    key
        The secret that stored logins are sealed with, of 32 characters at least; several with
        commas between, the newest first. Made in the state folder where none is named.
    runs_cpus, runs_memory
        What runs may use together: cores, and memory as ``16G``; no limit of memory where none
        is named.
    runs_batch
        The most runs of a sweep that one unit executes.
    products_look_s
        After how many seconds it is looked which embargo has ended.
    registry, registry_url
        The registry of releases: as images are named, such as ``registry.example.org``, and where
        the service itself reaches it. Without it nothing is released.
    engine, log_format
        The deployment's engine; and whether lines of the log are ``json`` or ``text``, which they
        are on engine ``local`` where nothing is said.
    public_url, tls
        Where people reach the hub, and where the front of a deployment of containers has its
        certificates from, ``files`` or ``acme``; None with no front, or another one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    index: Path | None = None
    index_url: SecretStr | None = None
    holdings: Path | None = None
    anonymous: bool = False
    host: str = "127.0.0.1"
    port: Annotated[int, Field(ge=1, le=65535)] = 8082
    members: Literal["desk", "claims"] = "desk"
    per_minute: Annotated[int, Field(ge=1)] = 600
    most_bytes: Annotated[int, Field(ge=1024)] = 256 * 1024
    most_notebook_bytes: Annotated[int, Field(ge=1024)] = 32 * 2**20
    state: Path | None = None
    database_url: SecretStr | None = None
    key: Annotated[SecretStr, Field(min_length=32)] | None = None
    runs_cpus: Annotated[float, Field(gt=0)] = float(os.cpu_count() or 1)
    runs_memory: Annotated[str, Field(pattern=r"^[1-9][0-9]*[MG]$")] | None = None
    runs_batch: Annotated[int, Field(ge=1, le=200)] = 20
    products_look_s: Annotated[float, Field(gt=0)] = 600
    registry: Annotated[str, Field(pattern=r"^[a-z0-9.-]+(:[0-9]+)?$")] | None = None
    registry_url: Annotated[str, Field(pattern=r"^https?://")] | None = None
    engine: str = "local"
    log_format: Literal["json", "text"] | None = None
    public_url: str = "http://127.0.0.1:8000"
    tls: Literal["files", "acme"] | None = None
    hub_api: str = "http://127.0.0.1:8081/hub/api"
    hub_token: SecretStr | None = None
    prefix: Annotated[str, Field(pattern=r"^/([\w.-]+/)*$")] = f"/services/{NAME}/"

    @property
    def address(self) -> str:
        """Where programs of this machine reach it."""
        host = "127.0.0.1" if self.host in {"", "0.0.0.0", "::"} else self.host  # noqa: S104
        return f"http://{host}:{self.port}{self.prefix.rstrip('/')}"


def read_settings(environment: Mapping[str, str] | None = None) -> ServiceSettings:
    """The settings of this process's environment.

    Raises
    ------
    SettingError
        Naming the variable and what is allowed.
    """
    environment = os.environ if environment is None else environment
    given = {field: environment[name] for field, name in _NAMES.items() if environment.get(name)}
    try:
        return ServiceSettings.model_validate(given)
    except ValidationError as error:
        faults = (f"{_NAMES.get(str(e['loc'][0]), e['loc'])}: {e['msg']}" for e in error.errors())
        raise SettingError("; ".join(faults)) from None

"""What an operator chooses of a cluster: ``deploy/kubernetes/cluster.toml``."""

from __future__ import annotations

import ipaddress
import tomllib
from pathlib import Path
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from bluecloud_hub.errors import HubError, SettingsError
from bluecloud_hub.labs import Laboratory
from bluecloud_hub.profiles import PLACEMENT
from bluecloud_hub.settings import PREFIX, Settings, read_settings

Quantity = Annotated[str, Field(pattern=r"^[1-9][0-9]*(Mi|Gi|Ti)$")]
Name = Annotated[str, Field(pattern=r"^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$")]
Image = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9./:_-]*[a-z0-9]$")]
_SECRET = {"DATABASE_URL", "DASK_TOKEN", "OIDC_CLIENT_SECRET", "SERVICE_TOKEN"}
_GENERATED = {
    "DASK_ADDRESS",
    "ENGINE",
    "FORBIDDEN",
    "KUBERNETES_VALUES",
    "NAME",
    "PROXY_API_URL",
    "PROXY_OUTSIDE",
    "PUBLIC_URL",
    "ROOT",
    "SERVICE_ADDRESS",
    "STATE",
}


class Storage(BaseModel):
    """How much is asked for, and of which class; the cluster's default one where it is empty.

    ``shared_class`` is of volumes that several machines write to at once (ReadWriteMany).
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    shared_class: str = ""
    database_class: str = ""
    homes: Quantity = "500Gi"
    state: Quantity = "200Gi"
    database: Quantity = "20Gi"


class Network(BaseModel):
    """What laboratories may reach, beyond the hub, the service, names and the internet.

    Attributes
    ----------
    api_server
        Networks of the cluster's API that are not private ones, which laboratories never reach.
    name_servers
        Where names are asked besides ``kube-system``, as a cache on each machine is.
    reachable
        Private networks with data that laboratories and the service read.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    api_server: tuple[str, ...] = ()
    name_servers: tuple[str, ...] = ()
    reachable: tuple[str, ...] = ()

    @field_validator("api_server", "name_servers", "reachable")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(str(ipaddress.ip_network(each)) for each in value)


class Dask(BaseModel):
    """Clusters of Dask by dask-gateway: whether there are any, and the most that one may use."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = False
    most_cores: Annotated[int, Field(ge=2)] = 16
    most_memory: Annotated[str, Field(pattern=r"^[1-9][0-9]*G$")] = "64G"
    idle_timeout: Annotated[int, Field(ge=60)] = 1800


class Cluster(BaseModel):
    """One deployment on a cluster.

    Attributes
    ----------
    name
        Of the deployment, and of its namespace.
    host
        The address people type; every person's servers have one below it.
    images, tag
        What the project's images are called before the slash, and their tag.
    settings
        Settings of the hub, without ``BLUECLOUD_`` and without secrets.
    placement
        What KubeSpawner is told besides of a laboratory's size: where it runs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,28}[a-z0-9]$")] = "bluecloud"
    host: Annotated[str, Field(pattern=r"^[a-z0-9-]+(\.[a-z0-9-]+)+$")]
    images: Image
    tag: Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$")]
    database_image: Image = "postgis/postgis:17-3.5"
    pull_secrets: tuple[Name, ...] = ()
    ingress_class: str = ""
    tls_secret: Name = "bluecloud-tls"  # noqa: S105 - the name of one
    harvest: str = "15 2 * * *"
    storage: Storage = Storage()
    network: Network = Network()
    dask: Dask = Dask()
    settings: dict[str, str] = {}
    placement: dict[str, dict[str, dict[str, Any]]] = {}

    @model_validator(mode="after")
    def _is_settled(self) -> Self:
        for name in self.settings:
            if name in _SECRET:
                raise ValueError(f"settings.{name}: a secret is in the cluster's Secret only")
            if name in _GENERATED:
                raise ValueError(f"settings.{name}: it follows from the rest and is not chosen")
        try:
            self.deployment()
        except HubError as error:
            raise ValueError(f"settings: {error}") from error
        return self

    def deployment(self) -> Settings:
        """The settings that the hub will read there, but for its secrets."""
        chosen = {f"{PREFIX}{name}": value for name, value in self.settings.items()}
        secret = {f"{PREFIX}OIDC_CLIENT_SECRET": "in the Secret"} if self.logs_in_elsewhere else {}
        return read_settings({**chosen, **secret, **self.generated()})

    def generated(self) -> dict[str, str]:
        """The hub's settings that follow from the rest, by their names in its environment."""
        return {
            f"{PREFIX}ENGINE": "kubernetes",
            f"{PREFIX}NAME": self.name,
            f"{PREFIX}STATE": STATE,
            f"{PREFIX}PUBLIC_URL": f"https://{self.host}",
            f"{PREFIX}PROXY_OUTSIDE": "true",
            f"{PREFIX}PROXY_API_URL": "http://proxy-api:8001",
            f"{PREFIX}SERVICE_ADDRESS": f"http://{SERVICE}:8082",
            **({f"{PREFIX}DASK_ADDRESS": self.dask_address} if self.dask.enabled else {}),
        }

    @property
    def logs_in_elsewhere(self) -> bool:
        """Whether people log in through an institution."""
        return self.settings.get("AUTHENTICATION") == "oidc"

    @property
    def secrets(self) -> str:
        """The Secret that an operator makes; the generated files only name it."""
        return f"{self.name}-secrets"

    @property
    def dask_namespace(self) -> str:
        """Where dask-gateway and its clusters are: it has rights that nothing here shares."""
        return f"{self.name}-dask"

    @property
    def dask_address(self) -> str:
        """Where laboratories reach dask-gateway."""
        return f"http://traefik-dask-gateway.{self.dask_namespace}"

    def placed(self, laboratories: dict[str, Laboratory]) -> Self:
        """Itself, if ``placement`` is of laboratories and sizes that there are.

        Raises
        ------
        SettingsError
            If it is not.
        """
        for slug, sizes in self.placement.items():
            if slug not in laboratories:
                known = ", ".join(laboratories)
                raise SettingsError(f"placement.{slug}: no laboratory; there are: {known}")
            for size, traits in sizes.items():
                if size not in laboratories[slug].sizes:
                    known = ", ".join(laboratories[slug].sizes)
                    raise SettingsError(f"placement.{slug}.{size}: no size; there are: {known}")
                if wrong := sorted(traits.keys() - set(PLACEMENT)):
                    raise SettingsError(
                        f"placement.{slug}.{size}.{wrong[0]}: it is one of {', '.join(PLACEMENT)}"
                    )
        return self


STATE = "/srv/bluecloud/state"
SERVICE, DATABASE, HUB = "service", "database", "hub"


def read_cluster(path: Path) -> Cluster:
    """The choices of a file.

    Raises
    ------
    SettingsError
        If it is not TOML, or a choice is unknown, missing or not allowed.
    """
    try:
        return Cluster(**tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise SettingsError(f"{path}: not readable as TOML: {error}") from error
    except ValidationError as error:
        faults = "; ".join(
            f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}".removeprefix(": ")
            for fault in error.errors(include_input=False)
        )
        raise SettingsError(f"{path}: {faults}") from error

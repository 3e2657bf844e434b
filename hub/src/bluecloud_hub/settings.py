"""A deployment's choices, read from ``BLUECLOUD_*`` in the environment.

Defaults suit a laptop: engine ``local``, SQLite, loopback. Secrets (database, OpenID client)
come by the environment too and are never written. A name that begins with ``BLUECLOUD_`` and
that nothing reads is an error, because a misspelt safety setting would otherwise be silent.
"""

from __future__ import annotations

import difflib
import ipaddress
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)

from bluecloud_hub.errors import SettingsError
from bluecloud_hub.labs import Memory

PREFIX = "BLUECLOUD_"

SOURCES = [
    "seadatanet",
    "eurobis",
    "euroargo",
    "argogdac",
    "emodnet",
    "ena",
    "eurobioimaging",
    "dias",
    "cmems",
    "icos",
    "eudat",
    "d4science",
    "bluecloud",
]

# Read by other parts of the project, and handed on by the hub to every laboratory. A list, so
# that a misspelt secret is refused and not handed on.
HANDED_ON = {
    f"{PREFIX}{name}"
    for name in (
        "TIERS",
        "HTTP_SILENCE_S",
        "HTTP_DEADLINE_S",
        "B2SHARE_URL",
        "ZENODO_URL",
        "D4SCIENCE_CONTEXT",
        *(f"{source.upper()}_URL" for source in SOURCES),
    )
}
# Where clouds give out the keys of a machine: link-local addresses, and three that are not.
LINK_LOCAL = (
    "169.254.0.0/16",
    "100.100.100.200/32",
    "192.0.0.192/32",
    "fe80::/10",
    "fd00:ec2::254/128",
)
CONSTRAINT = re.compile(r"(node|engine)\.[\w.-]+\s*[=!]=\s*[^\s,]+")
READ_ELSEWHERE = re.compile(
    r"^BLUECLOUD_(ACCESS_LOG|ACME_(CA|EMAIL)|CREDENTIALS_DIR|ENV_FILE|HOLDINGS|HTTPS?_LISTEN|IMAGES|INDEX(_URL)?|LAB|LISTEN|PRODUCTS(_LOOK_S)?|PROXY_ROUTING|REGISTRY(_LISTEN|_REALM)?|RELEASE(_DIGEST)?|RUNS_(BATCH|CPUS|MEMORY)|SERVICE_(ANONYMOUS|DATABASE_URL|HOST|KEY|MEMBERS|PER_MINUTE|PORT|URL)|UNIT_\w+|SNAPSHOTS|TEST_\w+)$"
)


def checkout() -> Path:
    """The tree this package was installed from, where it was installed in place."""
    return Path(__file__).resolve().parents[3]


class Settings(BaseModel):
    """One deployment. Times are seconds, addresses are URLs without a path."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    engine: Literal["local", "docker", "swarm", "kubernetes"] = "local"
    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{0,30}$")] = "bluecloud"
    root: Path = Field(default_factory=checkout)
    labs: Path | None = None
    state: Path | None = None

    public_url: str = "http://127.0.0.1:8000"
    user_domains: bool | None = None
    tls: Literal["files", "acme"] | None = None
    hub_port: Annotated[int, Field(ge=1, le=65535)] = 8081
    proxy_api_url: str = "http://127.0.0.1:8001"
    proxy_outside: bool = False
    keep_servers: bool | None = None
    database_url: SecretStr | None = None
    service_address: str | None = None
    service_token: SecretStr | None = None
    registry_url: str | None = None
    # Where zero-to-jupyterhub shows the hub the values it was installed with.
    kubernetes_values: Path = Path("/usr/local/etc/jupyterhub/secret/values.yaml")
    dask_address: str | None = None
    dask_token: SecretStr | None = None

    authentication: Literal["password", "oidc"] = "password"
    operators: frozenset[str] = frozenset()
    members: Literal["desk", "claims"] = "desk"
    oidc_issuer: str | None = None
    oidc_client_id: str | None = None
    oidc_client_secret: SecretStr | None = None
    oidc_login_service: str = "your institution"
    oidc_scopes: tuple[str, ...] = ("openid", "profile", "email")
    oidc_username_claim: str = "preferred_username"
    oidc_groups_claim: str = "groups"
    oidc_open: bool = False

    start_timeout: Annotated[int, Field(ge=10, le=3600)] = 120
    starts_at_once: Annotated[int, Field(ge=1, le=500)] = 20
    # The sum of the memory limits of the laboratories that run.
    laboratories_memory: Memory | None = None
    queue_timeout: Annotated[int, Field(ge=1, le=3600)] = 600
    idle_timeout: Annotated[int, Field(ge=0)] = 3600
    pids_limit: Annotated[int, Field(ge=64)] = 1024
    home_quota: Annotated[str, Field(pattern=r"^[1-9][0-9]*[MGT]$")] | None = None
    home_grace_days: Annotated[float, Field(ge=0, le=3650, allow_inf_nan=False)] = 7
    forbidden: tuple[str, ...] = LINK_LOCAL
    # Constraints of Swarm's, by which the servers are chosen that may run laboratories.
    swarm_placement: tuple[str, ...] = ()
    log_format: Literal["json", "text"] | None = None
    trusted_proxies: tuple[str, ...] = ()

    @field_validator("operators", "oidc_scopes", "trusted_proxies", mode="before")
    @classmethod
    def _words(cls, value: Any) -> Any:
        return re.findall(r"[^,\s]+", value) if isinstance(value, str) else value

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for word in value:
            if not re.fullmatch(r"[A-Za-z][A-Za-z0-9.-]*", word):
                try:
                    ipaddress.ip_network(word)
                except ValueError as error:
                    raise ValueError(f"{error}: networks as 10.0.0.0/8, or names") from error
        return value

    @field_validator("swarm_placement", mode="before")
    @classmethod
    def _constraints(cls, value: Any) -> Any:
        words = [word.strip() for word in value.split(",")] if isinstance(value, str) else value
        for word in words:
            if not CONSTRAINT.fullmatch(word):
                raise ValueError(f"{word!r}: constraints as node.labels.laboratories==yes")
        return words

    @field_validator("forbidden", mode="before")
    @classmethod
    def _networks(cls, value: Any) -> Any:
        if not isinstance(value, str):
            return value
        words = re.findall(r"[^,\s]+", value)
        if words == ["off"]:
            return ()
        for word in words:
            try:
                ipaddress.ip_network(word)
            except ValueError as error:
                raise ValueError(f"{error}: networks as 10.0.0.0/8, or 'off'") from error
        return tuple(dict.fromkeys([*LINK_LOCAL, *words]))

    @field_validator(
        "public_url", "proxy_api_url", "service_address", "registry_url", "dask_address"
    )
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        plain = f"{parts.scheme}://{parts.hostname}" + (f":{parts.port}" if parts.port else "")
        if parts.scheme not in ("http", "https") or value.rstrip("/").lower() != plain:
            raise ValueError("an address is http(s)://host[:port] and no more")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.engine == "local" and urlsplit(self.public_url).hostname not in (
            "127.0.0.1",
            "localhost",
        ):
            raise ValueError(
                f"engine 'local' has no isolation and listens on 127.0.0.1 only; public_url is "
                f"{self.public_url!r}"
            )
        if self.tls and (
            self.engine not in ("docker", "swarm") or not self.public_url.startswith("https://")
        ):
            raise ValueError(
                f"tls {self.tls!r} puts the front before a deployment of containers, whose "
                f"public_url begins with https://; engine is {self.engine!r}, public_url "
                f"{self.public_url!r}"
            )
        if self.authentication == "oidc":
            missing = [
                f"{PREFIX}{name.upper()}"
                for name in ("oidc_issuer", "oidc_client_id", "oidc_client_secret")
                if getattr(self, name) is None
            ]
            if missing:
                raise ValueError(f"authentication 'oidc' needs {', '.join(missing)}")
        elif self.members == "claims":
            raise ValueError("members 'claims' needs authentication 'oidc'")
        return self

    @property
    def labs_folder(self) -> Path:
        """Where the laboratories are declared."""
        return self.labs or self.root / "hub" / "labs"

    @property
    def state_folder(self) -> Path:
        """Where the deployment keeps what it must not lose; absolute."""
        return (self.state or self.root / ".state").absolute()

    @property
    def servers_outlive_hub(self) -> bool:
        """Whether laboratories go on when the hub stops: they do, but for a demonstration."""
        return self.engine != "local" if self.keep_servers is None else self.keep_servers

    @property
    def has_user_domains(self) -> bool:
        """Whether each person's servers have an origin of their own."""
        return self.engine != "local" if self.user_domains is None else self.user_domains

    @property
    def has_images(self) -> bool:
        """Whether a laboratory is a container of a release, and not a process of the hub's."""
        return self.engine != "local"

    @property
    def homes_claim(self) -> str:
        """The claim of a Kubernetes volume that people's homes are on."""
        return f"{self.name}-homes"

    @property
    def state_claim(self) -> str:
        """The claim of a Kubernetes volume that the rest of the state folder is on."""
        return f"{self.name}-state"

    @property
    def network(self) -> str:
        """The Docker network that laboratories and hub share, and nothing else."""
        return f"{self.name}-labs"

    @property
    def fenced(self) -> str:
        """The Docker network by which laboratories reach a server and the world beyond."""
        return "docker_gwbridge" if self.engine == "swarm" else self.network


def unknown_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Names in ``BLUECLOUD_`` that nothing reads, each with the nearest known name or ``''``."""
    known = [f"{PREFIX}{field.upper()}" for field in Settings.model_fields]
    return {
        name: next(iter(difflib.get_close_matches(name, known, n=1)), "")
        for name in environment
        if name.startswith(PREFIX)
        and name not in known
        and name not in HANDED_ON
        and not READ_ELSEWHERE.match(name)
    }


def read_settings(environment: Mapping[str, str] | None = None) -> Settings:
    """The settings of this process's environment.

    Raises
    ------
    SettingsError
        If a name is unknown or a value not allowed; every fault is named.
    """
    environment = os.environ if environment is None else environment
    unknown = unknown_settings(environment)
    if unknown:
        raise SettingsError(
            "; ".join(
                f"{name} is not a setting" + (f" (did you mean {near}?)" if near else "")
                for name, near in sorted(unknown.items())
            )
        )
    given = {
        field: environment[f"{PREFIX}{field.upper()}"]
        for field in Settings.model_fields
        # An empty value is what `compose` passes for a variable that was left out.
        if environment.get(f"{PREFIX}{field.upper()}", "").strip()
    }
    try:
        return Settings.model_validate(given)
    except ValidationError as error:
        faults = (
            f"{PREFIX}{'_'.join(map(str, fault['loc'])).upper()}: {fault['msg']}"
            if fault["loc"]
            else str(fault["msg"])
            for fault in error.errors(include_input=False)
        )
        raise SettingsError("; ".join(faults)) from error


def handed_on(environment: Mapping[str, str]) -> dict[str, str]:
    """What every laboratory is told of the deployment's environment: tiers and source addresses."""
    return {name: value for name, value in environment.items() if name in HANDED_ON and value}

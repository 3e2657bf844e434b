"""The service beside the hub, as the hub has to know it: its address, its token, who may ask it.

The hub does not start it, because what a hub starts ends with the hub. The scope that opens it
is everybody's, and is on the token that each laboratory's server has, so that a notebook can
search without anybody copying a token. A deployment gives hub and service the token of the
service; else it lies in the state folder, where a service of the same account finds it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from traitlets.config import Config

from bluecloud_hub.labs import Laboratory
from bluecloud_hub.settings import PREFIX, Settings
from bluecloud_hub.tokens import token

NAME = "bluecloud"
ADDRESS = f"{PREFIX}SERVICE_URL"
SCOPE = f"access:services!service={NAME}"
# What JupyterHub gives a server's token by itself, and the service.
SERVER_SCOPES = ["users:activity!user", "access:servers!server", SCOPE]


@dataclass(frozen=True)
class Place:
    """Where a browser finds the hub and the service's pages; an empty origin is the same as theirs.

    Attributes
    ----------
    hub, service
        Their origins, as ``https://vre.example.org``.
    public
        The deployment's own address, from which its pages may come too where there is one origin.
    """

    hub: str
    service: str
    public: str

    @property
    def callback(self) -> str:
        """Where the hub sends back whoever logged in, as JupyterHub itself has it."""
        return f"{self.service}/services/{NAME}/oauth_callback"

    def desk(self, slug: str = "") -> str:
        """The desk of a laboratory, or of all."""
        return f"{self.service}/services/{NAME}/desk" + (f"/{slug}" if slug else "")


def place(settings: Settings) -> Place:
    """Where a deployment's pages are."""
    if not settings.has_user_domains:
        return Place("", "", settings.public_url)
    parts = urlsplit(settings.public_url)
    own = f"{parts.scheme}://{NAME}--service.{parts.netloc}"
    return Place(settings.public_url, own, settings.public_url)


def open_pages(settings: Settings) -> str:
    """Where everybody reaches the service; empty where only this machine does."""
    there = place(settings)
    host = urlsplit(settings.public_url).hostname or ""
    if host == "127.0.0.1" or host.rpartition(".")[2] == "localhost":
        return ""
    return f"{there.service or there.public}/services/{NAME}"


def configure(c: Config, settings: Settings, laboratories: Mapping[str, Laboratory]) -> None:
    """Make the service known to the hub, where the deployment has one."""
    if settings.service_address is None:
        return
    groups = sorted(group for each in laboratories.values() for group in each.groups)
    if settings.members == "desk":  # else the hub refuses to start, and makes them at a login
        c.JupyterHub.load_groups = {group: {"users": []} for group in groups}
    c.JupyterHub.services.append(
        {
            "name": NAME,
            "url": settings.service_address,
            "api_token": token_of(settings),
            "display": False,
            "oauth_no_confirm": True,  # it is a part of the deployment, not somebody else's
        }
    )
    c.JupyterHub.load_roles.append({"name": "user", "scopes": ["self", SCOPE]})
    c.JupyterHub.load_roles.append(
        {
            "name": f"{NAME}-service",
            "scopes": scopes(groups, settings.members),
            "services": [NAME],
        }
    )
    c.Spawner.server_token_scopes = SERVER_SCOPES


def scopes(groups: Iterable[str], members: str) -> list[str]:
    """What the service may do at the hub: all that a desk does, and no more."""
    may = "groups" if members == "desk" else "read:groups"
    return [
        # Whose groups a schedule's person is in when it is due.
        "read:users:name",
        "read:users:groups",
        "read:roles:users",
        # Whose servers run, and the end of one: the hub cannot narrow that to a server's name, so
        # the service does.
        "list:users",
        "read:servers",
        "delete:servers",
        *(f"{may}!group={group}" for group in groups),
    ]


def token_of(settings: Settings) -> str:
    """The token by which the hub knows the service."""
    if settings.service_token is not None:
        return settings.service_token.get_secret_value()
    return token(settings.state_folder, NAME)


def make_folder(settings: Settings) -> Path:
    """Make the folder of the index, which the service and whoever harvests write."""
    path = settings.state_folder / "index"
    path.mkdir(exist_ok=True)
    return path


def registry(settings: Settings) -> Mapping[str, str]:
    """What a laboratory's environment says of the registry, into which its managers publish."""
    return {f"{PREFIX}REGISTRY_URL": settings.registry_url} if settings.registry_url else {}


def told(settings: Settings) -> Mapping[str, str]:
    """What a laboratory's environment says of the service."""
    if settings.service_address is None:
        return {}
    return {ADDRESS: f"{settings.service_address}/services/{NAME}"}

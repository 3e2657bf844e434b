"""The service beside the hub, as the hub has to know it: its address, its token, who may ask it.

The hub does not start it, because what a hub starts ends with the hub. The scope that opens it
is everybody's, and is on the token that each laboratory's server has, so that a notebook can
search without anybody copying a token. A deployment gives hub and service the token of the
service; else it lies in the state folder, where a service of the same account finds it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from traitlets.config import Config

from bluecloud_hub.settings import PREFIX, Settings
from bluecloud_hub.tokens import token

NAME = "bluecloud"
ADDRESS = f"{PREFIX}SERVICE_URL"
SCOPE = f"access:services!service={NAME}"
# What JupyterHub gives a server's token by itself, and the service.
SERVER_SCOPES = ["users:activity!user", "access:servers!server", SCOPE]


def configure(c: Config, settings: Settings) -> None:
    """Make the service known to the hub, where the deployment has one."""
    if settings.service_address is None:
        return
    c.JupyterHub.services.append(
        {
            "name": NAME,
            "url": settings.service_address,
            "api_token": token_of(settings),
            "display": False,
        }
    )
    c.JupyterHub.load_roles.append({"name": "user", "scopes": ["self", SCOPE]})
    # Whose groups a schedule's person is in when it is due.
    scopes = ["read:users:name", "read:users:groups", "read:roles:users"]
    c.JupyterHub.load_roles.append(
        {"name": f"{NAME}-service", "scopes": scopes, "services": [NAME]}
    )
    c.Spawner.server_token_scopes = SERVER_SCOPES


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


def told(settings: Settings) -> Mapping[str, str]:
    """What a laboratory's environment says of the service."""
    if settings.service_address is None:
        return {}
    return {ADDRESS: f"{settings.service_address}/services/{NAME}"}

"""dask-gateway, as the hub has to know it: who may use it, with which token.

A deployment that has none is not asked anything here. The gateway asks the hub whose a token is and
whether it may be used there, which the scope says that every person and laboratory then has.
"""

from __future__ import annotations

from traitlets.config import Config

from bluecloud_hub.service import SERVER_SCOPES
from bluecloud_hub.settings import Settings

NAME = "dask-gateway"
SCOPE = f"access:services!service={NAME}"


def configure(c: Config, settings: Settings) -> None:
    """Make the gateway known to the hub, after the service was, where the deployment has one."""
    if settings.dask_address is None or settings.dask_token is None:
        return
    token = settings.dask_token.get_secret_value()
    c.JupyterHub.services.append({"name": NAME, "api_token": token, "display": False})
    everybody = next((role for role in c.JupyterHub.load_roles if role["name"] == "user"), None)
    if everybody is None:
        everybody = {"name": "user", "scopes": ["self"]}
        c.JupyterHub.load_roles.append(everybody)
    everybody["scopes"] = [*everybody["scopes"], SCOPE]
    c.Spawner.server_token_scopes = [*SERVER_SCOPES, SCOPE]

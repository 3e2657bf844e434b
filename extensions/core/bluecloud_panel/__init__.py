"""The server half of the laboratory panel, an extension of the person's own Jupyter server."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jupyter_server.serverapp import ServerApp

__all__ = ["_jupyter_server_extension_points"]


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "bluecloud_panel"}]


def _load_jupyter_server_extension(server: "ServerApp") -> None:
    from bluecloud_panel.extension import load

    load(server)


async def _start_jupyter_server_extension(server: "ServerApp") -> None:
    from bluecloud_panel.extension import start

    await start(server)

"""How the server half enters a Jupyter server: routes at load, copies once it answers."""

import asyncio
import os
from pathlib import Path
from typing import Any

from jupyter_client.kernelspec import KernelSpecManager
from jupyter_server.serverapp import ServerApp
from jupyter_server.utils import url_path_join

from bluecloud.credentials import bring, folder_of_logins
from bluecloud.service import ADDRESS, Service, ServiceError
from bluecloud_panel.at_work import AtWork
from bluecloud_panel.errors import HomeNotWritable, PanelError
from bluecloud_panel.feedback_handlers import FEEDBACK_ROUTES
from bluecloud_panel.handlers import ROUTES
from bluecloud_panel.plots import ScriptsHandler, installed_scripts, served
from bluecloud_panel.product_handlers import PRODUCT_ROUTES
from bluecloud_panel.run_handlers import RUN_ROUTES
from bluecloud_panel.server import ServerDesk, idle_s
from bluecloud_panel.service import LaboratoryService
from bluecloud_panel.survey_handlers import SURVEY_ROUTES

_LOGINS_EVERY_S = 300.0


def load(server: ServerApp) -> None:
    """Add the routes, and tell the page which scripts are served."""
    # A login shell would begin with the system's PATH, in which none of a laboratory's programs is.
    # Terminals come after this extension: they are loaded in the order of their names.
    server.terminado_settings = {
        "shell_command": [os.environ.get("SHELL") or "bash"],
        **server.terminado_settings,
    }
    web_app = server.web_app
    base_url = web_app.settings["base_url"]
    specs = server.kernel_spec_manager or KernelSpecManager()
    service = LaboratoryService(Path(server.root_dir), specs.find_kernel_specs)
    web_app.settings["bluecloud_service"] = service
    web_app.settings["bluecloud_at_work"] = AtWork(server)
    web_app.settings["bluecloud_server"] = ServerDesk(Path(server.root_dir), web_app)
    routes: list[tuple[str, type, dict[str, Any]]] = [
        (url_path_join(base_url, "bluecloud/api", pattern), handler, {"service": service})
        for pattern, handler in (
            *ROUTES,
            *RUN_ROUTES,
            *FEEDBACK_ROUTES,
            *PRODUCT_ROUTES,
            *SURVEY_ROUTES,
        )
    ]
    scripts = installed_scripts()
    for found in scripts:
        place = url_path_join(base_url, "bluecloud/plots", found.package, found.version)
        routes.append((f"{place}/(.*)", ScriptsHandler, {"path": str(found.folder)}))
    web_app.add_handlers(".*$", routes)  # type: ignore[no-untyped-call]
    page_config = web_app.settings.setdefault("page_config_data", {})
    page_config["bluecloudPlots"] = served(scripts).model_dump_json()


async def start(server: ServerApp) -> None:
    """Make the person's copies; the server listens already, and the thread leaves it free."""
    # The loop itself keeps no task alive.
    if idle := idle_s():
        at_work: AtWork = server.web_app.settings["bluecloud_at_work"]
        server.web_app.settings["bluecloud_looks"] = asyncio.create_task(at_work.keep_looking(idle))
    if os.environ.get(ADDRESS) and folder_of_logins() is not None:
        server.web_app.settings["bluecloud_logins"] = asyncio.create_task(_keep_logins(server))
    service: LaboratoryService = server.web_app.settings["bluecloud_service"]
    try:
        await asyncio.to_thread(service.make_copies)
    except HomeNotWritable as error:
        server.log.warning("no copies of the curated notebooks: %s", error)
    except PanelError as error:
        server.log.info("%s", error)


async def _keep_logins(server: ServerApp) -> None:
    """Bring the person's logins again and again: they are stored and forgotten elsewhere."""
    fault = ""
    while True:
        try:
            await asyncio.to_thread(_bring)
            fault = ""
        except (ServiceError, OSError) as error:
            if str(error) != fault:
                server.log.warning("stored logins could not be fetched: %s", error)
            fault = str(error)
        await asyncio.sleep(_LOGINS_EVERY_S)


def _bring() -> None:
    with Service() as service:
        bring(service)

"""The scripts that draw plots, served from the packages installed here.

A notebook that draws with HoloViews, hvPlot or Panel asks cdn.bokeh.org and cdn.holoviz.org
for BokehJS and Panel's scripts, and stays blank where there is no internet. The same files
lie in the installed packages; the other half of the panel directs the notebook's requests
here. The version is part of the address, so that a browser keeps each file for good.
"""

import importlib.metadata
import importlib.util
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from jupyter_server.auth.decorator import authorized
from jupyter_server.base.handlers import JupyterHandler
from tornado import web

from bluecloud_panel import wire

# Where each package keeps what its CDN offers.
_FOLDERS = {"bokeh": "server/static", "panel": "dist"}


@dataclass(frozen=True)
class Scripts:
    """The scripts of one installed package."""

    package: str
    version: str
    folder: Path


def installed_scripts() -> list[Scripts]:
    """The scripts there are; a package is found without being imported, which takes seconds."""
    return list(_found())


def served(scripts: list[Scripts]) -> wire.Plots:
    """Which versions are served, for the page's configuration."""
    versions = {found.package: found.version for found in scripts}
    return wire.Plots(bokeh=versions.get("bokeh"), panel=versions.get("panel"))


def _found() -> Iterator[Scripts]:
    for package, below in _FOLDERS.items():
        spec = importlib.util.find_spec(package)
        if spec is None or not spec.submodule_search_locations:
            continue
        folder = Path(spec.submodule_search_locations[0]) / below
        if folder.is_dir():
            yield Scripts(package, importlib.metadata.version(package), folder)


class ScriptsHandler(JupyterHandler, web.StaticFileHandler):
    """One package's scripts; tornado refuses every path that leads out of its folder."""

    auth_resource = "bluecloud"

    @web.authenticated
    @authorized
    async def get(  # type: ignore[override]  # the decorators are loosely typed
        self, path: str, include_body: bool = True
    ) -> None:
        """Answer with the file."""
        await web.StaticFileHandler.get(self, path, include_body)

    @web.authenticated
    @authorized
    async def head(self, path: str) -> None:  # type: ignore[override]  # as above
        """Answer with the file's headers."""
        await web.StaticFileHandler.get(self, path, include_body=False)

    def set_extra_headers(self, path: str) -> None:
        """Let the browser keep the file: another version has another address."""
        self.set_header("Cache-Control", "private, max-age=31536000, immutable")

"""Our hub as it is, but that its servers are stand-ins."""

import sys
from pathlib import Path
from typing import Any

from bluecloud_hub.labs import Laboratory
from bluecloud_hub.local import LocalLaboratory

load_subconfig(str(Path(__file__).parents[3] / "hub" / "jupyterhub_config.py"))  # noqa: F821 - traitlets'
c: Any = get_config()  # noqa: F821 - traitlets'


class StandIn(LocalLaboratory):
    """All that is done before a start, and then something light."""

    async def make_ready(self, laboratory: Laboratory) -> None:
        """As ever."""
        await super().make_ready(laboratory)
        self.cmd = [sys.executable, "-S", str(Path(__file__).with_name("stand_in.py"))]


c.JupyterHub.spawner_class = StandIn

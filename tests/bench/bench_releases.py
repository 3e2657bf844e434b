"""From an edited notebook to every member having it, with a whole laboratory behind the gate.

What is measured are the manager's three commands, on a deployment with containers whose caches are
warm: ``publish``, which appends a layer and waits until every notebook ran to its end and every
entry of the catalogue was read, and ``promote`` to the testers and to everyone. The peer is the
bound of three minutes.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from tests.bench.ratio import Ratio
from tests.platform.deployments import ROOT, Docker, running
from tests.platform.managing import SCOPES, Managed, checkout_of, remove_images

_BAR_S = 180.0
_SLUG = "environment"


def _manager(docker: Docker, tree: Path) -> Managed:
    async def token() -> str:
        async with await docker.person("mia", f"{_SLUG}-managers") as mia:
            return await mia.token(scopes=SCOPES)

    return Managed(docker, asyncio.run(token()), tree, _SLUG)


def _promoted(manager: Managed, version: str) -> None:
    manager.does("promote", _SLUG, version)
    manager.does("promote", _SLUG, version, "--to", "everyone")


def run() -> list[Ratio]:
    """Seconds from the edit to everyone, and of those until the candidate is green."""
    notebooks = sorted(path.name for path in (ROOT / "notebooks" / _SLUG).glob("*.ipynb"))
    # No other deployment's: an image of this version is taken away in the end.
    version = f"9.{os.getpid()}"
    with tempfile.TemporaryDirectory() as folder, ExitStack() as after:
        tree = checkout_of(_SLUG, notebooks, Path(folder) / "tree")
        after.callback(remove_images, _SLUG, version)
        with running(Docker(Path(folder) / "state")) as docker:
            manager = _manager(docker, tree)
            manager.does("build", _SLUG, "--tree", str(tree), "--version", f"{version}.0")
            _promoted(manager, f"{version}.0")
            began = time.perf_counter()
            manager.add_cell(notebooks[0], "'a mended word'")
            said = manager.publish(f"{version}.1", "-m", "a mended word")
            if said.exit_code:
                raise RuntimeError(said.output)
            green = time.perf_counter() - began
            _promoted(manager, f"{version}.1")
            whole = time.perf_counter() - began
    note = f"{len(notebooks)} notebooks run; green after {green:.0f} s"
    return [Ratio("an edited notebook, to everyone", "a bound", whole, _BAR_S, "s", 1.0, note)]

"""The parts of runs put together, as a deployment's settings have it."""

from __future__ import annotations

import os
from collections.abc import Mapping

from bluecloud_hub.homes import HOME, home
from bluecloud_hub.settings import handed_on, read_settings
from bluecloud_runner.folders import Request

from ..database import open_database
from ..settings import ServiceSettings
from .admission import Laboratories
from .engines import Engine
from .engines.local import LocalEngine
from .index import RunIndex
from .keeper import Keeper
from .service import RunService
from .sharing import Capacity
from .store import Runs

_UNITS = {"M": 2**20, "G": 2**30}


def assemble(settings: ServiceSettings) -> tuple[RunService, Keeper] | None:
    """The runs of a deployment and what keeps them, not begun; None without a state folder.

    Raises
    ------
    HubError
        If the deployment's own settings, or its laboratories, cannot be used.
    """
    if settings.state is None:
        return None
    deployment = read_settings()
    state = deployment.state_folder
    folder = state / "service"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    in_containers = deployment.engine == "docker"
    engine: Engine
    if in_containers:
        # Only where there are containers: the Docker client is slow to import.
        from .engines.containers import DockerEngine

        engine = DockerEngine(
            state,
            deployment=deployment.name,
            network=deployment.network,
            pids_limit=deployment.pids_limit,
        )
    else:
        engine = LocalEngine(folder / "units", root=deployment.root)
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    index = RunIndex(open_database(url or f"sqlite:///{folder / 'service.sqlite'}"))
    runs = Runs(state / "runs", for_containers=in_containers)
    memory = settings.runs_memory
    capacity = Capacity(
        cpus=settings.runs_cpus,
        memory_bytes=int(memory[:-1]) * _UNITS[memory[-1]] if memory and in_containers else 0,
        batch=settings.runs_batch,
    )
    told = handed_on(os.environ)

    def tell(request: Request) -> Mapping[str, str]:
        own = HOME if in_containers else str(home(state, request.person))
        return {**told, "BLUECLOUD_SNAPSHOTS": f"{own}/.bluecloud/snapshots"}

    keeper = Keeper(runs, index, engine, capacity, deployment=deployment.name, told=tell)
    laboratories = Laboratories(
        deployment.labs_folder, state / "releases" if in_containers else None
    )
    return RunService(runs, index, engine, keeper, laboratories), keeper

"""The parts of runs put together, as a deployment's settings have it."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from bluecloud_hub import service
from bluecloud_hub.homes import HOME, home
from bluecloud_hub.settings import handed_on, read_settings
from bluecloud_runner.folders import Request

from ..credentials.store import Credentials
from ..credentials.vault import Vault
from ..database import open_database
from ..keys import keys_of
from ..schedules.store import Schedules
from ..settings import ServiceSettings
from .admission import Laboratories
from .capsule.keeping import Capsules
from .engines import Engine
from .engines.local import LocalEngine
from .index import RunIndex
from .keeper import Keeper
from .reuse import Reuse
from .service import RunService
from .sharing import Capacity
from .store import Runs
from .tokens import UnitTokens

TOKEN = "BLUECLOUD_RUN_TOKEN"  # noqa: S105 - the name of a variable
_UNITS = {"M": 2**20, "G": 2**30}


@dataclass(frozen=True)
class Assembled:
    """What a service has besides finding data."""

    runs: RunService
    keeper: Keeper
    capsules: Capsules
    tokens: UnitTokens
    credentials: Credentials
    schedules: Schedules


def assemble(settings: ServiceSettings) -> Assembled | None:
    """The runs and logins of a deployment, nothing begun; None without a state folder.

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
    database = open_database(url or f"sqlite:///{folder / 'service.sqlite'}")
    index = RunIndex(database)
    keys = keys_of(settings.key.get_secret_value() if settings.key else None, folder)
    tokens = UnitTokens(keys, index)
    runs = Runs(state / "runs", for_containers=in_containers)
    memory = settings.runs_memory
    capacity = Capacity(
        cpus=settings.runs_cpus,
        memory_bytes=int(memory[:-1]) * _UNITS[memory[-1]] if memory and in_containers else 0,
        batch=settings.runs_batch,
    )
    told = {
        **handed_on(os.environ),
        service.ADDRESS: settings.address,
        **service.told(deployment),
    }

    def tell(request: Request, unit: str) -> Mapping[str, str]:
        own = HOME if in_containers else str(home(state, request.person))
        return {
            **told,
            TOKEN: tokens.made(unit),
            "BLUECLOUD_SNAPSHOTS": f"{own}/.bluecloud/snapshots",
        }

    capsules = Capsules(runs, busy=lambda: bool(index.of(state="running", limit=1)))
    keeper = Keeper(
        runs,
        index,
        engine,
        capacity,
        deployment=deployment.name,
        told=tell,
        ended=capsules.soon,
    )
    laboratories = Laboratories(
        deployment.labs_folder, state / "releases" if in_containers else None
    )
    return Assembled(
        runs=RunService(
            runs,
            index,
            engine,
            keeper,
            laboratories,
            capsules,
            Reuse(runs, index, capsules, told),
        ),
        keeper=keeper,
        capsules=capsules,
        tokens=tokens,
        credentials=Credentials(database, Vault(keys)),
        schedules=Schedules(database),
    )

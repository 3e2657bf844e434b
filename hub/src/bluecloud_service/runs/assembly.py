"""The parts of runs put together, as a deployment's settings have it."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from bluecloud_hub import service
from bluecloud_hub.audit import Audit
from bluecloud_hub.homes import HOME, MEMBERS_PRODUCTS, PRODUCTS, home, members_products, products
from bluecloud_hub.labs import Laboratory, read_laboratories
from bluecloud_hub.quotas import quota_of
from bluecloud_hub.settings import handed_on, read_settings
from bluecloud_hub.tokens import token
from bluecloud_runner.folders import Request

from ..credentials.store import Credentials
from ..credentials.vault import Vault
from ..database import open_database
from ..desk.assembly import Desk, assemble_desk
from ..desk.hub import HubDesk
from ..feedback import Feedback
from ..homes import Weighing
from ..keys import keys_of
from ..metering import Ended, Metering, Read, Seeing
from ..metrics import Figures, Measured
from ..products.assembly import AssembledProducts, assemble_products
from ..registry.signing import Signer, signer_of
from ..releases.assembly import AssembledReleases, assemble_releases
from ..schedules.store import Schedules
from ..settings import ServiceSettings
from ..survey import Surveys
from ..usage.store import Usage
from .admission import Laboratories
from .capsule.keeping import Capsules
from .capsule.told import Access, accesses
from .engines import Engine
from .engines.local import LocalEngine
from .engines.nowhere import WHERE, NoEngine, reason
from .index import Row, RunIndex
from .keeper import Keeper
from .own_files import OwnFiles
from .reuse import Reuse
from .service import RunService
from .sharing import Capacity
from .state import state_of
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
    feedback: Feedback
    registry: Signer
    laboratories: Mapping[str, Laboratory]
    releases: AssembledReleases
    desk: Desk
    usage: Usage
    surveys: Surveys
    products: AssembledProducts
    measured: Measured
    seeing: Seeing
    homes: Weighing
    metrics_token: str
    audit: Audit
    remove_leftovers: Callable[[], None] | None  # of checks of candidates, where there are any
    refused: str  # why no runs are executed; empty where they are


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
    refused = ""
    leftovers: Callable[[], None] | None = None
    if in_containers:
        # Only where there are containers: the Docker client is slow to import.
        from ..gate import remove_leftovers
        from .engines.containers import DockerEngine

        leftovers = partial(remove_leftovers, state, deployment.name)
        engine = DockerEngine(
            state,
            deployment=deployment.name,
            network=deployment.network,
            pids_limit=deployment.pids_limit,
        )
    elif deployment.engine in WHERE:
        refused = reason(deployment.engine)
        engine = NoEngine(refused)
    else:
        engine = LocalEngine(folder / "units", root=deployment.root)
    url = settings.database_url.get_secret_value() if settings.database_url else ""
    database = open_database(url or f"sqlite:///{folder / 'service.sqlite'}")
    index = RunIndex(database)
    keys = keys_of(settings.key.get_secret_value() if settings.key else None, folder)
    tokens = UnitTokens(keys, index)
    runs = Runs(state / "runs", for_containers=deployment.has_images)
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
        own = HOME if deployment.has_images else str(home(state, request.person))
        return {
            **told,
            # An image has one, and a process not.
            **({} if deployment.has_images else {"HOME": own}),
            TOKEN: tokens.made(unit),
            "BLUECLOUD_PRODUCTS": os.pathsep.join(
                (PRODUCTS, MEMBERS_PRODUCTS)
                if deployment.has_images
                else (str(products(state)), str(members_products(state, request.laboratory)))
            ),
            "BLUECLOUD_SNAPSHOTS": f"{own}/.bluecloud/snapshots",
        }

    capsules = Capsules(runs, busy=lambda: bool(index.of(state="running", limit=1)))

    def sources(row: Row) -> Iterable[tuple[str, str]]:
        return ((each.source, each.tier) for each in accesses(runs.run(row.person, row.id)).kept)

    usage, metering, measured = Usage(database, keys, sources), Metering(database), Measured()

    def ended(row: Row) -> None:
        usage.note(row)
        run = runs.run(row.person, row.id)
        verdict, reads = state_of(run).verdict, _reads(accesses(run).kept)
        used = verdict.usage if verdict else None
        took = max(0.0, (row.ended or 0.0) - (row.started or row.ended or 0.0))
        metering.end(
            Ended(
                row.id,
                row.person,
                row.laboratory,
                row.ended or row.submitted,
                used.wall_s if used else took,
                used.cpu_s if used else 0.0,
                float(used.peak_bytes) if used else 0.0,
            ),
            reads,
        )
        measured.ended(row, reads)
        capsules.soon(row)

    keeper = Keeper(
        runs,
        index,
        engine,
        capacity,
        deployment=deployment.name,
        told=tell,
        ended=ended,
    )
    signer = signer_of(folder)
    declared = read_laboratories(deployment.labs_folder)
    laboratories = Laboratories(
        deployment.labs_folder,
        state / "releases" if deployment.has_images else None,
        OwnFiles(state, in_containers=deployment.has_images),
        refused=refused,
    )
    releases = assemble_releases(
        settings,
        database,
        declared,
        signer,
        runs,
        state=state,
        has_images=deployment.has_images,
        in_containers=in_containers,
    )
    feedback, surveys = Feedback(database), Surveys(database, keys)
    quota = quota_of(deployment)
    homes = Weighing(state, quota, keeps=lambda: keeper.holds)
    run_service = RunService(
        runs,
        index,
        engine,
        keeper,
        laboratories,
        capsules,
        Reuse(runs, index, capsules, told),
        homes,
    )
    credentials = Credentials(database, Vault(keys))
    made = assemble_products(
        database,
        run_service,
        capsules,
        state=state,
        deployment=deployment.name,
        pids_limit=deployment.pids_limit,
        engine=deployment.engine,
        address=settings.prefix.rstrip("/"),
        laboratories=declared,
        look_s=settings.products_look_s,
        credentials=credentials,
        pages=service.open_pages(deployment),
    )
    desk = assemble_desk(
        settings,
        database,
        declared,
        releases.service,
        feedback,
        usage,
        surveys,
        keys=keys,
        place=service.place(deployment),
        state=state,
        products=made,
        quota=quota,
    )
    seeing = Seeing(metering, HubDesk(settings), declared, keeps=lambda: keeper.holds)
    measured.registry.register(
        Figures(
            database,
            capacity,
            servers=lambda: seeing.last,
            keeps=lambda: keeper.holds and not keeper.fault,
            holdings=settings.holdings,
        )
    )
    return Assembled(
        runs=run_service,
        keeper=keeper,
        capsules=capsules,
        tokens=tokens,
        credentials=credentials,
        schedules=Schedules(database),
        feedback=feedback,
        registry=signer,
        laboratories=declared,
        releases=releases,
        desk=desk,
        usage=usage,
        surveys=surveys,
        products=made,
        measured=measured,
        seeing=seeing,
        homes=homes,
        metrics_token=token(state, "metrics"),
        audit=Audit(state),
        remove_leftovers=leftovers,
        refused=refused,
    )


def _reads(accesses: Iterable[Access]) -> list[Read]:
    """What a run read, by source and tier."""
    found: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for each in accesses:
        found[each.source, each.tier].append(each.bytes)
    return [Read(*key, len(some), sum(some)) for key, some in sorted(found.items())]

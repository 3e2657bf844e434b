"""The parts of releases put together, as a deployment's settings have it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Engine

from bluecloud_hub.labs import Laboratory

from ..products.store import Products
from ..registry.signing import Signer
from ..runs.store import Runs
from ..settings import ServiceSettings
from .promotion import Promotion
from .service import ReleaseService
from .store import Releases

if TYPE_CHECKING:
    from .checks import Checks


@dataclass(frozen=True)
class AssembledReleases:
    """Releases; ``checks`` is None where there is nothing to check."""

    service: ReleaseService
    checks: Checks | None


def assemble_releases(
    settings: ServiceSettings,
    database: Engine,
    laboratories: Mapping[str, Laboratory],
    signer: Signer,
    runs: Runs,
    *,
    state: Path,
    has_images: bool,
    in_containers: bool,
) -> AssembledReleases:
    """The releases of a deployment, nothing begun.

    Parameters
    ----------
    has_images
        Whether laboratories are started from images.
    in_containers
        Whether a candidate can be checked here, which takes a Docker engine.
    """
    store, files = Releases(database), state / "releases"
    promotion, reports = Promotion(store, files), state / "service" / "reports"
    if settings.registry is None or not in_containers:
        told = files if has_images else None
        service = ReleaseService(store, promotion, laboratories, reports, told, None, state=state)
        return AssembledReleases(service, None)
    # Only where there are containers: the Docker client is slow to import.
    from .checks import Checks
    from .collecting import Collecting
    from .docker_images import DockerImages
    from .gating import GateProgram

    address = settings.registry_url or f"http://{settings.registry}"
    images = DockerImages(settings.registry, address, signer)
    collecting = Collecting(
        store,
        promotion,
        images,
        reports,
        citing=[_cited_by(runs), Products(database).images],
        laboratories=laboratories,
    )
    checks = Checks(
        store,
        images,
        GateProgram(state),
        promotion,
        reports,
        laboratories=laboratories,
        collect=collecting.collect,
    )
    service = ReleaseService(
        store, promotion, laboratories, reports, files, images, state=state, wake=checks.wake
    )
    return AssembledReleases(service, checks)


def _cited_by(runs: Runs) -> Callable[[], Iterable[str]]:
    """The images that runs were executed in, or are to be."""

    def images() -> Iterable[str]:
        for _, folders in runs.everything():
            for run in folders:
                try:
                    yield run.request().image
                except (OSError, ValueError):
                    continue

    return images

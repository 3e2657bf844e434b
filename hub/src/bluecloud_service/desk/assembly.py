"""The desk put together, as a deployment's settings have it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from bluecloud_hub.labs import Laboratory
from bluecloud_hub.quotas import Quota
from bluecloud_hub.service import Place

from ..feedback import Feedback
from ..keys import Keys
from ..products.assembly import AssembledProducts
from ..releases.service import ReleaseService
from ..settings import ServiceSettings
from ..survey import Surveys
from ..usage.store import Usage
from .acts import Acts
from .board import Boards
from .hub import HubDesk
from .login import Login
from .pages import Pages


@dataclass(frozen=True)
class Desk:
    """The desk of a deployment."""

    login: Login
    boards: Boards
    acts: Acts
    pages: Pages


def assemble_desk(
    settings: ServiceSettings,
    database: Engine,
    laboratories: Mapping[str, Laboratory],
    releases: ReleaseService,
    feedback: Feedback,
    usage: Usage,
    surveys: Surveys,
    *,
    keys: Keys,
    place: Place,
    state: Path,
    products: AssembledProducts,
    quota: Quota | None,
) -> Desk:
    """The desk of a deployment."""
    hub = HubDesk(settings)
    boards = Boards(
        laboratories,
        hub,
        releases,
        feedback,
        usage,
        surveys,
        database,
        state,
        members=settings.members,
        products=products.waiting,
        quota=quota,
    )
    return Desk(
        login=Login(settings, keys, place),
        boards=boards,
        acts=Acts(boards, hub, releases, feedback, surveys, state, products.proposals),
        pages=Pages(f"{settings.prefix.rstrip('/')}/desk", f"{place.hub}/hub/home"),
    )

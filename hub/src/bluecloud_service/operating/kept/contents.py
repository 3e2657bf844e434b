"""What of a deployment is kept, and what is not because it is made again."""

from __future__ import annotations

import re
from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from bluecloud_hub.errors import ReleaseError
from bluecloud_runner.folders import Request

from ...products.store import Products
from ...releases.store import CHANNELS, RELEASES
from ..checks.releases import given
from ..deployment import Deployment

# Of the state's own folders: what is made again, and what only processes that run mean anything by.
_MADE_AGAIN = re.compile(
    r"""
    ^state/(
        cache | logs | demo\.env | lost\+found | \.(before|restoring)-[^/]+
        | hub/(jupyterhub\.sqlite.* | proxy\.pid | .*\.lock)
        | service/(service\.sqlite.* | units | backup\.json)
        | runs/\.(keeper|drafts) | runs/[^/]+/\.(new|gone)-[^/]+
        | service/products/\.gone-[^/]+
        | releases/\.lock
    )$
    """,
    re.VERBOSE,
)


def is_made_again(path: str, *, with_index: bool) -> bool:
    """Whether a path of a backup is left out, and nothing is lost by it."""
    return bool(_MADE_AGAIN.match(path)) or (path == "state/index" and not with_index)


def secret_lines(of: Deployment) -> bytes:
    """The secrets that only the environment has, as lines of ``deploy/.env``.

    Where a file of settings is named, all of it: what an operator chose is wanted back too.
    """
    if of.env_file is not None:
        return of.env_file.read_bytes()
    told = of.environment.get("BLUECLOUD_SERVICE_KEY", "")
    return f"BLUECLOUD_SERVICE_KEY={told}\n".encode() if told else b""


def cited_images(of: Deployment) -> list[str]:
    """The images that releases, runs and products name, by digest."""
    found: set[str] = {each.image for _, _, each in given(of) if not isinstance(each, ReleaseError)}
    try:
        found |= set(Products(of.service_database).images())
        promoted = select(RELEASES.c.image).join(
            CHANNELS,
            (CHANNELS.c.laboratory == RELEASES.c.laboratory)
            & (CHANNELS.c.digest == RELEASES.c.digest),
        )
        with of.service_database.connect() as connection:
            found |= set(connection.execute(promoted).scalars())
    except SQLAlchemyError:  # a deployment that never had a service
        pass
    return sorted(found | set(_of_runs(of)) - {""})


def _of_runs(of: Deployment) -> Iterable[str]:
    for path in of.state.glob("runs/*/*/*/record/given/request.json"):
        try:
            yield Request.model_validate_json(path.read_bytes()).image
        except (OSError, ValueError):
            continue

"""The address of a laboratory's figures of usage, for its managers."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated

from fastapi import APIRouter, Path, Query

from bluecloud_hub.labs import Laboratory

from ..errors import NotAllowed, NotAsked, NotThere
from ..runs.routes import Asker
from .store import Month, Usage

_MONTH = r"^[0-9]{4}-(0[1-9]|1[0-2])$"
Slug = Annotated[str, Path(max_length=40, description="A laboratory")]
InMonth = Annotated[str, Query(pattern=_MONTH, description="A month, as 2026-03")]


def router(usage: Usage, laboratories: Mapping[str, Laboratory]) -> APIRouter:
    """The routes of usage, in an application whose ``state.admitted`` says who asks."""
    routes = APIRouter(tags=["usage"])

    @routes.get("/laboratories/{laboratory}/usage", summary="How much it was used, month by month")
    def months(
        laboratory: Slug, person: Asker, first: InMonth = "1970-01", last: InMonth = "9999-12"
    ) -> list[Month]:
        if laboratory not in laboratories:
            raise NotThere(f"there is no laboratory {laboratory!r}")
        if not person.manages(laboratory):
            raise NotAllowed(f"you do not manage {laboratory!r}")
        if first > last:
            raise NotAsked(f"first = {first}, last = {last}: the first month is not after the last")
        return usage.months(laboratory, first, last)

    return routes

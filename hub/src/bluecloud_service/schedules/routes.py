"""The addresses of schedules: make, list and remove one's own."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field, JsonValue
from starlette.responses import Response

from ..runs.routes import Asker
from ..runs.service import RunService
from ..runs.wire import Asked, Submit
from .store import Schedule, Schedules
from .times import check_times, next_time

ScheduleId = Annotated[str, Path(pattern="^[0-9a-f]{20}$", description="A schedule")]


class Planned(Asked):
    """What is to be submitted, and when.

    Attributes
    ----------
    submit
        As of a run; its ``key`` is each time another.
    cron, timezone
        Cron's five fields, in the hours of a zone of IANA's.
    """

    submit: Submit
    cron: Annotated[str, Field(max_length=100)]
    timezone: Annotated[str, Field(max_length=60)] = "UTC"


class Told(BaseModel):
    """A schedule; see `store.Schedule`. What it submits is told without its notebook."""

    id: str
    laboratory: str
    notebook: str
    title: str
    cron: str
    timezone: str
    made: datetime
    due: datetime
    last_due: datetime | None
    last_submission: str
    last_fault: str
    missed: int
    parameters: dict[str, JsonValue]
    sweep: list[dict[str, JsonValue]] | dict[str, list[JsonValue]] | None

    @classmethod
    def of(cls, schedule: Schedule) -> Told:
        """What is told of it."""
        asked = json.loads(schedule.asked)
        submitted = {"parameters": asked.get("parameters", {}), "sweep": asked.get("sweep")}
        alike = {name: getattr(schedule, name) for name in cls.model_fields.keys() - submitted}
        return cls(**alike, **submitted)


def router(schedules: Schedules, runs: RunService) -> APIRouter:
    """The routes of schedules."""
    routes = APIRouter(tags=["runs"])

    @routes.post("/schedules", status_code=201, summary="Submit it again and again")
    def add(planned: Planned, person: Asker) -> Told:
        now = datetime.now(UTC)
        check_times(planned.cron, planned.timezone, now)
        runs.admit(person, planned.submit)  # what would be refused each time is refused now
        asked = planned.submit
        made = schedules.add(
            str(person.name),
            asked.model_dump_json(),
            laboratory=asked.laboratory,
            notebook=asked.notebook.name,
            title=asked.title,
            cron=planned.cron,
            timezone=planned.timezone,
            due=next_time(planned.cron, planned.timezone, now),
        )
        return Told.of(made)

    @routes.get("/schedules", summary="My schedules, the next due first")
    def listed(person: Asker) -> list[Told]:
        return [Told.of(one) for one in schedules.of(str(person.name))]

    @routes.delete("/schedules/{schedule}", status_code=204, summary="Remove a schedule")
    def remove(schedule: ScheduleId, person: Asker) -> Response:
        schedules.remove(str(person.name), schedule)
        return Response(status_code=204)

    return routes

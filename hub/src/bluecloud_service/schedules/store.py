"""The schedules of all people, in the service's database."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import (
    Column,
    ColumnElement,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    delete,
    select,
    true,
)

from ..errors import NotAsked, NotThere

MOST = 50  # of one person

SCHEDULES = Table(
    "schedules",
    MetaData(),
    Column("id", String(20), primary_key=True),
    Column("person", String(255), nullable=False),
    Column("asked", Text, nullable=False),
    Column("laboratory", String(30), nullable=False),
    Column("notebook", String(255), nullable=False),
    Column("title", String(200), nullable=False),
    Column("cron", String(100), nullable=False),
    Column("timezone", String(60), nullable=False),
    Column("made", Float, nullable=False),
    Column("due", Float, nullable=False),
    Column("last_due", Float),
    Column("last_submission", String(20), nullable=False),
    Column("last_fault", Text, nullable=False),
    Column("missed", Integer, nullable=False),
)


@dataclass(frozen=True)
class Schedule:
    """One schedule.

    Attributes
    ----------
    asked
        What is submitted each time, as JSON.
    due
        When it is due next.
    last_due, last_submission, last_fault
        When it was due last, and the submit that this became, or why it became none.
    missed
        How many times the service was away when it was due, last time it was away.
    """

    id: str
    person: str
    asked: str
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


class Schedules:
    """The table of schedules."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def add(
        self,
        person: str,
        asked: str,
        *,
        laboratory: str,
        notebook: str,
        title: str,
        cron: str,
        timezone: str,
        due: datetime,
    ) -> Schedule:
        """Keep a schedule.

        Raises
        ------
        NotAsked
            If the person has as many as one may have.
        """
        if len(self.of(person)) >= MOST:
            raise NotAsked(f"you have {MOST} schedules, and more cannot be: remove one first")
        row = {
            "id": secrets.token_hex(10),
            "person": person,
            "asked": asked,
            "laboratory": laboratory,
            "notebook": notebook,
            "title": title,
            "cron": cron,
            "timezone": timezone,
            "made": datetime.now(UTC).timestamp(),
            "due": due.timestamp(),
            "last_due": None,
            "last_submission": "",
            "last_fault": "",
            "missed": 0,
        }
        with self._engine.begin() as connection:
            connection.execute(SCHEDULES.insert().values(row))
        return _schedule(row)

    def of(self, person: str) -> list[Schedule]:
        """A person's schedules, the next due first."""
        return self._found(SCHEDULES.c.person == person)

    def due(self, now: datetime) -> list[Schedule]:
        """Those that are due, the longest due first."""
        return self._found(SCHEDULES.c.due <= now.timestamp())

    def all(self) -> list[Schedule]:
        """Everybody's schedules, the next due first."""
        return self._found(true())

    def bring_forward(self, schedule: Schedule, due: datetime) -> None:
        """Have a schedule be due earlier than was noted."""
        statement = (
            SCHEDULES.update()
            .where(SCHEDULES.c.id == schedule.id, SCHEDULES.c.due > due.timestamp())
            .values(due=due.timestamp())
        )
        with self._engine.begin() as connection:
            connection.execute(statement)

    def was_due(
        self, schedule: Schedule, *, next_due: datetime, missed: int, submission: str, fault: str
    ) -> None:
        """Note what became of a schedule that was due, and when it is next."""
        statement = (
            SCHEDULES.update()
            .where(SCHEDULES.c.id == schedule.id, SCHEDULES.c.due < next_due.timestamp())
            .values(
                due=next_due.timestamp(),
                last_due=schedule.due.timestamp(),
                last_submission=submission,
                last_fault=fault,
                missed=missed,
            )
        )
        with self._engine.begin() as connection:
            connection.execute(statement)

    def remove(self, person: str, schedule: str) -> None:
        """Take a schedule away; what it submitted stays.

        Raises
        ------
        NotThere
            If the person has none of that name.
        """
        statement = delete(SCHEDULES).where(
            SCHEDULES.c.person == person, SCHEDULES.c.id == schedule
        )
        with self._engine.begin() as connection:
            gone = connection.execute(statement).rowcount
        if not gone:
            raise NotThere(f"you have no schedule {schedule}")

    def _found(self, which: ColumnElement[bool]) -> list[Schedule]:
        statement = select(SCHEDULES).where(which).order_by(SCHEDULES.c.due)
        with self._engine.connect() as connection:
            return [_schedule(dict(row)) for row in connection.execute(statement).mappings()]


def _schedule(row: dict[str, object]) -> Schedule:
    times = {
        name: datetime.fromtimestamp(value, UTC) if isinstance(value, float) else None
        for name, value in row.items()
        if name in {"made", "due", "last_due"}
    }
    return Schedule(**{**row, **times})  # type: ignore[arg-type]

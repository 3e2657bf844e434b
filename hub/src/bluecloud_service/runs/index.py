"""The table in which runs are listed and counted: made from the folders, and again at will.

Nothing is true because the table says so. It answers quickly what a walk through all folders
would answer slowly, and a deployment that lost it makes it anew.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    and_,
    delete,
    func,
    or_,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

from bluecloud_runner.folders import Request

from .state import ENDED, State

_ANYBODY = ""  # no person has this name
METADATA = MetaData()
RUNS = Table(
    "runs",
    METADATA,
    Column("id", String(25), primary_key=True),
    Column("submission", String(20), nullable=False),
    Column("person", String(255), nullable=False),
    Column("laboratory", String(30), nullable=False),
    Column("notebook", String(255), nullable=False),
    Column("title", String(200), nullable=False),
    Column("version", String(40), nullable=False),
    Column("same", String(64), nullable=False),
    Column("cpus", Float, nullable=False),
    Column("memory_bytes", Float, nullable=False),
    Column("state", String(10), nullable=False),
    Column("settled", Integer, nullable=False),
    Column("cause", String(24), nullable=False),
    Column("words", Text, nullable=False),
    Column("unit", String(128), nullable=False),
    Column("attempt", Integer, nullable=False),
    Column("cells", Integer, nullable=False),
    Column("cells_done", Integer, nullable=False),
    # Seconds since 1970, since SQLite keeps no zone.
    Column("submitted", Float, nullable=False),
    Column("started", Float),
    Column("ended", Float),
    Index("runs_of_person", "person", "submitted", "id"),
    Index("runs_of_laboratory", "laboratory", "submitted"),
    Index("runs_unsettled", "settled", "state"),
    Index("runs_of_submission", "submission"),
    Index("runs_alike", "same", "state"),
)


@dataclass(frozen=True)
class Row:
    """A run as the table has it; times are seconds since 1970."""

    id: str
    submission: str
    person: str
    laboratory: str
    notebook: str
    title: str
    version: str
    same: str
    cpus: float
    memory_bytes: float
    state: str
    settled: int
    cause: str
    words: str
    unit: str
    attempt: int
    cells: int
    cells_done: int
    submitted: float
    started: float | None
    ended: float | None


class RunIndex:
    """The table of runs in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._changes: Counter[str] = Counter()
        self._lock = threading.Lock()

    def changes(self, person: str) -> int:
        """A number that is another one after each change to a person's rows, by this service."""
        with self._lock:
            return self._changes[person] + self._changes[_ANYBODY]

    def _note_change(self, people: set[str]) -> None:
        with self._lock:
            self._changes.update(people)

    def put(self, rows: Iterable[Row]) -> None:
        """Write rows, each in the place of an earlier one of its run."""
        values = [vars(row) for row in rows]
        if not values:
            return
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        with self._engine.begin() as connection:
            for begin in range(0, len(values), 500):
                statement = dialect.insert(RUNS).values(values[begin : begin + 500])
                new = {
                    column.name: statement.excluded[column.name]
                    for column in RUNS.columns
                    if column.name != "id"
                }
                connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=new))
        self._note_change({value["person"] for value in values})

    def get(self, run: str) -> Row | None:
        """One run, or None."""
        found = self._rows(select(RUNS).where(RUNS.c.id == run))
        return found[0] if found else None

    def person_of_unit(self, unit: str) -> str | None:
        """Whose unit it is, while one of its runs has not come to its end."""
        statement = select(RUNS.c.person).where(RUNS.c.settled == 0, RUNS.c.unit == unit).limit(1)
        with self._engine.connect() as connection:
            return connection.execute(statement).scalar()

    def of_unit(self, submission: str, unit: str) -> list[Row]:
        """The runs of a submission whose last attempt is of a unit, ended or not."""
        return self._rows(select(RUNS).where(RUNS.c.submission == submission, RUNS.c.unit == unit))

    def unsettled(self) -> list[Row]:
        """Every run that has not come to its end, the first submitted first."""
        return self._rows(
            select(RUNS).where(RUNS.c.settled == 0).order_by(RUNS.c.submitted, RUNS.c.id)
        )

    def of(
        self,
        *,
        person: str | None = None,
        laboratory: str | None = None,
        submission: str | None = None,
        state: str | None = None,
        before: tuple[float, str] | None = None,
        limit: int = 100,
    ) -> list[Row]:
        """Runs, the last submitted first; ``before`` goes on where a page ended."""
        statement = select(RUNS)
        for column, value in (
            (RUNS.c.person, person),
            (RUNS.c.laboratory, laboratory),
            (RUNS.c.submission, submission),
            (RUNS.c.state, state),
        ):
            if value is not None:
                statement = statement.where(column == value)
        if before is not None:
            at, run = before
            statement = statement.where(
                or_(RUNS.c.submitted < at, and_(RUNS.c.submitted == at, RUNS.c.id > run))
            )
        return self._rows(statement.order_by(RUNS.c.submitted.desc(), RUNS.c.id).limit(limit))

    def counts(self, **which: str) -> dict[str, int]:
        """How many runs are in each state, of those with these columns."""
        statement = select(RUNS.c.state, func.count()).group_by(RUNS.c.state)
        for name, value in which.items():
            statement = statement.where(RUNS.c[name] == value)
        with self._engine.connect() as connection:
            return {str(state): int(count) for state, count in connection.execute(statement)}

    def position(self, row: Row) -> int:
        """How many queued runs were submitted before this one, and itself: from 1."""
        earlier = or_(
            RUNS.c.submitted < row.submitted,
            and_(RUNS.c.submitted == row.submitted, RUNS.c.id <= row.id),
        )
        statement = select(func.count()).where(RUNS.c.state == "queued", earlier)
        with self._engine.connect() as connection:
            return int(connection.execute(statement).scalar_one())

    def positions(self) -> dict[str, int]:
        """The place of every queued run, from 1."""
        statement = (
            select(RUNS.c.id).where(RUNS.c.state == "queued").order_by(RUNS.c.submitted, RUNS.c.id)
        )
        with self._engine.connect() as connection:
            return {run: n for n, (run,) in enumerate(connection.execute(statement), start=1)}

    def alike(self, same: str, person: str) -> Row | None:
        """The last run of a person that did the same and succeeded."""
        statement = (
            select(RUNS)
            .where(RUNS.c.same == same, RUNS.c.person == person, RUNS.c.state == "succeeded")
            .order_by(RUNS.c.submitted.desc())
            .limit(1)
        )
        found = self._rows(statement)
        return found[0] if found else None

    def known(self) -> dict[str, bool]:
        """Every run in the table, and whether it has come to its end."""
        with self._engine.connect() as connection:
            found = connection.execute(select(RUNS.c.id, RUNS.c.settled))
            return {run: bool(settled) for run, settled in found}

    def remove(self, runs: Sequence[str]) -> None:
        """Take rows out."""
        with self._engine.begin() as connection:
            for begin in range(0, len(runs), 500):
                connection.execute(delete(RUNS).where(RUNS.c.id.in_(runs[begin : begin + 500])))
        self._note_change({_ANYBODY})

    def _rows(self, statement: Any) -> list[Row]:
        with self._engine.connect() as connection:
            return [Row(**row._mapping) for row in connection.execute(statement)]


def row_of(
    request: Request,
    state: State,
    *,
    title: str = "",
    same: str = "",
    cells: tuple[int, int] | None = None,
) -> Row:
    """A run's row, from its request and its state; ``cells`` is (done, of how many)."""
    verdict = state.verdict
    if cells is None:
        cells = (verdict.cells_done, verdict.cells) if verdict else (0, 0)
    return Row(
        id=request.id,
        submission=request.submission,
        person=request.person,
        laboratory=request.laboratory,
        notebook=request.notebook,
        title=title,
        version=request.version,
        same=same,
        cpus=request.limits.cpus,
        memory_bytes=float(request.limits.memory_bytes or 0),
        state=state.name,
        settled=int(state.settled and state.name in ENDED),
        cause=state.cause.kind if state.cause else "",
        words=state.cause.words if state.cause else "",
        unit=state.attempt.unit if state.attempt else "",
        attempt=state.attempt.number if state.attempt else 0,
        cells=cells[1],
        cells_done=cells[0],
        submitted=request.submitted.timestamp(),
        started=_seconds(state.started),
        ended=_seconds(state.ended),
    )


def _seconds(time: datetime | None) -> float | None:
    return None if time is None else time.timestamp()

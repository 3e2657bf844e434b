"""Servers, runs and readings as they are metered, in the service's database.

A server is a row from its start to when it was last seen, which the service asks the hub every
minute: no event can be lost, whoever was killed, and a server is metered short by a minute at most.
A run is a row when it ends, and stays one when its person takes it away. Rows hold people's names,
which `usage` does not; they are for operators alone, and go after ``KEPT_DAYS``.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    Engine,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    delete,
    select,
)
from sqlalchemy.dialects import postgresql, sqlite

KEPT_DAYS = 400  # a year, and the month in which it is accounted for
_TABLES = MetaData()
SERVERS = Table(
    "metered_servers",
    _TABLES,
    Column("person", String(255), primary_key=True),
    Column("laboratory", String(30), primary_key=True),
    Column("started", Float, primary_key=True),
    Column("seen", Float, nullable=False),
    Column("cpus", Float, nullable=False),
    Column("memory_bytes", Float, nullable=False),
)
RUNS = Table(
    "metered_runs",
    _TABLES,
    Column("run", String(25), primary_key=True),
    Column("person", String(255), nullable=False),
    Column("laboratory", String(30), nullable=False),
    Column("ended", Float, nullable=False),
    Column("wall_s", Float, nullable=False),
    Column("cpu_s", Float, nullable=False),
    Column("memory_bytes", Float, nullable=False),
)
READS = Table(
    "metered_reads",
    _TABLES,
    Column("run", String(25), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("tier", String(10), primary_key=True),
    Column("reads", Integer, nullable=False),
    Column("bytes", Float, nullable=False),
)


@dataclass(frozen=True)
class Seen:
    """A server that is there; ``started`` is seconds since 1970, memory and cores its limits."""

    person: str
    laboratory: str
    started: float
    cpus: float
    memory_bytes: float


@dataclass(frozen=True)
class Ended:
    """A run that ended: seconds of wall and of processor, and the most memory it held, in bytes."""

    run: str
    person: str
    laboratory: str
    ended: float
    wall_s: float
    cpu_s: float
    memory_bytes: float


@dataclass(frozen=True)
class Read:
    """What a run read of a source from a tier: how often, and bytes of the files behind it."""

    source: str
    tier: str
    reads: int
    bytes: int


class Metering:
    """The tables of metering in a database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def see(self, servers: Iterable[Seen], now: float) -> None:
        """Note that these servers are there now."""
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        values = [{**vars(server), "seen": max(now, server.started)} for server in servers]
        with self._engine.begin() as connection:
            for value in values:
                statement = dialect.insert(SERVERS).values(value)
                connection.execute(
                    statement.on_conflict_do_update(
                        index_elements=["person", "laboratory", "started"],
                        set_={"seen": statement.excluded.seen},
                    )
                )

    def end(self, ended: Ended, reads: Iterable[Read]) -> None:
        """Note a run that ended; once, however often it is told."""
        dialect = postgresql if self._engine.dialect.name == "postgresql" else sqlite
        with self._engine.begin() as connection:
            first = dialect.insert(RUNS).values(vars(ended)).on_conflict_do_nothing()
            if connection.execute(first).rowcount == 0:
                return
            told = [{"run": ended.run, **vars(read)} for read in reads]
            if told:
                connection.execute(READS.insert(), told)

    def forget(self, now: float | None = None) -> None:
        """Take away what is older than is kept."""
        before = (time.time() if now is None else now) - KEPT_DAYS * 86400
        old = select(RUNS.c.run).where(RUNS.c.ended < before)
        with self._engine.begin() as connection:
            connection.execute(delete(READS).where(READS.c.run.in_(old)))
            connection.execute(delete(RUNS).where(RUNS.c.ended < before))
            connection.execute(delete(SERVERS).where(SERVERS.c.seen < before))

    def servers(self, since: float, until: float) -> list[dict[str, Any]]:
        """Servers that were there between two times, ``started`` and ``seen`` cut to these."""
        which = select(SERVERS).where(SERVERS.c.seen > since, SERVERS.c.started < until)
        return [
            {
                **row,
                "started": max(row["started"], since),
                "seen": min(row["seen"], until),
            }
            for row in self._rows(which)
        ]

    def runs(self, since: float, until: float) -> list[dict[str, Any]]:
        """Runs that ended between two times."""
        return self._rows(select(RUNS).where(RUNS.c.ended >= since, RUNS.c.ended < until))

    def reads(self, since: float, until: float) -> list[dict[str, Any]]:
        """What runs that ended between two times read, each with its person and laboratory."""
        which = (
            select(READS, RUNS.c.person, RUNS.c.laboratory)
            .join(RUNS, RUNS.c.run == READS.c.run)
            .where(RUNS.c.ended >= since, RUNS.c.ended < until)
        )
        return self._rows(which)

    def _rows(self, statement: Any) -> list[dict[str, Any]]:
        with self._engine.connect() as connection:
            return [dict(row._mapping) for row in connection.execute(statement)]

"""Runs and readings as they are counted, in the service's database.

A run is counted when it ends, and stays counted when its person takes it away. Of the person
nothing is kept but a keyed hash that is another one in each month and laboratory: how many there
were can be counted, and nobody followed. Fewer than five are told as fewer than five.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import Column, Engine, Float, MetaData, String, Table, distinct, func, select
from sqlalchemy.exc import IntegrityError

from bluecloud_catalogs.declarations import PRODUCTS_SOURCE

from ..keys import Keys
from ..runs.index import RUNS, Row
from ..runs.state import ENDED

FEWEST = 5  # people who are told as a number

# The sources that a run says it read, each with the tier it came from.
Sources = Callable[[Row], Iterable[tuple[str, str]]]

_TABLES = MetaData()
RAN = Table(
    "usage_runs",
    _TABLES,
    Column("run", String(25), primary_key=True),
    Column("laboratory", String(30), nullable=False),
    Column("month", String(7), nullable=False),
    Column("person", String(64), nullable=False),
    Column("state", String(10), nullable=False),
    Column("ended", Float, nullable=False),
)
READ = Table(
    "usage_sources",
    _TABLES,
    Column("run", String(25), primary_key=True),
    Column("source", String(40), primary_key=True),
    Column("tier", String(10), primary_key=True),
)


@dataclass(frozen=True)
class Month:
    """A laboratory in a month, as ``2026-03`` (UTC).

    Attributes
    ----------
    analyses, failed
        Runs that ended, and of these those that failed; none of those that were cancelled.
    sources, readings
        Different sources that were read, and by how many runs in all.
    products
        Of the readings, those of products, which colleagues made before.
    people
        Different people whose runs these are; ``<5`` of fewer than five.
    """

    month: str
    analyses: int
    failed: int
    sources: int
    readings: int
    products: int
    people: str


@dataclass(frozen=True)
class Read:
    """A source, and how many runs read it from each tier; ``last`` is its last live reading."""

    source: str
    tiers: dict[str, int]
    last: datetime | None


class Usage:
    """Counts runs, and gives the counts."""

    def __init__(self, engine: Engine, keys: Keys, sources: Sources) -> None:
        self._engine = engine
        self._key = keys.of("usage")[0]
        self._sources = sources

    def note(self, row: Row) -> None:
        """Count a run that ended; once, however often it is told."""
        if row.state not in ENDED or row.state == "cancelled" or row.ended is None:
            return
        month = datetime.fromtimestamp(row.ended, UTC).strftime("%Y-%m")
        read = [
            {"run": row.id, "source": source, "tier": tier}
            for source, tier in sorted(set(self._sources(row)))
        ]
        ran = {
            "run": row.id,
            "laboratory": row.laboratory,
            "month": month,
            "person": self._hash(row.person, row.laboratory, month),
            "state": row.state,
            "ended": row.ended,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(RAN.insert().values(ran))
                if read:
                    connection.execute(READ.insert(), read)
        except IntegrityError:  # it was counted before, with what it read
            return

    def fill(self) -> None:
        """Count what ended and was not counted, since the service was ended in between."""
        counted = select(RAN.c.run)
        missing = select(RUNS).where(RUNS.c.settled == 1, RUNS.c.id.not_in(counted))
        with self._engine.connect() as connection:
            rows = [Row(**row._mapping) for row in connection.execute(missing)]
        for row in rows:
            self.note(row)

    def months(self, laboratory: str, first: str, last: str) -> list[Month]:
        """A laboratory's months in which something ran, first and last included."""
        which = (RAN.c.laboratory == laboratory) & (RAN.c.month >= first) & (RAN.c.month <= last)
        failed = func.count().filter(RAN.c.state == "failed")
        people = func.count(distinct(RAN.c.person))
        ran = (
            select(RAN.c.month, func.count(), failed, people)
            .where(which)
            .group_by(RAN.c.month)
            .order_by(RAN.c.month)
        )
        read = (
            select(
                RAN.c.month,
                func.count(distinct(READ.c.source)),
                func.count(distinct(RAN.c.run + " " + READ.c.source)),
                func.count(distinct(RAN.c.run)).filter(READ.c.source == PRODUCTS_SOURCE),
            )
            .join(READ, READ.c.run == RAN.c.run)
            .where(which)
            .group_by(RAN.c.month)
        )
        with self._engine.connect() as connection:
            sources = {
                month: (some, all_of, again)
                for month, some, all_of, again in connection.execute(read)
            }
            return [
                Month(
                    month,
                    analyses,
                    wrong,
                    *sources.get(month, (0, 0, 0)),
                    people=str(count) if count >= FEWEST else f"<{FEWEST}",
                )
                for month, analyses, wrong, count in connection.execute(ran)
            ]

    def read_since(self, laboratory: str, since: datetime) -> list[Read]:
        """The sources that a laboratory's runs read since a time, by name."""
        asked = (
            select(READ.c.source, READ.c.tier, func.count(), func.max(RAN.c.ended))
            .join(RAN, RAN.c.run == READ.c.run)
            .where(RAN.c.laboratory == laboratory, RAN.c.ended >= since.timestamp())
            .group_by(READ.c.source, READ.c.tier)
            .order_by(READ.c.source, READ.c.tier)
        )
        tiers: dict[str, dict[str, int]] = {}
        live: dict[str, datetime] = {}
        with self._engine.connect() as connection:
            for source, tier, count, last in connection.execute(asked):
                tiers.setdefault(source, {})[tier] = count
                if tier == "live":
                    live[source] = datetime.fromtimestamp(last, UTC)
        return [Read(source, found, live.get(source)) for source, found in tiers.items()]

    def _hash(self, person: str, laboratory: str, month: str) -> str:
        said = f"{laboratory}\n{month}\n{person}".encode()
        return hmac.new(self._key, said, hashlib.sha256).hexdigest()

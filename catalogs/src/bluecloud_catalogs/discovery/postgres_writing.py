"""Writing the index that PostgreSQL keeps: one program at a time, each change one transaction.

Readers see the state before a change or the one after it. A change takes away the records that
it replaces and copies the new ones in. An index that is made anew is a table of its own until
it is whole; then it takes the other's name.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from ..errors import DataError, SourceUnavailable
from .postgres import PostgresIndex, connect, where
from .postgres_query import signed, term
from .query import all_tags, box_of, facet_values, period_of
from .ranks import first_rank, next_rank, ranked
from .records import Record
from .text import all_words
from .words import words_of

if TYPE_CHECKING:
    from .postgres import Connection

_LOCK = 0x626C7565636C6F75  # one number for all who write; it spells "bluecloud" as far as it goes
_COLUMNS = (
    "id", "rank", "content", "found_by", "west", "south", "east", "north", "first", "last",
    "shallowest", "deepest", "source", "collection", "level", "platform", "decade", "variables",
)  # fmt: skip
_TABLE = """
    CREATE TABLE bluecloud.{name} (
        id text PRIMARY KEY,
        rank bigint NOT NULL UNIQUE,
        content text NOT NULL,
        found_by text[] NOT NULL,
        west float8, south float8, east float8, north float8,
        first bigint, last bigint,
        shallowest float8, deepest float8,
        source text NOT NULL, collection text NOT NULL, level text NOT NULL,
        platform text, decade text, variables text[] NOT NULL,
        place geometry GENERATED ALWAYS AS (ST_MakeEnvelope(west, south, east, north)) STORED,
        period int8range GENERATED ALWAYS AS (
            CASE WHEN first IS NULL THEN NULL ELSE int8range(first, last, '[]') END
        ) STORED
    )
"""
_INDEXES = (
    "CREATE INDEX ON bluecloud.{name} USING gin (found_by)",
    "CREATE INDEX ON bluecloud.{name} USING gist (place, period)",
    "CREATE INDEX ON bluecloud.{name} USING gist (period)",
)


class PostgresWriter(PostgresIndex):
    """The index in a database, opened to be written to; it is made where there is none.

    Raises
    ------
    DataError
        If another program is writing, or the account may not make the index.
    SourceUnavailable
        If the database does not answer.
    """

    def __init__(self, url: str) -> None:
        where(url)
        self._connection = connect(url, reads_only=False)
        try:
            _lock(self._connection, where(url))
            _make(self._connection, where(url))
            super().__init__(url)
        except BaseException:
            self._connection.close()
            raise

    def close(self) -> None:
        """Let another program write."""
        import psycopg

        # The server hears of a closed connection a moment later, and would keep the lock so long.
        with suppress(psycopg.Error):
            self._connection.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
        self._connection.close()
        super().close()

    def __enter__(self) -> PostgresWriter:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def upsert(self, records: Iterable[Record]) -> int:
        """Add records, or put them in the place of those with their ids."""
        new = list({record.id: record for record in records}.values())
        if not new:
            return 0
        with self._change():
            self._delete(record.id for record in new)
            self._copy("records", self._ranked(new))
        return len(new)

    def delete(self, ids: Iterable[str]) -> int:
        """Take records away; how many there were."""
        with self._change():
            return self._delete(ids)

    def rebuild(self, records: Iterable[Record]) -> int:
        """Begin anew with these records, each with an id of its own; readers keep what they see."""
        with self._change():
            self._connection.execute(_TABLE.format(name="incoming"))
            number = self._copy("incoming", ranked(records))
            for statement in _INDEXES:
                self._connection.execute(statement.format(name="incoming"))
            self._connection.execute("ANALYZE bluecloud.incoming")
            self._connection.execute("DROP TABLE bluecloud.records")
            self._connection.execute("ALTER TABLE bluecloud.incoming RENAME TO records")
        return number

    def compact(self) -> None:
        """Free the room of what is no more, and count anew what the planner goes by."""
        self._connection.execute("VACUUM ANALYZE bluecloud.records")

    @contextmanager
    def _change(self) -> Iterator[None]:
        import psycopg

        try:
            with self._connection.transaction():
                yield
                self._connection.execute("UPDATE bluecloud.state SET generation = generation + 1")
        except psycopg.Error as error:
            raise SourceUnavailable(f"{self.where} did not take a change: {error}") from error

    def _delete(self, ids: Iterable[str]) -> int:
        told = [term(each) for each in dict.fromkeys(ids)]
        gone = self._connection.execute(
            "DELETE FROM bluecloud.records WHERE id = ANY(%s::text[])", [told]
        )
        return gone.rowcount

    def _ranked(self, records: Sequence[Record]) -> list[tuple[int, Record]]:
        """The records, each with a rank that no other has."""
        taken = self._taken([first_rank(record) for record in records])
        found = []
        for record in records:
            rank = first_rank(record)
            while rank in taken:
                rank = next_rank(rank)
                taken |= self._taken([rank])
            taken.add(rank)
            found.append((rank, record))
        return found

    def _taken(self, ranks: Sequence[int]) -> set[int]:
        """Those of these ranks that others have."""
        rows = self._connection.execute(
            "SELECT rank FROM bluecloud.records WHERE rank = ANY(%s::bigint[])",
            [[signed(rank) for rank in ranks]],
        )
        by_kept = {signed(rank): rank for rank in ranks}
        return {by_kept[kept] for (kept,) in rows}

    def _copy(self, table: str, records: Iterable[tuple[int, Record]]) -> int:
        number = 0
        words = f"COPY bluecloud.{table} ({', '.join(_COLUMNS)}) FROM STDIN"
        with self._connection.cursor().copy(words) as copy:
            for rank, record in records:
                copy.write_row(_row(rank, record))
                number += 1
        return number


def _row(rank: int, record: Record) -> list[Any]:
    """A record in the columns' order."""
    values = facet_values(record)
    one = {name: _shown(of[0]) if of else None for name, of in values.items()}
    in_title = {f"title:{word}" for word in words_of(record.title)}
    found_by = {*all_words(record), *all_tags(record), *in_title}
    return [
        term(record.id),
        signed(rank),
        record.model_dump_json(exclude_defaults=True),
        sorted({term(each) for each in found_by}),
        *(box_of(record) or (None,) * 4),
        *(period_of(record) or (None,) * 2),
        *(record.depth or (None,) * 2),
        *(one[name] for name in ("source", "collection", "level", "platform", "decade")),
        [_shown(value) for value in values["variable"]],
    ]


def _shown(value: str) -> str:
    """A value as a database can keep it: PostgreSQL's texts have no character zero."""
    return value.replace("\0", "\N{REPLACEMENT CHARACTER}")


def _lock(connection: Connection, place: str) -> None:
    """Nobody else writes as long as the connection is open."""
    row = connection.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK]).fetchone()
    if not row or not row[0]:
        raise DataError(f"{place} is being written to by another program")


def _make(connection: Connection, place: str) -> None:
    """Make what is not there yet."""
    import psycopg

    try:
        with connection.transaction():
            has = connection.execute("SELECT to_regclass('bluecloud.state')").fetchone()
            if has and has[0]:
                return
            connection.execute("CREATE EXTENSION IF NOT EXISTS postgis")
            connection.execute("CREATE SCHEMA IF NOT EXISTS bluecloud")
            connection.execute("CREATE TABLE bluecloud.state (generation bigint NOT NULL)")
            connection.execute("INSERT INTO bluecloud.state VALUES (0)")
            connection.execute(_TABLE.format(name="records"))
            for statement in _INDEXES:
                connection.execute(statement.format(name="records"))
    except psycopg.Error as error:
        raise DataError(
            f"{place}: the index could not be made; an administrator of the database may have to "
            f"run CREATE EXTENSION postgis: {error}"
        ) from error

"""The index in PostgreSQL with PostGIS, for when it outgrows one host.

It answers the same queries with the same records in the same order as the index in files, and
is written to by `.postgres_writing`. Each answer is one statement, and so one state of the
database. Whoever searches needs to be allowed no more than to select.
"""

from __future__ import annotations

import threading
import weakref
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from ..errors import ParameterError, SourceUnavailable
from .backend import Counts, Page, counted
from .postgres_query import Conditions, count_sql, facets_sql, page_sql, unsigned
from .query import FACETS, Facet, Query, token_of, wanted
from .records import Record
from .vocabulary import Vocabulary, shipped

if TYPE_CHECKING:
    import psycopg

    Connection = psycopg.Connection[tuple[Any, ...]]
    Work = Callable[[Connection], "Answer"]

Answer = TypeVar("Answer")
_MOST = 8
# Compiling a statement takes longer than these run; what is found must fit into memory whole, or
# each record of it is looked at again; and an index costs little where pages lie in memory.
_READING = {
    "default_transaction_read_only": "on",
    "statement_timeout": "30s",
    "jit": "off",
    "work_mem": "32MB",
    "random_page_cost": "1.1",
}
_CONNECT_S = 10


class PostgresIndex:
    """An index in a database, opened to be searched from any number of threads.

    Parameters
    ----------
    url
        ``postgresql://user:password@host:port/database``; its password is never shown.

    Raises
    ------
    ParameterError
        If it is no such address.
    SourceUnavailable
        If the database does not answer, or holds no index.
    """

    def __init__(self, url: str, *, vocabulary: Vocabulary | None = None) -> None:
        self._database = Database(url)
        self._vocabulary = vocabulary or shipped()
        self.where = self._database.where
        _ = self.generation

    @property
    def generation(self) -> int:
        """The number of the state that is searched now."""
        rows = self._rows("SELECT generation FROM bluecloud.state", ())
        return int(rows[0][0])

    def search(self, query: Query) -> Page:
        """One page of what a query finds."""
        asked = wanted(query, self._vocabulary)
        rows = self._rows(*page_sql(Conditions(asked), asked))
        found = [row[1:] for row in rows if row[1] is not None]
        records = tuple(Record.model_validate_json(content) for _, _, content in found)
        token = None
        if len(found) == asked.limit:
            rank, titled, _ = found[-1]
            token = token_of(unsigned(rank), others=not titled)
        return Page(records, int(rows[0][0]), token)

    def count(self, query: Query) -> int:
        """How many records a query finds."""
        conditions = Conditions(wanted(query, self._vocabulary))
        return int(self._rows(count_sql(conditions), conditions.values)[0][0])

    def facets(self, query: Query, names: Sequence[Facet] = FACETS) -> Counts:
        """How many of what a query finds have each value."""
        conditions = Conditions(wanted(query, self._vocabulary))
        sums: dict[Facet, dict[str, int]] = {name: {} for name in names}
        if names:
            for name, value, number in self._rows(facets_sql(conditions, names), conditions.values):
                sums[name][value] = int(number)
        return {name: counted(of) for name, of in sums.items()}

    def close(self) -> None:
        """Close its connections."""
        self._database.close()

    def _rows(self, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
        return self._database.ask(lambda connection: connection.execute(sql, values).fetchall())


class Database:
    """Connections to a database that only read, at most eight; those that lie idle are kept."""

    def __init__(self, url: str) -> None:
        self._url = url
        self.where = where(url)
        self._idle: list[Connection] = []
        self._changing = threading.Lock()
        self._places = threading.BoundedSemaphore(_MOST)
        weakref.finalize(self, _close, self._idle)

    def ask(self, work: Work[Answer]) -> Answer:
        """Do something with a connection that no other thread has.

        Raises
        ------
        SourceUnavailable
            If the database does not answer, or holds no index.
        """
        import psycopg

        with self._places:
            while True:
                with self._changing:
                    connection = self._idle.pop() if self._idle else None
                is_new = connection is None
                connection = connection or connect(self._url, reads_only=True)
                try:
                    answer = work(connection)
                except (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName) as error:
                    connection.close()
                    raise SourceUnavailable(
                        f"{self.where} holds no index: 'bluecloud data harvest' makes it"
                    ) from error
                except psycopg.Error as error:
                    is_lost = connection.broken
                    connection.close()
                    if is_lost and not is_new:
                        continue  # it was ended while it lay idle
                    raise SourceUnavailable(f"{self.where} gave no answer: {error}") from error
                with self._changing:
                    self._idle.append(connection)
                return answer

    def close(self) -> None:
        """Close all that lie idle."""
        with self._changing:
            _close(self._idle)


def _close(connections: list[Connection]) -> None:
    while connections:
        connections.pop().close()


def connect(url: str, *, reads_only: bool) -> Connection:
    """A new connection, on which each statement is a transaction unless one is begun.

    Raises
    ------
    SourceUnavailable
        If the database does not answer, or does not let us in.
    """
    import psycopg

    options = " ".join(f"-c {name}={value}" for name, value in _READING.items())
    try:
        return psycopg.connect(
            url,
            autocommit=True,
            # A plan for any values is a bad one for these.
            prepare_threshold=None,
            connect_timeout=_CONNECT_S,
            application_name="bluecloud",
            options=options if reads_only else "",
        )
    except psycopg.OperationalError as error:
        raise SourceUnavailable(f"{where(url)} does not answer: {error}") from None


def where(url: str) -> str:
    """The database in words, without who asks it and their password.

    Raises
    ------
    ParameterError
        If it is no address of a database.
    """
    import psycopg
    from psycopg.conninfo import conninfo_to_dict

    try:
        parts = urlsplit(url)
        # Asked for its port, it says whether that is a number.
        is_whole = parts.port != 0 and parts.hostname and parts.path.strip("/")
        if parts.scheme not in {"postgresql", "postgres"} or not is_whole:
            raise ValueError
        told = conninfo_to_dict(url)
    except (psycopg.Error, ValueError):
        # What these say has the password in it.
        raise ParameterError(
            "BLUECLOUD_INDEX_URL is postgresql://user:password@host:port/database"
        ) from None
    return f"the database {told['dbname']} at {told['host']}"

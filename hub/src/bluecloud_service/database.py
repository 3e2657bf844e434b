"""The service's database: SQLite in the state folder, or PostgreSQL, at its newest tables.

In PostgreSQL the tables have a schema of their own, beside JupyterHub's in the same database.
"""

from __future__ import annotations

import sqlite3
import sys
from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
from sqlalchemy import Engine, create_engine, event, text
from sqlalchemy.exc import OperationalError

from .settings import read_settings

SCHEMA = "service"
_DISK_FULL = "53100"  # of PostgreSQL
MIGRATIONS = Path(__file__).parent / "migrations"


def open_database(url: str) -> Engine:
    """The engine of a database whose tables are brought to their newest form first."""
    engine = create_engine(url, pool_pre_ping=True, **_options(url))
    if engine.dialect.name == "postgresql":
        with engine.begin() as connection:
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}"))

    @event.listens_for(engine, "connect")
    def prepare(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        if engine.dialect.name == "postgresql":
            cursor.execute(f"SET search_path TO {SCHEMA}")
            connection.commit()
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute("PRAGMA synchronous=NORMAL")
            cursor.execute("PRAGMA busy_timeout=20000")
        cursor.close()

    engine.dispose()  # what was opened before knows nothing of this
    upgrade(engine)
    return engine


def upgrade(engine: Engine) -> None:
    """Bring the tables to their newest form."""
    configuration = alembic.config.Config()
    configuration.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        configuration.attributes["connection"] = connection
        alembic.command.upgrade(configuration, "head")


def is_full(error: OperationalError) -> bool:
    """Whether a statement failed because no room is left on the database's disk.

    Of SQLite that is an error of input and output too: no room for what readers and writers share.
    """
    of_sqlite = getattr(error.orig, "sqlite_errorcode", None)
    if of_sqlite is not None:
        return of_sqlite & 0xFF in {sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR}
    return getattr(error.orig, "sqlstate", None) == _DISK_FULL


def main() -> int:
    """Bring the tables of the service of this environment up, and say to which form.

    ``python -m bluecloud_service.database``, while no service runs: as a step of an upgrade, which
    is to fail before people are let in again.
    """
    settings = read_settings()
    if settings.state is None:
        sys.stderr.write("BLUECLOUD_STATE is not set: there is no database\n")
        return 1
    told = settings.database_url.get_secret_value() if settings.database_url else ""
    engine = open_database(told or f"sqlite:///{settings.state / 'service' / 'service.sqlite'}")
    with engine.connect() as connection:
        has = connection.execute(text("SELECT version_num FROM service_version")).scalar()
    engine.dispose()
    sys.stdout.write(f"the service's tables are of revision {has}\n")
    return 0


def _options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 20}}
    return {"pool_size": 5, "max_overflow": 10}


if __name__ == "__main__":
    sys.exit(main())

"""The service's database: SQLite in the state folder, or PostgreSQL, at its newest tables.

In PostgreSQL the tables have a schema of their own, beside JupyterHub's in the same database.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import alembic.command
import alembic.config
from sqlalchemy import Engine, create_engine, event, text

SCHEMA = "service"
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


def _options(url: str) -> dict[str, Any]:
    if url.startswith("sqlite"):
        return {"connect_args": {"check_same_thread": False, "timeout": 20}}
    return {"pool_size": 5, "max_overflow": 10}

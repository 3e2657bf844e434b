"""The databases of service and hub: they answer, their tables are the newest, their files whole."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import alembic.config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, text

from ...database import MIGRATIONS
from ..deployment import Deployment, revision
from ..findings import Told, check, fault, not_applicable, ok

_START = "make up; look at the database's log, or bring back a backup: bluecloud restore"


@check("service-database", unanswered=_START)
def service(of: Deployment) -> Iterator[Told]:
    """The service's database answers."""
    yield ok(_answer(of.service_database))


@check("hub-database", unanswered=_START)
def hub(of: Deployment) -> Iterator[Told]:
    """The hub's database answers."""
    yield ok(_answer(of.hub_database))


@check("service-tables", unanswered="see what service-database says; a new one the service makes")
def service_tables(of: Deployment) -> Iterator[Told]:
    """The service's tables are those of this version."""
    head = _head(MIGRATIONS)
    with of.service_database.connect() as connection:
        has = revision(connection, "service_version")
    if has == head:
        yield ok(f"revision {has}")
    else:
        fix = "restart the service of this version, which brings the tables up; never an older one"
        yield fault(f"revision {has or 'none'}, this version has {head}", fix)


@check("hub-tables", unanswered="see what hub-database says; a new one the hub makes")
def hub_tables(of: Deployment) -> Iterator[Told]:
    """The hub's tables are those of its JupyterHub."""
    package = find_spec("jupyterhub")
    if package is None or package.origin is None:
        yield not_applicable("there is no JupyterHub here to compare with")
        return
    head = _head(Path(package.origin).parent / "alembic")
    with of.hub_database.connect() as connection:
        has = revision(connection, "alembic_version")
    if has == head:
        yield ok(f"revision {has}")
    else:
        fix = "back up, then jupyterhub upgrade-db in the hub's container"
        yield fault(f"revision {has or 'none'}, this JupyterHub has {head}", fix)


@check("database-files", unanswered="bring back a backup: bluecloud restore")
def files(of: Deployment) -> Iterator[Told]:
    """Files of SQLite, which are whole."""
    looked = 0
    for path in (of.service_sqlite, of.hub_sqlite):
        if path is None:
            continue
        looked += 1
        engine = of.service_database if path == of.service_sqlite else of.hub_database
        with engine.connect() as connection:
            said = connection.execute(text("PRAGMA quick_check(1)")).scalar()
        if said != "ok":
            yield fault(f"{path}: {said}", "stop it, and bring back a backup: bluecloud restore")
    yield ok(f"{looked} files are whole") if looked else not_applicable("PostgreSQL keeps them")


def _answer(engine: Engine) -> str:
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            version = connection.execute(text("SHOW server_version")).scalar()
            size = connection.execute(text("SELECT pg_database_size(current_database())")).scalar()
            return f"PostgreSQL {version}, {int(size or 0) / 2**20:.1f} MiB"
        version = connection.execute(text("SELECT sqlite_version()")).scalar()
        pages = connection.execute(text("PRAGMA page_count")).scalar()
        each = connection.execute(text("PRAGMA page_size")).scalar()
        return f"SQLite {version}, {int(pages or 0) * int(each or 0) / 2**20:.1f} MiB"


def _head(migrations: Path) -> str:
    configuration = alembic.config.Config()
    configuration.set_main_option("script_location", str(migrations))
    return str(ScriptDirectory.from_config(configuration).get_current_head())

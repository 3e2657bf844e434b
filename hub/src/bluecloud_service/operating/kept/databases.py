"""Copies of the databases: SQLite's by its own online copy, PostgreSQL's by its own programs.

PostgreSQL's programs are those of the database's container, where the deployment has one, since
only they are sure to be of its version; else those on the path. A password goes by the
environment, where no list of processes shows it.
"""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, create_engine, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from ...database import SCHEMA
from ..deployment import Deployment
from ..errors import DatabaseAway, Unusable
from ..findings import one_line

HUB_SCHEMA = "public"


@dataclass(frozen=True)
class Part:
    """A database, or two in one: its file in a backup, and where it is."""

    name: str
    sqlite: Path | None = None
    url: str = ""
    schemas: tuple[str, ...] = ()


def parts(of: Deployment) -> list[Part]:
    """The databases of a deployment, the service's first; two schemas of one are one part."""
    if of.service_url and of.service_url == of.hub_url:
        return [Part("deployment.dump", None, of.service_url, (SCHEMA, HUB_SCHEMA))]
    service = (
        Part("service.dump", None, of.service_url, (SCHEMA,))
        if of.service_url
        else Part("service.sqlite", of.service_sqlite)
    )
    hub = (
        Part("hub.dump", None, of.hub_url, (HUB_SCHEMA,))
        if of.hub_url
        else Part("hub.sqlite", of.hub_sqlite)
    )
    return [service, hub]


def copy(of: Deployment, part: Part, to: Path) -> None:
    """Copy a database that is in use, as it is at one moment.

    Raises
    ------
    DatabaseAway
        If it or its program does not do it.
    """
    if part.sqlite is not None:
        copy_sqlite(part.sqlite, to)
        return
    words = ["--format=custom", "--no-owner", "--no-privileges", "--lock-wait-timeout=60s"]
    # Tables alone: a schema `public` is there already, and may hold an extension's tables too.
    words += [f"--table={each}.*" for each in part.schemas]
    with _program(of, part, "pg_dump") as run, to.open("wb") as file:
        run(words, out=file)


def copy_sqlite(path: Path, to: Path) -> None:
    """Copy a file of SQLite that is in use.

    Raises
    ------
    DatabaseAway
        If it cannot be read.
    """
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as source,
            contextlib.closing(sqlite3.connect(to)) as target,
        ):
            source.backup(target)
    except sqlite3.Error as error:
        raise DatabaseAway(f"{path}: {error}") from error


def check_sqlite(path: Path) -> None:
    """See that a copy is whole.

    Raises
    ------
    Unusable
        If it is not.
    """
    try:
        with contextlib.closing(sqlite3.connect(path)) as opened:
            said = opened.execute("PRAGMA quick_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        raise Unusable(f"{path.name} in it is no database: {error}") from error
    if said != "ok":
        raise Unusable(f"{path.name} in it is not whole: {said}")


def is_empty(part: Part) -> bool:
    """Whether PostgreSQL has no tables in a part's schemas.

    Raises
    ------
    DatabaseAway
        If it does not answer.
    """
    with _changing(part) as connection:
        return not any(_tables(connection, schema) for schema in part.schemas)


def put(of: Deployment, part: Part, dump: Path) -> None:
    """Bring a dump of PostgreSQL back, in the place of what is there.

    The tables that are there are moved into schemas of their own until those of the dump are whole,
    and moved back if they do not become so.

    Raises
    ------
    DatabaseAway
        If it or its program does not do it; the database is as it was.
    """
    with _changing(part) as connection:
        for schema in part.schemas:
            connection.execute(text(f'CREATE SCHEMA IF NOT EXISTS "{schema}"'))
            connection.execute(text(f'CREATE SCHEMA "{_aside(schema)}"'))
            _move(connection, schema, _aside(schema))
    words = ["--single-transaction", "--exit-on-error", "--no-owner", "--no-privileges"]
    try:
        with _program(of, part, "pg_restore") as run:
            run([*words, f"--dbname={make_url(part.url).database}"], given=dump)
    except BaseException:
        with _changing(part) as connection:
            for schema in part.schemas:
                _move(connection, _aside(schema), schema)
                connection.execute(text(f'DROP SCHEMA "{_aside(schema)}"'))
        raise
    with _changing(part) as connection:
        for schema in part.schemas:
            connection.execute(text(f'DROP SCHEMA "{_aside(schema)}" CASCADE'))


def _aside(schema: str) -> str:
    return f"{schema}_before_restore"


def _move(connection: Connection, frm: str, to: str) -> None:
    for table in _tables(connection, frm):
        connection.execute(text(f'ALTER TABLE "{frm}"."{table}" SET SCHEMA "{to}"'))


def _tables(connection: Connection, schema: str) -> list[str]:
    """The tables of a schema, but for those of extensions."""
    asked = text(
        "SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace"
        " WHERE n.nspname = :schema AND c.relkind IN ('r', 'p') AND NOT EXISTS"
        " (SELECT 1 FROM pg_depend d WHERE d.objid = c.oid AND d.deptype = 'e')"
    )
    return [str(each) for each in connection.execute(asked, {"schema": schema}).scalars()]


@contextlib.contextmanager
def _changing(part: Part) -> Iterator[Connection]:
    """A transaction in PostgreSQL, for which nobody is waited long."""
    told = {"connect_timeout": 10, "options": "-c lock_timeout=30s"}
    engine = create_engine(part.url, poolclass=NullPool, connect_args=told)
    try:
        with engine.begin() as connection:
            yield connection
    except SQLAlchemyError as error:
        raise DatabaseAway(f"PostgreSQL does not do it: {one_line(error)}") from error
    finally:
        engine.dispose()


@contextlib.contextmanager
def _program(of: Deployment, part: Part, name: str) -> Any:
    container = _container(of)
    if container:
        yield _InContainer(of.docker, container, name, _environment(part.url, inside=True))
        return
    found = shutil.which(name)
    if found is None:
        raise DatabaseAway(f"{name} is not here: install PostgreSQL's client programs")
    yield _Here(found, _environment(part.url, inside=False))


def _container(of: Deployment) -> str:
    """The database's container; empty where the deployment has none."""
    if not of.in_containers:
        return ""
    from docker.errors import DockerException

    project = f"com.docker.compose.project={of.settings.name}"
    labels = [project, "com.docker.compose.service=database"]
    try:
        found = of.docker.containers(filters={"label": labels})
    except (DockerException, OSError) as error:
        raise DatabaseAway(f"the Docker engine does not answer: {one_line(error)}") from error
    return str(found[0]["Id"]) if found else ""


def _environment(url: str, *, inside: bool) -> dict[str, str]:
    told = make_url(url)
    values = {
        "PGHOST": "127.0.0.1" if inside else told.host,
        "PGPORT": None if inside else told.port,
        "PGUSER": told.username,
        "PGPASSWORD": told.password,
        "PGDATABASE": told.database,
        "PGCONNECT_TIMEOUT": 10,
    }
    return {name: str(value) for name, value in values.items() if value is not None}


@dataclass(frozen=True)
class _Here:
    program: str
    environment: dict[str, str]

    def __call__(self, words: Sequence[str], *, out: Any = None, given: Path | None = None) -> None:
        ran = subprocess.run(
            [self.program, *words, *([str(given)] if given else [])],
            env={**os.environ, **self.environment},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            check=False,
        )
        if ran.returncode:
            raise DatabaseAway(f"{Path(self.program).name}: {one_line(ran.stderr.decode()[-300:])}")


@dataclass(frozen=True)
class _InContainer:
    docker: Any
    container: str
    program: str
    environment: dict[str, str]

    def __call__(self, words: Sequence[str], *, out: Any = None, given: Path | None = None) -> None:
        folder = f"/tmp/bluecloud-{os.getpid()}.dump"  # noqa: S108 - the container's own
        if given:
            self._bring(given, folder)
        command = [self.program, *words, *([folder] if given else [])]
        try:
            account = {"user": "0"} if given else {}  # to whom alone the file belongs
            made = self.docker.exec_create(
                self.container, command, environment=self.environment, **account
            )
            said = b""
            for told, fault in self.docker.exec_start(made["Id"], stream=True, demux=True):
                if told and out:
                    out.write(told)
                said = (said + (fault or b""))[-300:]
            code = self.docker.exec_inspect(made["Id"])["ExitCode"]
        finally:
            if given:
                gone = self.docker.exec_create(self.container, ["rm", "-f", folder], user="0")
                self.docker.exec_start(gone["Id"])
        if code:
            raise DatabaseAway(f"{self.program}: {one_line(said.decode('utf-8', 'replace'))}")

    def _bring(self, given: Path, to: str) -> None:
        with tempfile.TemporaryFile(dir=given.parent) as packed:
            with tarfile.open(fileobj=packed, mode="w") as tar, given.open("rb") as file:
                info = tarfile.TarInfo(Path(to).name)
                info.size, info.mode = given.stat().st_size, 0o600
                tar.addfile(info, file)
            packed.seek(0)
            self.docker.put_archive(self.container, "/tmp", io.BufferedReader(packed))  # noqa: S108 - as above

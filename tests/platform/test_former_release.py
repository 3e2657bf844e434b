"""What an earlier revision of this repository left comes up under this one, with nothing lost."""

from __future__ import annotations

import contextlib
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyterhub.dbutil import _temp_alembic_ini
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bluecloud_service.database import MIGRATIONS
from tests.discovery.database import database
from tests.platform import former
from tests.platform.deployments import ROOT, Local, running
from tests.platform.operating import Populated
from tests.service.publishing import GRID, READ
from tests.service.serving import until
from tests.service.work import notebook

# The revision before there were releases, feedback, products, surveys and deposits.
NEXT = "hub/src/bluecloud_service/migrations/versions/0004_releases.py"
WAS = "0003"
HUB_5 = "4621fec11365"  # the tables of JupyterHub 5.0
LAB = "environment"
SCOPE = "access:services!service=bluecloud"


@contextlib.contextmanager
def left_by_the_former(deployment: Local, folder: Path) -> Iterator[Populated]:
    """Start a deployment with the former revision's programs, and stop it at the end."""
    now = dict(deployment.environment)
    deployment.environment |= former.tree(former.before(NEXT), folder)
    made = Populated(deployment)
    try:
        deployment.start()
        yield made
    finally:
        deployment.environment["BLUECLOUD_KEEP_SERVERS"] = "false"
        if deployment.hub:
            deployment.hub.stop()
        if deployment.service:
            deployment.service.stop()
        deployment.service = None
        deployment.environment = now


async def people_and_work(made: Populated, *, with_run: bool) -> dict[str, Any]:
    """Somebody with a home, a login, a schedule and a run; what is seen."""
    deployment = made.deployment
    async with await deployment.person("ada", LAB) as ada:
        made.tokens["ada"] = await ada.token(scopes=[SCOPE])
    home = deployment.home("ada")
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "notes.txt").write_text("what Ada wrote\n")
    made.ask("ada", "PUT", "/credentials/cmems", {"username": "ada", "password": "at the sea"})
    submit = {"laboratory": LAB, "notebook": {"name": "s.ipynb", "content": notebook("1")}}
    made.ask("ada", "POST", "/schedules", {"cron": "0 6 * * 1", "submit": submit})
    if with_run:
        content = notebook(READ, GRID)
        body = {"laboratory": LAB, "notebook": {"name": "sst.ipynb", "content": content}}
        run = made.ask("ada", "POST", "/runs", body)["runs"][0]["id"]
        until(lambda: made.ask("ada", "GET", f"/runs/{run}")["state"] in {"succeeded", "failed"})
        made.told["run"] = run
    return seen(made)


def seen(made: Populated) -> dict[str, Any]:
    """What Ada sees of what was hers, as far as both revisions tell it."""
    found: dict[str, Any] = {}
    for name in ("credentials", "schedules", "runs"):
        told = made.ask("ada", "GET", f"/{name}")
        found[name] = told["runs"] if isinstance(told, dict) and "runs" in told else told
    kept = {"id", "state", "source", "cron", "person", "username", "laboratory", "words"}
    return {name: _only(told, kept) for name, told in found.items()}


def _only(told: Any, kept: set[str]) -> Any:
    if isinstance(told, list):
        return [_only(each, kept) for each in told]
    if isinstance(told, dict):
        return {name: _only(value, kept) for name, value in told.items() if name in kept}
    return told


def newest() -> str:
    """The newest revision of the service's tables."""
    return max(path.name.partition("_")[0] for path in MIGRATIONS.glob("versions/0*.py"))


def former_hub(url: str) -> None:
    """Leave JupyterHub's tables as its version 5.0 had them."""
    with _temp_alembic_ini(url) as configuration:
        words = ["-m", "alembic", "-c", str(configuration), "downgrade", HUB_5]
        subprocess.run([sys.executable, *words], check=True, capture_output=True)


def revisions(url: str) -> tuple[str, str]:
    """The revisions of the service's and the hub's tables in PostgreSQL."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        service = connection.execute(text("SELECT version_num FROM service.service_version"))
        hub = connection.execute(text("SELECT version_num FROM alembic_version"))
        found = str(service.scalar()), str(hub.scalar())
    engine.dispose()
    return found


def of_file(path: Path, table: str) -> str:
    """The revision of tables in a file of SQLite."""
    with contextlib.closing(sqlite3.connect(path)) as opened:
        return str(opened.execute(f"SELECT version_num FROM {table}").fetchone()[0])  # noqa: S608


async def test_what_it_kept_in_sqlite_comes_up(tmp_path: Path) -> None:
    deployment = Local(tmp_path / "state")
    with left_by_the_former(deployment, tmp_path / "former") as made:
        before = await people_and_work(made, with_run=True)
    service = deployment.state / "service" / "service.sqlite"
    hub = deployment.state / "hub" / "jupyterhub.sqlite"
    head = of_file(hub, "alembic_version")
    former_hub(f"sqlite:///{hub}")
    assert (of_file(service, "service_version"), of_file(hub, "alembic_version")) == (WAS, HUB_5)
    with running(deployment):
        await assert_all_is_there(made, before)
        assert before["runs"][0]["state"] == "succeeded"
        capsules = deployment.state.glob("runs/ada/*/0000/record/capsule/ro-crate-metadata.json")
        assert len([*capsules]) == 1
        assert (of_file(service, "service_version"), of_file(hub, "alembic_version")) == (
            newest(),
            head,
        )
        (copy,) = hub.parent.glob("jupyterhub.sqlite.*")  # as JupyterHub found it
        assert of_file(copy, "alembic_version") == HUB_5


@pytest.mark.postgis
async def test_what_it_kept_in_postgresql_comes_up(tmp_path: Path) -> None:
    with database() as server:
        url = server.url.replace("postgresql:", "postgresql+psycopg:")
        told = {"BLUECLOUD_DATABASE_URL": url, "BLUECLOUD_SERVICE_DATABASE_URL": url}
        deployment = Local(tmp_path / "state", **told)
        with left_by_the_former(deployment, tmp_path / "former") as made:
            before = await people_and_work(made, with_run=False)
        _, head = revisions(url)
        former_hub(url)
        assert revisions(url) == (WAS, HUB_5)
        environment = dict(deployment.environment)
        environment["PATH"] = f"{Path(sys.executable).parent}:{environment['PATH']}"
        # As `make upgrade` calls them, in containers.
        program = str(Path(sys.executable).with_name("jupyterhub"))
        configuration = str(ROOT / "hub" / "jupyterhub_config.py")
        for words in (
            [program, "upgrade-db", "-f", configuration],
            [sys.executable, "-m", "bluecloud_service.database"],
        ):
            subprocess.run(words, env=environment, check=True, cwd=tmp_path)
        assert revisions(url) == (newest(), head)
        with running(deployment):
            await assert_all_is_there(made, before)


async def assert_all_is_there(made: Populated, before: dict[str, Any]) -> None:
    """Ada has her password, her home and what she made, and what the former knew nothing of."""
    deployment = made.deployment
    assert seen(made) == before
    async with await deployment.person("ada", LAB) as ada:
        assert "Marine environment indicators" in await ada.home()
    assert (deployment.home("ada") / "notes.txt").read_text() == "what Ada wrote\n"
    # Of these it knew nothing.
    assert made.ask("ada", "GET", "/feedback") == []
    survey = made.ask("ada", "GET", f"/laboratories/{LAB}/survey")
    assert survey["on"] is False

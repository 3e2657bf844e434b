"""Deployments to examine and to back up: a copy of the state, and one with all there can be."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
from typer.testing import CliRunner, Result

from bluecloud_hub.releases import Release, write_release
from bluecloud_service.operating import checks
from bluecloud_service.operating.deployment import Deployment
from bluecloud_service.operating.findings import Finding, examined
from tests.platform.deployments import Local
from tests.service.publishing import GRID, READ, form
from tests.service.serving import until
from tests.service.work import notebook

assert checks.__all__  # importing them makes them known
IMAGE = "sha256:" + "a" * 64


def environment_of(deployment: Local) -> dict[str, str]:
    """What an operator tells the commands: the deployment's settings and no other's."""
    hub = deployment.environment["BLUECLOUD_HUB_PORT"]
    own = {
        name: value
        for name, value in deployment.environment.items()
        if name.startswith("BLUECLOUD_")
    }
    own.pop("BLUECLOUD_TEST_DATA", None)
    return {**own, "JUPYTERHUB_API_URL": f"http://127.0.0.1:{hub}/hub/api"}


@dataclass
class Copy:
    """A copy of a deployment's state to break, and what the commands are told of it."""

    state: Path
    environment: dict[str, str]
    env_file: Path | None = None

    def sql(self, statement: str, *values: Any, of: str = "service/service.sqlite") -> None:
        """Change a database."""
        with contextlib.closing(sqlite3.connect(self.state / of)) as database, database:
            database.execute(statement, values)

    def add(self, table: str, **told: Any) -> None:
        """Add a row to the service's database."""
        marks = ", ".join("?" * len(told))
        self.sql(f"INSERT INTO {table} ({', '.join(told)}) VALUES ({marks})", *told.values())  # noqa: S608 - the test's own words

    def find(self, *names: str) -> list[Finding]:
        """What these checks find."""
        looked = Deployment(self.environment, self.env_file)
        try:
            return list(examined(looked, names))
        finally:
            looked.close()


def copied(deployment: Local, to: Path) -> Copy:
    """A copy of its state as it is."""
    ignored = shutil.ignore_patterns("logs")
    shutil.copytree(deployment.state, to, symlinks=True, ignore=ignored)
    told = environment_of(deployment) | {
        "BLUECLOUD_STATE": str(to),
        "BLUECLOUD_LABS": str(to / "labs"),
    }
    return Copy(to, told)


@dataclass
class Populated:
    """What people made in a deployment, and how it is asked for again."""

    deployment: Local
    tokens: dict[str, str] = field(default_factory=dict)
    told: dict[str, Any] = field(default_factory=dict)

    def ask(self, person: str, method: str, path: str, body: Any = None) -> Any:
        """What the service answers a person, if it is no refusal."""
        address = f"{self.deployment.environment['BLUECLOUD_SERVICE_ADDRESS']}/services/bluecloud"
        headers = {"Authorization": f"token {self.tokens[person]}"}
        with httpx.Client(trust_env=False, timeout=60, headers=headers) as client:
            answer = client.request(method, f"{address}{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json() if answer.content else None

    def run(self) -> str:
        """A run that succeeded and has its capsule."""
        content = notebook(READ, GRID)
        body = {"laboratory": "environment", "notebook": {"name": "sst.ipynb", "content": content}}
        run = str(self.ask("ada", "POST", "/runs", body)["runs"][0]["id"])
        ended = {"succeeded", "failed"}
        until(lambda: self.ask("ada", "GET", f"/runs/{run}")["state"] in ended)
        assert self.ask("ada", "GET", f"/runs/{run}")["state"] == "succeeded"
        return run


async def populated(deployment: Local) -> Populated:
    """A person with files, a run with its capsule, a product, a release, a login, a schedule."""
    made = Populated(deployment)
    for name, groups in {"ada": ["environment"], "mia": ["environment-managers"]}.items():
        async with await deployment.person(name, *groups) as person:
            scope = "access:services!service=bluecloud"
            made.tokens[name] = await person.token(scopes=[scope])
    home = deployment.home("ada")
    (home / "deep" / "er").mkdir(parents=True)
    home.chmod(0o700)
    (home / "notes.txt").write_text("what Ada wrote\n")
    (home / "deep" / "er" / "Größe ☂.csv").write_text("a,b\n1,2\n")
    (home / "out").symlink_to("/opt/bluecloud/notebooks")
    (home / "run.sh").write_text("#!/bin/sh\n")
    (home / "run.sh").chmod(0o750)
    os.mkfifo(home / "pipe")
    shared = deployment.state / "shared" / "environment"
    shared.mkdir(exist_ok=True)
    shared.chmod(0o2770)
    (shared / "ours.txt").write_text("shared\n")
    release = Release(
        slug="environment",
        version="0.1.0",
        image=IMAGE,
        local=True,
        released="2026-11-01T00:00:00Z",
    )
    write_release(deployment.state / "releases", release)
    run = made.run()
    proposal = made.ask("ada", "POST", "/proposals", form(run))["id"]
    decision = {"decision": "approve", "answers": []}
    made.ask("mia", "POST", f"/proposals/{proposal}/decision", decision)
    made.ask("ada", "PUT", "/credentials/cmems", {"username": "ada", "password": "at the sea"})
    schedule = {
        "cron": "0 6 * * 1",
        "timezone": "Europe/Oslo",
        "submit": {
            "laboratory": "environment",
            "notebook": {"name": "s.ipynb", "content": notebook("1")},
        },
    }
    made.ask("ada", "POST", "/schedules", schedule)
    until(lambda: [*deployment.state.glob("runs/ada/*/0000/record/capsule")])
    made.told = {"run": run, **seen(made, run)}
    return made


def seen(made: Populated, run: str) -> Mapping[str, Any]:
    """What people see of what they made."""
    return {
        "runs": made.ask("ada", "GET", "/runs"),
        "detail": made.ask("ada", "GET", f"/runs/{run}"),
        "products": made.ask("ada", "GET", "/products"),
        "credentials": made.ask("ada", "GET", "/credentials"),
        "schedules": made.ask("ada", "GET", "/schedules"),
        "stac": made.ask("ada", "GET", "/stac/search?q=warm days ligurian")["features"],
    }


def tree(folder: Path) -> Iterator[tuple[str, int, int, int, str]]:
    """All that is in a folder: path, mode, owner, and content."""
    for path in sorted(folder.rglob("*")):
        found = path.lstat()
        if path.is_symlink():
            content = str(path.readlink())
        else:
            content = path.read_bytes().hex() if path.is_file() else ""
        name = str(path.relative_to(folder))
        yield name, found.st_mode, found.st_uid, found.st_gid, content


def run(app: Any, *words: object, told: dict[str, str]) -> Result:
    """Call a command as an operator does."""
    return CliRunner().invoke(app, [str(word) for word in words], env=told)


def small_deployment(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A deployment of a few files, that nobody runs."""
    state = tmp_path / "state"
    for name in ("hub", "service", "homes/ada", "shared/environment", "index/records"):
        (state / name).mkdir(parents=True)
    for name in ("hub", "service", "homes/ada"):
        (state / name).chmod(0o700)
    (state / "shared" / "environment").chmod(0o2770)
    (state / "homes" / "ada" / "a.txt").write_text("a")
    (state / "homes" / "ada" / "b.txt").hardlink_to(state / "homes" / "ada" / "a.txt")
    (state / "index" / "records" / "icos.parquet").write_text("harvested")
    (state / "service" / "key").write_text("k" * 64)
    for name in ("hub/jupyterhub.sqlite", "service/service.sqlite"):
        with contextlib.closing(sqlite3.connect(state / name)) as made, made:
            made.execute("CREATE TABLE said (word TEXT)")
            made.execute("INSERT INTO said VALUES ('before')")
    told = {"BLUECLOUD_STATE": str(state), "BLUECLOUD_SERVICE_PORT": "9"}
    told |= {"JUPYTERHUB_API_URL": "http://127.0.0.1:9/hub/api"}
    return state, told


def word(state: Path) -> str:
    with contextlib.closing(sqlite3.connect(state / "service" / "service.sqlite")) as opened:
        return str(opened.execute("SELECT word FROM said").fetchone()[0])


def change(state: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(state / "service" / "service.sqlite")) as opened,
        opened,
    ):
        opened.execute("UPDATE said SET word = 'after'")
    (state / "homes" / "ada" / "a.txt").write_text("changed")
    (state / "homes" / "new").mkdir()

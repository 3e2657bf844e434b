"""``bluecloud backup`` and ``restore``: what was lost is back, and nothing else comes in."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import shutil
import stat
import subprocess
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from jupyterhub import orm
from sqlalchemy import create_engine, text
from sqlalchemy.pool import NullPool

from bluecloud_hub.homes import make_shared
from bluecloud_service.database import open_database
from bluecloud_service.operating import backup, doctor, restore
from bluecloud_service.operating.kept.manifest import read_manifest
from bluecloud_service.operating.kept.packing import packing
from tests.discovery.database import database
from tests.platform.deployments import Docker, Local, running
from tests.platform.operating import (
    Populated,
    change,
    environment_of,
    populated,
    run,
    seen,
    small_deployment,
    tree,
    word,
)

BACK_UP, RESTORE = backup.app, restore.app


@pytest.fixture(scope="module")
def lost(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A deployment that is to be lost."""
    with running(Local(tmp_path_factory.mktemp("lost") / "state")) as deployment:
        yield deployment


KEPT = (
    "homes",
    "shared",
    "runs",
    "products",
    "members-products",
    "releases",
    "labs",
    "service/key",
)
KEPT += ("service/registry-key.pem", "hub/cookie_secret", "hub/people.token", "hub/passwords")


def kept(state: Path) -> dict[str, Any]:
    """All that has to be back, and how."""
    found = {}
    for name in KEPT:
        places = [each for each in (state / name, *state.glob(f"{name}.*")) if each.exists()]
        for place in places:
            if place.suffix != ".lock":
                found[place.name] = [*tree(place)] if place.is_dir() else place.read_bytes()
    passed_over = (".keeper", ".drafts", ".lock", "ada/pipe")
    found["runs"] = [each for each in found["runs"] if each[0] not in passed_over]
    found["homes"] = [each for each in found["homes"] if each[0] not in passed_over]
    found["releases"] = [each for each in found["releases"] if each[0] not in passed_over]
    return found


async def test_a_deployment_that_was_lost_is_back_with_all_that_people_made(
    lost: Local, tmp_path: Path
) -> None:
    made, told = await populated(lost), environment_of(lost)
    made_of = kept(lost.state)
    ran = run(BACK_UP, tmp_path, "--keep", 2, told=told)
    assert (ran.exit_code, "'state/homes/ada/pipe': it is neither" in ran.output) == (1, True), (
        ran.output
    )
    assert "1 images are cited and not in it" in ran.output
    (file,) = tmp_path.glob("bluecloud-*.tar.gz")
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    listed = subprocess.run(["tar", "-tzf", file], capture_output=True, text=True, check=True)
    names = listed.stdout.splitlines()
    assert (names[-1], "state/logs/" in names) == ("manifest.json", False)
    assert [each for each in tmp_path.iterdir() if each != file] == []
    assert "stop the deployment first" in run(RESTORE, file, told=told).output

    assert lost.hub is not None
    assert lost.service is not None
    lost.service.stop()
    lost.hub.stop()
    shutil.rmtree(lost.state)
    assert run(RESTORE, file, "--check", told=told).exit_code == 0
    assert not lost.state.exists()
    ran = run(RESTORE, file, told=told)
    assert ran.exit_code == 0, ran.output
    assert kept(lost.state) == made_of
    assert not [*lost.state.glob(".*")]

    lost.service = None
    lost.start()
    assert seen(made, made.told["run"]) == {
        name: found for name, found in made.told.items() if name != "run"
    }
    async with await lost.person("ada", "environment") as ada:  # by the password that she had
        assert "Marine environment indicators" in await ada.home()
    assert_fetched(made)
    ran = run(doctor.app, "--json", told=told)
    wrong = [
        each
        for each in json.loads(ran.stdout)["findings"]
        if each["verdict"] == "fault" or each["check"] in {"logins", "runs", "capsules", "products"}
    ]
    assert {each["verdict"] for each in wrong} == {"ok"}, wrong
    ran = run(BACK_UP, tmp_path, "--keep", 1, told=told)
    assert f"removed {file}" in ran.output.replace("\n", "")
    assert len([*tmp_path.glob("*.tar.gz")]) == 1


def assert_fetched(made: Populated) -> None:
    """The capsule is whole, and the stored login opens."""
    run_id = made.told["run"]
    (capsule,) = made.deployment.state.glob("runs/ada/*/0000/record/capsule")
    graph = json.loads((capsule / "ro-crate-metadata.json").read_text())["@graph"]
    sums = {each["@id"]: each["sha256"] for each in graph if "sha256" in each}
    notebook = (capsule.parent / "given" / "notebook.ipynb").read_bytes()
    assert sums["notebook.ipynb"] == hashlib.sha256(notebook).hexdigest()
    assert run_id.partition("-")[0] in str(capsule)
    (login,) = made.told["credentials"]
    assert (login["source"], login["kind"], login["username"]) == ("cmems", "password", "ada")


@pytest.mark.docker
async def test_containers_are_examined_and_brought_back_elsewhere_with_owners_and_people(
    docker: Docker, tmp_path: Path
) -> None:
    """The commands in a container made as the service's, with PostgreSQL's programs in its own."""
    backups = tmp_path / "backups"
    backups.mkdir()
    inside = ("run", "--rm", "--no-deps", "-T", f"--volume={backups}:{backups}", "service")
    command = (*inside, "bluecloud")
    await docker.person("sofia", "environment", log_in=False)
    home = docker.state / "homes" / "sofia"
    home.mkdir(mode=0o700)
    (home / "notes.txt").write_text("what Sofia wrote\n")
    for each in (home, home / "notes.txt"):
        os.chown(each, 1000, 1000)
    shared = make_shared(docker.state, "genomics", for_container=True)
    try:
        told = docker.compose(*command, "doctor", "--json")
    except AssertionError as error:  # its status is 1 or 2, since laboratories lack images
        told = str(error)
    findings = json.loads(told[told.index("{\n") : told.rindex("\n}") + 2])["findings"]
    verdicts = {each["check"]: each["verdict"] for each in findings}
    well = (
        "hub",
        "proxy",
        "service",
        "docker",
        "networks",
        "hub-tables",
        "clock",
    )
    assert {name: verdicts[name] for name in well} == dict.fromkeys(well, "ok"), findings
    with contextlib.suppress(AssertionError):  # status 1: other tests left what cannot be copied
        docker.compose(*command, "backup", str(backups))
    (file,) = backups.glob("*.tar.gz")

    elsewhere = Docker(tmp_path / "state", "elsewhere")
    its_own = elsewhere.environment_file.rename(tmp_path / "compose.env")  # no part of a backup
    told = its_own.read_text().replace(str(elsewhere.environment_file), str(its_own))
    its_own.write_text(told)
    elsewhere.environment_file = its_own
    try:
        elsewhere.compose("up", "--detach", "database")
        told = elsewhere.compose(*command, "restore", str(file), "--replace")
        assert "former BLUECLOUD_SERVICE_KEY" in told
        for name in ("homes/sofia", "shared/genomics"):
            assert [*tree(elsewhere.state / name)] == [*tree(docker.state / name)]
        mine, its = (elsewhere.state / "shared" / "genomics").stat(), shared.stat()
        assert (mine.st_uid, mine.st_mode) == (its.st_uid, its.st_mode)
        url = (
            f"postgresql://bluecloud:{elsewhere.settings['POSTGRES_PASSWORD']}@127.0.0.1/bluecloud"
        )
        query = ("exec", "-T", "database", "psql", "--tuples-only", url)
        asked = "SELECT name FROM users JOIN service.service_version ON name = 'sofia'"
        assert elsewhere.compose(*query, f"--command={asked}").strip() == "sofia"
    finally:
        elsewhere.stop()


@pytest.fixture
def small(tmp_path: Path) -> tuple[Path, dict[str, str]]:
    """A deployment of a few files, that nobody runs, and what the commands are told of it."""
    return small_deployment(tmp_path)


def test_a_deployment_that_is_there_is_replaced_only_when_told_and_then_kept(
    small: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, told = small
    file = tmp_path / "b.tar.gz"
    assert run(BACK_UP, file, told=told).exit_code == 0
    change(state)
    ran = run(RESTORE, file, told=told)
    assert (ran.exit_code, "--replace keeps it aside" in ran.output) == (2, True)
    assert (word(state), [*state.glob(".restoring*")]) == ("after", [])
    assert run(RESTORE, file, "--replace", told=told).exit_code == 0
    ada = state / "homes" / "ada"
    assert (word(state), (ada / "a.txt").read_text()) == ("before", "a")
    assert (ada / "a.txt").stat().st_ino == (ada / "b.txt").stat().st_ino
    assert not (state / "homes" / "new").exists()
    assert stat.S_IMODE((state / "shared" / "environment").stat().st_mode) == 0o2770
    assert (state / "index" / "records" / "icos.parquet").read_text() == "harvested"  # not in it
    (before,) = state.glob(".before-*")
    assert word(before) == "after"
    assert (before / "homes" / "new").is_dir()


def test_what_cannot_be_backed_up_is_refused_with_the_reason(
    small: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, told = small
    file = tmp_path / "b.tar.gz"
    for to, words in (
        (state / "b.tar.gz", "lies in the state folder"),
        (tmp_path / "none" / "b.tar.gz", "is no folder"),
    ):
        ran = run(BACK_UP, to, told=told)
        assert (ran.exit_code, words in ran.output) == (2, True), ran.output
    (state / "service" / "service.sqlite").write_bytes(b"no database" * 500)
    assert run(BACK_UP, file, told=told).exit_code == 2
    (state / "service" / "service.sqlite").unlink()
    assert run(BACK_UP, file, told=told).exit_code == 2
    (state / "homes").rename(tmp_path / "homes")
    (state / "homes").symlink_to(tmp_path / "homes")
    assert "is a link" in run(BACK_UP, file, told=told).output
    assert [each.name for each in tmp_path.glob("*b.tar*")] == []  # nothing half is left


def test_a_backup_brings_back_the_secrets_that_only_the_environment_had(
    small: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, told = small
    settings, file = tmp_path / ".env", tmp_path / "b.tar.gz"
    settings.write_text(f"BLUECLOUD_SERVICE_KEY={'a' * 64}\nPOSTGRES_PASSWORD=sea\n")
    ran = run(BACK_UP, file, "--env-file", settings, "--index", told=told)
    assert ran.exit_code == 0, ran.output
    shutil.rmtree(state)
    other = told | {"BLUECLOUD_SERVICE_KEY": "b" * 64}
    ran = run(RESTORE, file, told=other)
    assert "the former BLUECLOUD_SERVICE_KEY" in ran.output
    assert (state / "service" / "restored.env").read_text() == settings.read_text()
    assert (state / "index" / "records" / "icos.parquet").exists()
    ran = run(
        RESTORE, file, "--replace", told=other | {"BLUECLOUD_SERVICE_KEY": f"{'b' * 64},{'a' * 64}"}
    )
    assert (ran.exit_code, "former" in ran.output) == (0, False), ran.output


@pytest.mark.postgis
def test_databases_in_postgresql_are_back_or_as_they_were(
    small: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    state, told = small
    with database() as server:
        url = server.url.replace("postgresql:", "postgresql+psycopg:")
        told |= {"BLUECLOUD_DATABASE_URL": url, "BLUECLOUD_SERVICE_DATABASE_URL": url}
        server.execute("CREATE EXTENSION postgis")  # whose tables are nobody's
        open_database(url).dispose()
        orm.new_session_factory(url)().get_bind().dispose()
        engine = create_engine(url, poolclass=NullPool)

        def said(statement: str) -> list[Any]:
            with engine.begin() as connection:
                ran = connection.execute(text(statement))
                return [tuple(each) for each in ran] if ran.returns_rows else []

        said("INSERT INTO users (name, cookie_id) VALUES ('ada', 'ada')")
        said("INSERT INTO service.credentials VALUES ('ada', 'cmems', 'x', 1, NULL, NULL)")
        file = tmp_path / "b.tar.gz"
        assert run(BACK_UP, file, told=told).exit_code == 0
        head = said("SELECT version_num FROM service.service_version")
        said("INSERT INTO users (name, cookie_id) VALUES ('ben', 'ben')")
        said("DELETE FROM service.credentials")
        said("UPDATE service.service_version SET version_num = '9999'")
        said("CREATE TABLE service.newer (id int)")
        people = "SELECT name FROM users ORDER BY name"
        change(state)

        ran = run(RESTORE, file, told=told)
        assert (ran.exit_code, said(people)) == (2, [("ada",), ("ben",)])
        broken = tmp_path / "broken.tar.gz"
        with tarfile.open(file) as tar, packing(broken) as pack:
            told_of = tar.extractfile("manifest.json")
            assert told_of
            manifest = read_manifest(told_of.read())
            dump = tar.extractfile("databases/deployment.dump")
            assert dump
            pack.folder("databases")
            pack.content("databases/deployment.dump", dump.read()[:-3000])
            for name in ("state", "state/hub", "state/service"):
                pack.folder(name)
            told_now = vars(manifest) | {"members": pack.members}
            pack.finish(type(manifest)(**told_now))
        before = [*tree(state)]
        ran = run(RESTORE, broken, "--replace", told=told)
        assert (ran.exit_code, "pg_restore" in ran.output) == (2, True), ran.output
        assert [*tree(state)] == before
        assert said(people) == [("ada",), ("ben",)]
        assert said("SELECT version_num FROM service.service_version") == [("9999",)]

        ran = run(RESTORE, file, "--replace", told=told)
        assert ran.exit_code == 0, ran.output
        assert said(people) == [("ada",)]
        assert said("SELECT source FROM service.credentials") == [("cmems",)]
        assert said("SELECT version_num FROM service.service_version") == head
        left = "SELECT tablename FROM pg_tables WHERE tablename = 'newer' OR schemaname ~ 'before'"
        assert said(left) == []
        said("INSERT INTO users (name, cookie_id) VALUES ('mia', 'mia')")  # numbers go on
        assert len(said("SELECT DISTINCT id FROM users")) == 2
        (aside,) = state.glob(".before-*/deployment.dump")
        assert aside.stat().st_size > 1000
        assert said("SELECT count(*) > 0 FROM spatial_ref_sys") == [(True,)]
        engine.dispose()

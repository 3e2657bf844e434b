"""``bluecloud doctor``: nothing is wrong with a fresh deployment, and each check sees its fault."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bluecloud_hub.demo import free_port
from bluecloud_hub.releases import Release, write_release
from bluecloud_service.operating.doctor import app
from bluecloud_service.operating.findings import CHECKS, status
from tests.platform.breaking import BROKEN
from tests.platform.deployments import Local, running
from tests.platform.far_ends import ENGINES, Engine, answering
from tests.platform.operating import IMAGE, Copy, copied, environment_of


@pytest.fixture(scope="module")
def fresh(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A deployment of which nothing was asked yet."""
    with running(Local(tmp_path_factory.mktemp("fresh"))) as deployment:
        yield deployment


@pytest.fixture(scope="module")
def before(fresh: Local, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What each check says of a copy in which nothing is broken."""
    untouched = copied(fresh, tmp_path_factory.mktemp("untouched") / "state")
    return {each.check: each.verdict for each in untouched.find()}


@pytest.fixture
def copy(fresh: Local, tmp_path: Path) -> Copy:
    """A copy of its state."""
    return copied(fresh, tmp_path / "state")


def test_nothing_is_wrong_with_a_fresh_deployment(
    fresh: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in environment_of(fresh).items():
        monkeypatch.setenv(name, value)
    before = {path: path.stat().st_mtime_ns for path in fresh.state.rglob("*") if path.is_file()}
    ran = CliRunner().invoke(app, ["--json"])
    assert ran.stdout, ran.exception
    told = json.loads(ran.stdout)
    wrong = [each for each in told["findings"] if each["verdict"] in {"warning", "fault"}]
    assert (ran.exit_code, told["status"], wrong) == (0, 0, [])
    assert [each["check"] for each in told["findings"]] == list(CHECKS)
    well = {each["check"] for each in told["findings"] if each["verdict"] == "ok"}
    assert well >= {"hub", "proxy", "service", "keeper", "culler", "clock", "hub-tables", "runs"}
    after = {path: path.stat().st_mtime_ns for path in before}
    mine = {path.name for path in before if after[path] != before[path]}
    assert not mine - {"jupyterhub.sqlite", "hub.log", "service.log"}, "it only reads"
    ran = CliRunner().invoke(app, ["--only", "settings", "--only", "nothing"])
    assert ran.exit_code == 3
    assert "no check nothing" in ran.output
    ran = CliRunner().invoke(app, [], env={"BLUECLOUD_STAET": "/srv"})
    assert (ran.exit_code, "did you mean BLUECLOUD_STATE" in " ".join(ran.output.split())) == (
        2,
        True,
    )


@pytest.mark.parametrize("what", BROKEN)
def test_what_is_broken_is_found_with_what_to_do(
    copy: Copy, before: dict[str, str], what: str
) -> None:
    broken, verdict, words = BROKEN[what]
    name = what.partition(" ")[0]
    broken(copy)
    (found,) = copy.find(name)
    assert before[name] in {"ok", "not applicable"}
    assert found.verdict == verdict, found
    assert words in f"{found.found} | {found.fix}", found
    assert found.fix
    assert "\n" not in found.found + found.fix
    assert status([found]) == {"warning": 1, "fault": 2}[verdict]
    if held := copy.environment.get("held"):
        os.close(int(held))


def test_certificates_and_clocks_are_judged_by_how_far_they_are_off(copy: Copy) -> None:
    for days, verdict in ((300, "ok"), (5, "warning"), (-2, "fault")):
        with answering(lambda _: {}, days=days) as address:
            copy.environment["BLUECLOUD_PUBLIC_URL"] = address
            (found,) = copy.find("certificate")
            assert (found.verdict, address in found.found) == (verdict, True), found
    (found,) = copy.find("certificate")
    assert (found.verdict, "does not answer" in found.found) == ("fault", True)
    for ahead_s, verdict in ((30, "warning"), (-3600, "fault")):
        with answering(lambda _: {"version": "6"}, ahead_s=ahead_s) as address:
            copy.environment["JUPYTERHUB_API_URL"] = f"{address}/hub/api"
            (found,) = copy.find("clock")
            assert found.verdict == verdict, found
            (found,) = copy.find("hub")
            assert found.verdict == "ok"
    with answering(lambda _: {}) as address:
        copy.environment["BLUECLOUD_REGISTRY_URL"] = address
        (found,) = copy.find("registry")
        assert (found.verdict, "anybody" in found.found) == ("fault", True)


@pytest.mark.parametrize("what", ENGINES)
def test_what_is_wrong_with_an_engine_is_found(
    copy: Copy, what: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine, name, verdict, words = ENGINES[what]
    copy.environment["BLUECLOUD_ENGINE"] = "docker"
    release = Release(
        slug="environment", version="1.0", image=IMAGE, local=True, released="2026-11-01T00:00:00Z"
    )
    write_release(copy.state / "releases", release)
    for told, expected in ((Engine(), "ok"), (engine, verdict)):
        with answering(told.told) as address:
            monkeypatch.setenv("DOCKER_HOST", address.replace("http", "tcp"))
            (found,) = copy.find(name)
            assert found.verdict == expected, found
    assert words in found.found
    assert found.fix
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{free_port()}")
    (found,) = copy.find(name)
    assert (found.verdict, "cannot be looked at" in found.found) == ("fault", True)

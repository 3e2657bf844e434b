"""Who did what to whom: every route that changes something writes it, and no line is changed."""

from __future__ import annotations

import csv
import io
import json
import re
import stat
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bluecloud.cli import application
from bluecloud_hub.audit import Audit
from bluecloud_service.acts import LEFT_OUT, told
from tests.service.desk_hub import OWN, Browser, DeskHub, desk_hub
from tests.service.serving import PEOPLE, Serving, serving_runs
from tests.service.test_authorisation import MAY

LAB = "environment"
LOGIN = "a-login-that-nobody-may-read"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    hub = DeskHub(PEOPLE, groups={LAB: ["ada"], f"{LAB}-testers": []})
    with (
        desk_hub(hub) as address,
        serving_runs(address, tmp_path_factory.mktemp("state"), JUPYTERHUB_API_TOKEN=OWN) as served,
    ):
        yield served


def acts(service: Serving) -> list[tuple[str, str, str, str]]:
    lines = [line for line in Audit(service.state).lines() if line]
    return [(line.actor, line.act, line.on, line.outcome) for line in lines]


def changing() -> list[str]:
    """Every route that is no look: the rows of the table that holds all routes."""
    return [row for row in MAY if not row.startswith("GET ")]


@pytest.mark.parametrize("row", changing())
def test_every_route_that_changes_something_leaves_a_line(service: Serving, row: str) -> None:
    method, _, template = row.partition(" ")
    path = re.sub(r"\{run\}", "0" * 20 + "-0000", template)
    path = re.sub(r"\{(submission|proposal|schedule|thread)\}", "0" * 20, path)
    path = path.replace("{digest}", "sha256:" + "0" * 64).replace("{version}", "1")
    path = path.replace("{laboratory}", LAB).replace("{source}", "icos")
    path = re.sub(r"\{\w+\}", "x", path)
    before = len(acts(service))
    if template.startswith("/desk"):
        with Browser(service, "olga") as olga:
            before = len(acts(service))
            answer = olga.post(path, {})
    else:
        with service.client("olga") as client:
            answer = client.request(method, path, json={})
    assert answer.status_code < 500, answer.text
    left = acts(service)[before:]
    if row in LEFT_OUT:
        assert left == []
        return
    ((actor, act, _, outcome),) = left
    assert (actor, act) == ("olga", row)
    assert outcome == ("done" if answer.status_code < 400 else "refused")


def test_a_line_says_whom_and_never_what_is_secret(service: Serving) -> None:
    with service.client("ada") as ada:
        assert ada.put("/credentials/icos", json={"token": LOGIN}).is_success
    with Browser(service, "olga") as olga:
        page = olga.get(f"/desk/{LAB}").text
        proof = re.search('name="proof" value="([^"]+)"', page)
        assert proof
        form = {"group": LAB, "person": "ben", "do": "add", "proof": proof[1]}
        assert olga.post(f"/desk/{LAB}/members", form).status_code == 303
    lines = [line for line in Audit(service.state).lines() if line]
    stored, added = lines[-2:]
    assert (stored.actor, stored.on, stored.outcome) == ("ada", "icos", "done")
    assert added.on == f"{LAB} members"
    assert added.details == {"group": LAB, "person": "ben", "do": "add"}
    text = Audit(service.state).path.read_text()
    assert [one for one in (LOGIN, proof[1], OWN) if one in text] == []
    assert told(b'{"token": "t", "password": "p", "text": "x", "to": "everyone"}') == {
        "to": "everyone"
    }


def test_the_log_is_its_owners_alone_and_exported_and_verified(
    service: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    log = Audit(service.state)
    assert stat.S_IMODE(log.path.stat().st_mode) == 0o600
    log.write("=cmd()", "try", "x")
    monkeypatch.setenv("BLUECLOUD_STATE", str(service.state))
    shown = CliRunner().invoke(application(), ["audit", "--actor", "=cmd()"])
    assert shown.exit_code == 0, shown.output
    (row,) = csv.DictReader(io.StringIO(shown.stdout))
    assert (row["actor"], row["act"]) == ("'=cmd()", "try")
    lines = CliRunner().invoke(application(), ["audit", "--format", "jsonl"]).stdout.splitlines()
    assert [json.loads(line)["n"] for line in lines] == list(range(1, len(lines) + 1))
    nothing = CliRunner().invoke(application(), ["audit", "--until", "2020-01-01"])
    assert len(nothing.stdout.splitlines()) == 1
    whole = CliRunner().invoke(application(), ["audit", "--verify"])
    assert "each as it was written" in whole.stdout


def written(tmp_path: Path, lines: int = 5) -> Audit:
    (tmp_path / "hub").mkdir()
    log = Audit(tmp_path)
    for number in range(lines):
        log.write("ada", "act", str(number))
    return log


@pytest.mark.parametrize("way", ["changed", "taken away", "put in", "turned round"])
def test_a_line_that_was_changed_is_found(tmp_path: Path, way: str) -> None:
    log = written(tmp_path)
    assert log.verify() == []
    lines = log.path.read_text().splitlines(keepends=True)
    if way == "changed":
        lines[2] = lines[2].replace('"ada"', '"ben"')
    elif way == "taken away":
        del lines[2]
    elif way == "put in":
        lines.insert(2, lines[2])
    else:
        lines[1:3] = lines[2:0:-1]
    log.path.write_text("".join(lines))
    assert log.verify() != []


def test_after_a_torn_line_the_log_goes_on_and_says_so(tmp_path: Path) -> None:
    log = written(tmp_path, 2)
    with log.path.open("a") as file:
        file.write('{"n": 3, "at": "20')
    log.write("ada", "act", "after")
    assert log.verify() == []
    assert [line.act for line in log.lines() if line] == ["act", "act", "audit.torn", "act"]


def test_many_who_write_at_once_leave_one_chain(tmp_path: Path) -> None:
    log = written(tmp_path, 1)
    threads = [
        threading.Thread(target=lambda: [Audit(tmp_path).write("b", "act") for _ in range(10)])
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (log.verify(), sum(1 for _ in log.lines())) == ([], 41)

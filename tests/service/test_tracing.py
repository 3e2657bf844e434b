"""One name for a request, from whoever asks to the run; and no secret in any line of a log."""

from __future__ import annotations

import json
import logging
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bluecloud import runs
from bluecloud.service import REQUEST, Service
from bluecloud_hub import logs, tracing
from bluecloud_runner.folders import RunFolder
from bluecloud_service.runs.store import Runs
from tests.discovery.service import PROGRAM, start
from tests.service.desk_hub import OWN, Browser, DeskHub, desk_hub
from tests.service.serving import PEOPLE, Serving, settings_of, until
from tests.service.work import notebook

LAB = "environment"
NAME = "browser-0123456789"
LOGIN = "a-login-that-nobody-may-read"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("log") / "service.log"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory, log: Path) -> Iterator[Serving]:
    """A service whose lines go to a file."""
    state = tmp_path_factory.mktemp("state")
    into = ("sh", "-c", 'exec "$@" >"$0" 2>&1', str(log), *PROGRAM)
    with desk_hub(DeskHub(PEOPLE)) as hub:
        settings = {
            **settings_of(hub, state),
            "JUPYTERHUB_API_TOKEN": OWN,
            "BLUECLOUD_LOG_FORMAT": "json",
        }
        with start(settings, program=into) as (address, process):
            yield Serving(address, state, process)


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines()]


def test_a_name_goes_from_who_asks_through_the_service_to_the_run_and_its_log(
    service: Serving, log: Path
) -> None:
    content = notebook("import time; time.sleep(60)")
    body = {"laboratory": LAB, "notebook": {"name": "own.ipynb", "content": content}}
    with service.client("ada") as ada:
        sent = ada.post("/runs", json=body, headers={tracing.HEADER: NAME})
        assert sent.headers[tracing.HEADER] == NAME
        (run,) = sent.json()["runs"]
        until(lambda: ada.get(f"/runs/{run['id']}").json()["state"] == "running")
        assert ada.get(f"/runs/{run['id']}").json()["request"] == NAME
        said = ada.get(f"/runs/{run['id']}/log").json()
        ada.post(f"/runs/{run['id']}/cancel").raise_for_status()
        until(lambda: ada.get(f"/runs/{run['id']}").json()["state"] == "cancelled")
    assert f"{run['id']}: attempt 1 begins, request {NAME}" in said
    folder = Runs(service.state / "runs", for_containers=False).run("ada", run["id"])
    for events in (folder.events, folder.work_events):
        told = [json.loads(line) for line in events.read_text().splitlines()]
        assert [each["request"] for each in told if each["kind"] == "started"] == [NAME]
    named = [line for line in lines(log) if line.get("request") == NAME]
    assert [(line.get("status"), line.get("person")) for line in named if "path" in line] == [
        (201, "ada")
    ]
    assert [line["runs"] for line in named if "unit" in line] == [[run["id"]]]


def test_a_client_names_its_requests_and_a_name_that_is_none_is_not_taken(
    service: Serving, log: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BLUECLOUD_SERVICE_URL", service.address)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "ben")
    token = REQUEST.set("panel-0123456789")
    try:
        with Service() as asked:
            runs.recent(service=asked)
    finally:
        REQUEST.reset(token)
    # A line follows its answer.
    until(
        lambda: any(
            line.get("request") == "panel-0123456789" and line.get("person") == "ben"
            for line in lines(log)
        )
    )
    with service.client("ada") as ada:
        for wrong in ("short", "x" * 65, 'a"b\\c-0123456789', "../../etc/passwd"):
            given = ada.get("/runs", headers={tracing.HEADER: wrong}).headers[tracing.HEADER]
            assert re.fullmatch("[0-9a-f]{16}", given)


def test_what_is_refused_is_answered_with_its_name_too(service: Serving) -> None:
    with httpx.Client(base_url=service.address, trust_env=False) as nobody:
        for path in ("/runs", "/nothing"):
            refused = nobody.get(path, headers={tracing.HEADER: NAME})
            assert (refused.status_code in {401, 404}, refused.headers[tracing.HEADER]) == (
                True,
                NAME,
            )


def test_neither_token_nor_login_nor_seal_is_in_the_logs(service: Serving, log: Path) -> None:
    stored = {"token": LOGIN}
    body = {"laboratory": LAB, "notebook": {"name": "own.ipynb", "content": notebook("1")}}
    with service.client("ada") as ada, Browser(service, "mia") as mia:
        assert ada.put("/credentials/icos", json=stored).is_success
        (run,) = ada.post("/runs", json=body).json()["runs"]
        until(lambda: ada.get(f"/runs/{run['id']}").json()["state"] == "succeeded")
        mia.get("/oauth_callback?code=a-code-of-the-hub&state=a-state-of-ours")
        ada.get("/stac/search?q=x&token=a-token-in-an-address")
        assert mia.get(f"/desk/{LAB}").status_code == 200
        sealed = [cookie.value for cookie in mia.client.cookies.jar]
    record = Runs(service.state / "runs", for_containers=False).run("ada", run["id"])
    key = json.loads((record.attempts / "1.json").read_text())["key"]
    units = "".join(
        path.read_text(errors="replace")
        for path in (service.state / "service").rglob("*")
        if path.is_file() and path.suffix in {".log", ".txt", ""}
    )
    written = log.read_text() + RunFolder(record.path).work_events.read_text()
    secret = [LOGIN, OWN, key, "a-code-of-the-hub", "a-state-of-ours", "a-token-in-an-address"]
    told = [one for one in [*secret, *sealed, "bluecloud-unit."] if one and one in written]
    assert told == []
    assert not units.count(key)


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("GET /x?token=abc&bbox=1", "GET /x?token=[secret]&bbox=1"),
        ("Authorization: token 0123456789abcdef0", "Authorization: token [secret]"),
        ("at postgresql+psycopg://u:word@h/db", "at postgresql+psycopg://u:[secret]@h/db"),
        ("bluecloud-unit.abc-_.def went", "[secret] went"),
        ("the token of the service", "the token of the service"),
    ],
)
def test_what_looks_like_a_secret_is_taken_out_of_a_line(said: str, written: str) -> None:
    record = logging.LogRecord("x", logging.INFO, "", 1, "%s", (said,), None)
    assert json.loads(logs.JsonLines().format(record))["message"] == written
    assert written in logs.TextLines().format(record)


def test_containers_write_json_and_a_laptop_text() -> None:
    assert logs.form_of(None, "docker") == "json"
    assert logs.form_of(None, "local") == "text"
    assert logs.form_of("json", "local") == "json"
    asked = subprocess.run(
        [sys.executable, "-m", "bluecloud_service"],
        env={**os.environ, "BLUECLOUD_LOG_FORMAT": "xml"},
        timeout=60,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (asked.returncode, "BLUECLOUD_LOG_FORMAT" in asked.stderr) == (1, True)

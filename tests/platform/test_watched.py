"""What an operator sees of a deployment that works: its log, and what is not in it."""

from __future__ import annotations

import asyncio
import importlib.util
import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from bluecloud_hub import service as service_of
from bluecloud_hub.audit import Audit
from bluecloud_hub.tokens import token as token_of
from tests.platform import monitoring
from tests.platform.deployments import Local, running
from tests.platform.person import Person

NAME = "browser-0123456789"
HEADER = "X-Request-ID"
SCOPES = ["read:users!user", "access:services!service=bluecloud"]


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A deployment whose lines are JSON, as containers write them."""
    state = tmp_path_factory.mktemp("watched")
    with running(Local(state, BLUECLOUD_LOG_FORMAT="json")) as deployment:
        yield deployment


def lines(deployment: Local, program: str) -> list[dict[str, Any]]:
    """The lines of a program's log that are its own: what it started writes there too."""
    text = (deployment.state / "logs" / f"{program}.log").read_text()
    return [json.loads(line) for line in text.splitlines() if line.startswith('{"time"')]


async def test_hub_and_service_write_a_request_under_one_name(watched: Local) -> None:
    async with await watched.person("ada", "environment") as ada:
        answer = await ada.client.get("/hub/home", headers={HEADER: NAME})
        assert answer.headers[HEADER] == NAME
        other = await ada.client.get("/hub/home", headers={HEADER: "a b; drop"})
        assert re.fullmatch("[0-9a-f]{16}", other.headers[HEADER])
        token = await ada.token(scopes=SCOPES)
        asked = await ada.client.get(
            "/services/bluecloud/runs",
            headers={HEADER: "service-0123456789", "Authorization": f"token {token}"},
        )
        assert asked.status_code == 200, asked.text
    (line,) = [line for line in lines(watched, "hub") if line.get("request") == NAME]
    assert (line["method"], line["path"], line["status"], line["person"]) == (
        "GET",
        "/hub/home",
        200,
        "ada",
    )
    # The service asks the hub whose the token is: under the same name.
    for program, path in (("service", "/services/bluecloud/runs"), ("hub", "/hub/api/user")):
        named = [x for x in lines(watched, program) if x.get("request") == "service-0123456789"]
        assert [line["path"] for line in named] == [path]


async def test_no_secret_is_in_the_logs_of_hub_and_service(watched: Local) -> None:
    async with await watched.person("ben", "environment", log_in=False) as ben:
        right, ben.password = ben.password, "guessed-wrongly"
        await ben.log_in()
        ben.password = right
        await ben.log_in()
        token = await ben.token(scopes=["read:users!user"])
        await ben.client.get(f"/hub/api/user?token={token}")
        desk = await ben.client.get("/services/bluecloud/desk")
        assert urlsplit(str(desk.url)).path == "/services/bluecloud/desk"
        cookies = [cookie.value for cookie in ben.client.cookies.jar if cookie.value]
        secret = [ben.password, "guessed-wrongly", token, *cookies]
    environment = watched.environment
    assert watched.hub is not None
    secret += [environment["CONFIGPROXY_AUTH_TOKEN"], service_of.token_of(watched.hub.settings)]
    written = "".join(path.read_text() for path in (watched.state / "logs").iterdir())
    assert len(secret) > 6
    assert [one for one in secret if one in written] == []


async def test_the_audit_log_says_who_did_what_to_whom(watched: Local) -> None:
    watched.people().add("olga", operator=True)
    word = watched.people().password("olga")
    log = Audit(watched.state)
    before = sum(1 for _ in log.lines())
    async with await watched.person("cleo", "environment", log_in=False) as cleo:
        right, cleo.password = cleo.password, "guessed-wrongly"
        for name in ("a password in the wrong field", "cleo"):
            cleo.name = name
            await cleo.log_in()
        cleo.password = right
        await cleo.log_in()
        await cleo.start("environment")
        await cleo.watch("environment")
        async with Person(watched.address, "olga", word) as olga:
            await olga.log_in()
            token = await olga.token(scopes=["delete:servers", "groups"])
            as_olga = {"Authorization": f"token {token}"}
            seen = await olga.client.get(
                "/user/cleo/environment/files/any", headers={"Sec-Fetch-Mode": "navigate"}
            )
            assert seen.url.path == "/hub/api/oauth2/authorize"
            asked = re.findall(r'name="(_xsrf|scopes)"[^>]*value="([^"]*)"', seen.text)
            await olga.client.post(
                str(seen.url), data=dict(asked), headers={"Referer": str(seen.url)}
            )
            server = "/hub/api/users/cleo/servers/environment"
            await olga.client.delete(server, headers=as_olga)
            group = "/hub/api/groups/environment/users"
            await olga.client.request("DELETE", group, headers=as_olga, json={"users": ["cleo"]})
        await cleo.client.get("/hub/logout")
    assert log.verify() == []
    lines = [line for line in log.lines() if line][before:]
    told = [(line.actor, line.act, line.on, line.outcome) for line in lines]
    for act in (
        ("service:people", "group.add", "environment", "done"),
        ("cleo", "login", "", "refused"),
        ("(nobody of ours)", "login", "", "refused"),
        ("cleo", "login", "", "done"),
        ("cleo", "server.start", "cleo/environment", "done"),
        ("olga", "login", "", "done"),
        ("olga", "token.make", "olga", "done"),
        ("olga", "server.stop", "cleo/environment", "done"),
        ("olga", "group.take-out", "environment", "done"),
        ("cleo", "logout", "", "done"),
    ):
        assert act in told, (act, told)
    entered = [line for line in lines if line.act == "server.enter"]
    assert {(line.actor, line.on) for line in entered} == {("olga", "cleo/environment")}
    text = log.path.read_text()
    secret = ["guessed-wrongly", "a password in the wrong field", token, word, cleo.password]
    assert [one for one in secret if one in text] == []


async def test_the_hubs_metrics_are_read_with_the_token_of_metrics_alone(watched: Local) -> None:
    async with await watched.person("ben", "environment") as ben:
        assert (await ben.client.get("/hub/metrics")).status_code == 403
        headers = {"Authorization": f"token {token_of(watched.state, 'metrics')}"}
        told = await ben.client.get("/hub/metrics", headers=headers)
        assert "jupyterhub_request_duration_seconds_count" in told.text
        users = await ben.client.get("/hub/api/users", headers=headers)
        assert users.status_code == 403


async def test_every_metric_of_dashboard_and_alerts_is_exposed(watched: Local) -> None:
    headers = {"Authorization": f"Bearer {token_of(watched.state, 'metrics')}"}
    exposed = ""
    async with await watched.person("ben", "environment") as ben:
        for path in ("/hub/metrics", "/services/bluecloud/metrics"):
            answer = await ben.client.get(path, headers=headers)
            assert answer.status_code == 200
            exposed += answer.text
    described = set(re.findall(r"^# TYPE (\w+) ", exposed, re.MULTILINE))
    # Histograms and counters have endings of their own.
    known = described | {f"{name}_{end}" for name in described for end in ("bucket", "count")}
    assert monitoring.names() - known == set()
    assert len(monitoring.names()) > 20


def test_dashboard_and_rules_are_what_grafana_and_prometheus_take(tmp_path: Path) -> None:
    spec = importlib.util.spec_from_file_location(
        "make_dashboard", monitoring.FOLDER / "make_dashboard.py"
    )
    assert spec is not None
    assert spec.loader is not None
    made = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(made)
    written = json.loads((monitoring.FOLDER / "dashboard.json").read_text())
    assert written == made.dashboard(), "run python deploy/monitoring/make_dashboard.py"
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("no promtool here: apt-get install prometheus, then make test")
    for path in monitoring.FOLDER.glob("*.yml"):
        shutil.copy(path, tmp_path)
    (tmp_path / "metrics.token").write_text("x")
    rules = [{"record": f"q{n}", "expr": expr} for n, expr in enumerate(monitoring.queries())]
    shown = {"groups": [{"name": "dashboard", "rules": rules}]}
    (tmp_path / "queries.yml").write_text(yaml.safe_dump(shown))
    for words in (["config", "prometheus.yml"], ["rules", "rules.yml"], ["rules", "queries.yml"]):
        done = subprocess.run(
            [promtool, "check", *words], cwd=tmp_path, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr


async def test_after_many_wrong_passwords_a_login_waits_and_says_for_how_long(
    watched: Local,
) -> None:
    async with await watched.person("dora", "environment", log_in=False) as dora:
        right, dora.password = dora.password, "guessed-wrongly"
        for number in range(6):
            # An address that it is not asked from changes nothing.
            dora.client.headers["X-Forwarded-For"] = f"6.6.6.{number}"
            dora.client.headers["X-Real-Ip"] = f"6.6.6.{number}"
            refused = await dora.log_in()
            assert refused.status_code == 403
        assert "too many wrong passwords" in refused.text
        seconds = int(refused.headers["Retry-After"])
        assert 1 <= seconds <= 2
        old = await dora.client.post("/hub/login", data={"username": "dora"})
        assert (old.status_code, "Login form invalid or expired" in old.text) == (403, True)
        dora.password = right
        assert (await dora.log_in()).status_code == 403
        await asyncio.sleep(seconds)
        assert (await dora.log_in()).url.path == "/hub/home"

"""Every address of the service, and who may use it: allowed, or 401, 403 or 404, none forgotten.

The laboratory is ``restricted``, which is open to its members alone; what is somebody's own, a run
or a schedule, is its member's. A new address fails the first test until it has a row here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from bluecloud_hub.service import Place
from bluecloud_hub.settings import checkout
from bluecloud_service.app import make_app
from bluecloud_service.database import open_database
from bluecloud_service.desk.login import Login
from bluecloud_service.gate import write_report
from bluecloud_service.keys import keys_of
from bluecloud_service.registry import SERVICE
from bluecloud_service.releases.reports import report_path
from bluecloud_service.releases.store import Releases
from bluecloud_service.settings import ServiceSettings, read_settings
from tests.service.desk_hub import Browser, DeskHub, desk_hub
from tests.service.publishing import form
from tests.service.releasing import digest, found
from tests.service.serving import Serving, serving_runs, settings_of, until
from tests.service.work import notebook

LAB = "restricted"
ROLES = {
    "anonymous": "",
    "user": "uma",
    "member": "ada",
    "other laboratory's member": "ben",
    "manager": "rita",
    "other laboratory's manager": "mia",
    "operator": "olga",
}
PEOPLE: dict[str, dict[str, Any]] = {
    "uma": {"groups": []},
    "ada": {"groups": [LAB]},
    "ben": {"groups": ["environment"]},
    "rita": {"groups": [f"{LAB}-managers"]},
    "mia": {"groups": ["environment-managers"]},
    "olga": {"groups": [], "admin": True},
}
ALL = frozenset(ROLES)
KNOWN = ALL - {"anonymous"}
OWNER = frozenset({"member"})
INSIDE = frozenset({"member", "manager", "operator"})
MANAGERS = frozenset({"manager", "operator"})
NOBODY: frozenset[str] = frozenset()  # but a server's own token, or a run's

STAC = ("", "conformance", "collections", "collections/{source}", "collections/{source}/items")
RELEASE = "/laboratories/{laboratory}/releases"
PRODUCT = "/products/{laboratory}/{slug}"
MAY = {
    "GET /health": ALL,
    "GET /metrics": NOBODY,  # but who has the token of metrics, in test_metrics.py
    "GET /stac": KNOWN,
    **{f"GET /stac/{name}": KNOWN for name in STAC},
    "GET /stac/collections/{source}/items/{identifier}": KNOWN,
    "GET /stac/search": KNOWN,
    "POST /stac/search": KNOWN,
    "GET /stac/aggregations": KNOWN,
    "GET /stac/aggregate": KNOWN,
    "POST /stac/aggregate": KNOWN,
    "POST /runs": INSIDE,
    "GET /runs": KNOWN,
    "GET /watch": KNOWN,
    "GET /runs/{run}": OWNER,
    "GET /runs/{run}/events": OWNER,
    "POST /runs/{run}/cancel": OWNER,
    "POST /runs/{run}/again": OWNER,
    "GET /runs/{run}/notebook": OWNER,
    "GET /runs/{run}/log": OWNER,
    "GET /runs/{run}/outputs/{path}": OWNER,
    "GET /runs/{run}/capsule": OWNER,
    "POST /submissions/{submission}/cancel": OWNER,
    "POST /submissions/{submission}/again": OWNER,
    "DELETE /submissions/{submission}": OWNER,
    "GET /laboratories/{laboratory}/runs": MANAGERS,
    "POST /schedules": INSIDE,
    "GET /schedules": KNOWN,
    "DELETE /schedules/{schedule}": OWNER,
    "GET /credentials": KNOWN,
    "PUT /credentials/{source}": KNOWN,
    "DELETE /credentials/{source}": KNOWN,
    "POST /credentials/fetch": NOBODY,
    "GET /laboratories/{laboratory}/release": INSIDE,
    f"GET {RELEASE}": MANAGERS,
    f"POST {RELEASE}": MANAGERS,
    f"GET {RELEASE}/{{digest}}": MANAGERS,
    f"GET {RELEASE}/{{digest}}/report": MANAGERS,
    f"POST {RELEASE}/{{digest}}/check": MANAGERS,
    f"POST {RELEASE}/{{digest}}/promote": MANAGERS,
    "POST /laboratories/{laboratory}/rollback": MANAGERS,
    "POST /laboratories/{laboratory}/forward": MANAGERS,
    "GET /runs/{run}/product": OWNER,
    "POST /proposals": OWNER,
    "GET /proposals": KNOWN,
    "GET /proposals/{proposal}": INSIDE,
    "GET /proposals/{proposal}/files/{path}": INSIDE,
    "POST /proposals/{proposal}/decision": MANAGERS,
    "GET /laboratories/{laboratory}/proposals": MANAGERS,
    "GET /products": KNOWN,
    f"GET {PRODUCT}": INSIDE,
    f"GET {PRODUCT}/{{version}}": INSIDE,
    f"GET {PRODUCT}/{{version}}/files/{{path}}": INSIDE,
    f"POST {PRODUCT}/{{version}}/withdraw": INSIDE,
    f"GET {PRODUCT}/{{version}}/deposits/{{repository}}": INSIDE,
    f"POST {PRODUCT}/{{version}}/deposits": INSIDE,
    "GET /registry/token": KNOWN,
    "POST /laboratories/{laboratory}/feedback": INSIDE,
    "GET /laboratories/{laboratory}/feedback": MANAGERS,
    "GET /feedback": KNOWN,
    "GET /feedback/news": KNOWN,
    "POST /feedback/{thread}/words": OWNER | MANAGERS,
    "POST /feedback/{thread}/close": OWNER | MANAGERS,
    "DELETE /feedback/{thread}": OWNER,
    "GET /laboratories/{laboratory}/usage": MANAGERS,
    "GET /laboratories/{laboratory}/survey": INSIDE,
    "PUT /laboratories/{laboratory}/survey": MANAGERS,
    "PUT /laboratories/{laboratory}/survey/answer": INSIDE,
    "DELETE /laboratories/{laboratory}/survey/answer": INSIDE,
    "GET /laboratories/{laboratory}/survey/results": MANAGERS,
    "GET /laboratories/{laboratory}/survey/results.csv": MANAGERS,
    "GET /oauth_callback": NOBODY,  # but whoever comes from the hub, in test_desk.py
    "GET /desk.css": ALL,
    "GET /desk": MANAGERS | {"other laboratory's manager"},
    "GET /desk/{laboratory}": MANAGERS,
    "GET /desk/{laboratory}/releases/{digest}": MANAGERS,
    "GET /desk/{laboratory}/usage.csv": MANAGERS,
    "GET /desk/{laboratory}/survey.csv": MANAGERS,
    "POST /desk/{laboratory}/{act}": MANAGERS,
}
PAGES = frozenset(row for row in MAY if "/desk" in row)  # which take the cookie of a login
SUBMIT = {
    "laboratory": LAB,
    "notebook": {
        "name": "own.ipynb",
        "content": notebook(
            "open('left.txt', 'w').write('a secret of the sea')",
            "open('sea.csv', 'w').write('depth (m)\\n1.5\\n')",
        ),
    },
}
BODIES: dict[str, Any] = {
    "POST /stac/search": {"q": "sea"},
    "POST /stac/aggregate": {},
    "POST /runs": SUBMIT,
    "POST /schedules": {"submit": SUBMIT, "cron": "0 6 1 1 *"},
    "PUT /credentials/{source}": {"token": "a token"},
    f"POST {RELEASE}": {"digest": digest("c"), "version": "1.0"},
    f"POST {RELEASE}/{{digest}}/promote": {"to": "testers", "current": None},
    "POST /proposals/{proposal}/decision": {"decision": "changes", "words": "name the ship"},
    f"POST {PRODUCT}/{{version}}/withdraw": {"reason": "the sensor was broken"},
    f"POST {PRODUCT}/{{version}}/deposits": {"repository": "b2share"},  # for members alone: refused
    "POST /laboratories/{laboratory}/rollback": {"current": None},
    "POST /laboratories/{laboratory}/forward": {"current": None},
    "POST /laboratories/{laboratory}/feedback": {"text": "The map has no coast."},
    "POST /feedback/{thread}/words": {"text": "Which map?"},
    "PUT /laboratories/{laboratory}/survey": {"on": True},
    "PUT /laboratories/{laboratory}/survey/answer": {"meets_needs": 6, "easy_to_use": 5},
}


@dataclass
class Asked:
    """A service, and what of the member's there is to be asked for."""

    service: Serving
    run: str
    item: tuple[str, str]
    login: Login
    published: str = ""  # the proposals of a product, and of one that waits
    waiting: str = ""

    def propose(self, slug: str) -> str:
        """A new proposal of the member's."""
        with self.service.client("ada") as ada:
            answer = ada.post("/proposals", json=self.form(slug))
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

    def form(self, slug: str) -> dict[str, Any]:
        """The form of a product of the member's run."""
        return form(self.run, files=["sea.csv"], slug=slug)

    def publish(self, slug: str, **more: Any) -> str:
        """A new product of the laboratory's; its proposal."""
        identifier = self.propose(slug)
        answers = [{"input": "unrecorded", "licence": "CC0-1.0"}]
        body = {"decision": "approve", "answers": answers, **more}
        with self.service.client("rita") as rita:
            answer = rita.post(f"/proposals/{identifier}/decision", json=body)
            assert answer.status_code == 200, answer.text
        return identifier

    def submit(self) -> str:
        """A new submit of the member's."""
        with self.service.client("ada") as ada:
            answer = ada.post("/runs", json=SUBMIT)
            assert answer.status_code == 201, answer.text
            return str(answer.json()["submission"])

    def schedule(self) -> str:
        """A new schedule of the member's."""
        with self.service.client("ada") as ada:
            answer = ada.post("/schedules", json=BODIES["POST /schedules"])
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

    def thread(self) -> str:
        """A new thread of feedback of the member's."""
        with self.service.client("ada") as ada:
            path = f"/laboratories/{LAB}/feedback"
            answer = ada.post(path, json={"text": "The map has no coast."})
            assert answer.status_code == 201, answer.text
            return str(answer.json()["id"])

    def address(self, path: str) -> str:
        """An address with what is there in its places."""
        is_owned = "{submission}" in path
        there = {
            "{run}": self.run,
            "{path}": "sea.csv" if "pro" in path else "left.txt",
            "{proposal}": self.waiting if "decision" in path else self.published,
            "{slug}": "gone" if "withdraw" in path else "sea",
            "{version}": "1",
            "{repository}": "b2share",
            "{submission}": self.submit() if is_owned else "",
            "{schedule}": self.schedule() if "{schedule}" in path else "",
            "{thread}": self.thread() if "{thread}" in path else "",
            "{laboratory}": LAB,
            "{digest}": digest("a"),
            "{source}": "cmems" if "credentials" in path else self.item[0],
            "{identifier}": self.item[1],
            "{act}": "message",
        }
        for place, value in there.items():
            path = path.replace(place, value)
        return path

    def ask(self, row: str, person: str) -> tuple[int, str]:
        """The status of an answer, and its first words; a stream is not waited for."""
        return self.send(row, self.address(row.partition(" ")[2]), person)

    def send(self, row: str, address: str, person: str) -> tuple[int, str]:
        """The same of an address."""
        method = row.partition(" ")[0]
        if row in PAGES:
            with Browser(self.service, person) as browser:
                told = {"proof": self.login.proof(person), "text": "Back at noon."}
                page = browser.post(address, told) if method == "POST" else browser.get(address)
                return page.status_code, page.headers.get("location", "")
        params = {"service": SERVICE} if "token" in address else {}
        body = self.form("again") if row == "POST /proposals" else BODIES.get(row)
        with (
            self.service.client(person) as client,
            client.stream(method, address, json=body, params=params) as answer,
        ):
            is_short = answer.headers.get("content-type") == "application/json"
            return answer.status_code, answer.read().decode()[:300] if is_short else ""


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """A service with a run that left something, and a release that has a report."""
    folder = tmp_path_factory.mktemp("asked")
    state, labs = folder / "state", folder / "labs"
    labs.mkdir()
    declared = (checkout() / "hub" / "labs" / "environment.toml").read_text()
    (labs / "environment.toml").write_text(declared)
    (labs / f"{LAB}.toml").write_text(declared.replace('"everyone"', '"members"'))
    with (
        desk_hub(DeskHub(PEOPLE)) as hub,
        serving_runs(
            hub, state, BLUECLOUD_LABS=str(labs), JUPYTERHUB_API_TOKEN="the service's own"
        ) as service,
        service.client("ada") as ada,
    ):
        run = ada.post("/runs", json=SUBMIT).json()["runs"][0]["id"]
        until(lambda: ada.get(f"/runs/{run}").json()["state"] == "succeeded")
        item = ada.get("/stac/search", params={"limit": 1}).json()["features"][0]
        released(state)
        login = Login(ServiceSettings(), keys_of(None, state / "service"), Place("", "", ""))
        there = Asked(service, run, (item["collection"], item["id"]), login)
        there.published, _ = there.publish("sea"), there.publish("gone")
        there.waiting = there.propose("waits")
        yield there


def released(state: Path) -> None:
    """A green release of the laboratory, with its report."""
    store = Releases(open_database(f"sqlite:///{state / 'service' / 'service.sqlite'}"))
    kept = store.add(
        LAB,
        digest("a"),
        image=f"registry.example.org/bluecloud/{LAB}@{digest('a')}",
        version="0.2.0",
        message="",
        origin="published",
        made_by="rita",
    )
    store.change(kept, "waiting", state="green", report=1, attempts=1, not_before=datetime.now(UTC))
    path = report_path(state / "service" / "reports", LAB, digest("a"), 1)
    path.parent.mkdir(parents=True)
    write_report(found(kept, good=True), path)


def routes_of(routes: Iterable[Any]) -> Iterator[APIRoute]:
    """Every route of an application, in whatever router it lies."""
    for route in routes:
        if isinstance(route, APIRoute):
            yield route
        elif hasattr(route, "original_router"):
            yield from routes_of(route.original_router.routes)


def test_every_address_has_its_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings_of("http://127.0.0.1:9", tmp_path).items():
        monkeypatch.setenv(name, value)
    app = make_app(read_settings())
    there = {
        f"{method} {route.path.replace(':path}', '}')}"
        for route in routes_of(app.routes)
        for method in route.methods
    }
    assert there == set(MAY)
    other = [r for r in app.routes if not hasattr(r, "original_router")]
    assert [getattr(r, "path", r) for r in other] == ["/services/bluecloud/openapi.json"]


def turned_away(row: str) -> int:
    """How somebody is answered whom nobody knows: a page is first logged in to."""
    if row == "GET /oauth_callback":
        return 403
    return 302 if row in PAGES and row.startswith("GET") else 401


@pytest.mark.parametrize("row", MAY)
def test_who_may(asked: Asked, row: str) -> None:
    told = {role: asked.ask(row, person) for role, person in ROLES.items()}
    for role, (status, words) in told.items():
        shown = f"{row} as {role}: {status} {words}"
        assert status < 500, shown
        if role in MAY[row]:
            assert status not in {401, 403, 404}, shown
        elif role == "anonymous":
            assert status == turned_away(row), shown
        else:
            assert status in {403, 404}, shown


@pytest.mark.parametrize("row", [r for r in MAY if MAY[r] == MANAGERS])
def test_a_server_of_another_laboratory_manages_nothing_here(asked: Asked, row: str) -> None:
    for person in ("rita", "olga"):
        assert asked.ask(row, f"{person}@environment")[0] == 403
        assert asked.ask(row, f"{person}@{LAB}")[0] not in {401, 403, 404}


@pytest.mark.parametrize("row", [r for r in MAY if "{laboratory}" in r])
def test_a_laboratory_that_is_not_there_is_nobodys(asked: Asked, row: str) -> None:
    address = asked.address(row.partition(" ")[2].replace("{laboratory}", "astronomy"))
    for role, person in ROLES.items():
        status, words = asked.send(row, address, person)
        allowed = {turned_away(row)} if role == "anonymous" else {403, 404}
        # Of no laboratory there are no runs or proposals: an operator is told an empty list.
        if role == "operator" and row.endswith(("{laboratory}/runs", "{laboratory}/proposals")):
            allowed = {200}
        assert status in allowed, (row, role, words)


def test_a_runs_own_token_does_nothing_but_find_data_and_fetch_logins(asked: Asked) -> None:
    code = "import os, pathlib; pathlib.Path('t').write_text(os.environ['BLUECLOUD_RUN_TOKEN'])"
    wait = "import time; [time.sleep(0.1) for _ in range(600) if not os.path.exists('go')]"
    body = {**SUBMIT, "notebook": {"name": "own.ipynb", "content": notebook(code, wait)}}
    with asked.service.client("ada") as ada:
        run = ada.post("/runs", json=body).json()["runs"][0]["id"]
        submission, _, number = run.partition("-")
        work = asked.service.state / "runs" / "ada" / submission / number / "work"
        left: list[Path] = until(lambda: [p for p in work.rglob("t") if p.read_text()])
        token = left[0].read_text()
        may = {row for row in MAY if "/stac" in row or MAY[row] == ALL}
        may.add("POST /credentials/fetch")
        told = {row: asked.ask(row, token)[0] for row in MAY}
        ada.post(f"/runs/{run}/cancel")
    assert {row for row, status in told.items() if status < 400} == may
    assert {told[row] for row in MAY if row not in may} == {403}, json.dumps(told)
    assert httpx.get(f"{asked.service.address}/runs", trust_env=False).status_code == 401


def test_a_members_product_is_told_to_members_unless_it_was_opened(asked: Asked) -> None:
    asked.publish("opened", open_to_all=True)
    for role in KNOWN:
        with asked.service.client(ROLES[role]) as client:
            listed = {one["slug"] for one in client.get("/products").json()}
            found = client.get("/stac/search?collections=products&limit=100").json()
        assert listed & {"sea", "opened"} == {"opened"} | ({"sea"} if role in INSIDE else set())
        assert {item["id"].split("/")[1] for item in found["features"]} == listed, role
    state = asked.service.state
    assert (state / "products" / LAB / "opened" / "1" / "entry.yaml").is_file()
    assert not (state / "products" / LAB / "sea").exists()
    assert (state / "members-products" / LAB / LAB / "sea" / "1" / "entry.yaml").is_file()

"""Who may ask the service what of runs, and what it refuses to run."""

from __future__ import annotations

import fcntl
import json
import re
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bluecloud_service.runs.store import Runs
from tests.service.serving import Serving, four_people, serving_runs
from tests.service.work import notebook

NOBODY = "0" * 20
JSON = {"Content-Type": "application/json"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A service that does not keep the runs, as a second one does not: they all wait."""
    state = tmp_path_factory.mktemp("state")
    (state / "runs").mkdir()
    with (state / "runs" / ".keeper").open("w") as lease:
        fcntl.flock(lease, fcntl.LOCK_EX)
        with four_people() as hub, serving_runs(hub, state) as served:
            yield served


@pytest.fixture
def ada(service: Serving) -> Iterator[httpx.Client]:
    with service.client("ada") as client:
        yield client


def submit(client: httpx.Client, content: Any, **more: Any) -> httpx.Response:
    body = {
        "laboratory": "environment",
        "notebook": {"name": "counting.ipynb", "content": content},
        **more,
    }
    # With escapes: httpx itself would refuse what is no text.
    return client.post("/runs", content=json.dumps(body), headers=JSON)


@pytest.fixture(scope="module")
def adas(service: Serving) -> str:
    """A run of Ada's that waits."""
    with service.client("ada") as client:
        answer = submit(client, notebook("n"), parameters={"n": 7})
        assert answer.status_code == 201, answer.text
        return str(answer.json()["runs"][0]["id"])


def test_a_submit_waits_with_its_place(ada: httpx.Client, adas: str) -> None:
    told = ada.get(f"/runs/{adas}").json()
    assert told["parameters"] == {"n": 7}
    assert (told["state"], told["attempt"]) == ("queued", 0)
    assert told["position"] >= 1
    listed = ada.get("/runs").json()
    assert adas in [run["id"] for run in listed["runs"]]
    assert listed["counts"]["queued"] >= 1


ROUTES = {
    ("GET", "/runs"): 200,
    ("POST", "/runs"): 201,
    ("GET", "/watch"): 200,
    ("GET", "/runs/{run}"): 404,
    ("GET", "/runs/{run}/events"): 404,
    ("POST", "/runs/{run}/cancel"): 404,
    ("POST", "/runs/{run}/again"): 404,
    ("GET", "/runs/{run}/notebook"): 404,
    ("GET", "/runs/{run}/log"): 404,
    ("GET", "/runs/{run}/outputs/{path}"): 404,
    ("GET", "/runs/{run}/capsule"): 404,
    ("POST", "/submissions/{submission}/cancel"): 404,
    ("POST", "/submissions/{submission}/again"): 404,
    ("DELETE", "/submissions/{submission}"): 404,
    ("GET", "/laboratories/{laboratory}/runs"): 403,
    ("GET", "/schedules"): 200,
    ("POST", "/schedules"): 201,
    ("DELETE", "/schedules/{schedule}"): 404,
    ("GET", "/registry/token"): 400,  # who asks is known, and for what is asked is not said
}


def of_runs(service: Serving) -> set[tuple[str, str]]:
    described = httpx.get(f"{service.address}/openapi.json", trust_env=False).json()
    return {
        (method.upper(), path.removeprefix("/services/bluecloud"))
        for path, methods in described["paths"].items()
        for method, said in methods.items()
        if {"runs", "registry"} & set(said.get("tags", []))
    }


def test_every_route_is_in_the_table(service: Serving) -> None:
    assert of_runs(service) == set(ROUTES)


def filled(path: str, run: str) -> str:
    path = path.replace("{run}", run).replace("{submission}", run.partition("-")[0])
    path = path.replace("{schedule}", "0" * 20)
    return path.replace("{path}", "a.nc").replace("{laboratory}", "environment")


def status_of(client: httpx.Client, method: str, path: str) -> int:
    if (method, path) == ("POST", "/runs"):
        return submit(client, notebook("n")).status_code
    if (method, path) == ("POST", "/schedules"):
        submitted = {
            "laboratory": "environment",
            "notebook": {"name": "counting.ipynb", "content": notebook("n")},
        }
        body = {"submit": submitted, "cron": "0 6 * * *"}
        return client.post(path, json=body).status_code
    with client.stream(method, path) as answer:
        return answer.status_code


@pytest.mark.parametrize(("route", "status"), ROUTES.items(), ids=str)
def test_nobody_else_sees_or_ends_a_run(
    service: Serving, adas: str, route: tuple[str, str], status: int
) -> None:
    method, path = route[0], filled(route[1], adas)
    with service.client("") as nobody, service.client("eve") as unknown:
        assert status_of(nobody, method, path) == 401
        assert status_of(unknown, method, path) == 401
    with service.client("ben") as ben:
        assert status_of(ben, method, path) == status
    # Whoever manages the laboratory has no more of the run itself, and neither has an operator.
    for name in ("mia", "olga"):
        with service.client(name) as other:
            managed = route[1] == "/laboratories/{laboratory}/runs"
            assert status_of(other, method, path) == (200 if managed else status)
    with service.client("ada") as client:
        assert client.get(f"/runs/{adas}").json()["state"] == "queued"
        assert adas in [run["id"] for run in client.get("/runs").json()["runs"]]


def test_managers_see_states_and_causes_of_theirs_alone(service: Serving, adas: str) -> None:
    with service.client("mia") as mia:
        (told,) = [r for r in mia.get("/laboratories/environment/runs").json() if r["id"] == adas]
        assert mia.get("/laboratories/restricted/runs").status_code == 403
        assert mia.get("/laboratories/genomics/runs").status_code == 403
    assert set(told) == {
        *("id", "person", "notebook", "state", "cause", "words"),
        *("submitted", "started", "ended"),
    }


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        ("outputs-refused", ""),
        ("notebook-unusable", ""),
        ("source-unavailable", ""),
        ("credential-missing", ""),
        ("time-limit", "of ada's own"),
    ],
)
def test_managers_see_no_words_of_what_a_notebook_does(
    service: Serving, adas: str, cause: str, words: str
) -> None:
    with sqlite3.connect(service.state / "service" / "service.sqlite", timeout=20) as database:
        told = "UPDATE runs SET cause = ?, words = 'of ada''s own' WHERE id = ?"
        database.execute(told, (cause, adas))
    with service.client("mia") as mia:
        (seen,) = [r for r in mia.get("/laboratories/environment/runs").json() if r["id"] == adas]
    assert (seen["cause"], seen["words"]) == (cause, words)


def test_other_peoples_runs_are_not_counted(service: Serving, adas: str) -> None:
    with service.client("mia") as mia:
        before = mia.get("/runs").json()
        assert adas not in json.dumps(before)
        assert submit(mia, notebook("n")).status_code == 201
        after = mia.get("/runs").json()
    assert sum(after["counts"].values()) == sum(before["counts"].values()) + 1


@pytest.mark.parametrize(
    ("more", "status", "told"),
    [
        ({"laboratory": "astronomy"}, 400, "'astronomy'.*environment"),
        ({"size": "huge"}, 400, "'huge'.*small, medium"),
        ({"seconds": 0}, 400, "seconds"),
        ({"parameters": {"m": 1}}, 422, "'m' is not a parameter.*n"),
        ({"parameters": {"n": "one"}}, 422, "n: 'one' is not of type 'integer'"),
        ({"sweep": {"n": []}}, 400, "sweep.n is an empty list"),
        ({"sweep": {"n": [1] * 50, "m": [1] * 50}}, 400, "more than 2000"),
        ({"sweep": []}, 400, "0 runs"),
        ({"sweep": [{"n": 1}, {"n": 1.5}]}, 422, "run 2: n: 1.5"),
        ({"notebook": {"name": "../x.ipynb", "content": {}}}, 400, "without a path"),
        ({"notebook": {"name": "x\n.ipynb", "content": {}}}, 400, "name of a file"),
        ({"notebook": {"name": "é" * 200, "content": {}}}, 400, "255 bytes"),
        ({"notebook": {"name": "x.ipynb", "content": {}}}, 400, "format 4"),
        ({"notebook": {"name": "x.ipynb", "content": []}}, 400, "content"),
        ({"colour": "blue"}, 400, "colour"),
        ({"title": "a\0b"}, 400, "title = 'a.x00b': it is one line"),
        ({"parameters": {"n": "\ud800"}}, 400, "JSON has no such value"),
        ({"parameters": {"\ud800": 1}}, 400, "its name is no text"),
        ({"parameters": {"n": "9" * 3_000_000}, "sweep": [{}] * 25}, 400, "72 MB together: 64"),
    ],
)
def test_what_cannot_run_is_refused_with_what_can(
    ada: httpx.Client, more: dict[str, Any], status: int, told: str
) -> None:
    answer = submit(ada, notebook("n"), **more)
    assert len(answer.content) < 5_000
    assert answer.status_code == status, answer.text
    assert re.search(told, answer.json()["description"]), answer.text


def cell(**more: Any) -> dict[str, Any]:
    return {"cell_type": "code", "metadata": {}, "source": "", "outputs": [], **more}


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ([cell(metadata={"tags": ["parameters"]})] * 2, "2 cells are tagged"),
        ([None], "cells\\[0\\]"),
        ([cell(source=None)], "cells\\[0\\]"),
        ([cell(source=[1])], "cells\\[0\\].source"),
        ([cell(metadata=[])], "cells\\[0\\]"),
        ([cell(metadata={"tags": ["parameters"]}, source="n = = 1")], "not Python"),
        ([cell(metadata={"tags": ["parameters"]}, source="n = m")], "no literal"),
        ([cell()], "'parameters'.*no place"),
        ([cell(metadata={"tags": 5})], "'parameters'.*no place"),
        ([cell(metadata={"tags": ["parameters"]}, source="n = '\\ud800'")], "no literal"),
        ([cell(source="\ud800")], "no file of JSON"),
    ],
)
def test_a_notebook_that_cannot_be_given_parameters_is_refused(
    ada: httpx.Client, cells: list[Any], told: str
) -> None:
    answer = submit(ada, {"nbformat": 4, "cells": cells, "metadata": {}}, parameters={"n": 1})
    assert answer.status_code == 400, answer.text
    assert re.search(told, answer.json()["description"]), answer.text


def test_a_first_year_after_the_last_is_refused_with_its_run(ada: httpx.Client) -> None:
    content = notebook("n", parameters="n: int = 1\nlast: int = 5")
    content["metadata"]["parameters_schema"] = {"properties": {"n": {"x-at-most": "last"}}}
    answer = submit(ada, content, sweep={"n": [5, 6]})
    assert answer.status_code == 422, answer.text
    assert "run 2: n: 6 is more than last, which is 5; allowed: at most 5" in answer.text


@pytest.mark.parametrize(
    ("metadata", "told"),
    [
        ({"kernelspec": "python3"}, "metadata.kernelspec: it is an object"),
        ({"kernelspec": {"name": ["python3"]}}, "kernelspec.name = .*a kernel's name"),
        ({"language_info": []}, "metadata.language_info: it is an object"),
        ({"parameters_schema": []}, "no object of parameters"),
        ({"parameters_schema": {"properties": {"n": {"type": "whole"}}}}, "of 'n': 'whole'"),
        ({"far": float("inf")}, "no file of JSON"),
    ],
)
def test_metadata_that_say_nothing_are_refused(
    ada: httpx.Client, metadata: dict[str, Any], told: str
) -> None:
    content = notebook("n")
    content["metadata"].update(metadata)
    answer = submit(ada, content)
    assert answer.status_code == 400, answer.text
    assert re.search(told, answer.json()["description"]), answer.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[" * 200_000,
        b'{"a":' * 100_000,
        b'{"laboratory": NaN}',
        b"\xff\xfe",
        b'{"laboratory": "environment", "notebook": {"name": "\\ud800", "content": {}}}',
        b'{"\\ud800": 1}',
    ],
)
def test_a_body_that_is_none_is_not_asked(ada: httpx.Client, body: bytes) -> None:
    answer = ada.post("/runs", content=body, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "NotAsked"), answer.text


def test_infinities_are_no_parameters(ada: httpx.Client) -> None:
    content = json.dumps(
        {
            "laboratory": "environment",
            "notebook": {"name": "x.ipynb", "content": notebook("n", parameters="n: list = [1.0]")},
            "parameters": {"n": [1, "far"]},
        }
    ).replace('"far"', "Infinity")
    answer = ada.post("/runs", content=content, headers={"Content-Type": "application/json"})
    assert (answer.status_code, answer.json()["code"]) == (400, "NotAsked")


def test_a_long_notebook_is_taken_and_a_longer_one_is_not(ada: httpx.Client) -> None:
    assert submit(ada, notebook(f"'{'x' * 5_000_000}'")).status_code == 201
    assert submit(ada, notebook(f"'{'x' * 34_000_000}'")).status_code == 413


@pytest.mark.parametrize(
    "name", ["ünïcode 名.ipynb", "a b'c\"d$(e);`f`.ipynb", "-rf.ipynb", "%2e%2e.ipynb", ".x"]
)
def test_an_awkward_name_is_a_name(ada: httpx.Client, name: str) -> None:
    body = {"laboratory": "environment", "notebook": {"name": name, "content": notebook("n")}}
    answer = ada.post("/runs", json=body)
    assert answer.status_code == 201, answer.text
    assert answer.json()["runs"][0]["notebook"] == name


def test_pages_follow_one_another(ada: httpx.Client) -> None:
    answer = submit(ada, notebook("n"), sweep={"n": list(range(25))})
    submission = answer.json()["submission"]
    found: list[str] = []
    after: str | None = None
    while True:
        asked = {"submission": submission, "limit": 10, **({"after": after} if after else {})}
        page = ada.get("/runs", params=asked).json()
        found += [run["id"] for run in page["runs"]]
        after = page["next"]
        if not after:
            break
    assert found == [f"{submission}-{n:04d}" for n in range(25)]
    assert ada.get("/runs", params={"after": "x"}).status_code == 400


def test_a_key_that_was_used_is_the_same_submit(ada: httpx.Client) -> None:
    first, second = (submit(ada, notebook("n"), key="k1").json() for _ in range(2))
    assert first["submission"] == second["submission"]
    assert submit(ada, notebook("n + 1"), key="k1").status_code == 400
    assert submit(ada, notebook("n"), key="k1", seconds=60).status_code == 400


def test_one_that_waits_is_cancelled_and_then_taken_away(tmp_path: Path) -> None:
    with (
        four_people() as hub,
        serving_runs(hub, tmp_path) as served,
        served.client("ada") as ada,
    ):
        content = notebook("import time; time.sleep(600)")
        told = submit(ada, content, sweep={"n": list(range(80))}).json()
        run, submission = told["runs"][-1]["id"], told["submission"]
        assert ada.delete(f"/submissions/{submission}").status_code == 400
        assert ada.post(f"/runs/{run}/cancel").status_code == 202
        with ada.stream("GET", f"/runs/{run}/events") as events:
            lines = [line for line in events.iter_lines() if line.startswith("data: ")]
        last = json.loads(lines[-1][6:])
        assert (last["state"], last["attempt"]) == ("cancelled", 0)
        ada.post(f"/submissions/{submission}/cancel")
        until = time.monotonic() + 60
        while ada.delete(f"/submissions/{submission}").status_code == 400:
            assert time.monotonic() < until
            time.sleep(0.2)
        assert ada.get(f"/runs/{run}").status_code == 404
        assert not list(Runs(tmp_path / "runs", for_containers=False).everything())


def test_a_restricted_laboratory_is_closed_to_runs_too(tmp_path: Path) -> None:
    labs = tmp_path / "labs"
    labs.mkdir()
    declared = (Path(__file__).parents[2] / "hub" / "labs" / "environment.toml").read_text()
    (labs / "restricted.toml").write_text(declared.replace('"everyone"', '"members"'))
    state = tmp_path / "state"
    with four_people() as hub, serving_runs(hub, state, BLUECLOUD_LABS=str(labs)) as served:
        for name, status in {"ada": 201, "ben": 403, "mia": 403, "olga": 201}.items():
            with served.client(name) as client:
                answer = submit(client, notebook("n"), laboratory="restricted")
                assert (name, answer.status_code) == (name, status)


@pytest.mark.parametrize(
    ("path", "told"),
    [("/runs/x%2F..%2Fy", "Not Found"), ("/runs/x", "run = 'x'"), ("/runs?state=lost", "'lost'")],
)
def test_what_is_wrong_with_an_address_is_told_with_its_value(
    ada: httpx.Client, path: str, told: str
) -> None:
    assert told in ada.get(path).json()["description"]

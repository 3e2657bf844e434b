"""The service where laboratories are pods or a swarm's: what it does, and refuses."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bluecloud_runner.folders import Limits
from bluecloud_service.errors import NotNow
from bluecloud_service.products.checks import NoChecks
from bluecloud_service.runs.engines import Refused, Unit
from bluecloud_service.runs.engines.nowhere import WHERE, NoEngine, reason
from tests.hub.test_state import DIGEST
from tests.service.serving import Serving, four_people, serving_runs
from tests.service.test_api import submit
from tests.service.work import notebook

CLUSTER = {"BLUECLOUD_PUBLIC_URL": "https://vre.example.org"}


@pytest.fixture(scope="module", params=["kubernetes", "swarm"])
def engine(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def service(engine: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    state = tmp_path_factory.mktemp("state")
    settings = {**CLUSTER, "BLUECLOUD_ENGINE": engine}
    with four_people() as hub, serving_runs(hub, state, **settings) as served:
        yield served


def test_a_run_is_refused_with_the_reason_and_leaves_nothing(service: Serving, engine: str) -> None:
    with service.client("ada") as ada:
        refused = submit(ada, notebook("n"))
        assert refused.status_code == 503
        assert WHERE[engine] in refused.json()["description"]
        assert "in the laboratory" in refused.json()["description"]
        assert ada.get("/runs").json()["runs"] == []
    assert not list((service.state / "runs").glob("ada/*"))


def test_a_schedule_is_refused_as_its_runs_would_be(service: Serving, engine: str) -> None:
    with service.client("ada") as ada:
        work = {"name": "counting.ipynb", "content": notebook("n")}
        body = {"laboratory": "environment", "notebook": work}
        refused = ada.post("/schedules", json={"submit": body, "cron": "0 6 1 1 *"})
        assert refused.status_code == 503
        assert WHERE[engine] in refused.json()["description"]
        assert "0 6 1 1" not in ada.get("/schedules").text


def test_its_health_says_that_no_runs_are_executed(service: Serving) -> None:
    with service.client("") as anybody:
        told = anybody.get("/health").json()
    assert told["status"] == "ok"
    assert told["runs"].startswith("none: ")


def test_data_are_found_and_logins_are_kept(service: Serving) -> None:
    with service.client("ada") as ada:
        assert ada.get("/stac/search", params={"q": "temperature"}).status_code == 200
        kept = ada.put("/credentials/cmems", json={"username": "ada", "password": "p"})
        assert kept.status_code in (200, 204)
        assert "cmems" in ada.get("/credentials").text


def test_a_run_of_a_restored_backup_is_refused_for_good(engine: str) -> None:
    limits = Limits.model_construct()
    unit = Unit("u", "ada", "environment", f"x@{DIGEST}", limits, {})
    nowhere = NoEngine(reason(engine))
    with pytest.raises(Refused, match=WHERE[engine]) as refused:
        nowhere.start(unit)
    assert refused.value.for_good
    assert nowhere.ask(["u"])["u"].state == "absent"
    assert not nowhere.left()


def test_a_strangers_file_is_not_opened_beside_the_services_secrets(tmp_path: Path) -> None:
    with pytest.raises(NotNow, match="on Kubernetes"):
        NoChecks("on Kubernetes").check(tmp_path, ["a.nc"], "")

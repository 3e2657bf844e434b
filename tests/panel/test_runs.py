"""The panel's runs: a real service behind a real server, and what the panel says without one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest

from bluecloud_hub.settings import checkout
from tests.panel.conftest import LaboratoryServer, running_server, wait_for, write_tree
from tests.service.serving import four_people, serving_runs


@pytest.fixture(scope="module")
def laboratory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LaboratoryServer]:
    """Ada's laboratory, in a deployment that keeps runs."""
    folder = tmp_path_factory.mktemp("runs")
    (folder / "home").mkdir()
    tree = write_tree(folder / "root")
    labs = folder / "labs"
    labs.mkdir()
    declared = (checkout() / "hub" / "labs" / "environment.toml").read_text()
    (labs / "testlab.toml").write_text(declared)
    with (
        four_people() as hub,
        serving_runs(hub, folder / "state", BLUECLOUD_LABS=str(labs)) as service,
        service.client("ada") as ada,
    ):
        # Before the laboratory starts, which looks for logins then and every few minutes.
        assert ada.put("/credentials/cmems", json={"token": "Tiefsee-7040-m"}).is_success
        with running_server(
            tree,
            folder / "home",
            folder / "jupyter",
            environment={
                "BLUECLOUD_SERVICE_URL": service.address,
                "JUPYTERHUB_API_TOKEN": "ada@testlab",
                "BLUECLOUD_CREDENTIALS_DIR": str(folder / "logins"),
            },
        ) as started:
            yield started


def submitted(laboratory: LaboratoryServer, **parameters: Any) -> str:
    answer = laboratory.post("analyses/answer/submit", {"parameters": parameters})
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.json()["runs"][0]["id"])


def now(laboratory: LaboratoryServer, run: str) -> dict[str, Any]:
    (found,) = [one for one in laboratory.get("runs").json()["runs"] if one["id"] == run]
    return dict(found)


def test_an_analysis_is_submitted_watched_and_opened(laboratory: LaboratoryServer) -> None:
    assert laboratory.get("laboratory").json()["keeps_runs"] is True
    run = submitted(laboratory, answer=7)
    wait_for(lambda: now(laboratory, run)["state"] == "succeeded")
    told = now(laboratory, run)
    assert (told["title"], told["cells_done"], told["words"]) == ("The answer", told["cells"], "")
    path = laboratory.post(f"runs/{run}/fetch").json()["path"]
    assert path == f"runs/{run}/answer.ipynb"
    executed = nbformat.read(laboratory.home / path, as_version=4)
    assert executed.cells[-1].outputs[0].text.startswith("7 ")
    again = laboratory.post(f"runs/{run}/again").json()["runs"][0]["id"]
    wait_for(lambda: now(laboratory, again)["state"] == "succeeded")


def test_what_is_refused_names_the_field(laboratory: LaboratoryServer) -> None:
    answer = laboratory.post("analyses/answer/submit", {"parameters": {"answer": "many"}})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    (field,) = answer.json()["fields"]
    assert field["field"] == "answer"
    assert laboratory.post("analyses/nothing/submit").status_code == httpx.codes.NOT_FOUND


def test_a_run_is_ended(laboratory: LaboratoryServer) -> None:
    run = submitted(laboratory)
    assert laboratory.post(f"runs/{run}/cancel").status_code == httpx.codes.OK
    wait_for(lambda: now(laboratory, run)["state"] in {"cancelled", "succeeded"})


def test_a_run_that_is_not_there_is_refused_in_words(laboratory: LaboratoryServer) -> None:
    for action in ("cancel", "again", "fetch"):
        answer = laboratory.post(f"runs/{'0' * 20}-0000/{action}")
        assert (answer.status_code, answer.json()["kind"]) == (
            httpx.codes.CONFLICT,
            "ServiceRefused",
        )
        assert "0000" in answer.json()["error"]


def test_the_persons_logins_are_brought_by_the_server(laboratory: LaboratoryServer) -> None:
    kept = laboratory.home.parent / "logins" / "cmems.json"
    wait_for(kept.exists, seconds=10)
    assert json.loads(kept.read_text()) == {"token": "Tiefsee-7040-m"}


def stored(laboratory: LaboratoryServer) -> dict[str, Any]:
    """The logins that the panel tells of, by source."""
    told = laboratory.get("access").json()["providers"]
    return {each["source"]: each["login"] for each in told}


def test_a_login_is_stored_brought_here_told_of_and_forgotten(laboratory: LaboratoryServer) -> None:
    kept = laboratory.home.parent / "logins" / "eudat.json"
    answer = laboratory.post("access/eudat", {"username": "ada", "password": "Kelp-forest-12"})
    assert answer.status_code == httpx.codes.OK, answer.text
    assert json.loads(kept.read_text()) == {"username": "ada", "password": "Kelp-forest-12"}
    told = laboratory.get("access")
    assert "Kelp-forest-12" not in answer.text + told.text
    login = stored(laboratory)["eudat"]
    assert (login["kind"], login["username"], login["expired"]) == ("password", "ada", False)
    assert laboratory.post("access/eudat/forget").status_code == httpx.codes.OK
    assert "eudat" not in stored(laboratory)
    assert not kept.exists()


@pytest.mark.parametrize(
    ("source", "login", "said"),
    [
        ("nowhere", {"token": "x"}, "seadatanet"),
        ("eudat", {}, "token, or username and password"),
        ("eudat", {"token": "two\nlines"}, "line ends"),
    ],
)
def test_a_login_that_is_none_is_refused_in_words(
    laboratory: LaboratoryServer, source: str, login: dict[str, str], said: str
) -> None:
    answer = laboratory.post(f"access/{source}", login)
    assert (answer.status_code, answer.json()["kind"]) == (httpx.codes.CONFLICT, "ServiceRefused")
    assert said in answer.json()["error"]


def test_without_a_service_runs_are_not_kept(shared_server: LaboratoryServer) -> None:
    answer = shared_server.get("runs")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert answer.json()["kind"] == "ServiceAway"


def test_a_service_that_does_not_answer_is_said(tmp_path: Path) -> None:
    (tmp_path / "home").mkdir()
    nowhere = {"BLUECLOUD_SERVICE_URL": "http://127.0.0.1:9/services/bluecloud"}
    tree = write_tree(tmp_path / "root")
    with running_server(
        tree, tmp_path / "home", tmp_path / "jupyter", environment=nowhere
    ) as server:
        answer = server.get("runs")
    assert answer.status_code == httpx.codes.SERVICE_UNAVAILABLE
    assert "does not answer" in answer.json()["error"]

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


def test_a_sweep_is_one_group_whose_runs_say_what_differs(laboratory: LaboratoryServer) -> None:
    asked = {"parameters": {"years": [2000, 2001]}, "sweep": {"answer": [3, 4]}}
    answer = laboratory.post("analyses/answer/submit", asked)
    assert answer.status_code == httpx.codes.OK, answer.text
    submission = answer.json()["runs"][0]["submission"]
    runs = [run["id"] for run in answer.json()["runs"]]
    wait_for(lambda: all(now(laboratory, run)["state"] == "succeeded" for run in runs))
    assert [now(laboratory, run)["varied"] for run in runs] == [{"answer": 3}, {"answer": 4}]
    sweeps = laboratory.get("runs").json()["sweeps"]
    assert {"submission": submission, "counts": {"succeeded": 2}} in sweeps
    refused = laboratory.post(f"submissions/{submission}/again")
    assert "no run of" in refused.json()["error"]
    assert laboratory.post(f"submissions/{submission}/cancel").status_code == httpx.codes.OK


def test_a_sweep_with_a_value_that_is_not_allowed_names_the_field(
    laboratory: LaboratoryServer,
) -> None:
    answer = laboratory.post("analyses/answer/submit", {"sweep": {"answer": [1, "many"]}})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    assert answer.json()["fields"][0]["field"] == "answer"


def write_failing(laboratory: LaboratoryServer) -> str:
    """A notebook of the home with a picture, a file and an error that its parameter asks for."""
    code = [
        "import pathlib",
        "from IPython.display import Image, display",
        "display(Image(b'\\x89PNG\\r\\n\\x1a\\n' + bytes(20)))",
        "pathlib.Path('outputs').mkdir(exist_ok=True)",
        "pathlib.Path('outputs/level.txt').write_text(f'{level}')",
    ]
    v4 = nbformat.v4
    cells = [
        v4.new_markdown_cell("# My tide\n\nHow high?"),
        v4.new_code_cell("level: int = 1  # metres", metadata={"tags": ["parameters"]}),
        v4.new_code_cell("# Parameters\nlevel = 5\n", metadata={"tags": ["injected-parameters"]}),
        v4.new_code_cell("\n".join(code)),
        v4.new_code_cell("if level == 5: raise KeyError('tide')"),
    ]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, laboratory.home / "mine.ipynb")
    return "mine.ipynb"


def test_a_notebook_of_ones_own_is_finished_and_says_why_it_failed(
    laboratory: LaboratoryServer,
) -> None:
    answer = laboratory.post("runs/finish", {"path": write_failing(laboratory)})
    assert answer.status_code == httpx.codes.OK, answer.text
    run = str(answer.json()["runs"][0]["id"])
    wait_for(lambda: now(laboratory, run)["state"] == "failed")
    told = now(laboratory, run)
    assert told["title"] == "My tide"
    assert "KeyError" in told["words"]
    assert "Open the executed notebook at cell" in told["next_step"]
    detail = laboratory.get(f"runs/{run}").json()
    assert detail["parameters"] == {"level": 5}  # what it was last given, not its default
    figures = laboratory.get(f"runs/{run}/figures").json()
    assert [figure["address"][:22] for figure in figures["figures"]] == ["data:image/png;base64,"]
    assert figures["interactive"] == 0
    again = laboratory.post(f"submissions/{told['submission']}/again")
    assert again.status_code == httpx.codes.OK, again.text


@pytest.mark.parametrize("path", ["../other.ipynb", "nothing.ipynb", "runs"])
def test_only_notebooks_of_the_home_are_finished(laboratory: LaboratoryServer, path: str) -> None:
    answer = laboratory.post("runs/finish", {"path": path})
    assert answer.status_code == httpx.codes.BAD_REQUEST


def test_a_run_tells_what_it_took_and_gives_its_capsule(laboratory: LaboratoryServer) -> None:
    run = submitted(laboratory, answer=9)
    wait_for(lambda: now(laboratory, run)["state"] == "succeeded")
    detail = laboratory.get(f"runs/{run}").json()
    assert (detail["parameters"]["answer"], detail["run"]["state"]) == (9, "succeeded")
    assert detail["wall_s"] > 0
    earlier = laboratory.get("analyses/answer/earlier").json()
    assert earlier["runs"] >= 1
    assert earlier["seconds"]["least"] <= earlier["seconds"]["median"] <= earlier["seconds"]["most"]
    assert laboratory.get("analyses/other/earlier").json()["runs"] == 0
    brought = laboratory.post(f"runs/{run}/capsule").json()["path"]
    assert (laboratory.home / brought / "ro-crate-metadata.json").is_file()
    archive = laboratory.get(f"runs/{run}/capsule")
    assert archive.headers["content-type"] == "application/zip"
    assert archive.content.startswith(b"PK")


def test_an_executed_notebook_that_is_brought_is_trusted(laboratory: LaboratoryServer) -> None:
    run = submitted(laboratory, answer=8)
    wait_for(lambda: now(laboratory, run)["state"] == "succeeded")
    path = laboratory.post(f"runs/{run}/fetch").json()["path"]
    cells = laboratory.client.get(f"api/contents/{path}").json()["content"]["cells"]
    assert all(c["metadata"]["trusted"] for c in cells if c["cell_type"] == "code")


def test_a_run_that_goes_on_says_what_earlier_ones_took(laboratory: LaboratoryServer) -> None:
    first = submitted(laboratory, answer=1)
    wait_for(lambda: now(laboratory, first)["state"] == "succeeded")
    second = submitted(laboratory, answer=2)
    told = now(laboratory, second)
    assert told["state"] == "succeeded" or told["expected_s"] > 0
    assert now(laboratory, first)["expected_s"] is None


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

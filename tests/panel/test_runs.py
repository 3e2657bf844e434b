"""The panel's runs: a real service behind a real server, and what the panel says without one."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest

from bluecloud_hub.notices import Notice, write_notice
from bluecloud_panel import release
from bluecloud_service.database import open_database
from bluecloud_service.keys import Keys
from bluecloud_service.releases.wire import Mine
from bluecloud_service.survey import Surveys
from tests.federation.server import Kind, Reply, Request, serve
from tests.panel.conftest import LaboratoryServer, now, running_server, wait_for, write_tree


def submitted(laboratory: LaboratoryServer, **parameters: Any) -> str:
    answer = laboratory.post("analyses/answer/submit", {"parameters": parameters})
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.json()["runs"][0]["id"])


def test_an_analysis_is_submitted_watched_and_opened(laboratory: LaboratoryServer) -> None:
    assert laboratory.get("laboratory").json()["keeps_runs"] is True
    run = submitted(laboratory, answer=7)
    wait_for(lambda: now(laboratory, run)["state"] == "succeeded")
    told = now(laboratory, run)
    assert (told["title"], told["cells_done"], told["words"]) == ("The answer", told["cells"], "")
    assert (told["changed"], told["executed"]) == ({"answer": "7"}, True)
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


def write_showing(laboratory: LaboratoryServer) -> str:
    """A notebook of the home that prints, leaves tables and shows what scripts draw."""
    v4 = nbformat.v4
    shown = [
        "from IPython.display import display",
        'html = \'<div id=a></div><script>draw({"version": "3.9.2"})</script>\'',
        "exec_kind = 'application/vnd.holoviews_exec.v0+json'",
        "display({'text/html': html, exec_kind: '', 'text/plain': ':Curve'}, raw=True)",
        "plotly = {'application/vnd.plotly.v1+json': {}, 'text/plain': 'Figure'}",
        "display(plotly, raw=True)",
        "display({**plotly, 'image/png': 'AA=='}, raw=True)",
    ]
    made = [
        "import pathlib",
        "pathlib.Path('outputs').mkdir(exist_ok=True)",
        "pathlib.Path('outputs/level.csv').write_text('year,level\\n2000,1.5\\n')",
        "pathlib.Path('outputs/long.csv').write_text('0\\n' * 60_000)",
        "import sys",
        "print('mean level:', 1.5, 'm')",
        "print('python:', sys.version.split()[0])",
        "print('wrote', '/home/ada/outputs/level 2026-11-25 100010.csv')",
        "2.5",
    ]
    cells = [v4.new_code_cell("\n".join(lines)) for lines in (shown, made)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, laboratory.home / "showing.ipynb")
    return "showing.ipynb"


def test_what_scripts_draw_is_handed_on_and_numbers_are_there_to_be_compared(
    laboratory: LaboratoryServer,
) -> None:
    answer = laboratory.post("runs/finish", {"path": write_showing(laboratory)})
    run = str(answer.json()["runs"][0]["id"])
    wait_for(lambda: now(laboratory, run)["state"] == "succeeded")
    figures = laboratory.get(f"runs/{run}/figures").json()
    (drawn,) = figures["drawn"]
    assert (drawn["bokeh"], "draw({" in drawn["html"]) == ("3.9.2", True)
    # Plotly's is in the notebook alone, but where it left a picture, that is shown.
    assert (figures["interactive"], len(figures["figures"])) == (1, 1)
    numbers = laboratory.get(f"runs/{run}/numbers").json()
    assert [each["text"] for each in numbers["printed"]] == ["mean level: 1.5 m"]
    (table,) = numbers["tables"]
    assert table["name"].endswith("level.csv")
    assert table["text"] == "year,level\n2000,1.5\n"
    assert numbers["words"].endswith("compared here: 1 of its tables.")


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
    assert earlier["going"] == 0
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
    assert laboratory.get("analyses/answer/earlier").json()["going"] in {0, 1}
    told = now(laboratory, second)
    assert told["state"] == "succeeded" or told["expected_s"] > 0
    assert now(laboratory, first)["expected_s"] is None


def test_what_is_refused_names_the_field(laboratory: LaboratoryServer) -> None:
    answer = laboratory.post("analyses/answer/submit", {"parameters": {"answer": "many"}})
    assert answer.status_code == httpx.codes.UNPROCESSABLE_ENTITY
    (field,) = answer.json()["fields"]
    assert field["field"] == "answer"
    assert laboratory.post("analyses/nothing/submit").status_code == httpx.codes.NOT_FOUND


def test_older_runs_are_listed_by_a_greater_limit(laboratory: LaboratoryServer) -> None:
    submitted(laboratory)
    submitted(laboratory)
    fewer, all_of_them = (laboratory.get(f"runs?limit={n}").json() for n in (1, 1000))
    assert (len(fewer["runs"]), fewer["more"]) == (1, True)
    assert (len(all_of_them["runs"]) > 1, all_of_them["more"]) == (True, False)
    for limit in ("0", "1001", "-1", "many"):
        answer = laboratory.get(f"runs?limit={limit}")
        assert (answer.status_code, "from 1 to 1000" in answer.text) == (400, True)


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


def test_a_word_to_the_managers_is_kept_with_what_it_is_about(
    laboratory: LaboratoryServer,
) -> None:
    sent = laboratory.post("feedback", {"text": "No coast.", "notebook": "heat.ipynb"})
    assert sent.status_code == httpx.codes.OK, sent.text
    (thread,) = sent.json()["threads"]
    assert (thread["notebook"], thread["state"]) == ("heat.ipynb", "open")
    address = f"feedback/{thread['id']}"
    more = laboratory.post(f"{address}/words", {"text": "Please?"}).json()["threads"][0]
    assert [words["text"] for words in more["words"]] == ["No coast.", "Please?"]
    assert laboratory.post(f"{address}/close").json()["threads"][0]["state"] == "closed"
    assert laboratory.get("feedback").json()["threads"][0]["id"] == thread["id"]
    empty = laboratory.post("feedback", {"text": " "})
    assert (empty.status_code, empty.json()["kind"]) == (httpx.codes.CONFLICT, "ServiceRefused")
    assert "it is empty" in empty.json()["error"]
    assert laboratory.post(f"{address}/remove").json() == {"threads": []}


@dataclass
class Telling:
    """A service that answers whatever it is asked with the same."""

    told: bytes
    asked: list[Request] = field(default_factory=list)
    kind: Kind = "emulated"

    def answer(self, request: Request) -> Reply:
        self.asked.append(request)
        return Reply(self.told)


def test_which_release_is_given_and_what_managers_say_is_told_along(
    laboratory: LaboratoryServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = laboratory.get("release").json()["version"]
    nothing = {"compared": "same", "digest": "", "version": version, "message": "", "notice": ""}
    assert laboratory.get("release").json() == nothing
    notice = Notice(text="Closed at noon.", by="mia", since=datetime.now(UTC))
    write_notice(laboratory.root.parent / "state", "testlab", notice)
    assert laboratory.get("release").json() == nothing | {"notice": "Closed at noon."}

    # A container's server says which release it runs; this machine's has none.
    told = Mine(
        laboratory="testlab", digest=f"sha256:{'b' * 64}", version="0.2.0", message="A coast.",
        as_tester=False, compared="earlier", words="Stop and start it.", notice="",
    )  # fmt: skip
    service = Telling(told.model_dump_json().encode())
    with serve({"service": service}) as there:
        for name, value in {
            "BLUECLOUD_ROOT": str(laboratory.root),
            "BLUECLOUD_LAB": "testlab",
            "BLUECLOUD_SERVICE_URL": there.address("service"),
            "BLUECLOUD_RELEASE_DIGEST": f"sha256:{'a' * 64}",
        }.items():
            monkeypatch.setenv(name, value)
        given = release.news()
    assert given.model_dump() == told.model_dump(exclude={"laboratory", "as_tester", "words"})
    (request,) = service.asked
    assert request.path == "laboratories/testlab/release"
    assert request.query == {"running": f"sha256:{'a' * 64}"}


def test_a_survey_is_answered_changed_and_withdrawn_in_the_panel(
    laboratory: LaboratoryServer,
) -> None:
    assert laboratory.get("survey").json()["on"] is False
    file = laboratory.root.parent / "state" / "service" / "service.sqlite"
    Surveys(open_database(f"sqlite:///{file}"), Keys(["k" * 32])).begin("testlab")
    asked = laboratory.get("survey").json()
    assert (asked["on"], asked["fewest"], asked["answer"]) == (True, 5, None)
    assert [each["name"] for each in asked["sentences"]] == ["meets_needs", "easy_to_use"]
    answer = {"meets_needs": 6, "easy_to_use": 2, "words": "A map; no."}
    assert laboratory.post("survey", answer).json() == asked | {"answer": answer}
    refused = laboratory.post("survey", answer | {"meets_needs": 8})
    assert (refused.status_code, refused.json()["kind"]) == (httpx.codes.CONFLICT, "ServiceRefused")
    assert "meets_needs" in refused.json()["error"]
    assert laboratory.get("survey").json()["answer"] == answer
    assert laboratory.post("survey/withdraw").json() == asked


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

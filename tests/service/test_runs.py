"""From a submit to what the run left: the service, its engine and the unit, all real."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bluecloud import runs
from bluecloud.cli import application
from bluecloud.service import Service
from tests.service.serving import four_people, serving_runs
from tests.service.work import notebook

BLUECLOUD = str(Path(sys.executable).with_name("bluecloud"))


def test_a_sweep_is_submitted_watched_and_fetched(tmp_path: Path) -> None:
    path = tmp_path / "counting.ipynb"
    path.write_text(json.dumps(notebook("open('out.txt', 'w').write(str(n))", "assert n < 3")))
    with (
        four_people() as hub,
        serving_runs(hub, tmp_path / "state") as served,
        Service(served.address, "ada") as service,
    ):
        submitted = runs.submit(
            path, sweep={"n": [1, 3]}, laboratory="environment", service=service
        )
        assert submitted.wait(timeout=120) is submitted
        good, bad = submitted.runs
        assert repr(submitted) == f"<Submission {submitted.id}, 2 runs: 1 succeeded, 1 failed>"
        assert repr(good) == f"<Run {good.id}, Counting, succeeded>"
        assert (good.changed, bad.changed) == ({"n": "1"}, {"n": "3"})
        assert (good.state, good.cells_done, good.cells) == ("succeeded", 4, 4)
        assert (bad.state, bad.cause) == ("failed", "cell-failed")
        # What was not given out is nobody's, and takes no room.
        assert not [*(tmp_path / "state").rglob("staging")]
        fetched = good.fetch(tmp_path / "fetched")
        assert [file.name for file in fetched] == ["counting.ipynb", "out.txt"]
        assert fetched[1].read_text() == "1"
        again = submitted.again()
        assert [run.parameters["n"] for run in again.wait(timeout=120).runs] == [3]
        earlier = runs.submit(path, {"n": 1}, laboratory="environment", reuse=True, service=service)
        assert (earlier.reused, [run.id for run in earlier.runs]) == (True, [good.id])
        assert f"answered by {good.id} of ada" in earlier.words
        with Service(served.address, "ben") as other:
            new = runs.submit(path, {"n": 1}, laboratory="environment", reuse=True, service=other)
            assert (new.reused, good.id in new.words) == (False, False)


def test_the_commands_list_know_names_by_their_beginning_and_say_what_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("counting.ipynb").write_text(json.dumps(notebook("print(n)")))
    with four_people() as hub, serving_runs(hub, tmp_path / "state") as served:
        monkeypatch.setenv("BLUECLOUD_SERVICE_URL", served.address)
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "ada")
        monkeypatch.setenv("BLUECLOUD_LAB", "environment")

        def told(*words: str, status: int = 0) -> str:
            done = subprocess.run([BLUECLOUD, *words], capture_output=True, text=True, check=False)
            assert done.returncode == status, done.stderr
            return done.stdout if status == 0 else done.stderr

        said = told("run", "counting.ipynb", "-s", "n=1,2", "--watch")
        name = said.partition(":")[0]
        assert f"{name}: 2 runs, submitted" in said
        assert f"2 of 2 succeeded\nbluecloud runs fetch {name} brings what was made" in said
        assert "n 2" in told("runs")
        assert told("runs").count(name) == told("runs", "list").count(name) == 2
        assert json.loads(told("runs", "show", f"{name[:6]}-1"))["id"] == f"{name}-0001"
        assert f"{name}-0001" in told("runs", "fetch", name[:6])
        assert f"has 2 runs: say which, as {name}-0" in told("runs", "show", name[:6], status=1)
        assert told("runs", "cancel", name) == f"{name}: it has ended already, succeeded\n"
        single = told("run", "counting.ipynb", "--watch").partition(":")[0]
        assert json.loads(told("runs", "show", single[:6]))["id"] == f"{single}-0000"
        assert "succeeded" in told("runs", "log", single)
        for unknown in ("nonsense", "0000-1"):
            assert "`bluecloud runs` lists them" in told("runs", "fetch", unknown, status=1)


def test_options_may_follow_the_notebook() -> None:
    told = CliRunner().invoke(application(), ["run", "none.ipynb", "--watch", "-p", "n=1"])
    assert (told.exit_code, told.output) == (1, "none.ipynb: no such file\n")

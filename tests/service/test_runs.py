"""From a submit to what the run left: the service, its engine and the unit, all real."""

from __future__ import annotations

import json
from pathlib import Path

from typer.testing import CliRunner

from bluecloud import runs
from bluecloud.cli import application
from bluecloud.service import Service
from tests.service.serving import four_people, serving_runs
from tests.service.work import notebook


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
        good, bad = submitted.wait(timeout=120).runs
        assert (good.state, good.cells_done, good.cells) == ("succeeded", 4, 4)
        assert (bad.state, bad.cause) == ("failed", "cell-failed")
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


def test_options_may_follow_the_notebook() -> None:
    told = CliRunner().invoke(application(), ["run", "none.ipynb", "--watch", "-p", "n=1"])
    assert (told.exit_code, told.output) == (1, "none.ipynb: no such file\n")

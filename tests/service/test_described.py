"""By what the runs of one analysis are told from one another in a list."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from bluecloud import runs
from bluecloud.service import Service
from bluecloud_runner.titles import title_of
from bluecloud_service.runs.described import Described, title_for
from bluecloud_service.runs.store import Runs, Work
from tests.service.serving import four_people, serving_runs
from tests.service.work import notebook, work

HEADING = {"cell_type": "markdown", "id": "h", "metadata": {}, "source": ["# *Counting*\n", "Up."]}
PARAMETERS = "n: int = 1\nyears: tuple[int, int] = (1991, 2020)\nname: str = 'a'"


def counted(*sources: str) -> dict[str, Any]:
    """A notebook with a heading and three parameters."""
    content = notebook(*sources, parameters=PARAMETERS)
    content["cells"].insert(0, HEADING)
    return content


def test_a_list_gives_each_run_its_title_what_was_changed_and_whether_it_can_be_opened(
    tmp_path: Path,
) -> None:
    path = tmp_path / "counting.ipynb"
    path.write_text(json.dumps(counted("print(n)")))
    broken = tmp_path / "broken.ipynb"
    broken.write_text(json.dumps(notebook(parameters="n: int = 1")))
    content = json.loads(broken.read_text())
    content["cells"].insert(0, {**content["cells"][0], "id": "x", "metadata": {}, "source": "1/0"})
    broken.write_text(json.dumps(content))
    with (
        four_people() as hub,
        serving_runs(hub, tmp_path / "state") as served,
        Service(served.address, "ada") as service,
    ):

        def submit(file: Path, **more: Any) -> runs.Submission:
            return runs.submit(file, laboratory="environment", service=service, **more)

        submit(path, parameters={"n": 2, "years": [1991, 2020]}).wait(timeout=120)
        submit(path, title="Mine").wait(timeout=120)
        (failed,) = submit(broken).wait(timeout=120).runs
        told = {each["title"]: each for each in service.ask("GET", "/runs")["runs"]}
        assert set(told) == {"Counting", "Mine", "Broken"}
        assert {run.title for run in runs.recent(service=service)} == set(told)
        assert (told["Counting"]["changed"], told["Mine"]["changed"]) == ({"n": "2"}, {})
        # It failed in its first cell, and its notebook says how.
        assert (failed.state, told["Broken"]["cells_done"]) == ("failed", 0)
        assert told["Broken"]["executed"]
        assert service.ask("GET", f"/runs/{failed.id}")["executed"]


@pytest.mark.parametrize(
    ("given", "changed"),
    [
        ({"n": 1.0, "name": "a"}, {}),
        ({"n": True}, {"n": "true"}),
        ({"name": "x" * 70}, {"name": "x" * 59 + "…"}),
        ({"years": [2000, 2001], "more": None}, {"years": "[2000, 2001]", "more": "null"}),
        ({f"p{number}": number for number in range(20)}, {f"p{n}": str(n) for n in range(12)}),
    ],
)
def test_what_is_no_default_is_told_short(
    tmp_path: Path, given: dict[str, Any], changed: dict[str, str]
) -> None:
    store = Runs(tmp_path, for_containers=False)
    asked = work(sets=[given])
    kept = store.submit("ada", Work(**{**vars(asked), "content": json.dumps(counted()).encode()}))
    assert Described(store).changed("ada", f"{kept.id}-0000") == changed


def test_of_a_run_whose_folder_is_gone_nothing_is_told(tmp_path: Path) -> None:
    store = Runs(tmp_path, for_containers=False)
    assert Described(store).changed("ada", f"{'0' * 20}-0000") == {}


def test_a_run_is_called_as_asked_else_as_its_notebook_calls_itself() -> None:
    assert title_for("Mine", "counting.ipynb", counted()) == "Mine"
    assert title_for("", "counting.ipynb", counted()) == "Counting"
    assert title_of("sea_level.ipynb", notebook()) == "Sea level"
    long = {"cells": [{**HEADING, "source": "# a\u200d" + "b" * 300}]}
    assert title_for("", "n.ipynb", long) == "a" + "b" * 199

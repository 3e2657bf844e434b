"""What happens to runs while the service, its units or its database are killed: nothing is lost."""

from __future__ import annotations

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

import httpx
import pytest

from bluecloud_service.runs.store import Runs, attempts, record_events
from tests.discovery.service import TLS
from tests.service.serving import Serving, four_people, serving_runs, until
from tests.service.work import notebook

ENDED = {"succeeded", "failed", "cancelled"}
# Notes that it began, outside of what an attempt has of its own, and waits to be let go on.
COUNTED = """
import os, pathlib, time
shared = pathlib.Path({folder!r})
with (shared / "begun").open("a") as file:
    file.write(str(n) + "\\n")
while not (shared / "go").exists():
    time.sleep(0.05)
pathlib.Path("out.txt").write_text(str(n))
"""


def counted(folder: Path) -> dict[str, Any]:
    return notebook("1", COUNTED.format(folder=str(folder)), "2")


def submit(service: Serving, content: Any, **more: Any) -> list[str]:
    body = {
        "laboratory": "environment",
        "notebook": {"name": "counted.ipynb", "content": content},
        **more,
    }
    with service.client("ada") as ada:
        answer = ada.post("/runs", json=body)
        assert answer.status_code == 201, answer.text
        return [run["id"] for run in answer.json()["runs"]]


def told(service: Serving, run: str) -> dict[str, Any]:
    with service.client("ada") as ada:
        answer: dict[str, Any] = ada.get(f"/runs/{run}").json()
        return answer


def end_of(service: Serving, run: str) -> dict[str, Any]:
    def ended() -> dict[str, Any] | None:
        found = told(service, run)
        return found if found["state"] in ENDED else None

    found: dict[str, Any] = until(ended)
    return found


def begun(folder: Path) -> list[str]:
    path = folder / "begun"
    return path.read_text().split() if path.exists() else []


def outputs(path: Path) -> list[Any]:
    """What the cells left in an executed notebook."""
    if not path.exists():
        return []
    return [out for cell in json.loads(path.read_text())["cells"] for out in cell["outputs"]]


def unit_of(state: Path, run: str) -> int:
    """The process of the unit that a run is in."""
    folder = Runs(state / "runs", for_containers=False).run("ada", run)
    unit = attempts(folder)[-1].unit
    return int((state / "service" / "units" / f"{unit}.unit").read_text())


def test_a_service_killed_in_the_middle_finds_its_runs_again(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with four_people() as hub:
        with serving_runs(hub, state) as first:
            run, waits = submit(first, counted(tmp_path), sweep=[{"n": 1}, {"n": 2}])
            until(lambda: begun(tmp_path))
            first.process.kill()
        # What was not seen to end goes on without anybody who watches it.
        (tmp_path / "go").touch()
        with serving_runs(hub, state) as second:
            for each in (run, waits):
                found = end_of(second, each)
                assert (found["state"], found["attempt"]) == ("succeeded", 1)
    assert sorted(begun(tmp_path)) == ["1", "2"]


def test_what_an_ended_unit_left_is_taken_away(tmp_path: Path) -> None:
    units = tmp_path / "state" / "service" / "units"
    units.mkdir(parents=True)
    (units / "of-before.unit").write_text("1")
    (units / "of-before.log").write_text("It ended while nobody was there to see it.")
    with four_people() as hub, serving_runs(hub, tmp_path / "state"):
        until(lambda: not (units / "of-before.log").exists())


def test_what_killed_submits_left_is_taken_away_at_the_start(tmp_path: Path) -> None:
    left = tmp_path / "state" / "runs" / "ada" / ".new-of-before"
    left.mkdir(parents=True)
    with four_people() as hub, serving_runs(hub, tmp_path / "state"):
        until(lambda: not left.exists())


def test_the_table_is_made_again_from_the_folders(tmp_path: Path) -> None:
    state = tmp_path / "state"
    (tmp_path / "go").touch()
    with four_people() as hub:
        with serving_runs(hub, state) as first:
            (run,) = submit(first, counted(tmp_path), parameters={"n": 5})
            before = end_of(first, run)
        for path in (state / "service").glob("service.sqlite*"):
            path.unlink()
        with serving_runs(hub, state) as second:
            after = until(lambda: (f := told(second, run)).get("state") in ENDED and f)
    assert after == before
    assert begun(tmp_path) == ["5"]


def test_a_killed_unit_is_another_attempt_and_says_so(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with four_people() as hub, serving_runs(hub, state) as service:
        (run,) = submit(service, counted(tmp_path))
        folder = Runs(state / "runs", for_containers=False).run("ada", run)
        until(lambda: begun(tmp_path) and outputs(folder.executed))
        os.killpg(unit_of(state, run), signal.SIGKILL)
        until(lambda: len(begun(tmp_path)) == 2)
        (tmp_path / "go").touch()
        found = end_of(service, run)
        assert (found["state"], found["attempt"]) == ("succeeded", 2)
    (noted,) = [event for event in record_events(folder) if event["kind"] == "again"]
    assert (noted["attempt"], noted["cause"]["kind"]) == (1, "unit-lost")
    # What the first attempt did is still there to be looked at.
    assert outputs(folder.path / "work-1" / folder.executed.name)
    assert not list((state / "service" / "units").glob("*.log")), "units that ended are forgotten"


def test_a_unit_that_is_killed_each_time_is_given_up_with_its_cause(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with four_people() as hub, serving_runs(hub, state) as service:
        (run,) = submit(service, counted(tmp_path))
        for number in (1, 2):
            until(lambda number=number: len(begun(tmp_path)) == number)  # type: ignore[misc]
            os.killpg(unit_of(state, run), signal.SIGKILL)
        found = end_of(service, run)
        assert (found["state"], found["cause"]) == ("failed", "unit-lost")
        assert "again" in found["why"]["next_step"]
    assert begun(tmp_path) == ["1", "1"]


def test_of_two_services_started_by_mistake_one_keeps_and_both_answer(tmp_path: Path) -> None:
    state = tmp_path / "state"
    with (
        four_people() as hub,
        serving_runs(hub, state) as first,
        serving_runs(hub, state) as second,
    ):
        both = [
            httpx.get(f"{one.address}/health", trust_env=False, verify=TLS).json()["runs"]
            for one in (first, second)
        ]
        assert sorted(both) == ["kept by another service, or not yet", "kept here"]
        runs = [*submit(first, counted(tmp_path)), *submit(second, counted(tmp_path))]
        (tmp_path / "go").touch()
        for run in runs:
            assert end_of(second, run)["attempt"] == 1
            assert told(first, run)["state"] == "succeeded"
        assert begun(tmp_path) == ["1", "1"]
        keeper = first if both[0] == "kept here" else second
        other = second if keeper is first else first
        keeper.process.kill()
        # The other one takes over.
        (run,) = submit(other, counted(tmp_path))
        assert end_of(other, run)["state"] == "succeeded"


@pytest.mark.parametrize("days", [-400, 400])
def test_a_clock_that_jumped_loses_and_repeats_nothing(tmp_path: Path, days: int) -> None:
    state = tmp_path / "state"
    with four_people() as hub:
        with serving_runs(hub, state) as first:
            (run,) = submit(first, counted(tmp_path))
            until(lambda: begun(tmp_path))
            first.process.kill()
        # All that was written down before has times of long ago, or of the future.
        submission = Runs(state / "runs", for_containers=False).run("ada", run).path.parent
        moved = [path for path in submission.rglob("*") if path.suffix in {".json", ".jsonl"}]
        for path in moved:
            path.write_text(shifted(path.read_text(), days))
            os.utime(path, (time.time() + days * 86400,) * 2)
        (tmp_path / "go").touch()
        with serving_runs(hub, state) as second:
            found = end_of(second, run)
    assert (found["state"], found["attempt"], begun(tmp_path)) == ("succeeded", 1, ["1"])


def shifted(text: str, days: int) -> str:
    """Times of this year some days away, by its year: what a clock that jumped has written."""
    year = time.gmtime().tm_year
    return text.replace(f'"{year}-', f'"{year + (1 if days > 0 else -1)}-')

"""What is submitted is on disk, whole and once; an attempt is one's alone."""

from __future__ import annotations

import fcntl
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from bluecloud_runner.folders import MOST_RUNS
from bluecloud_service.errors import NotAsked, NotThere
from bluecloud_service.runs.removal import remove_unfinished
from bluecloud_service.runs.store import Runs, attempts, record_events, sameness
from tests.service.work import work


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs", for_containers=False)


def test_a_submit_is_found_again_as_it_was(runs: Runs) -> None:
    kept = runs.submit("ada", work("print(n)", sets=[{"n": 1}, {"n": 2}]))
    ((found, folders),) = runs.everything()
    assert found == kept
    assert [run.request().parameters for run in folders] == [{"n": 1}, {"n": 2}]
    assert folders[0].notebook.samefile(folders[1].notebook)
    assert folders[0].notebook.read_bytes() == work("print(n)").content
    assert runs.run("ada", f"{kept.id}-0001").request().id == f"{kept.id}-0001"


def test_the_same_key_is_the_same_submit(runs: Runs) -> None:
    first = runs.submit("ada", work("1"), key="monday")
    assert runs.submit("ada", work("1"), key="monday") == first
    assert runs.submit("ben", work("1"), key="monday").id != first.id
    assert len(list(runs.everything())) == 2


def test_a_key_is_not_taken_for_something_else(runs: Runs) -> None:
    runs.submit("ada", work("1"), key="monday")
    with pytest.raises(NotAsked, match="'monday'.*another submit"):
        runs.submit("ada", work("2"), key="monday")


@pytest.mark.parametrize("count", [0, MOST_RUNS + 1])
def test_too_many_are_refused_before_anything_is_written(runs: Runs, count: int) -> None:
    with pytest.raises(NotAsked, match=f"{count} runs"):
        runs.submit("ada", work("1", sets=[{"n": 1}] * count))
    assert not list(runs.everything())


def test_one_key_from_many_sides_is_one_submit(runs: Runs) -> None:
    kept, sides = (
        [],
        [
            threading.Thread(target=lambda: kept.append(runs.submit("ada", work("1"), key="k").id))
            for _ in range(8)
        ],
    )
    for side in sides:
        side.start()
    for side in sides:
        side.join()
    assert len(set(kept)) == 1
    assert len(kept) == 8
    assert not list((runs.folder / "ada").glob(".new-*"))


def test_an_attempt_is_claimed_by_one(runs: Runs) -> None:
    kept = runs.submit("ada", work("1"))
    (run,) = runs.runs_of(kept)
    claims, barrier = [], threading.Barrier(8)

    def claim(side: int) -> None:
        barrier.wait()
        claims.append(runs.claim(run, f"unit-{side}"))

    sides = [threading.Thread(target=claim, args=(side,)) for side in range(8)]
    for side in sides:
        side.start()
    for side in sides:
        side.join()
    numbers = [claim.number for claim in claims if claim]
    assert sorted(numbers) == [attempt.number for attempt in attempts(run)]
    assert len(set(numbers)) == len(numbers) >= 1


def test_another_attempt_sets_the_first_ones_work_aside(runs: Runs) -> None:
    (run,) = runs.runs_of(runs.submit("ada", work("1")))
    runs.claim(run, "unit-1")
    run.executed.write_text("half")
    runs.claim(run, "unit-2")
    assert list(run.work.iterdir()) == []
    assert (run.path / "work-1" / "executed.ipynb").read_text() == "half"


def test_a_torn_line_of_events_is_no_event(runs: Runs) -> None:
    (run,) = runs.runs_of(runs.submit("ada", work("1")))
    runs.note(run, "started", attempt=1)
    with run.events.open("a") as events:
        events.write('{"kind": "ended", "sta')
    assert [event["kind"] for event in record_events(run)] == ["started"]


def test_a_submit_that_was_killed_leaves_all_or_nothing(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path\n"
        "from bluecloud_service.runs.store import Runs\n"
        "from tests.service.work import work\n"
        "runs = Runs(Path(sys.argv[1]), for_containers=False)\n"
        "print('ready', flush=True)\n"
        "while True: print(runs.submit('ada', work('1', sets=[{'n': n} for n in range(20)])).id,"
        " flush=True)\n"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program, str(tmp_path)], stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdout is not None
        told = [child.stdout.readline().strip() for _ in range(4)][1:]
        os.kill(child.pid, signal.SIGKILL)
        told += child.stdout.read().split()
    found = {
        kept.id: folders for kept, folders in Runs(tmp_path, for_containers=False).everything()
    }
    assert set(told) <= set(found)
    for folders in found.values():
        assert [run.request().parameters["n"] for run in folders] == list(range(20))


def test_a_cancel_that_is_asked_for_again_is_noted_once(runs: Runs) -> None:
    (run,) = runs.runs_of(runs.submit("ada", work("1")))
    for _ in range(3):
        runs.cancel(run, "ada")
    assert [event["kind"] for event in record_events(run)] == ["cancel"]


def test_what_is_taken_away_is_gone(runs: Runs) -> None:
    kept = runs.submit("ada", work("1"))
    (run,) = runs.runs_of(kept)
    runs.remove(kept)
    assert not list(runs.everything())
    assert list((runs.folder / "ada").iterdir()) == []
    with pytest.raises(NotThere):
        runs.submission(run.path.parent)


def test_what_a_notebook_nested_deeply_is_taken_away(runs: Runs, tmp_path: Path) -> None:
    kept = runs.submit("ada", work("1"))
    (run,) = runs.runs_of(kept)
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "kept").touch()
    program = (
        "import os, sys\n"
        "os.makedirs(sys.argv[1]); os.chdir(sys.argv[1])\n"
        "for _ in range(3000):\n"
        "    os.symlink(sys.argv[2], 'link'); os.mkdir('d'); os.chdir('d')\n"
        "os.chmod('..', 0o500)\n"
    )
    subprocess.run([sys.executable, "-c", program, run.work / "staging", outside], check=True)
    runs.remove(kept)
    assert list((runs.folder / "ada").iterdir()) == []
    assert (outside / "kept").exists()


def test_what_attempts_left_unfinished_is_removed_and_nothing_else(
    runs: Runs, tmp_path: Path
) -> None:
    (run,) = runs.runs_of(runs.submit("ada", work("1")))
    outside = tmp_path / "outside"
    (outside / "staging").mkdir(parents=True)
    (outside / "staging" / "kept").touch()
    for attempt in ("attempt-1", "attempt-2"):
        (run.work / attempt / "staging" / "maps").mkdir(parents=True)
        (run.work / attempt / "events.jsonl").touch()
    (run.work / "attempt-3").symlink_to(outside)
    run.staging.symlink_to(outside)
    run.outputs.mkdir()
    remove_unfinished(run.work)
    assert not [*run.work.rglob("staging")]
    assert sorted(path.name for path in run.work.iterdir()) == [
        "attempt-1", "attempt-2", "attempt-3", "outputs",
    ]  # fmt: skip
    assert (run.work / "attempt-1" / "events.jsonl").exists()
    assert (outside / "staging" / "kept").exists()


def test_what_a_killed_submit_or_removal_left_is_tidied(runs: Runs) -> None:
    kept = runs.submit("ada", work("1"))
    for name in (".new-a-1", ".gone-b-2"):
        (runs.folder / "ada" / name / "0000" / "record").mkdir(parents=True)
    assert runs.tidy()
    assert [path.name for path in (runs.folder / "ada").iterdir()] == [kept.id]


def test_a_submit_that_goes_on_is_not_tidied(runs: Runs) -> None:
    draft = runs.folder / "ada" / ".new-a-1"
    draft.mkdir(parents=True)
    with (runs.folder / ".drafts").open("w") as submitting:
        fcntl.flock(submitting, fcntl.LOCK_SH)
        assert not runs.tidy()
    assert draft.exists()
    assert runs.tidy()


def test_runs_are_the_same_by_what_they_do(runs: Runs) -> None:
    first, second, other = runs.runs_of(
        runs.submit("ada", work("1", sets=[{"n": 1}, {"n": 1}, {"n": 2}]))
    )
    assert sameness(first.request()) == sameness(second.request())
    assert sameness(first.request()) != sameness(other.request())
    assert sameness(first.request()) == work("1").sameness({"n": 1})


@pytest.mark.parametrize("person", ["../ben", "Ada Lovelace", "ada--x", "é", "a" * 255])
def test_nobodys_name_leads_out_of_the_folder(runs: Runs, person: str) -> None:
    kept = runs.submit(person, work("1"))
    (run,) = runs.runs_of(kept)
    assert run.path.resolve().is_relative_to(runs.folder.resolve())
    assert run.request().person == person

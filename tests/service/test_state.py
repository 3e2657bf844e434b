"""The state of a run is what its folder and its engine say, whatever the run itself claims."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bluecloud_runner.folders import Cause, RunFolder
from bluecloud_runner.seal import write_verdict
from bluecloud_service.runs.engines import Answer
from bluecloud_service.runs.state import state_of
from bluecloud_service.runs.store import Runs, attempts
from tests.service.work import judge, work

RUNNING = Answer("running")


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs", for_containers=False)


@pytest.fixture
def run(runs: Runs) -> RunFolder:
    (made,) = runs.runs_of(runs.submit("ada", work("1")))
    return made


def begin(runs: Runs, run: RunFolder) -> None:
    assert runs.claim(run, "unit")
    runs.note(run, "started", attempt=len(attempts(run)), boot="one")


def test_from_the_queue_to_the_end(runs: Runs, run: RunFolder) -> None:
    assert state_of(run).name == "queued"
    begin(runs, run)
    assert state_of(run, RUNNING).name == "starting"
    run.work_events.touch()
    assert state_of(run, RUNNING).name == "running"
    judge(run)
    assert state_of(run, RUNNING).name == "succeeded"


def test_a_cancelled_one_that_waited_never_ran(runs: Runs, run: RunFolder) -> None:
    runs.cancel(run, "ada")
    state = state_of(run)
    assert (state.name, state.attempt) == ("cancelled", None)


@pytest.mark.parametrize(
    ("answer", "boot", "cause", "again"),
    [
        (Answer("ended", 137, out_of_memory=True), "one", "out-of-memory", False),
        (Answer("ended", 137), "one", "unit-lost", True),
        (Answer("ended", 1), "one", "runner-failed", False),
        (Answer("ended", None), "two", "host-restarted", True),
        (Answer("absent"), "one", "unit-lost", True),
    ],
)
def test_without_a_word_the_engine_tells_why(
    runs: Runs, run: RunFolder, answer: Answer, boot: str, cause: str, again: bool
) -> None:
    begin(runs, run)
    state = state_of(run, answer, boot=boot)
    assert state.cause is not None
    assert (state.name, state.cause.kind, state.again) == ("failed", cause, again)


def test_it_is_tried_again_once(runs: Runs, run: RunFolder) -> None:
    begin(runs, run)
    assert state_of(run, Answer("ended", 137)).again
    runs.note(run, "again", attempt=1)
    assert state_of(run).name == "queued"
    begin(runs, run)
    assert not state_of(run, Answer("ended", 137)).again


def test_an_end_that_nobody_asked_for_is_the_engines(runs: Runs, run: RunFolder) -> None:
    begin(runs, run)
    judge(run, "cancelled")
    state = state_of(run, Answer("ended", 0))
    assert state.cause is not None
    assert (state.name, state.cause.kind, state.again) == ("failed", "host-restarted", True)
    runs.cancel(run, "ada")
    assert state_of(run, Answer("ended", 0)).name == "cancelled"


def test_a_claim_whose_unit_never_started_is_starting(runs: Runs, run: RunFolder) -> None:
    runs.claim(run, "unit")
    assert state_of(run, Answer("absent")).name == "starting"


def test_one_that_was_cancelled_before_its_unit_was_started_never_ran(
    runs: Runs, run: RunFolder
) -> None:
    assert runs.claim(run, "unit")
    runs.note(run, "cancel", by="ada")
    assert state_of(run, Answer("absent")).name == "cancelled"


def test_what_is_written_down_stays(runs: Runs, run: RunFolder) -> None:
    begin(runs, run)
    cause = Cause(kind="cell-failed", words="cell 2", next_step="look")
    runs.note(run, "ended", attempt=1, state="failed", cause=cause.model_dump())
    judge(run)  # too late
    state = state_of(run, RUNNING)
    assert (state.name, state.cause, state.settled) == ("failed", cause, True)


def forged(run: RunFolder, how: str) -> None:
    judge(run)
    letter = json.loads(run.verdict.read_bytes())
    if how == "seal of another key":
        verdict = judge(run)
        write_verdict(run.verdict, verdict, "00" * 32)
    elif how == "other words":
        letter["verdict"] = letter["verdict"].replace("succeeded", "failed")
        run.verdict.write_text(json.dumps(letter))
    elif how == "no seal":
        run.verdict.write_text(letter["verdict"])
    elif how == "a list":
        run.verdict.write_text("[]")
    elif how == "a seal that is no text":
        run.verdict.write_text(json.dumps({**letter, "seal": {"a": 1}}))
    elif how == "deep":
        run.verdict.write_text("[" * 100_000)
    elif how == "a link":
        run.verdict.rename(run.work / "elsewhere")
        run.verdict.symlink_to(run.work / "elsewhere")
    elif how == "a folder":
        run.verdict.unlink()
        run.verdict.mkdir()
    elif how == "of the last attempt":
        last = attempts(run)[-1]
        verdict = judge(run).model_copy(update={"attempt": 7})
        write_verdict(run.verdict, verdict, last.key)


@pytest.mark.parametrize(
    "how",
    [
        *("seal of another key", "other words", "no seal", "a list", "a seal that is no text"),
        *("deep", "a link", "a folder", "of the last attempt"),
    ],
)
def test_a_forged_verdict_is_none(runs: Runs, run: RunFolder, how: str) -> None:
    begin(runs, run)
    forged(run, how)
    state = state_of(run, Answer("ended", 0))
    assert (state.name, state.verdict) == ("failed", None)

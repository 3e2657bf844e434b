"""A unit that its engine refuses is asked for a few times, and then its runs end with its words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from bluecloud_runner.folders import RunFolder
from bluecloud_service.runs.engines.local import LocalEngine
from bluecloud_service.runs.starting import MOST_REFUSALS, Starting
from bluecloud_service.runs.store import Runs, record_events
from tests.service.work import work

UNIT = "unit"


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "runs", for_containers=False)


@pytest.fixture
def run(runs: Runs) -> RunFolder:
    (made,) = runs.runs_of(runs.submit("ada", work("n")))
    assert runs.claim(made, UNIT)
    return made


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[LocalEngine]:
    """One that fails at the unit, since something is in the place of its log."""
    made = LocalEngine(tmp_path / "units", root=tmp_path)
    (tmp_path / "units" / f"{UNIT}.log").mkdir()
    try:
        yield made
    finally:
        made.stop(UNIT)


def starting(runs: Runs, engine: LocalEngine, *, pause_s: float = 0.0) -> Starting:
    return Starting(runs, engine, told=lambda request, unit: {}, boot="", pause_s=pause_s)


def kinds(run: RunFolder) -> list[str]:
    return [event["kind"] for event in record_events(run)]


def test_it_ends_with_the_engines_words_after_some_refusals(
    runs: Runs, run: RunFolder, engine: LocalEngine
) -> None:
    causes = [
        # A service that is started anew goes on where the one before it was.
        starting(runs, engine).start(UNIT, {run.request().id: run})
        for _ in range(MOST_REFUSALS)
    ]
    assert causes[:-1] == [None] * (MOST_REFUSALS - 1)
    assert causes[-1] is not None
    assert causes[-1].kind == "engine-refused"
    assert "Is a directory" in causes[-1].words
    assert causes[-1].next_step


def test_it_is_not_asked_again_at_once(runs: Runs, run: RunFolder, engine: LocalEngine) -> None:
    patient = starting(runs, engine, pause_s=60)
    for _ in range(MOST_REFUSALS):
        assert patient.start(UNIT, {run.request().id: run}) is None
    assert kinds(run) == ["refused"]


def test_what_was_mended_meanwhile_is_started(
    runs: Runs, run: RunFolder, engine: LocalEngine, tmp_path: Path
) -> None:
    begun = starting(runs, engine)
    assert begun.start(UNIT, {run.request().id: run}) is None
    (tmp_path / "units" / f"{UNIT}.log").rmdir()
    assert begun.start(UNIT, {run.request().id: run}) is None
    assert kinds(run) == ["refused", "started"]

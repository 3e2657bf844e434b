"""How long a unit may go on: as long as its runs together, of which most may have ended."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from bluecloud_service.runs.elapsed import Elapsed
from tests.service.serving import until
from tests.service.test_forged_work import Place
from tests.service.work import judge, work

UNIT = "unit-of-a-sweep"
LIMIT_S = 100


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    try:
        yield made
    finally:
        made.end()


@pytest.mark.parametrize(("passed", "stopped"), [(250.0, []), (390.0, [UNIT])])
def test_a_unit_is_given_the_time_of_the_runs_that_have_ended_too(
    place: Place, monkeypatch: pytest.MonkeyPatch, passed: float, stopped: list[str]
) -> None:
    sweep = work("n", sets=[{"n": n} for n in range(3)], seconds=LIMIT_S)
    runs = place.runs.runs_of(place.runs.submit("ada", sweep))
    for run in runs:
        assert place.runs.claim(run, UNIT)
        place.runs.note(run, "started", attempt=1, unit=UNIT, boot="")
    with (place.units / f"{UNIT}.unit").open("w") as alive:
        fcntl.flock(alive, fcntl.LOCK_EX)  # as the unit that lives holds it
        place.keeper.read_folders()
        for run in runs[:2]:
            judge(run)

        def one_is_left() -> bool:
            place.keeper.turn()
            return [row.id for row in place.index.unsettled()] == [runs[2].request().id]

        until(one_is_left)
        told: list[str] = []

        def since(_: Elapsed, run: str, what: str, moment: datetime) -> float:
            return passed

        with monkeypatch.context() as patched:
            patched.setattr(Elapsed, "since", since)
            patched.setattr(place.engine, "stop", told.append)
            place.keeper.turn()
        assert told == stopped

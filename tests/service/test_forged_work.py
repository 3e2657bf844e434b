"""Whatever a notebook leaves in ``work``, its own run is all that it can spoil."""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from bluecloud_runner.folders import Cause, RunFolder, append
from bluecloud_service.database import open_database
from bluecloud_service.runs.engines.local import LocalEngine
from bluecloud_service.runs.index import RunIndex
from bluecloud_service.runs.keeper import Keeper
from bluecloud_service.runs.sharing import Capacity
from bluecloud_service.runs.store import Runs, record_events
from bluecloud_service.runs.watching import watch_list, watch_run
from bluecloud_service.runs.wire import Run
from tests.service.serving import until
from tests.service.work import judge, work


class Place:
    """Runs on disk, a keeper of them that takes its turns when it is told, and no service."""

    def __init__(self, folder: Path) -> None:
        self.runs = Runs(folder / "runs", for_containers=False)
        self.index = RunIndex(open_database(f"sqlite:///{folder / 'service.sqlite'}"))
        self.units = folder / "units"
        self.engine = LocalEngine(self.units, root=folder)
        room = Capacity(cpus=1)
        self.keeper = Keeper(
            self.runs,
            self.index,
            self.engine,
            room,
            deployment="here",
            told=lambda request, unit: {},
        )
        self._held = ExitStack()

    def under_way(self, person: str) -> RunFolder:
        """A run whose unit lives: its file is locked, as the unit holds it."""
        (run,) = self.runs.runs_of(self.runs.submit(person, work("n")))
        unit = f"unit-of-{person}"
        assert self.runs.claim(run, unit)
        self.runs.note(run, "started", attempt=1, unit=unit, boot="")
        held = self._held.enter_context((self.units / f"{unit}.unit").open("w"))
        fcntl.flock(held, fcntl.LOCK_EX)
        self.keeper.read_folders()
        return run

    def end(self) -> None:
        """Let go of all, and end what was started."""
        self._held.close()
        self.keeper.end()
        for unit in self.engine.left():
            self.engine.stop(unit)
            self.engine.forget(unit)


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    made = Place(tmp_path)
    try:
        yield made
    finally:
        made.end()


def without_end(path: Path) -> None:
    path.touch()
    os.truncate(path, 10**12)


def before_all_time(path: Path) -> None:
    path.write_text('{"at": "0001-01-01T00:00:00", "kind": "started"}\n')


def on_itself(path: Path) -> None:
    path.symlink_to(path)


def talk_in_lines(path: Path) -> None:
    said = {"at": datetime.now(UTC).isoformat(), "kind": "log", "text": "a" * 2000}
    with path.open("a") as events:
        events.writelines([json.dumps(said) + "\n"] * 5000)


def talk_without_end(path: Path) -> None:
    with path.open("a") as events:
        events.write("a" * 10_000_000 + "\n")


FORGED = [Path.mkdir, os.mkfifo, without_end, before_all_time, on_itself]


@pytest.mark.parametrize("forge", FORGED, ids=lambda forge: forge.__name__)
def test_forged_events_keep_no_other_run_from_being_seen(
    place: Place, forge: Callable[[Path], None]
) -> None:
    forge(place.under_way("ada").work_events)
    bens = place.under_way("ben")
    append(bens.work_events, "started", datetime.now(UTC), cells=3)
    assert place.keeper.turn()
    row = place.index.get(bens.request().id)
    assert row is not None
    assert (row.state, row.cells) == ("running", 3)


@pytest.mark.parametrize("said", ["0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"])
def test_a_run_cannot_have_begun_before_its_start_or_in_the_future(place: Place, said: str) -> None:
    run, before = place.under_way("ada"), time.time()
    run.work_events.write_text(json.dumps({"at": said, "kind": "started", "cells": 2}) + "\n")
    place.keeper.turn()
    row = place.index.get(run.request().id)
    assert row is not None
    assert row.started is not None
    assert before - 60 < row.started <= time.time()


@pytest.mark.parametrize("talk", [talk_in_lines, talk_without_end], ids=["lines", "one line"])
def test_a_talkative_run_is_followed_to_its_last_cell(
    place: Place, talk: Callable[[Path], None]
) -> None:
    run = place.under_way("ada")
    append(run.work_events, "started", datetime.now(UTC), cells=3)
    talk(run.work_events)
    append(run.work_events, "cell-ended", datetime.now(UTC), number=2)
    for _ in range(4):
        place.keeper.turn()
    row = place.index.get(run.request().id)
    assert row is not None
    assert (row.cells_done, row.cells) == (2, 3)


def test_a_watcher_of_a_talkative_run_is_told_its_last_event_and_then_its_end(
    tmp_path: Path,
) -> None:
    folder = RunFolder(tmp_path)
    folder.work.mkdir()
    talk_in_lines(folder.work_events)
    append(folder.work_events, "cell-ended", datetime.now(UTC), number=2)
    assert [piece.split("\n")[1] for piece in told_of(folder)[-2:]] == [
        "event: cell-ended",
        "event: run",
    ]


def test_a_verdict_that_is_a_folder_takes_no_descriptor(place: Place) -> None:
    place.under_way("ada").verdict.mkdir()
    place.keeper.turn()
    before = len(list(Path("/proc/self/fd").iterdir()))
    for _ in range(5):
        place.keeper.turn()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_a_run_without_its_folder_keeps_nobody_waiting(place: Place) -> None:
    (gone,) = place.runs.runs_of(place.runs.submit("ada", work("n")))
    (bens,) = place.runs.runs_of(place.runs.submit("ben", work("n")))
    place.keeper.read_folders()
    bens_id = bens.request().id
    gone.path.rename(place.runs.folder / "elsewhere")
    place.keeper.turn()
    row = place.index.get(bens_id)
    assert row is not None
    assert row.attempt == 1


def test_a_run_that_lost_its_folder_on_the_way_stops_no_turn(place: Place) -> None:
    lost, bens = place.under_way("ada"), place.under_way("ben")
    lost.path.rename(place.runs.folder / "elsewhere")
    append(bens.work_events, "started", datetime.now(UTC), cells=3)
    assert place.keeper.turn()
    row = place.index.get(bens.request().id)
    assert row is not None
    assert row.cells == 3


@pytest.mark.parametrize("claimed", [False, True], ids=["waits", "claimed"])
def test_a_run_whose_record_says_cancelled_never_starts(place: Place, claimed: bool) -> None:
    (run, other) = place.runs.runs_of(place.runs.submit("ada", work("n", sets=[{"n": 1}] * 2)))
    names = [each.request().id for each in (run, other)]
    if claimed:
        assert place.runs.claim(run, "unit")
        assert place.runs.claim(other, "unit")
    place.keeper.read_folders()
    place.runs.note(run, "cancel", by="ada")  # and there it was killed
    place.keeper.turn()
    until(lambda: (row := place.index.get(names[0])) is not None and row.settled, 5)
    cancelled, started = (place.index.get(name) for name in names)
    assert cancelled is not None
    assert started is not None
    assert (cancelled.state, started.state) == ("cancelled", "starting")
    assert not any(event["kind"] == "started" for event in record_events(run))
    assert any(event["kind"] == "started" for event in record_events(other))


def test_a_unit_is_told_again_of_a_cancel_that_was_not_told_to_its_end(place: Place) -> None:
    run = place.under_way("ada")
    place.runs.note(run, "cancel", by="ada")
    place.keeper.turn()
    assert (run.given / "cancel").exists()


def test_what_a_failed_run_put_where_outputs_lie_is_not_given_out(place: Place) -> None:
    run = place.under_way("ada")
    run.outputs.symlink_to("/etc")
    cause = Cause(kind="cell-failed", words="It raised.", next_step="Correct it.")
    judge(run, "failed", cause=cause)
    place.keeper.turn()
    name = run.request().id

    def settled() -> bool:
        row = place.index.get(name)
        return row is not None and row.settled == 1

    until(settled, 5)
    assert json.loads(run.measured.read_text())["files"] == []


def told_of(folder: RunFolder) -> list[str]:
    """What a watcher is sent of a run that has failed."""
    now = datetime.now(UTC)
    run = Run.model_validate(
        dict.fromkeys(("submission", "laboratory", "version", "notebook", "title"), "")
        | {"id": "a", "state": "failed", "cause": "cell-failed", "words": "", "attempt": 1}
        | {"cells": 1, "cells_done": 0, "submitted": now, "started": now, "ended": now}
    )

    async def read() -> list[str]:
        return [piece async for piece in watch_run(lambda: run, folder)]

    return asyncio.run(read())


def test_a_notebook_cannot_tell_watchers_how_its_run_stands(tmp_path: Path) -> None:
    folder = RunFolder(tmp_path)
    folder.work.mkdir()
    lines: list[dict[str, Any]] = [
        {"kind": "run", "state": "succeeded"},
        {"kind": "gone"},
        {"kind": "log", "text": "a", "more": float("nan")},
    ]
    now = datetime.now(UTC).isoformat()
    folder.work_events.write_text("".join(json.dumps({"at": now, **one}) + "\n" for one in lines))
    log, run = told_of(folder)
    assert "event: log" in log
    assert "NaN" not in log
    assert '"state": "failed"' in run


def test_a_list_is_read_where_a_row_of_its_person_changed_alone(place: Place) -> None:
    row = place.index.get(place.under_way("ada").request().id)
    assert row is not None
    reads = 0

    def read() -> list[Run]:
        nonlocal reads
        reads += 1
        return []

    async def watch() -> None:
        async for _ in watch_list(read, changes=lambda: place.index.changes("ada")):
            pass

    async def watched() -> list[int]:
        found, watching = [], asyncio.create_task(watch())
        for person in ("nobody", "ben", "ada"):
            if person != "nobody":
                place.index.put([replace(row, id=f"{person}s", person=person)])
            await asyncio.sleep(0.7)
            found.append(reads)
        watching.cancel()
        return found

    assert asyncio.run(watched()) == [1, 1, 2]

"""Events are added whole and read as a stranger's: nothing in their file's place is waited for."""

from __future__ import annotations

import os
import resource
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bluecloud_runner.causes import CellError, of_cell
from bluecloud_runner.execution.telling import MOST_OF_A_LINE, Telling
from bluecloud_runner.folders import append, read_events
from bluecloud_runner.redaction import Secrets

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def kinds(path: Path) -> list[str]:
    return [event.kind for _, event in read_events(path)]


def test_a_torn_line_takes_no_other_with_it(tmp_path: Path) -> None:
    events = tmp_path / "events.jsonl"
    append(events, "started", NOW)
    with events.open("a") as file:
        file.write('{"at": "2026-01-')
    append(events, "cancel", NOW)
    assert kinds(events) == ["started", "cancel"]


def test_what_fits_in_part_is_no_success(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    unbounded = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (20, unbounded[1]))
    try:
        with pytest.raises(OSError, match="No space left"):
            append(path, "started", NOW)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, unbounded)
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)


@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir], ids=["pipe", "folder"])
def test_nothing_is_waited_for_in_the_place_of_events(tmp_path: Path, make: object) -> None:
    path = tmp_path / "events.jsonl"
    assert callable(make)
    make(path)
    with pytest.raises(OSError, match="events.jsonl"):
        append(path, "started", NOW)
    assert kinds(path) == []


def test_a_line_without_end_is_not_read_to_its_end(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.touch()
    os.truncate(path, 10**12)
    assert kinds(path) == []


def test_a_cause_has_no_character_that_cannot_be_kept() -> None:
    cause = of_cell(CellError(1, "E\ud800", "a\0b\udcff", "c\ud800"))
    assert cause.words == "Cell 1 raised E?: a\ufffdb?"
    assert cause.model_dump_json()


def test_a_secret_is_found_before_a_line_is_cut(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    telling = Telling(path, Secrets({"s3cr3t-t0ken"}))
    telling.printed("stdout", f"s3cr3t-t0ken{'x' * (MOST_OF_A_LINE - 6)}\n")
    telling.printed("stderr", f"s3cr3t-t0ken{'x' * (MOST_OF_A_LINE - 6)}")
    telling.end_of_cell()
    assert "t0ken" not in path.read_text()

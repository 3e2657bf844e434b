"""What a backup leaves in the state, so that `doctor` knows of it: when, where, and of how much."""

from __future__ import annotations

from pathlib import Path

from pydantic import AwareDatetime

from bluecloud_runner.folders import Record, write_whole

NAME = "backup.json"


class Note(Record):
    """The last backup; ``left_out`` counts the files that could not be read."""

    at: AwareDatetime
    file: str
    bytes: int
    left_out: int


def read_note(state: Path) -> Note | None:
    """What is noted; None where there was no backup.

    Raises
    ------
    ValueError
        If it is no note.
    """
    path = state / "service" / NAME
    return Note.model_validate_json(path.read_bytes()) if path.exists() else None


def write_note(state: Path, note: Note) -> None:
    """Note a backup that is whole."""
    write_whole(state / "service" / NAME, note.model_dump_json().encode(), mode=0o600)

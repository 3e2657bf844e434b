"""What a run itself says of what it read and printed: its own word, checked for form and bounded.

Whoever wrote the notebook can have written these lines too. So they go into files of their own,
and nothing that the service knows by itself is ever taken from them.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from bluecloud_runner.folders import RunFolder, read_events, read_lines

MOST_ACCESSES = 10_000
MOST_BYTES = 16 * 2**20
_Text = Annotated[str, Field(max_length=20_000)]


class Access(BaseModel):
    """One reading of a source, as the catalogue stamps it; what else a line says is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    source: Annotated[str, Field(pattern=r"^[a-z0-9]{1,40}$")]
    entry: Annotated[str, Field(min_length=1, max_length=300)]
    title: _Text = ""
    request: _Text = ""
    tier: Literal["live", "snapshot", "sample"]
    access_time: Annotated[str, Field(max_length=40)] = ""
    dataset_version: _Text = ""
    licence: _Text = ""
    citation: _Text = ""
    checksum: Annotated[str, Field(max_length=200)] = ""
    address: _Text = ""
    synthetic: Annotated[str, Field(max_length=10)] = ""
    files: list[JsonValue] = []
    bytes: Annotated[int, Field(ge=0, le=2**50)] = 0


@dataclass
class Accesses:
    """What a run says it read; ``left_out`` counts lines that are none, or too many."""

    kept: list[Access] = field(default_factory=list)
    left_out: int = 0

    def jsonl(self) -> bytes:
        """A line for each."""
        return "".join(access.model_dump_json() + "\n" for access in self.kept).encode()


def accesses(run: RunFolder) -> Accesses:
    """What a run says it read."""
    found = Accesses()
    for _, line in read_lines(run.accesses, most_bytes=MOST_BYTES):
        try:
            access = Access.model_validate(json.loads(line))
        except (ValueError, ValidationError, RecursionError):
            found.left_out += 1
            continue
        if len(found.kept) < MOST_ACCESSES:
            found.kept.append(access)
        else:
            found.left_out += 1
    return found


def kept(path: Path) -> list[Access]:
    """What a capsule's own file says was read."""
    return [Access.model_validate_json(line) for line in path.read_bytes().splitlines()]


def log(run: RunFolder) -> bytes:
    """The lines that a run printed, each with its time and stream."""
    lines = []
    for _, event in read_events(run.work_events, most_bytes=MOST_BYTES):
        said = event.model_extra or {}
        if event.kind == "log" and isinstance(said.get("text"), str):
            stream = "err" if said.get("stream") == "stderr" else "out"
            lines.append(f"{event.at.isoformat(timespec='seconds')} {stream} {said['text']}\n")
    return "".join(lines).encode("utf-8", "replace")

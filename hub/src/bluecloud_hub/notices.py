"""What a laboratory's managers have to say to everybody who opens it, in a line.

The service writes it from the desk, and the picker shows it on the card. It is a file a
laboratory in ``BLUECLOUD_STATE/notices``, since the hub does not know the service's database.
"""

from __future__ import annotations

import tempfile
from datetime import datetime
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, ValidationError

MOST_CHARACTERS = 300


class Notice(BaseModel):
    """What is said, by whom, and since when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    text: Annotated[str, Field(min_length=1, max_length=MOST_CHARACTERS)]
    by: str
    since: datetime


def read_notice(state: Path, slug: str) -> Notice | None:
    """What is said now; None where nothing is, or its file cannot be read."""
    try:
        return Notice.model_validate_json(_path(state, slug).read_bytes())
    except (OSError, ValidationError):  # a laboratory opens without it
        return None


def write_notice(state: Path, slug: str, notice: Notice) -> None:
    """Say something, in the place of what was said before; at once and whole."""
    path = _path(state, slug)
    path.parent.mkdir(exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False) as draft:
        draft.write(notice.model_dump_json())
    Path(draft.name).chmod(0o644)
    Path(draft.name).replace(path)


def clear_notice(state: Path, slug: str) -> None:
    """Say nothing any more."""
    _path(state, slug).unlink(missing_ok=True)


def _path(state: Path, slug: str) -> Path:
    return state / "notices" / f"{slug}.json"

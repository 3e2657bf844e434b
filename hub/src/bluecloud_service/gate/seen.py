"""What is seen of an image and of a step from outside, by the engine and the service."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

USER = 1000  # of every laboratory, and the owner of people's homes
MOST_TOLD = 2**20


@dataclass(frozen=True)
class Image:
    """An image as the engine knows it."""

    id: str
    user: str
    command: tuple[str, ...]
    environment: Mapping[str, str]
    size_bytes: int


@dataclass(frozen=True)
class Ended:
    """How a step ended, as seen from outside.

    Attributes
    ----------
    told
        What the step told behind its word; None where it told nothing, or something else.
    in_time
        Whether it ended by itself before its time was over.
    peak_bytes
        The most that the engine saw it use, once a second.
    output
        The file that was asked for; None where it is not there, or no plain file.
    """

    exit_code: int
    in_time: bool
    out_of_memory: bool
    seconds: float
    peak_bytes: int
    told: dict[str, Any] | None
    log: str
    output: bytes | None = None


def told_behind(word: str, text: bytes) -> dict[str, Any] | None:
    """What was told behind a word that nobody else knows; None where it is not one object."""
    start = f"{word} ".encode()
    lines = [line for line in text.split(b"\n") if line.startswith(start)]
    if len(lines) != 1 or len(lines[0]) > MOST_TOLD:
        return None
    try:
        told = json.loads(lines[0].removeprefix(start))
    except (ValueError, RecursionError):
        return None
    return told if isinstance(told, dict) else None

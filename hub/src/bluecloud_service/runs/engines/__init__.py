"""Where units of runs execute, behind one small interface.

A unit is one start of one or several runs of the same person, image and limits. Its name is
its own for ever: an engine that was told to start it, by whatever service and however often,
starts it once.
"""

# ruff: noqa: N818 -- named for what is true

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol

from bluecloud_runner.folders import Limits, RunFolder


@dataclass(frozen=True)
class Unit:
    """What an engine is asked to start.

    Attributes
    ----------
    name
        No other unit has it.
    person
        Whose runs they are, and whose home they may read.
    image
        As the release names it; empty where the engine has one environment.
    runs
        Each run's folder, by its id, in the order in which they are to be executed.
    environment
        What the unit is told, its keys included.
    slots
        How many of its runs may be executed at once.
    """

    name: str
    person: str
    laboratory: str
    image: str
    limits: Limits
    runs: Mapping[str, RunFolder]
    environment: Mapping[str, str] = field(default_factory=dict)
    slots: int = 1


@dataclass(frozen=True)
class Answer:
    """What an engine says of a unit.

    Attributes
    ----------
    state
        ``absent``: no such unit is there, now. ``running``. ``ended``.
    exit_code
        Of the unit's first process; None where it is not known.
    out_of_memory
        Whether the engine saw the unit's memory limit kill it.
    words
        The engine's own words, where it has any.
    """

    state: Literal["absent", "running", "ended"]
    exit_code: int | None = None
    out_of_memory: bool = False
    words: str = ""


class EngineAway(Exception):
    """The engine does not answer: nothing is known of its units until it does."""


class ImageMissing(Exception):
    """The image that a unit needs is not where the engine could start it."""


class Refused(Exception):
    """The engine answers and does not start a unit; ``for_good`` where it never will."""

    def __init__(self, words: str, *, for_good: bool = False) -> None:
        super().__init__(words)
        self.for_good = for_good


class Engine(Protocol):
    """Starts, asks, stops and forgets units."""

    def start(self, unit: Unit) -> None:
        """Start a unit, if one of its name was not started before.

        Raises
        ------
        ImageMissing, EngineAway, Refused, OSError
            If it was not started.
        """

    def ask(self, names: Sequence[str]) -> Mapping[str, Answer]:
        """What each of these units is doing.

        Raises
        ------
        EngineAway
            If the engine does not answer.
        """

    def stop(self, name: str) -> None:
        """Ask a unit to stop, and end it where it does not; one that is gone is stopped."""

    def last_lines(self, name: str) -> list[str]:
        """The last lines that a unit wrote of itself."""

    def forget(self, name: str) -> None:
        """Take away what is left of a unit that ended."""

    def left(self) -> Collection[str]:
        """The names of this deployment's units of which something is there, ended or not.

        Raises
        ------
        EngineAway
            If the engine does not answer.
        """

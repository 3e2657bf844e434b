"""What a verification found: of each output, and of what was different around the run."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from bluecloud_runner.folders import Record

Status = Literal["same", "within-tolerance", "different"]
_ORDER: tuple[Status, ...] = ("same", "within-tolerance", "different")


class Tolerance(Record):
    """What two outputs may have different.

    Attributes
    ----------
    relative, absolute
        How far two numbers may be apart: ``absolute + relative * |the first|``.
    days
        On which the runs were made, as ``2026-11-25``: moments of these days in texts and
        attributes say when an output was written, and are no difference.
    """

    relative: Annotated[float, Field(ge=0, le=1)] = 1e-6
    absolute: Annotated[float, Field(ge=0)] = 0.0
    days: frozenset[str] = frozenset()


class Finding(Record):
    """What was found of one output, or of one part of it; ``where`` says which part."""

    path: str = ""
    status: Status
    words: str = ""
    where: str = ""


class Report(Record):
    """What was found of a capsule.

    Attributes
    ----------
    first, again
        How the run ended then and now, in a word and the cause.
    packages, settings
        What was different, as (then, now); empty is "none".
    inputs
        Data that were other ones now, a sentence each.
    environment_known
        Whether the capsule tells in what it was run.
    """

    run: str
    first: str
    again: str
    findings: list[Finding]
    packages: dict[str, tuple[str, str]]
    settings: dict[str, tuple[str, str]]
    inputs: list[str]
    environment_known: bool


def worst(findings: list[Finding]) -> Finding:
    """The finding that says most against two things being the same; the first of equals."""
    return max(findings, key=lambda finding: _ORDER.index(finding.status))

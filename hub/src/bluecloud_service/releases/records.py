"""What is kept of a release and of who moved it, and the steps back and forward that follow."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

Audience = Literal["testers", "everyone"]
AUDIENCES: tuple[Audience, ...] = get_args(Audience)
# "server" is one that an operator made with 'make images': used as it is, without the gate.
Origin = Literal["published", "built", "rebuilt", "server"]
State = Literal["waiting", "checking", "green", "refused", "server", "removing", "removed"]
PROMOTABLE: frozenset[State] = frozenset({"green", "server"})
Kind = Literal["promote", "rollback", "forward", "withdraw", "server"]
# A release beside the one that runs, by which came into the history first: "earlier" is what people
# are given after a rollback. "other" is all that is known where the history does not have both.
Compared = Literal["same", "newer", "earlier", "other"]


@dataclass(frozen=True)
class Kept:
    """A release.

    Attributes
    ----------
    digest, image
        What names it, and what is started: ``name@sha256:...``, or an image id of this server.
    based_on
        The digest of the release that it was made from; empty where it says none.
    state, since, words
        Where it stands, since when, and why.
    attempts
        How often the gate began with it; a report bears the number of its attempt.
    failures
        How often in a row it could not be checked.
    not_before
        When it is tried again, where it could not be checked.
    report
        The attempt whose report there is; 0 where there is none.
    """

    laboratory: str
    digest: str
    image: str
    version: str
    message: str
    origin: Origin
    made_by: str
    made: datetime
    based_on: str
    state: State
    since: datetime
    words: str
    attempts: int
    failures: int
    not_before: datetime
    report: int

    @property
    def name(self) -> str:
        """How a person reads it: ``0.2.0 (3f2a91c0d4e5)``."""
        return f"{self.version} ({self.digest.removeprefix('sha256:')[:12]})"


@dataclass(frozen=True)
class Move:
    """One change of what an audience is given; None is what everyone is given."""

    audience: Audience
    kind: Kind
    before: str | None
    after: str | None
    by: str
    at: datetime


@dataclass(frozen=True)
class Steps:
    """Where one step back and one step forward lead, the nearest last.

    What was given first has nothing before it. A step that was not taken back by a promotion can
    be gone forward again.
    """

    back: tuple[str | None, ...] = ()
    forward: tuple[str | None, ...] = ()


def steps(moves: Iterable[Move]) -> Steps:
    """The steps that are left after some moves of one audience, the oldest first."""
    back: list[str | None] = []
    forward: list[str | None] = []
    for move in moves:
        if move.kind == "rollback":
            forward.append(move.before)
            back.pop()
        elif move.kind == "forward":
            back.append(move.before)
            forward.pop()
        else:
            back.append(move.before)
            forward = []
    return Steps(tuple(back), tuple(forward))

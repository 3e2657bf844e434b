"""What a check finds, and the list of all checks.

A check is a function of a deployment. It gives findings, the worst of which is its verdict; one
that cannot look at all, since what it asks does not answer, is a fault itself and never silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import httpx
from sqlalchemy.exc import SQLAlchemyError

from ..errors import ServiceError
from .deployment import Deployment

Verdict = Literal["not applicable", "ok", "warning", "fault"]
_WORSE: tuple[Verdict, ...] = ("not applicable", "ok", "warning", "fault")
_SHOWN = 5


@dataclass(frozen=True)
class Finding:
    """What one check found.

    Attributes
    ----------
    found
        In one line what is so.
    fix
        In one line what to do; empty where there is nothing to.
    """

    check: str
    verdict: Verdict
    found: str
    fix: str = ""


@dataclass(frozen=True)
class Told:
    """One thing that a check says."""

    verdict: Verdict
    found: str
    fix: str = ""


Look = Callable[[Deployment], Iterable[Told]]


@dataclass(frozen=True)
class Check:
    """A check, and how it looks; ``unanswered`` is what to do where it cannot."""

    name: str
    look: Look
    unanswered: str


CHECKS: dict[str, Check] = {}


def check(name: str, *, unanswered: str) -> Callable[[Look], Look]:
    """Add a check under a name.

    Parameters
    ----------
    unanswered
        What to do if what it asks does not answer.
    """

    def added(look: Look) -> Look:
        CHECKS[name] = Check(name, look, unanswered)
        return look

    return added


def ok(found: str) -> Told:
    """All is well."""
    return Told("ok", found)


def warning(found: str, fix: str) -> Told:
    """It works, and will not for ever."""
    return Told("warning", found, fix)


def fault(found: str, fix: str) -> Told:
    """It does not work."""
    return Told("fault", found, fix)


def not_applicable(why: str) -> Told:
    """Nothing of it is in a deployment like this one."""
    return Told("not applicable", why)


def examined(deployment: Deployment, names: Iterable[str] = ()) -> Iterator[Finding]:
    """What the checks find, one after another: these, or all."""
    from docker.errors import DockerException  # slow to import, for what only asks for help

    for name in names or CHECKS:
        one = CHECKS[name]
        try:
            told = list(one.look(deployment)) or [ok("nothing is wrong")]
        except (
            OSError,
            ValueError,
            SQLAlchemyError,
            ServiceError,
            httpx.HTTPError,
            DockerException,
        ) as error:
            told = [fault(f"it cannot be looked at: {one_line(error)}", one.unanswered)]
        yield _worst(name, told)


def _worst(name: str, told: Sequence[Told]) -> Finding:
    verdict = max((each.verdict for each in told), key=_WORSE.index)
    of = [each for each in told if each.verdict == verdict]
    more = f" (and {len(of) - _SHOWN} more)" if len(of) > _SHOWN else ""
    found = "; ".join(one_line(each.found) for each in of[:_SHOWN]) + more
    fixes = dict.fromkeys(each.fix for each in of if each.fix)
    return Finding(name, verdict, found, "; ".join(list(fixes)[:_SHOWN]))


def status(findings: Iterable[Finding]) -> int:
    """0 if all is well, 1 with a warning, 2 with a fault."""
    return max((max(0, _WORSE.index(each.verdict) - 1) for each in findings), default=0)


def one_line(error: object) -> str:
    """An error as one line; of a database's, the first, which has no statement."""
    said = str(getattr(error, "orig", None) or error) or type(error).__name__
    return " ".join(said.split())[:300]


def listed(names: Sequence[str]) -> str:
    """Some names, the first of them."""
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more

"""What is true of a run: a function of its folder and of the engine's answer, and of no memory.

A service that was killed, or another one in its place, comes to the same state from the same
folder. What the run itself wrote counts only under its seal; without one, the engine is asked.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from bluecloud_runner.causes import NO_ROOM, disk_full
from bluecloud_runner.folders import Attempt, Cause, RunFolder, Verdict
from bluecloud_runner.seal import read_verdict

from .engines import Answer
from .store import attempts, record_events

Name = Literal["queued", "starting", "running", "succeeded", "failed", "cancelled"]
ENDED: frozenset[Name] = frozenset({"succeeded", "failed", "cancelled"})
MOST_ATTEMPTS = 2
# Nothing the notebook did: the machine or the engine under it went away.
RETRYABLE = frozenset({"host-restarted", "unit-lost"})


@dataclass(frozen=True)
class State:
    """Where a run stands.

    Attributes
    ----------
    settled
        Whether the service has written this down as the run's end.
    again
        Whether the attempt ended by no fault of the run, and another may be made. Once that
        is noted, the run is queued.
    """

    name: Name
    cause: Cause | None = None
    attempt: Attempt | None = None
    verdict: Verdict | None = None
    started: datetime | None = None
    ended: datetime | None = None
    settled: bool = False
    again: bool = False


def state_of(run: RunFolder, answer: Answer | None = None, *, boot: str = "") -> State:
    """Where a run stands.

    Parameters
    ----------
    answer
        What the engine says of the unit of its last attempt; None where it was not asked.
    boot
        The machine's boot now, to tell a restarted machine from a lost unit.
    """
    events = record_events(run)
    settled = next((event for event in reversed(events) if event["kind"] == "ended"), None)
    tried = attempts(run)
    last = tried[-1] if tried else None
    if settled is not None and settled.get("attempt") == (last.number if last else 0):
        return _settled(settled, last)
    cancelled = any(event["kind"] == "cancel" for event in events)
    given_up = any(
        event["kind"] == "again" and last and event.get("attempt") == last.number
        for event in events
    )
    if last is None or given_up:
        if cancelled:
            return State("cancelled", cause=CANCELLED, ended=_now())
        return State("queued")
    verdict = read_verdict(run.verdict, last.key, run=run.request().id, attempt=last.number)
    if verdict is not None:
        return _judged(verdict, last, cancelled=cancelled, tried=len(tried))
    if answer is None or answer.state == "running":
        return State("running" if run.work_events.exists() else "starting", attempt=last)
    if answer.state == "absent" and not any(
        event["kind"] == "started" and event.get("attempt") == last.number for event in events
    ):
        if cancelled:
            return State("cancelled", cause=CANCELLED, attempt=last, ended=_now())
        return State("starting", attempt=last)  # claimed, and its start not yet asked for
    if cancelled:
        return State("cancelled", cause=CANCELLED, attempt=last, ended=_now())
    cause = cause_of(answer, booted_again=_booted_again(events, last, boot))
    return State(
        "failed",
        cause=cause,
        attempt=last,
        ended=_now(),
        again=cause.kind in RETRYABLE and len(tried) < MOST_ATTEMPTS,
    )


CANCELLED = Cause(
    kind="cancelled", words="It was cancelled.", next_step="Run it again whenever you like."
)


def cause_of(answer: Answer, *, booted_again: bool = False) -> Cause:
    """Why a unit ended without a word of its own, from what its engine knows."""
    details: dict[str, Any] = {"exit_code": answer.exit_code, "engine": answer.words}
    if answer.out_of_memory:
        return Cause(
            kind="out-of-memory",
            words="It needed more memory than its limit, and the whole of it was ended.",
            next_step="Choose a larger size, or a smaller box or period.",
            details=details,
        )
    if booted_again:
        return Cause(
            kind="host-restarted",
            words="The machine was restarted while it ran.",
            next_step="Run it again; nothing of it is at fault.",
            details=details,
        )
    if answer.exit_code == NO_ROOM:
        return disk_full("What became of it could not be written down", **details)
    if answer.exit_code is not None and answer.exit_code not in (0, 137, 143, 255):
        return Cause(
            kind="runner-failed",
            words=f"What executes the notebook ended with code {answer.exit_code}.",
            next_step="Tell the lab manager, with the last lines of its log.",
            details=details,
        )
    return Cause(
        kind="unit-lost",
        words="It was ended from outside: its engine was restarted, or it was stopped by hand.",
        next_step="Run it again; nothing of it is at fault.",
        details=details,
    )


def _judged(verdict: Verdict, last: Attempt, *, cancelled: bool, tried: int) -> State:
    if verdict.outcome == "cancelled" and not cancelled:
        # Its unit was told to stop, and by nobody who may cancel it.
        cause = Cause(
            kind="host-restarted",
            words="The engine stopped it: it, or its machine, was restarted or shut down.",
            next_step="Run it again; nothing of it is at fault.",
        )
        again = tried < MOST_ATTEMPTS
        return State("failed", cause, last, verdict, verdict.started, verdict.ended, again=again)
    cause_or_none = verdict.cause or (CANCELLED if verdict.outcome == "cancelled" else None)
    return State(verdict.outcome, cause_or_none, last, verdict, verdict.started, verdict.ended)


def _settled(event: dict[str, Any], last: Attempt | None) -> State:
    return State(
        event["state"],
        cause=Cause.model_validate(event["cause"]) if event.get("cause") else None,
        attempt=last,
        verdict=Verdict.model_validate(event["verdict"]) if event.get("verdict") else None,
        started=_time(event.get("started")),
        ended=_time(event.get("ended")),
        settled=True,
    )


def _booted_again(events: list[dict[str, Any]], last: Attempt, boot: str) -> bool:
    noted = [
        event.get("boot")
        for event in events
        if event["kind"] == "started" and event.get("attempt") == last.number
    ]
    return bool(boot and noted and noted[-1] and noted[-1] != boot)


def _time(said: Any) -> datetime | None:
    return datetime.fromisoformat(said) if isinstance(said, str) else None


def _now() -> datetime:
    return datetime.now(UTC)

"""Runs where nothing executes them: a deployment on engine ``kubernetes`` or ``swarm``.

The service has no way to make a run a job of a cluster or a swarm. It says so when somebody submits
one, and to whoever restored a backup with runs that were still waiting; runs that have ended stay
what they are.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from . import Answer, Refused, Unit

WHERE = {"kubernetes": "on Kubernetes", "swarm": "on Docker Swarm"}


def reason(engine: str) -> str:
    """Why a deployment with this engine, one of `WHERE`, executes no runs."""
    return (
        f"this deployment executes no runs: it is {WHERE[engine]}, where laboratories are started "
        f"and runs are not yet; run the notebook in the laboratory"
    )


class NoEngine:
    """An engine that has no units and refuses each.

    Parameters
    ----------
    reason
        What is said of each.
    """

    def __init__(self, reason: str) -> None:
        self._reason = reason

    def start(self, unit: Unit) -> None:
        """See `Engine`: it is refused for good."""
        raise Refused(self._reason, for_good=True)

    def ask(self, names: Sequence[str]) -> Mapping[str, Answer]:
        """See `Engine`: none is there."""
        return {name: Answer("absent") for name in names}

    def stop(self, name: str) -> None:
        """See `Engine`: what was never started is stopped."""

    def last_lines(self, name: str) -> list[str]:
        """See `Engine`."""
        return []

    def forget(self, name: str) -> None:
        """See `Engine`."""

    def left(self) -> Collection[str]:
        """See `Engine`."""
        return ()

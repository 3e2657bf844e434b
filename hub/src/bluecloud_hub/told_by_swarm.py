"""What a swarm says of a laboratory's task, in words for the person who waits for it or lost it.

A task is a dict as Docker's API has it. Its ``Status.Err`` names paths and images, which help
nobody but an operator and are in the swarm's own records (``docker service ps``).

Source: Docker's API 1.41, ``Task``; "Swarm task states".
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bluecloud_hub import exits

# Before it runs, each with the percent of the start, between the 30 of one that was asked for and
# the 55 of a container that runs, and what a person is told.
HAPPENING = {
    "new": (31, "Looking for a server that has room"),
    "pending": (31, "Looking for a server that has room"),
    "assigned": (36, "A server has been found"),
    "accepted": (36, "A server has been found"),
    "preparing": (40, "The laboratory's image is fetched, which takes minutes on a new server"),
    "ready": (46, "The image is there"),
    "starting": (49, "The container is made"),
}
RUNNING = "running"
# Nothing of it runs any more, as its own server said.
OVER = frozenset({"complete", "failed", "shutdown", "rejected"})
_NO_ROOM = (31, "No server has room yet; waiting for one")
_AGAIN = "Start it again; your files are kept."


def state_of(task: Mapping[str, Any]) -> str:
    """The task's state."""
    return str(task["Status"]["State"]).lower()


def lives(task: Mapping[str, Any]) -> bool:
    """Whether it runs or is about to, as far as the swarm knows.

    The state of a task whose server is out of reach stays what it last was, ``running``; that the
    swarm has given it up is seen by what it is meant to be.
    """
    return (state_of(task) in HAPPENING or state_of(task) == RUNNING) and task["DesiredState"] in {
        "ready",
        "running",
    }


def happening(task: Mapping[str, Any]) -> tuple[int, str] | None:
    """Percent and words of a task that does not run yet."""
    if state_of(task) == "pending" and task["Status"].get("Err"):
        return _NO_ROOM
    return HAPPENING.get(state_of(task))


def why_it_waits(task: Mapping[str, Any], seconds: float) -> tuple[str, str]:
    """The cause of a start that did not come to an end, and the next step."""
    error = str(task["Status"].get("Err") or "")
    if "insufficient resources" in error:
        return (
            f"No server had room for it within {seconds:g} seconds.",
            "Choose a smaller size or try later; an operator can add servers.",
        )
    if error:
        return (
            f"No server may run it: {_constraint(error)}.",
            "An operator has to look at the servers of the swarm.",
        )
    if state_of(task) == "preparing":
        return (
            f"Fetching its image took longer than {seconds:g} seconds.",
            "Try once more: what was fetched is kept; if it happens again, tell an operator.",
        )
    return (
        f"The swarm did not start it within {seconds:g} seconds.",
        "Try once more; if it happens again, tell an operator.",
    )


def _constraint(error: str) -> str:
    """``no suitable node (scheduling constraints not satisfied on 2 nodes)`` without its head."""
    return error.partition("(")[2].rstrip(")") or error


def why_it_ended(
    task: Mapping[str, Any] | None, *, server: str, memory_limit: str, was_away: bool
) -> tuple[str, str]:
    """The cause of a task's end and the next step.

    Parameters
    ----------
    task
        None where it is gone.
    server
        The state of the server it was on, as ``ready`` or ``down``; empty where it was on none.
    was_away
        Whether it went while the hub did not run.
    """
    if task is None:
        return exits.cause(
            exit_code=None, out_of_memory=False, memory_limit=memory_limit, was_away=was_away
        )
    state, error = state_of(task), str(task["Status"].get("Err") or "")
    if state == "rejected":
        return _why_rejected(error)
    if state in {RUNNING, *HAPPENING, "orphaned"} and server != "ready":
        return "The server it ran on cannot be reached.", "Start it again, on another server."
    if state in {RUNNING, *HAPPENING, "shutdown", "remove", "orphaned"}:
        return "The server it ran on was taken out of service, or was out of reach.", _AGAIN
    container = task["Status"].get("ContainerStatus") or {}
    return exits.cause(
        exit_code=container.get("ExitCode"),
        # Which is not in what a swarm keeps of a task.
        out_of_memory=False,
        memory_limit=memory_limit,
        engine_error="" if "non-zero exit" in error or not error else error,
    )


def _why_rejected(error: str) -> tuple[str, str]:
    if "No such image" in error:
        return (
            "The image of its release could not be fetched.",
            "The lab manager has to look at the release, and an operator at the registry.",
        )
    if "bind source path does not exist" in error:
        return (
            "Your files cannot be reached on the server that was to run it.",
            "An operator has to look at what that server shares with the others.",
        )
    return exits.cause(exit_code=None, out_of_memory=False, memory_limit="", engine_error=error)

"""What a cluster says of a pod, in words for the person who waits for it or lost it.

Events come as Kubernetes' API has them; their messages name machines and volumes, which help
nobody but an operator and are in the cluster's own records. A person is told what happens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from bluecloud_hub import exits

# Percent of the start, between the 30 of a start that was asked for and the 55 of a container that
# runs.
_HAPPENING = {
    "FailedScheduling": (31, "No machine has room yet; waiting for one"),
    "TriggeredScaleUp": (33, "The cluster adds a machine, which takes minutes"),
    "Scheduled": (36, "A machine has been found"),
    "FailedMount": (38, "Your files cannot be reached yet; trying again"),
    "FailedAttachVolume": (38, "Your files cannot be reached yet; trying again"),
    "Pulling": (40, "The laboratory's image is fetched, which takes minutes on a new machine"),
    "Failed": (42, "The laboratory's image could not be fetched; trying again"),
    "BackOff": (42, "The laboratory's image could not be fetched; trying again"),
    "Pulled": (46, "The image is there"),
    "Created": (49, "The container is made"),
    "Started": (52, "The container has started"),
}
_WAITS = {
    "FailedScheduling": (
        "No machine of the cluster had room for it within {seconds} seconds.",
        "Choose a smaller size or try later; an operator can add machines.",
    ),
    "FailedMount": (
        "Its folders could not be reached within {seconds} seconds.",
        "An operator has to look at the cluster's volumes.",
    ),
    "Failed": (
        "The image of its release could not be fetched within {seconds} seconds.",
        "The lab manager has to look at the release.",
    ),
    "Pulling": (
        "Fetching its image took longer than {seconds} seconds.",
        "Try once more: what was fetched is kept; if it happens again, tell an operator.",
    ),
}
_SAME = {"TriggeredScaleUp": "FailedScheduling", "FailedAttachVolume": "FailedMount"}
_SAME["BackOff"] = "Failed"


def happening(event: Mapping[str, Any]) -> tuple[int, str] | None:
    """Percent and words of an event; None where a person need not know."""
    return _HAPPENING.get(event.get("reason") or "")


def why_it_waits(events: Sequence[Mapping[str, Any]], seconds: float) -> tuple[str, str]:
    """The cause of a start that did not come to an end, and the next step."""
    for event in reversed(events):
        reason = event.get("reason") or ""
        found = _WAITS.get(_SAME.get(reason, reason))
        if found:
            return found[0].format(seconds=f"{seconds:g}"), found[1]
    return (
        f"The cluster did not start it within {seconds:g} seconds.",
        "Try once more; if it happens again, tell an operator.",
    )


def why_it_ended(
    pod: Mapping[str, Any] | None, *, memory_limit: str, was_away: bool
) -> tuple[str, str]:
    """The cause of a pod's end and the next step.

    Parameters
    ----------
    pod
        As Kubernetes' API has it; None where it is gone.
    was_away
        Whether it went while the hub did not run.
    """
    status = (pod or {}).get("status") or {}
    if status.get("reason") == "Evicted":
        words = str(status.get("message") or "a machine ran short of something")
        if "ephemeral" in words:
            return (
                "It wrote more outside the home than there is disk for.",
                "Start it again, and keep large files in the home.",
            )
        return (
            "The cluster ended it because a machine ran short of memory or disk.",
            "Start it again; your files are kept.",
        )
    ended = _terminated(status)
    if ended is None:
        return exits.cause(
            exit_code=None, out_of_memory=False, memory_limit=memory_limit, was_away=was_away
        )
    reason = ended.get("reason") or ""
    return exits.cause(
        exit_code=ended.get("exitCode"),
        out_of_memory=reason == "OOMKilled",
        memory_limit=memory_limit,
        engine_error=(
            str(ended.get("message") or reason)
            if reason in {"ContainerCannotRun", "StartError"}
            else ""
        ),
    )


def _terminated(status: Mapping[str, Any]) -> Mapping[str, Any] | None:
    for container in status.get("containerStatuses") or ():
        if container.get("name") == "notebook":
            found = (container.get("state") or {}).get("terminated")
            return found if isinstance(found, Mapping) else None
    return None

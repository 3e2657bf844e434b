"""What a swarm says, in words: tasks as Docker 20.10 gave them, on two servers."""

from __future__ import annotations

from typing import Any

import pytest

from bluecloud_hub.settings import read_settings
from bluecloud_hub.told_by_swarm import happening, lives, why_it_ended, why_it_waits

NO_ROOM = "no suitable node (insufficient resources on 2 nodes)"
NO_IMAGE = "No such image: 127.0.0.1:1/x@sha256:1111"
NO_FOLDER = 'invalid mount config for type "bind": bind source path does not exist: /state/homes/a'


def task(state: str, wanted: str = "running", error: str = "", code: int = 0) -> dict[str, Any]:
    return {
        "Status": {"State": state, "Err": error, "ContainerStatus": {"ExitCode": code}},
        "DesiredState": wanted,
    }


@pytest.mark.parametrize(
    ("found", "alive"),
    [
        (task("running"), True),
        (task("preparing"), True),
        (task("assigned"), True),
        (task("pending", error=NO_ROOM), True),
        # Of a server that is out of reach, or that an operator drained.
        (task("running", "shutdown"), False),
        (task("running", "remove"), False),
        (task("failed", "shutdown", "task: non-zero exit (3)", 3), False),
        (task("rejected", "shutdown", NO_IMAGE), False),
        (task("complete", "shutdown"), False),
    ],
)
def test_what_a_swarm_has_given_up_does_not_live(found: dict[str, Any], alive: bool) -> None:
    assert lives(found) is alive


@pytest.mark.parametrize(
    ("found", "server", "said"),
    [
        (task("running", "shutdown"), "down", "cannot be reached"),
        (task("running", "shutdown"), "ready", "taken out of service"),
        (task("shutdown", "shutdown"), "ready", "taken out of service"),
        (task("failed", "shutdown", "task: non-zero exit (3)", 3), "ready", "exit code 3"),
        (task("failed", "shutdown", "task: non-zero exit (137)", 137), "ready", "killed"),
        (task("complete", "shutdown"), "ready", "stopped, or ended by itself"),
        (task("rejected", "shutdown", NO_IMAGE), "ready", "image of its release"),
        (task("rejected", "shutdown", NO_FOLDER), "ready", "files cannot be reached"),
        (task("failed", "shutdown", "starting container failed: x"), "ready", "failed: x"),
        (None, "", "without a trace"),
    ],
)
def test_an_end_has_a_cause(found: dict[str, Any] | None, server: str, said: str) -> None:
    cause, advice = why_it_ended(found, server=server, memory_limit="2 GB", was_away=False)
    assert said in cause
    assert advice
    assert "/state" not in cause, "a path helps nobody but an operator"


def test_a_start_that_waits_says_for_what() -> None:
    waiting = task("pending", error=NO_ROOM)
    assert happening(waiting) == (31, "No server has room yet; waiting for one")
    assert "No server had room" in why_it_waits(waiting, 60)[0]
    constrained = "no suitable node (scheduling constraints not satisfied on 2 nodes)"
    (cause, _) = why_it_waits(task("pending", error=constrained), 60)
    assert cause == "No server may run it: scheduling constraints not satisfied on 2 nodes."
    assert "Fetching its image" in why_it_waits(task("preparing"), 60)[0]


def test_servers_are_chosen_by_constraints() -> None:
    address = {"BLUECLOUD_PUBLIC_URL": "http://bluecloud.localhost:8000"}
    chosen = {"BLUECLOUD_SWARM_PLACEMENT": "node.labels.laboratories==yes, node.role != manager"}
    settings = read_settings({"BLUECLOUD_ENGINE": "swarm", **address, **chosen})
    assert settings.swarm_placement == ("node.labels.laboratories==yes", "node.role != manager")

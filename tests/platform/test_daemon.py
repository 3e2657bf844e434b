"""The Docker daemon is restarted, asked to or killed, while a run is executed: nothing is lost.

The daemon is the test's own, with its folders, socket and network namespace, and knows nothing of
whatever else the machine has.
"""

from __future__ import annotations

import os
import shutil
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bluecloud_hub.labs import read_laboratory
from bluecloud_hub.releases import local_release, write_release
from bluecloud_hub.settings import checkout
from bluecloud_service.runs.store import Runs, record_events
from tests.platform.daemons import Daemon
from tests.service.serving import four_people, serving_runs, until
from tests.service.work import notebook

IMAGE = "bluecloud/environment"
# Says that it began, then takes long enough to be caught at it.
SLOW = """
import pathlib, time
pathlib.Path("begun").touch()
print("begun", flush=True)
time.sleep(n)
"""

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(
        os.getuid() != 0 or shutil.which("dockerd") is None,
        reason="a Docker daemon of the test's own needs root and dockerd",
    ),
]


@pytest.fixture(scope="module")
def daemon(layers: Path) -> Iterator[Daemon]:
    """A daemon that ends with the module, with all that it had."""
    folder = Path(tempfile.mkdtemp(prefix="bcd-"))  # a socket's path is to be short
    own = Daemon(folder, f"bcd{os.getpid()}")
    try:
        own.take(layers)
        own.begin()
        own.docker("network", "create", "--internal", f"{own.name}-labs")
        yield own
    finally:
        own.close()
        shutil.rmtree(folder)


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGKILL], ids=["asked", "killed"])
def test_a_run_is_made_again_when_the_daemon_was_restarted(
    how: signal.Signals, daemon: Daemon, tmp_path: Path
) -> None:
    laboratory = read_laboratory(checkout() / "hub" / "labs" / "environment.toml")
    write_release(tmp_path / "releases", local_release(laboratory, IMAGE))
    settings = {
        "BLUECLOUD_ENGINE": "docker",
        "BLUECLOUD_NAME": daemon.name,
        "DOCKER_HOST": daemon.address,
    }
    body = {
        "laboratory": "environment",
        "notebook": {"name": "slow.ipynb", "content": notebook(SLOW)},
        "parameters": {"n": 4},
    }
    with (
        four_people() as hub,
        serving_runs(hub, tmp_path, **settings) as service,
        service.client("ada") as ada,
    ):
        answer = ada.post("/runs", json=body)
        assert answer.status_code == 201, answer.text
        run = answer.json()["runs"][0]["id"]

        def told() -> dict[str, Any]:
            found: dict[str, Any] = ada.get(f"/runs/{run}").json()
            return found

        until(lambda: told()["state"] == "running" and told()["cells_done"])
        daemon.end(how)
        time.sleep(1)  # the service asks in vain meanwhile
        assert told()["state"] in {"queued", "starting", "running"}
        daemon.begin()
        until(lambda: told()["state"] in {"succeeded", "failed"})
        end = told()
        until(lambda: not daemon.docker("ps", "--all", "--quiet"))  # what ended is taken away
    assert (end["state"], end["attempt"]) == ("succeeded", 2), end
    noted = record_events(Runs(tmp_path / "runs", for_containers=True).run("ada", run))
    (again,) = [event for event in noted if event["kind"] == "again"]
    assert again["cause"]["kind"] in {"unit-lost", "host-restarted"}
    assert "restarted" in again["cause"]["words"]

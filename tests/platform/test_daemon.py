"""The Docker daemon is restarted, asked to or killed, while a run is executed: nothing is lost.

The daemon is the test's own, with its folders, socket and network namespace, and knows nothing of
whatever else the machine has.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
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


class Daemon:
    """A Docker daemon on a socket of its own, with the laboratory's image and a network."""

    def __init__(self, folder: Path, name: str) -> None:
        self.folder = folder
        self.address = f"unix://{folder}/docker.sock"
        self.name = name
        self._process: subprocess.Popen[bytes] | None = None
        # Debian's, too, is a service of its own, which outlives the daemon.
        socket = folder / "containerd.sock"
        settings = 'version = 2\ndisabled_plugins = ["io.containerd.grpc.v1.cri"]\n'
        (folder / "containerd.toml").write_text(settings)
        words = ["containerd", f"--config={folder}/containerd.toml", f"--address={socket}"]
        words += [f"--root={folder}/containers", f"--state={folder}/tasks"]
        with (folder / "containerd.log").open("wb") as log:
            self._containerd = subprocess.Popen(words, stdout=log, stderr=log)
        until(socket.exists)

    def begin(self) -> None:
        """Start it, and return when it answers."""
        words = [
            # Bridges of its own: a daemon takes those away that it finds and does not know.
            *("unshare", "--net", "--"),
            "dockerd",
            f"--host={self.address}",
            f"--containerd={self.folder}/containerd.sock",
            f"--pidfile={self.folder}/pid",
            *(f"--{name}-root={self.folder}/{name}" for name in ("data", "exec")),
            "--iptables=false",
            "--ip6tables=false",
        ]
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(words, stdout=log, stderr=log)
        until(self._answers)

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.poll() is None, (self.folder / "log").read_text()[-2000:]
        done = subprocess.run(
            ["docker", f"--host={self.address}", "info"], capture_output=True, check=False
        )
        return done.returncode == 0

    def end(self, number: signal.Signals) -> None:
        """Send it a signal, and return when it has ended."""
        assert self._process is not None
        self._process.send_signal(number)
        self._process.wait(60)

    @property
    def runs(self) -> bool:
        """Whether it is there."""
        return self._process is not None and self._process.poll() is None

    def docker(self, *words: str) -> str:
        """What a command of Docker says of it."""
        command = ["docker", f"--host={self.address}", *words]
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()

    def close(self) -> None:
        """End it, with all that it has."""
        if not self.runs:
            self.begin()
        if containers := self.docker("ps", "--all", "--quiet").split():
            self.docker("rm", "--force", *containers)
        if networks := self.docker("network", "ls", "--quiet", "--filter=type=custom").split():
            self.docker("network", "rm", *networks)
        self.end(signal.SIGTERM)
        self._containerd.terminate()
        self._containerd.wait(30)
        mounted = [line.split()[1] for line in Path("/proc/self/mounts").read_text().splitlines()]
        for each in mounted:
            if Path(each).is_relative_to(self.folder):  # left by a daemon that was killed
                subprocess.run(["umount", each], check=True)

    def load(self, image: str) -> None:
        """Give it an image of the machine's own daemon."""
        with subprocess.Popen(["docker", "save", image], stdout=subprocess.PIPE) as saved:
            subprocess.run(
                ["docker", f"--host={self.address}", "load", "--quiet"],
                stdin=saved.stdout,
                stdout=subprocess.DEVNULL,
                check=True,
            )
        assert saved.returncode == 0


@pytest.fixture(scope="module")
def daemon() -> Iterator[Daemon]:
    """A daemon that ends with the module, with all that it had."""
    folder = Path(tempfile.mkdtemp(prefix="bcd-"))  # a socket's path is to be short
    own = Daemon(folder, f"bcd{os.getpid()}")
    try:
        own.begin()
        own.load(IMAGE)
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

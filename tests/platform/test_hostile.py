"""Notebooks that attack what they run on, in containers: each ends rightly, and reaches nothing."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from bluecloud_hub.labs import read_laboratory
from bluecloud_hub.releases import local_release, write_release
from bluecloud_hub.settings import checkout
from tests.service.serving import Serving, four_people, serving_runs, until
from tests.service.work import notebook

pytestmark = pytest.mark.docker

ENDED = {"succeeded", "failed", "cancelled"}
LONGEST_S = 180
BEFORE = 'print("before", flush=True)'

FORKS = """
import os, time
while True:
    try:
        os.fork()
    except OSError:
        time.sleep(0.5)
"""
CHILD = """
import subprocess, sys
held = "held = [bytearray(2**26) for _ in range(1000)]"
subprocess.run([sys.executable, "-c", held], check=True)
"""
CHILDREN = """
import os, time
for _ in range(60):
    if os.fork() == 0:
        held = bytearray(b"x" * 2**26)
        time.sleep(10)
        os._exit(0)
assert not any(os.wait()[1] for _ in range(60))
"""
TALKS = """
for _ in range(200):
    print("\\n".join(["y" * 1023] * 1024), flush=True)
"""
# What is open around a notebook; the places are those of the service, as its host has them.
LOOKS = """
import json, os, pathlib, socket

def opens(family, address):
    with socket.socket(family) as tried:
        tried.settimeout(3)
        try:
            tried.connect(address)
        except OSError:
            return False
        return True

def reads(path):
    try:
        return bool(pathlib.Path(path).read_bytes()[:1])
    except OSError:
        return False

mine = pathlib.Path(os.environ["BLUECLOUD_ACCESS_LOG"]).parents[1]
record = [mine, mine / "record", *(mine / "record").rglob("*")]
found = {
    "addresses": [each for each in json.loads(places) if opens(socket.AF_INET, tuple(each))],
    "docker": opens(socket.AF_UNIX, "/var/run/docker.sock"),
    "runs": [path.name for path in mine.parent.iterdir() if path != mine],
    "writable": [str(path) for path in record if os.access(path, os.W_OK)],
    "unit": [name for name in ("environ", "mem") if reads(f"/proc/1/{name}")],
    "capabilities": [
        line.split()[1]
        for line in open("/proc/self/status")
        if line.startswith("Cap") and int(line.split()[1], 16)
    ],
}
pathlib.Path("found.json").write_text(json.dumps(found))
"""


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Serving, str]]:
    """A service whose units have room for 200 processes, and its host's address for them."""
    state = tmp_path_factory.mktemp("state")
    laboratory = read_laboratory(checkout() / "hub" / "labs" / "environment.toml")
    write_release(state / "releases", local_release(laboratory, "bluecloud/environment"))
    name = f"bctest{os.getpid()}-hostile"  # another than the deployment that other tests share
    settings = {
        "BLUECLOUD_ENGINE": "docker",
        "BLUECLOUD_NAME": name,
        "BLUECLOUD_PIDS_LIMIT": "200",
    }
    network = f"{name}-labs"
    subprocess.run(["docker", "network", "create", "--internal", network], check=True)
    try:
        told = subprocess.run(
            ["docker", "network", "inspect", network], stdout=subprocess.PIPE, check=True
        )
        (addresses,) = json.loads(told.stdout)[0]["IPAM"]["Config"]
        with four_people() as hub, serving_runs(hub, state, **settings) as serving:
            yield serving, addresses["Gateway"]
    finally:
        subprocess.run(["docker", "network", "rm", network], check=True)


def submit(ada: httpx.Client, source: str, *, places: str = "[]", seconds: int = 120) -> str:
    content = notebook(BEFORE, source, parameters='places: str = "[]"')
    body = {
        "laboratory": "environment",
        "notebook": {"name": "hostile.ipynb", "content": content},
        "parameters": {"places": places},
        "seconds": seconds,
    }
    answer = ada.post("/runs", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["runs"][0]["id"])


def ended(ada: httpx.Client, run: str) -> dict[str, Any]:
    until(lambda: ada.get(f"/runs/{run}").json()["state"] in ENDED, LONGEST_S)
    found: dict[str, Any] = ada.get(f"/runs/{run}").json()
    return found


def outputs(ada: httpx.Client, run: str) -> str:
    """What an executed notebook shows, as text."""
    cells = ada.get(f"/runs/{run}/notebook").json()["cells"]
    return json.dumps([cell.get("outputs") for cell in cells])


def units() -> bytes:
    """The containers of this test's runs, ended or not."""
    words = ["docker", "ps", "--all", "--quiet", "--filter=label=bluecloud.unit"]
    words.append(f"--filter=label=bluecloud.deployment=bctest{os.getpid()}")
    return subprocess.run(words, stdout=subprocess.PIPE, check=True).stdout


def test_what_a_notebook_does_to_its_container_ends_its_own_run_with_the_cause(
    service: tuple[Serving, str],
) -> None:
    causes = {FORKS: "time-limit", CHILD: "out-of-memory", CHILDREN: "out-of-memory", TALKS: ""}
    with service[0].client("ada") as ada:
        runs = {
            source: submit(ada, source, seconds=20 if source == FORKS else 120) for source in causes
        }
        found = {source: ended(ada, run) for source, run in runs.items()}
        assert {source: run["cause"] for source, run in found.items()} == causes
        assert {run["attempt"] for run in found.values()} == {1}
        for run in runs.values():
            assert "before" in outputs(ada, run)
        assert "more than 20 MB in a cell are not kept" in outputs(ada, runs[TALKS])
    until(lambda: not units())


def test_a_notebook_finds_nothing_open_around_it(service: tuple[Serving, str]) -> None:
    serving, host = service
    port = int(serving.address.split(":")[2].partition("/")[0])
    places = [[host, port], ["127.0.0.1", port], ["169.254.169.254", 80], ["1.1.1.1", 53]]
    with serving.client("ada") as ada:
        # Another run at the same time, of which nothing is to be seen.
        other = submit(ada, "import time; time.sleep(10)")
        run = submit(ada, LOOKS, places=json.dumps(places))
        assert ended(ada, run)["state"] == "succeeded"
        found = ada.get(f"/runs/{run}/outputs/found.json").json()
        assert ended(ada, other)["state"] == "succeeded"
    until(lambda: not units())
    assert found == {name: [] for name in found} | {"docker": False}

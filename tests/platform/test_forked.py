"""Curated notebooks through the run service, by units in their images: as with fresh kernels.

Each is run once. A kernel is forked where more than one run is a container's, and in an image
that asks for it always, which those of this test do. The fresh run is the one that the other
tests of notebooks look at too.
"""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import nbformat
import pytest

from bluecloud_hub.labs import read_laboratory
from bluecloud_hub.releases import local_release, write_release
from bluecloud_hub.settings import checkout
from bluecloud_runner.unit.supervision import FORK
from tests.platform.test_images import NOTEBOOKS, SLUGS
from tests.routines.defaults import Defaults
from tests.service.serving import four_people, serving_runs, until

pytestmark = pytest.mark.docker

LONGEST_S = 600  # for all notebooks of a laboratory
ENDED = {"succeeded", "failed", "cancelled"}

# What differs between any two runs: identities, addresses, moments and what is named after them,
# lengths of time, and how often a line of progress was drawn.
CHANCE = [
    (r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", "uuid"),
    (r"0x[0-9a-f]+", "address"),
    (r"\bp\d+\b", "figure"),
    (r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?", "moment"),
    (r"\d{4}-?\d\d-?\d\d[T -]?\d{6}Z?(-[0-9a-z]+)?", "moment"),
    (r"\b\d+(\.\d+)? (ms|s)\b", "time"),
    (r"/[\w/.-]*/(run|staging)/", "/run/"),
]


@pytest.fixture(scope="module")
def ada(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """Somebody whose runs the service makes in containers of the laboratories' images."""
    state = tmp_path_factory.mktemp("state")
    name = f"bctest{os.getpid()}-forked"  # another than the deployment that other tests share
    for slug in SLUGS:
        laboratory = read_laboratory(checkout() / "hub" / "labs" / f"{slug}.toml")
        write_release(state / "releases", local_release(laboratory, forking(slug, name)))
    settings = {"BLUECLOUD_ENGINE": "docker", "BLUECLOUD_NAME": name}
    network = f"{name}-labs"
    subprocess.run(["docker", "network", "create", "--internal", network], check=True)
    try:
        with (
            four_people() as hub,
            serving_runs(hub, state, **settings) as service,
            service.client("ada") as client,
        ):
            yield client
    finally:
        subprocess.run(["docker", "network", "rm", network], check=True)
        images = [f"{name}/{slug}" for slug in SLUGS]
        subprocess.run(["docker", "image", "rm", *images], check=True, stdout=subprocess.DEVNULL)


def forking(slug: str, name: str) -> str:
    """A laboratory's image that asks for forked kernels always."""
    build = ["docker", "build", "--quiet", "--tag", f"{name}/{slug}", "-"]
    lines = f"FROM bluecloud/{slug}\nENV {FORK}=always\n"
    subprocess.run(build, input=lines.encode(), check=True, stdout=subprocess.DEVNULL)
    return f"{name}/{slug}"


@pytest.mark.parametrize("slug", SLUGS)
def test_a_run_puts_out_what_a_fresh_kernel_does(
    slug: str, ada: httpx.Client, from_defaults: Defaults
) -> None:
    runs = {submitted(ada, path): path for path in NOTEBOOKS if path.parent.name == slug}

    def ended() -> bool:
        listed = ada.get("/runs", params={"laboratory": slug}).json()["runs"]
        assert {run["id"] for run in listed} == set(runs)
        return all(run["state"] in ENDED for run in listed)

    until(ended, LONGEST_S)
    for run, path in runs.items():
        end = ada.get(f"/runs/{run}").json()
        assert (end["state"], end["attempt"]) == ("succeeded", 1), f"{path.stem}: {end}"
        assert end["forked"] == (kernel_of(path) == "python3"), path.stem
        executed = nbformat.reads(ada.get(f"/runs/{run}/notebook").text, as_version=4)
        fresh, _ = from_defaults.in_image(path)
        assert told(executed) == told(fresh.notebook), path.stem


def submitted(person: httpx.Client, path: Path) -> str:
    """A curated notebook submitted from its defaults, and its run's name."""
    body = {
        "laboratory": path.parent.name,
        "notebook": {"name": path.name, "content": nbformat.read(path, as_version=4)},
    }
    answer = person.post("/runs", json=body)
    assert answer.status_code == 201, answer.text
    (run,) = answer.json()["runs"]
    return str(run["id"])


def kernel_of(path: Path) -> str:
    """The kernel that a notebook names."""
    return str(nbformat.read(path, as_version=4).metadata.kernelspec.name)


def told(notebook: nbformat.NotebookNode) -> list[Any]:
    """What the cells of code put out, without what differs from run to run."""
    return [
        [one for output in cell.outputs for one in kinds(output)]
        for cell in notebook.cells
        if cell.cell_type == "code" and "injected-parameters" not in cell.metadata.get("tags", [])
    ]


def kinds(output: nbformat.NotebookNode) -> list[Any]:
    """An output as its kinds, and its words where it has some."""
    if output.output_type == "stream":
        return [(output.name, plain(output.text))] if output.name == "stdout" else []
    data = output.get("data", {})
    return [(output.output_type, sorted(data), plain(data.get("text/plain", "")))]


def plain(text: str) -> str:
    """A text without what is chance."""
    for pattern, word in CHANCE:
        text = re.sub(pattern, word, text)
    return text

"""Every curated notebook in its image, by a unit whose kernels are forked: as with fresh ones.

The fresh run is the one that the other tests of notebooks look at too.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path
from typing import Any

import nbformat
import pytest

from bluecloud_runner.seal import KEYS
from tests.platform.test_images import NOTEBOOKS, SLUGS
from tests.routines.defaults import HELD, Defaults
from tests.runner.running import Run, made

pytestmark = pytest.mark.docker

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


@pytest.mark.parametrize("slug", SLUGS)
def test_a_forked_kernel_puts_out_what_a_fresh_one_does(
    slug: str, from_defaults: Defaults, tmp_path: Path
) -> None:
    notebooks = [path for path in NOTEBOOKS if path.parent.name == slug]
    runs = in_one_unit(slug, notebooks, tmp_path)
    for path, run in zip(notebooks, runs, strict=True):
        verdict = run.verdict()
        assert verdict.outcome == "succeeded", f"{path.stem}: {verdict.cause}"
        assert verdict.forked == (kernel_of(path) == "python3"), path.stem
        fresh, _ = from_defaults.in_image(path)
        assert told(run.executed()) == told(fresh.notebook), path.stem


def in_one_unit(slug: str, notebooks: list[Path], folder: Path) -> list[Run]:
    """The notebooks as runs of one unit, in a container held as laboratories are."""
    runs = [
        made(folder, path.read_text(), number=number, kernel=kernel_of(path))
        for number, path in enumerate(notebooks)
    ]
    subprocess.run(["chmod", "-R", "a+rwX", folder], check=True)
    name = f"bctest{os.getpid()}-{slug}-forked"
    keys = json.dumps({run.id: {"attempt": 1, "key": run.key} for run in runs})
    inside = [f"/runs/{run.folder.path.relative_to(folder)}" for run in runs]
    done = subprocess.run(
        [
            *("docker", "run", "--rm", f"--name={name}", *HELD, f"--volume={folder}:/runs"),
            *("--env=BLUECLOUD_UNIT_SLOTS=2", f"--env={KEYS}={keys}"),
            *(f"--env=BLUECLOUD_LAB={slug}", "--entrypoint=/opt/venv/bin/python"),
            *(f"bluecloud/{slug}", "-m", "bluecloud_runner.unit", *inside),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return runs


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

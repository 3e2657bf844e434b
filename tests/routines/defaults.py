"""Every curated notebook from its defaults, run once and looked at by as many tests as want to.

Where a Docker engine answers, the one run is in the laboratory's image with the network off, as
people get it, and what it left is copied out: the figures and products that the tests judge are
the image's own. Elsewhere it is a run on this machine. An image that was made before the tree
was changed would hide the change, so it is compared with the tree before it is believed.
"""

from __future__ import annotations

import functools
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import nbformat

from tests.routines.running import FOLDER, executed, read

ROOT = FOLDER.parent

# How a laboratory is held; and no network.
HELD = (
    "--network=none",
    "--cap-drop=ALL",
    "--security-opt=no-new-privileges",
    "--memory=2g",
    "--env=BLUECLOUD_TIERS=sample",
)

# Runs a notebook and says what it took: time, time of processors (which does not depend on what
# else the machine does), and the most that one of its processes held.
RUN = """
import json, os, resource, subprocess, sys, time
os.mkdir("/tmp/run")
began = time.monotonic()
subprocess.run(
    ["papermill", "--no-progress-bar", sys.argv[1], "out.ipynb"],
    cwd="/tmp/run", check=True, stdout=sys.stderr,
)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({
    "seconds": time.monotonic() - began,
    "cpu_seconds": used.ru_utime + used.ru_stime,
    "peak_mb": used.ru_maxrss / 1024,
}))
"""

# What a notebook's run depends on beside locked packages: where it is in the tree, and under
# /opt/bluecloud in an image.
HELD_BY_BOTH = {
    "hub/src/bluecloud": "python/bluecloud",
    "catalogs/src/bluecloud_catalogs": "python/bluecloud_catalogs",
    "notebooks/src/bluecloud_routines": "python/bluecloud_routines",
    "notebooks/src/bluecloud_runner": "python/bluecloud_runner",
    "notebooks/{slug}": "notebooks/{slug}",
    "catalogs/samples": "catalogs/samples",
    "catalogs/sources": "catalogs/sources",
}
DIGESTS = """
import hashlib, json, pathlib, sys
told = []
for folder in map(pathlib.Path, sys.argv[1:]):
    found = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file() and "__pycache__" not in path.parts:
            found.update(str(path.relative_to(folder)).encode() + path.read_bytes())
    told.append(found.hexdigest())
print(json.dumps(told))
"""


class Run(NamedTuple):
    """A notebook that ran to its end, and the folder that it ran in."""

    notebook: nbformat.NotebookNode
    folder: Path


class Cost(NamedTuple):
    """What a run in an image took."""

    seconds: float
    cpu_seconds: float
    peak_mb: float


def inside(image: str, *words: str, options: Sequence[str] = ("--rm",)) -> str:
    """What a command prints in a container of an image, held as a laboratory is, network off."""
    done = subprocess.run(
        ["docker", "run", *options, *HELD, image, *words],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    return done.stdout


@functools.cache
def differences(slug: str) -> list[str]:
    """What of the tree a laboratory's image does not hold as it is now."""
    here = [str(ROOT / name.format(slug=slug)) for name in HELD_BY_BOTH]
    there = [f"/opt/bluecloud/{name.format(slug=slug)}" for name in HELD_BY_BOTH.values()]
    ours = subprocess.run(
        [sys.executable, "-c", DIGESTS, *here], capture_output=True, text=True, check=True
    )
    theirs = inside(f"bluecloud/{slug}", "python", "-c", DIGESTS, *there)
    pairs = zip(HELD_BY_BOTH, json.loads(ours.stdout), json.loads(theirs), strict=True)
    return [name.format(slug=slug) for name, one, other in pairs if one != other]


@functools.cache
def _has_image(slug: str) -> bool:
    """Whether an engine answers and has the laboratory's image, made from this very tree."""
    try:
        shown = subprocess.run(
            ["docker", "image", "inspect", f"bluecloud/{slug}"], capture_output=True, check=False
        )
    except FileNotFoundError:
        return False
    return shown.returncode == 0 and not differences(slug)


class Defaults:
    """The notebooks' runs from their defaults, each made when it is first asked for."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._in_images: dict[Path, tuple[Run, Cost]] = {}
        self._here: dict[Path, Run] = {}

    def __call__(self, path: Path) -> Run:
        """Give a notebook's run in its image, or on this machine where there is none."""
        return self.in_image(path)[0] if _has_image(path.parent.name) else self.here(path)

    def here(self, path: Path) -> Run:
        """Give a notebook's run on this machine, as engine ``local`` runs it."""
        if path not in self._here:
            folder = self._new("here", path)
            self._here[path] = Run(executed(path, folder), folder)
        return self._here[path]

    def in_image(self, path: Path) -> tuple[Run, Cost]:
        """Give a notebook's run in its laboratory's image, and what it took."""
        if path not in self._in_images:
            slug = path.parent.name
            folder = self._new("image", path)
            name = f"bctest{os.getpid()}-{slug}-{path.stem}"
            kept = f"/opt/bluecloud/notebooks/{slug}/{path.name}"
            words = ("python", "-c", RUN, kept)
            try:
                told = inside(f"bluecloud/{slug}", *words, options=(f"--name={name}",))
                subprocess.run(
                    ["docker", "cp", f"{name}:/tmp/run/.", str(folder)],
                    check=True,
                    capture_output=True,
                )
            finally:
                removal = ["docker", "rm", "--force", name]
                subprocess.run(removal, check=False, capture_output=True)
            self._in_images[path] = (
                Run(read(folder / "out.ipynb"), folder),
                Cost(**json.loads(told)),
            )
        return self._in_images[path]

    def _new(self, where: str, path: Path) -> Path:
        folder = self._folder / where / path.parent.name / path.stem
        folder.mkdir(parents=True, exist_ok=True)
        return folder

"""The project as it was: an earlier revision of this repository, run in today's environment."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.platform.deployments import ROOT

PARTS = ("hub", "catalogs", "notebooks", "extensions/core")


def before(path: str) -> str:
    """The revision before the one that added a file."""
    words = ["git", "log", "--diff-filter=A", "--format=%P", "--max-count=1", "--", path]
    told = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    found = told.stdout.split()
    if told.returncode or not found:
        pytest.skip("the history is not here: git fetch --unshallow, then make test")
    return found[0]


def tree(revision: str, folder: Path) -> dict[str, str]:
    """Unpack a revision's programs; what tells a deployment to run them."""
    folder.mkdir(parents=True)
    words = ["git", "archive", revision, *PARTS, "images"]
    packed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True)
    subprocess.run(["tar", "-x", "-C", folder], input=packed.stdout, check=True)
    sources = [str(folder / part / "src") for part in (*PARTS[:3],)]
    return {
        "BLUECLOUD_ROOT": str(folder),
        "PYTHONPATH": ":".join([*sources, str(folder / "extensions" / "core")]),
    }

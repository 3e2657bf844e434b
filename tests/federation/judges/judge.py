"""A provider's own client, run as it is, in the environment that is made for such."""

import functools
import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
# JUDGES_PYTHON may name another environment, to try a client before it is among the pinned ones.
PYTHON = Path(os.environ.get("JUDGES_PYTHON") or ROOT / ".venv" / "judges" / "bin" / "python")


def said(program: str, *arguments: str, needs: str | None = None) -> Any:
    """What a program of the judges' Python wrote as JSON on its last line.

    ``needs`` is a module without which the test is skipped.
    """
    if not PYTHON.exists():
        pytest.skip("make install makes .venv/judges, in which the providers' clients are")
    if needs and not _has(needs):
        pytest.skip(f"install {needs} in an environment and name its Python in JUDGES_PYTHON")
    done = _run(program, *arguments)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@functools.cache
def _has(module: str) -> bool:
    found = _run(f"import importlib.util as u, sys; sys.exit(not u.find_spec({module!r}))")
    return found.returncode == 0


def _run(program: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
    return subprocess.run(
        [PYTHON, "-c", program, *arguments],
        capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip

"""A provider's own client, run as it is, in the environment that is made for such."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[3]
PYTHON = ROOT / ".venv" / "judges" / "bin" / "python"


def said(program: str, *arguments: str) -> Any:
    """What a program of the judges' Python wrote as JSON on its last line."""
    if not PYTHON.exists():
        pytest.skip("make install makes .venv/judges, in which the providers' clients are")
    environment = {**os.environ, "NO_PROXY": "127.0.0.1", "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(
        [PYTHON, "-c", program, *arguments],
        capture_output=True, text=True, timeout=120, env=environment, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])

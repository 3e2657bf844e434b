"""What is generated from the Python models is up to date."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

EXTENSIONS = Path(__file__).parents[2] / "extensions"


def test_the_typescript_is_what_the_models_say() -> None:
    command = [sys.executable, EXTENSIONS / "wire.py", "--check"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr

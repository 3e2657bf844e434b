"""What tests of kernels share."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def runtime() -> Iterator[Path]:
    """A folder for sockets, whose paths have at most 107 bytes; pytest's own may be longer."""
    with tempfile.TemporaryDirectory(prefix="bc-") as folder:
        yield Path(folder)

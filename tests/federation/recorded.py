"""Recordings by their path, noted as used, so that a test can name those that nobody reads."""

from pathlib import Path

import pytest

from tests.federation.conftest import recordings

used: set[str] = set()


def recorded(path: str) -> Path:
    """A recording, or a folder of them; the test is skipped where there are none.

    Raises
    ------
    FileNotFoundError
        If there are recordings, and not this one: the test's path is wrong.
    """
    folder = recordings()
    if folder is None:
        pytest.skip("set BLUECLOUD_TEST_DATA to the folder that holds recordings/")
    found = folder / path
    if not found.exists():
        raise FileNotFoundError(found)
    used.add(path)
    return found

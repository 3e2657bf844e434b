"""No setting of the machine and no data of a person reach these tests."""

import os
from pathlib import Path

import pytest


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in os.environ:
        if name.startswith("BLUECLOUD_") and name != "BLUECLOUD_TEST_DATA":
            monkeypatch.delenv(name)
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setenv("BLUECLOUD_OWN_DATA", str(tmp_path / "own"))

"""No setting of the machine reaches these tests."""

import os

import pytest


@pytest.fixture(autouse=True)
def _own_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("BLUECLOUD_") and name != "BLUECLOUD_TEST_DATA":
            monkeypatch.delenv(name)
    monkeypatch.delenv("JUPYTERHUB_API_TOKEN", raising=False)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")

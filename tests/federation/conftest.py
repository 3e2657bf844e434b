"""One federation for all its tests, and an environment in which every source is there."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.federation.server import Federation, serve
from tests.federation.sources import sources

UNREACHABLE = "http://127.0.0.1:1"  # a port that nothing listens on


def recordings() -> Path | None:
    """The folder of recordings, if there is one."""
    told = os.environ.get("BLUECLOUD_TEST_DATA")
    folder = Path(told) / "recordings" if told else None
    return folder if folder and folder.is_dir() else None


@pytest.fixture(scope="session")
def running() -> Iterator[Federation]:
    """The federation's server, all providers in one."""
    made = {name: source.provider(recordings()) for name, source in sources().items()}
    with serve({name: each for name, each in made.items() if each}) as federation:
        yield federation


@pytest.fixture
def federation(running: Federation, monkeypatch: pytest.MonkeyPatch) -> Iterator[Federation]:
    """Every source moved to the federation, asked live and nowhere else."""
    for name in os.environ:
        if name.startswith("BLUECLOUD_") and name != "BLUECLOUD_TEST_DATA":
            monkeypatch.delenv(name)
    for name in sources():
        monkeypatch.setenv(f"BLUECLOUD_{name.upper()}_URL", running.address(name))
    for source in sources().values():
        for variable, value in getattr(source, "LOGIN", {}).items():
            monkeypatch.setenv(variable, value)
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    running.asked.clear()
    running.unknown.clear()
    yield running
    running.faults.clear()

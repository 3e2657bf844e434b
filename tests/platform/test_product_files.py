"""A product's files in a container of the laboratory's image: looked at, and held in."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluecloud_service.errors import NotNow
from bluecloud_service.products.checks import DockerChecks

pytestmark = pytest.mark.docker

NAME = f"bctest{os.getpid()}-product"
IMAGE = "bluecloud/fisheries"


def docker(*words: str) -> list[str]:
    """What the engine answers, word by word."""
    told = subprocess.run(["docker", *words], capture_output=True, text=True, check=True)
    return told.stdout.split()


def ours() -> list[str]:
    """The containers of checks that are there now."""
    return docker("ps", "--all", "--quiet", "--filter", f"label=bluecloud.deployment={NAME}")


@pytest.fixture(autouse=True)
def nothing_is_left() -> Iterator[None]:
    yield
    assert ours() == []


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder of files, as the service leaves them."""
    (tmp_path / "good.csv").write_text("depth (m)\n1.5\n")
    (tmp_path / "bad.nc").write_bytes(b"\x89HDF\r\n\x1a\n" + os.urandom(300))
    tmp_path.chmod(0o755)
    return tmp_path


def test_files_are_checked_by_the_image_of_their_run(files: Path) -> None:
    good, bad = DockerChecks(NAME, pids_limit=256).check(files, ["good.csv", "bad.nc"], IMAGE)
    assert (good.kind, good.errors) == ("table", ())
    assert bad.errors[0].startswith("it cannot be read")


def test_a_check_that_takes_too_long_is_ended(files: Path) -> None:
    (files / "long.csv").write_text("a,b\n" + "1,2\n" * 5_000_000)
    (one,) = DockerChecks(NAME, pids_limit=256, seconds=1).check(files, ["long.csv"], IMAGE)
    # By the clock of who waits, or by the processor's time that it is given, whichever is first.
    words = ("more than 1 s", "more time", "memory or time")
    assert any(said in one.errors[0] for said in words), one.errors


def test_a_check_that_needs_too_much_memory_is_ended(files: Path) -> None:
    (files / "large.json").write_text("[" + "1.5," * 20_000_000 + "1]")
    checks = DockerChecks(NAME, pids_limit=256, memory=128 * 2**20)
    (one,) = checks.check(files, ["large.json"], IMAGE)
    assert "memory" in one.errors[0]


def test_without_the_image_nothing_is_checked_and_nothing_fetched(files: Path) -> None:
    with pytest.raises(NotNow, match="is gone: run it again"):
        DockerChecks(NAME, pids_limit=256).check(files, ["good.csv"], "bluecloud/astronomy")


def test_what_a_service_that_was_killed_has_left_is_removed() -> None:
    labels = ["--label", f"bluecloud.deployment={NAME}", "--label", "bluecloud.product=check"]
    docker("create", "--network=none", *labels, IMAGE, "true")
    assert len(ours()) == 1
    DockerChecks(NAME, pids_limit=256).sweep()

"""What the system says of memory and room is read where it stands."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluecloud_runner.evidence import Memory, memory
from tests.runner.running import made, notebook, started

GROUPS = Path("/sys/fs/cgroup/memory")


@pytest.fixture
def small_group() -> Iterator[Path]:
    """A control group of 300 MB, of version 1."""
    if not os.access(GROUPS / "tasks", os.W_OK):
        pytest.skip("run as root with control groups of version 1 to run this")
    group = GROUPS / f"bluecloud-test-{uuid.uuid4().hex}"
    group.mkdir()
    try:
        (group / "memory.limit_in_bytes").write_text("300M")
        yield group
    finally:
        group.rmdir()


def test_memory_that_a_child_of_the_kernel_lacked_is_the_cause(
    tmp_path: Path, small_group: Path
) -> None:
    cell = (
        "import subprocess, sys\n"
        "subprocess.run([sys.executable, '-c', 'bytearray(10**9)'], check=True)"
    )
    run = made(tmp_path, notebook("a = 1", cell))

    def join() -> None:
        (small_group / "cgroup.procs").write_text(str(os.getpid()))

    assert started([run], preexec_fn=join).wait(timeout=60) == 0

    cause = run.verdict().cause
    assert cause is not None
    assert cause.kind == "out-of-memory"
    assert cause.details["limit_bytes"] == 300 * 2**20
    assert "300 MB" in cause.words


def test_groups_of_version_2_are_read_as_their_documentation_has_them(tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.write_text("0::/unit\n")
    group = tmp_path / "groups" / "unit"
    group.mkdir(parents=True)
    (group / "memory.events").write_text("low 0\nhigh 0\nmax 9\noom 2\noom_kill 2\n")
    (group / "memory.max").write_text("max\n")
    (group / "memory.peak").write_text("4096\n")
    assert memory(own=own, groups=tmp_path / "groups") == Memory(2, None, 4096)


def test_without_groups_nothing_is_said(tmp_path: Path) -> None:
    assert memory(own=tmp_path / "none", groups=tmp_path) == Memory()

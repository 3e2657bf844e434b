"""A kernel ends at once when it is asked to, with all done that was to be done."""

from __future__ import annotations

import json
import os
import time
from pathlib import Path

import pytest

from bluecloud_runner.forkserver import ensure
from bluecloud_runner.forkserver.install import install
from tests.runner.forked import kernel

# The thread of control is late, and the one that publishes takes its time to end, as either may
# be on a busy machine; and a file is left open, which an interpreter closes as it ends.
_LATE = """
left_open = open("left open", "w")
left_open.write("kept")
kernel = get_ipython().kernel
shut_down = kernel.control_handlers["shutdown_request"]

async def late(*given):
    import time  # the notebook's own names are gone by the time that it wakes
    await shut_down(*given)
    time.sleep(0.3)

class SlowEnd:
    task = kernel.iopub_thread._event_pipe_gc_task

    def cancel(self):
        import time
        time.sleep(0.6)
        self.task.cancel()

kernel.control_handlers["shutdown_request"] = late
kernel.iopub_thread._event_pipe_gc_task = SlowEnd()
"""


@pytest.fixture
def specification(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The specification of the kernels, as it is installed."""
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return install(tmp_path)


def _end_late(folder: Path) -> float:
    """Seconds that such a kernel takes to end."""
    with kernel(["quiet"], cwd=str(folder)) as one:
        assert one.run(_LATE) == []
        begin = time.monotonic()
        one.close()
        return time.monotonic() - begin


def test_it_ends_when_its_threads_are_late(specification: Path, tmp_path: Path) -> None:
    assert _end_late(tmp_path) < 2.4
    assert (tmp_path / "left open").read_text() == "kept"


@pytest.mark.usefixtures("specification")
def test_a_fork_ends_when_its_threads_are_late(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "quiet.py").write_text("")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    assert ensure(wait=60, owner=os.getpid(), modules=["quiet"])
    assert _end_late(tmp_path) < 2.4
    assert (tmp_path / "left open").read_text() == "kept"


def test_ipykernels_own_waits_for_a_signal(specification: Path, tmp_path: Path) -> None:
    """When this fails, ipykernel has mended it, and `bluecloud_kernel` may go."""
    spec = json.loads(specification.read_text())
    spec["argv"] = [word for word in spec["argv"] if "kernel_class" not in word]
    specification.write_text(json.dumps(spec))
    assert _end_late(tmp_path) > 2.4

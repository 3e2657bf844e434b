"""A fork of the server is a kernel like any other, and its own."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bluecloud_runner.forkserver import ensure, state
from bluecloud_runner.forkserver.install import install
from tests.runner.forked import kernel, plain_kernel


@pytest.fixture(scope="module")
def warm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """A server that is ready, with the modules of a laboratory."""
    folder = tmp_path_factory.mktemp("forkserver")
    install(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JUPYTER_PATH", str(folder / "share" / "jupyter"))
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        patch.setenv("BLUECLOUD_LAB", "environment")
        assert ensure(wait=60, owner=os.getpid())
        yield


@pytest.mark.usefixtures("warm")
def test_a_kernel_is_forked_and_says_what_it_used() -> None:
    with kernel() as one:
        assert one.forked
        assert one.value("'xarray' in __import__('sys').modules") == "True"
    assert one.provisioner.usage.exit_code == 0
    assert one.provisioner.usage.cpu_s > 0
    assert one.provisioner.usage.peak_bytes > 50e6


@pytest.mark.usefixtures("warm")
def test_environment_and_folder_are_the_kernels_own(tmp_path: Path) -> None:
    environment = {**os.environ, "BLUECLOUD_ONLY_HERE": "yes"}
    with kernel(env=environment, cwd=str(tmp_path)) as one, kernel() as other:
        assert one.forked
        assert other.forked
        assert one.value("__import__('os').getcwd()") == str(tmp_path)
        assert one.value("__import__('os').environ['BLUECLOUD_ONLY_HERE']") == "yes"
        assert other.value("__import__('os').environ['BLUECLOUD_ONLY_HERE']").startswith("KeyError")


@pytest.mark.usefixtures("warm")
def test_another_environment_is_started_plainly() -> None:
    with plain_kernel() as one:
        assert one.value("1 + 1") == "2"
    assert one.provisioner.usage is None


def until(true: Callable[[], Any], seconds: float = 20) -> Any:
    end = time.monotonic() + seconds
    while not (found := true()):
        assert time.monotonic() < end, "it did not come to pass"
        time.sleep(0.05)
    return found


PLOT = """
import hvplot.pandas, pandas as pd
pd.DataFrame({"year": [1.0, 2.0], "sst": [3.0, 4.0]}).hvplot.line(x="year")
"""
FIGURE = """
import matplotlib.pyplot as plt
_ = plt.figure().add_subplot().plot([1, 2])
"""


def shapes(outputs: list[dict[str, Any]]) -> list[Any]:
    """What kinds of output there are, and what each is made of."""
    return [(output["output_type"], sorted(output.get("data", {}))) for output in outputs]


WIDE = """
import pandas as pd
pd.DataFrame({f"a_column_with_a_long_name_{n}": [n] for n in range(15)})
"""


@pytest.mark.usefixtures("warm")
def test_a_wide_table_is_shown_as_in_any_kernel() -> None:
    with kernel() as one, plain_kernel() as plain:
        assert one.forked
        assert one.run(WIDE) == plain.run(WIDE)


@pytest.mark.usefixtures("warm")
@pytest.mark.parametrize("cell", [PLOT, FIGURE], ids=["hvplot", "matplotlib"])
def test_a_plot_is_drawn_as_in_any_kernel(cell: str) -> None:
    with kernel() as one, plain_kernel() as plain:
        assert one.forked
        drawn, expected = one.run(cell), plain.run(cell)
    assert shapes(drawn) == shapes(expected)
    kinds = {kind for output in drawn for kind in output.get("data", {})}
    assert kinds & {"application/vnd.holoviews_exec.v0+json", "image/png"}


DRAWN = """(
    __import__('numpy').random.random(), __import__('numpy').random.default_rng().random(),
    __import__('random').random(), __import__('uuid').uuid4().hex,
    __import__('secrets').token_hex(4), next(__import__('tempfile')._get_candidate_names()),
)"""


@pytest.mark.usefixtures("warm")
def test_no_two_forks_draw_the_same_numbers() -> None:
    drawn = []
    for _ in range(2):
        with kernel() as one:
            assert one.forked
            drawn.append(eval(one.value(DRAWN.replace("\n", " "))))  # noqa: S307 - our own
    for first, second in zip(*drawn, strict=True):
        assert first != second


@pytest.fixture
def place(tmp_path: Path, runtime: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that modules are imported from, and servers of its own."""
    install(tmp_path)
    monkeypatch.setenv("JUPYTER_PATH", str(tmp_path / "share" / "jupyter"))
    modules = tmp_path / "modules"
    modules.mkdir()
    monkeypatch.setenv("PYTHONPATH", str(modules))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    return modules


def test_what_was_edited_since_is_imported_anew(place: Path) -> None:
    module = place / "told.py"
    module.write_text("NUMBER = 1\n")
    assert ensure(wait=60, owner=os.getpid(), modules=["told"])
    with kernel(["told"]) as one:
        assert one.forked
        assert one.value("__import__('told').NUMBER") == "1"
    module.write_text("NUMBER = 22\n")
    with kernel(["told"]) as one:
        assert not one.forked
        assert one.value("__import__('told').NUMBER") == "22"


def test_a_module_that_leaves_a_thread_is_left_to_the_kernels(place: Path) -> None:
    (place / "quiet.py").write_text("")
    (place / "threaded.py").write_text(
        "import threading\nthreading.Thread(target=threading.Event().wait, daemon=True).start()\n"
    )
    modules = ["threaded", "quiet"]
    assert ensure(wait=60, owner=os.getpid(), modules=modules)
    told = state(modules=modules)
    assert told is not None
    assert told.passed_over == {"threaded": "leaves a thread running"}
    with kernel(modules) as one:
        assert one.forked
        imported = "[n in __import__('sys').modules for n in ('quiet', 'threaded')]"
        assert one.value(imported) == "[True, False]"
        assert one.value("__import__('threaded') and 1") == "1"


def test_a_module_that_fails_is_passed_over(place: Path) -> None:
    (place / "broken.py").write_text("raise RuntimeError('not today')\n")
    assert ensure(wait=60, owner=os.getpid(), modules=["broken", "nosuch"])
    told = state(modules=["broken", "nosuch"])
    assert told is not None
    assert set(told.passed_over) == {"broken", "nosuch"}
    assert "not today" in told.passed_over["broken"]


ENDING = """
import atexit, pathlib, threading, time
class Late:
    # With a name of its own: IPython takes the notebook's away in an order that is by chance.
    def __del__(self, path=pathlib.Path("finaliser")):
        path.write_text("kept")
late = Late()
left_open = open("open", "w")
left_open.write("kept")
atexit.register(lambda: pathlib.Path("atexit").write_text("kept"))
def slowly():
    time.sleep(0.3)
    pathlib.Path("thread").write_text("kept")
threading.Thread(target=slowly).start()
"""


@pytest.mark.usefixtures("warm")
def test_it_ends_as_an_interpreter_does(tmp_path: Path) -> None:
    with kernel(cwd=str(tmp_path)) as one:
        assert one.forked
        one.run(ENDING)
    assert one.provisioner.usage.exit_code == 0
    found = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert found == dict.fromkeys(("finaliser", "open", "atexit", "thread"), "kept")


def test_a_kernel_outlives_its_server_and_the_next_starts_plainly(place: Path) -> None:
    (place / "quiet.py").write_text("")
    assert ensure(wait=60, owner=os.getpid(), modules=["quiet"])
    told = state(modules=["quiet"])
    assert told is not None
    with kernel(["quiet"]) as one:
        assert one.forked
        os.kill(told.pid, signal.SIGKILL)
        assert one.value("1 + 1") == "2"
        with kernel(["quiet"]) as other:
            assert not other.forked
            assert other.value("2 + 2") == "4"
    until(lambda: not Path(f"/proc/{one.process.pid}").exists())


def test_a_server_ends_with_its_owner(place: Path) -> None:
    (place / "quiet.py").write_text("")
    with subprocess.Popen(["sleep", "600"]) as owner:
        try:
            assert ensure(wait=60, owner=owner.pid, modules=["quiet"])
            told = state(modules=["quiet"])
            assert told is not None
        finally:
            owner.kill()
    until(lambda: not Path(f"/proc/{told.pid}").exists())
    assert state(modules=["quiet"]) is None


CLIENT = """
import time
from tests.runner.forked import Kernel
one = Kernel(modules=["quiet"])
assert one.forked
print(one.process.pid, flush=True)
time.sleep(600)
"""


def test_a_kernel_ends_with_its_client(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (place / "quiet.py").write_text("")
    root = str(Path(__file__).parents[2])
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(place), root]))
    assert ensure(wait=60, owner=os.getpid(), modules=["quiet"])
    with subprocess.Popen([sys.executable, "-c", CLIENT], stdout=subprocess.PIPE) as client:
        assert client.stdout is not None
        try:
            pid = int(client.stdout.readline())
            assert Path(f"/proc/{pid}").exists()
        finally:
            client.kill()
    until(lambda: not Path(f"/proc/{pid}").exists())

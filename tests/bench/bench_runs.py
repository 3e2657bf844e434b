"""What the service costs its runs: time beside what their unit takes, a long queue, and memory.

Overhead: a sweep of runs that do nothing, submitted over HTTP and awaited there, against a unit
that is given the same runs directly; the difference for each run. The queue: a thousand runs that
wait, listed in one answer. Memory: the service's own, after 2,000 and after 4,000 runs came to
their end under an engine that writes their verdicts itself, since thousands of kernels would
measure kernels.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.bench.ratio import Ratio
from tests.discovery.service import start
from tests.runner.running import made, started
from tests.runner.running import notebook as of_runner
from tests.service.serving import Serving, four_people, serving_runs, settings_of
from tests.service.work import notebook

_RUNS = 20
_QUEUED = 1000
_EARLY, _LATE = 2000, 4000
_LOOKS = 15
_TURNS = 3
_LOOK_S = 0.1

_AT_ONCE = """
import sys
from bluecloud_service import __main__
from bluecloud_service.runs import assembly
from bluecloud_service.runs.engines import Answer
from tests.service.work import judge

class AtOnce:
    def __init__(self, folder, *, root):
        pass

    def start(self, unit):
        for run in unit.runs.values():
            judge(run)

    def ask(self, names):
        return {name: Answer("ended", exit_code=0) for name in names}

    def stop(self, name):
        pass

    def last_lines(self, name):
        return []

    def forget(self, name):
        pass

    def left(self):
        return []

assembly.LocalEngine = AtOnce
sys.exit(__main__.main())
"""


def run() -> list[Ratio]:
    """Measure all three."""
    folder = Path(tempfile.mkdtemp(prefix="bluecloud-runs-"))
    try:
        with four_people() as hub:
            overhead = _overhead(folder / "overhead", hub)
            listed = _listed(folder / "queue", hub)
            early, late = _memory(folder / "memory", hub)
    finally:
        shutil.rmtree(folder)
    return [
        Ratio(
            f"what the service adds to a run, mean of {_RUNS}",
            "a bound",
            overhead * 1000,
            150.0,
            "ms",
            1.0,
            note="until it is told as ended, over HTTP",
        ),
        Ratio(
            f"{_QUEUED:,} runs that wait, listed, median of {_LOOKS}",
            "a bound",
            listed * 1000,
            100.0,
            "ms",
            1.0,
        ),
        Ratio(
            f"memory of the service after {_LATE:,} runs, of which it remembers none",
            f"itself after {_EARLY}",
            late / 2**20,
            early / 2**20,
            "MB",
            1.05,
        ),
    ]


def _submit(ada: httpx.Client, runs: int) -> None:
    body = {
        "laboratory": "environment",
        "size": "medium",
        "notebook": {"name": "nothing.ipynb", "content": notebook("n")},
        "sweep": {"n": list(range(runs))},
    }
    ada.post("/runs", json=body).raise_for_status()


def _wait(ada: httpx.Client, runs: int) -> None:
    """Return when so many have succeeded."""
    while True:
        counts = ada.get("/runs", params={"limit": 1}).json()["counts"]
        if any(counts.get(state) for state in ("failed", "cancelled")):
            raise AssertionError(f"{counts}")
        if counts.get("succeeded", 0) >= runs:
            return
        time.sleep(_LOOK_S)


def _overhead(folder: Path, hub: str) -> float:
    """Seconds that a run takes longer through the service than in a unit alone."""
    folder.mkdir()
    with serving_runs(hub, folder / "state") as served, served.client("ada") as ada:
        _submit(ada, 1)
        _wait(ada, 1)  # with everything warm
        through, alone = [], []
        for turn in range(_TURNS):
            begin = time.perf_counter()
            _submit(ada, _RUNS)
            _wait(ada, 1 + (turn + 1) * _RUNS)
            through.append(time.perf_counter() - begin)
            alone.append(_alone(folder / f"{turn}"))
    return (min(through) - min(alone)) / _RUNS


def _alone(folder: Path) -> float:
    """Seconds that a unit takes for the same runs, given to it directly."""
    given = of_runner("n", parameters="n: int = 1")
    runs = [made(folder, given, number=n, parameters={"n": n}) for n in range(_RUNS)]
    begin = time.perf_counter()
    if started(runs, slots=2).wait():
        raise AssertionError("the unit failed")
    return time.perf_counter() - begin


def _listed(folder: Path, hub: str) -> float:
    """Seconds that a thousand runs in the queue take to be listed."""
    (folder / "runs").mkdir(parents=True)
    with (folder / "runs" / ".keeper").open("w") as lease:
        fcntl.flock(lease, fcntl.LOCK_EX)  # so that nobody starts them
        with serving_runs(hub, folder) as served, served.client("ada") as ada:
            _submit(ada, _QUEUED)
            took = []
            for _ in range(_LOOKS):
                begin = time.perf_counter()
                told = ada.get("/runs", params={"limit": 1000}).json()
                took.append(time.perf_counter() - begin)
                if len(told["runs"]) != _QUEUED or told["runs"][-1]["position"] is None:
                    raise AssertionError("they are not all listed with their places")
    return statistics.median(took)


@contextmanager
def _with_engine_at_once(hub: str, state: Path) -> Iterator[Serving]:
    """The service, with an engine whose units end as they start."""
    program = [sys.executable, "-c", _AT_ONCE]
    with start(settings_of(hub, state), program=program) as (address, process):
        yield Serving(address, state, process)


def _memory(folder: Path, hub: str) -> tuple[int, int]:
    """The service's resident bytes, early and late."""
    folder.mkdir()
    with _with_engine_at_once(hub, folder) as served, served.client("ada") as ada:
        found = []
        done = 0
        for runs in (_EARLY, _LATE - _EARLY):
            done += runs
            _submit(ada, runs)
            _wait(ada, done)
            found.append(_resident(served.process))
    return found[0], found[1]


def _resident(process: subprocess.Popen[bytes]) -> int:
    pages = Path(f"/proc/{process.pid}/statm").read_text().split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")

"""A sweep of twenty realistic runs, and one cold run: papermill's loop is the peer.

The notebook imports what the curated ones do, opens a store of Zarr of 24 MB, computes an anomaly,
draws a map and a curve and writes NetCDF, for a month that is its parameter. papermill runs it
twenty times in one process with kernels started plainly; ours is a unit with two slots, the start
of its fork server included. Processor time is of all processes, kernels and server too, and memory
is the sum of their proportional shares, twice a second. What both wrote is compared.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import nbformat
import numpy as np
import pandas as pd
import xarray as xr

from tests.bench.ratio import Ratio
from tests.runner.running import KEYS, Run, made, notebook

RUNS = 20
_COLD = 3
_MEGABYTE = 2**20

_CELLS = (
    "import numpy as np\nimport pandas as pd\nimport xarray as xr\n"
    "import hvplot.xarray\nimport hvplot.pandas",
    "field = xr.open_zarr(store)['sst']\n"
    "monthly = field.groupby('time.month')\n"
    "anomaly = (monthly - monthly.mean('time')).sel(time=field.time.dt.month == month).compute()",
    "anomaly.mean('time').hvplot.quadmesh(x='lon', y='lat')",
    "anomaly.mean(('lat', 'lon')).to_series().to_frame('sst').hvplot.line()",
    "anomaly.to_netcdf('anomaly.nc')",
)

_PAPERMILL = """
import os, sys, papermill
notebook, *folders = sys.argv[1:]
for n, folder in enumerate(folders):
    papermill.execute_notebook(
        notebook, f"{folder}/executed.ipynb", {"month": n % 12 + 1}, cwd=folder,
        kernel_name="python3", progress_bar=False,
    )
"""

# Waits for all that the command starts, orphans too, and says what they used together.
_MEASURED = """
import ctypes, json, os, pathlib, resource, subprocess, sys, threading, time
ctypes.CDLL(None).prctl(36, 1, 0, 0, 0)
begin = time.perf_counter()
child = subprocess.Popen(sys.argv[2:], stdout=sys.stderr)
wall, peak, left = 0.0, 0, set()

def below(pid, parents):
    return [pid] + [p for c in parents.get(pid, ()) for p in below(c, parents)]

def used():
    parents = {}
    for path in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            fields = (path / "stat").read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(path.name))
    total = 0
    for pid in below(os.getpid(), parents)[1:]:
        try:
            for line in open(f"/proc/{pid}/smaps_rollup"):
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
        except OSError:
            continue
    return total

while True:
    try:
        pid, status = os.waitpid(-1, os.WNOHANG)
    except ChildProcessError:
        break
    if pid == child.pid:
        wall, code = time.perf_counter() - begin, status
    if pid == 0:
        peak = max(peak, used()) if sys.argv[1] == "memory" else 0
        time.sleep(0.5 if sys.argv[1] == "memory" else 0.02)
of = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"wall": wall, "cpu": of.ru_utime + of.ru_stime, "peak": peak, "code": code}))
"""


@dataclass(frozen=True)
class Used:
    """What a command and all it started used."""

    wall_s: float
    cpu_s: float
    peak_bytes: int


def used(command: Sequence[str], *, memory: bool = False, **environment: str) -> Used:
    """Run a command and measure it.

    Raises
    ------
    AssertionError
        If it failed.
    """
    how = "memory" if memory else "time"
    done = subprocess.run(
        [sys.executable, "-c", _MEASURED, how, *command],
        stdout=subprocess.PIPE,
        env={**os.environ, **environment},
        check=True,
        text=True,
    )
    said = json.loads(done.stdout)
    if said["code"]:
        raise AssertionError(f"{command[:4]} failed")
    return Used(said["wall"], said["cpu"], said["peak"])


def write_store(path: Path) -> None:
    """A year of days of sea surface temperature on 120 x 180 cells, in format 2 of Zarr."""
    random = np.random.default_rng(4)
    times = pd.date_range("2020-01-01", periods=365)
    season = 8 * np.sin(2 * np.pi * np.arange(365) / 365)
    values = (15 + season[:, None, None] + random.normal(size=(365, 120, 180))).astype("float32")
    coordinates = {"time": times, "lat": np.linspace(30, 46, 120), "lon": np.linspace(-6, 36, 180)}
    field = xr.DataArray(values, coordinates, ("time", "lat", "lon"), name="sst")
    chunked = field.to_dataset().chunk(time=30)
    chunked.to_zarr(path, zarr_format=2, consolidated=True)


def by_papermill(folder: Path, given: Path, runs: int) -> tuple[Used, list[Path]]:
    """The loop of papermill, with the kernel as ipykernel installs it."""
    kernels = folder / "plain" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    plain = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    (kernels / "kernel.json").write_text(json.dumps(plain))
    folders = [folder / f"theirs-{n}" for n in range(runs)]
    for each in folders:
        each.mkdir()
    command = [sys.executable, "-c", _PAPERMILL, str(given), *map(str, folders)]
    return used(command, JUPYTER_PATH=str(kernels.parents[1])), folders


def by_unit(
    folder: Path, text: nbformat.NotebookNode, runs: int, *, memory: bool = False
) -> tuple[Used, list[Run]]:
    """Our unit, with two slots."""
    folder.mkdir()
    ours = [made(folder, text, number=n, parameters={"month": n % 12 + 1}) for n in range(runs)]
    keys = json.dumps({run.id: {"attempt": 1, "key": run.key} for run in ours})
    command = [sys.executable, "-m", "bluecloud_runner.unit", *(str(r.folder.path) for r in ours)]
    found = used(command, memory=memory, **{KEYS: keys, "BLUECLOUD_UNIT_SLOTS": "2"})
    for run in ours:
        if run.verdict().outcome != "succeeded":
            raise AssertionError(f"{run.id}: {run.verdict().cause}")
    return found, ours


def run(runs: int = RUNS) -> list[Ratio]:
    """Measure both, and see that they wrote the same."""
    folder = Path(tempfile.mkdtemp(prefix="bluecloud-sweep-"))
    try:
        write_store(folder / "sst.zarr")
        text = notebook(
            *_CELLS, parameters=f"month: int = 1\nstore: str = {str(folder / 'sst.zarr')!r}\n"
        )
        given = folder / "given.ipynb"
        nbformat.write(text, given)
        theirs, folders = by_papermill(folder, given, runs)
        ours, done = by_unit(folder / "ours", text, runs)
        for each, other in zip(done, folders, strict=True):
            with (
                xr.open_dataset(each.folder.outputs / "anomaly.nc") as one,
                xr.open_dataset(other / "anomaly.nc") as two,
            ):
                xr.testing.assert_identical(one.load(), two.load())
        heavy, _ = by_unit(folder / "memory", text, runs, memory=True)
        forked = sum(each.verdict().forked for each in done)
        cold_theirs = min(
            by_papermill(folder / f"their-cold-{n}", given, 1)[0].wall_s for n in range(_COLD)
        )
        cold_ours = min(by_unit(folder / f"cold-{n}", text, 1)[0].wall_s for n in range(_COLD))
    finally:
        shutil.rmtree(folder)
    return [
        Ratio(f"{runs} runs, wall", "papermill", ours.wall_s, theirs.wall_s, "s", 1 / 5),
        Ratio(f"{runs} runs, processor", "papermill", ours.cpu_s, theirs.cpu_s, "s", 1 / 3),
        Ratio(
            f"{runs} runs, most memory",
            "a bound",
            heavy.peak_bytes / _MEGABYTE,
            1024.0,
            "MB",
            1.0,
            note=f"{forked} of {runs} kernels forked",
        ),
        Ratio("one cold run, wall", "papermill", cold_ours, cold_theirs, "s", 1.10),
    ]

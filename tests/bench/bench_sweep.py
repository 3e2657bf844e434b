"""A sweep of twenty realistic runs, and one cold run, against papermill and jupyter-scheduler.

The notebook imports what the curated ones do, opens a store of Zarr of 24 MB, computes an anomaly,
draws a map and a curve and writes NetCDF, for a month that is its parameter. papermill runs it
twenty times in one process with kernels started plainly; jupyter-scheduler, which starts whatever
it is given at once, is given the next when one of two has ended; ours is a unit with two slots,
the start of its fork server included. All have compiled packages, and none of the package whose
grammars cost each process two seconds; with that, as papermill comes to those who install it, its
loop is measured again. Processor time is of all processes, kernels and server too, and memory
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
# What jsonschema[format-nongpl], of jupyter-events, brings along.
_GRAMMARS = ("rfc3987-syntax==1.1.0", "lark==1.3.1")

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

# Run by an environment of its own; its kernels are those of the others.
_SCHEDULER = """
import os, sys, time
from pathlib import Path
from jupyter_scheduler.environments import StaticEnvironmentManager
from jupyter_scheduler.models import CreateJob, Status
from jupyter_scheduler.orm import create_tables
from jupyter_scheduler.scheduler import Scheduler

def main():
    folder, runs = Path(sys.argv[1]), int(sys.argv[2])
    url = f"sqlite:///{folder}/scheduler.sqlite"
    create_tables(url)
    scheduler = Scheduler(
        root_dir=str(folder), environments_manager=StaticEnvironmentManager(), db_url=url,
        staging_path=str(folder / "staging"),
    )
    waiting, going, jobs = list(range(runs)), set(), []
    while waiting or going:
        while waiting and len(going) < SLOTS:
            job = CreateJob(
                input_uri="given.ipynb", name=f"run {waiting[0]}", runtime_environment_name="",
                output_formats=["ipynb"], parameters={"month": waiting.pop(0) % 12 + 1},
            )
            jobs.append(scheduler.create_job(job))
            going.add(jobs[-1])
        time.sleep(0.1)
        for job in list(going):
            told = scheduler.get_job(job, job_files=False)
            if told.status in (Status.COMPLETED, Status.FAILED):
                going.remove(job)
                if told.status == Status.FAILED:
                    sys.exit(told.status_message)
    (folder / "jobs").write_text("\\n".join(jobs))

if __name__ == "__main__":
    main()
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


def by_papermill(
    folder: Path, given: Path, runs: int, **environment: str
) -> tuple[Used, list[Path]]:
    """The loop of papermill, with the kernel as ipykernel installs it."""
    plain = with_plain_kernel(folder)
    folders = [folder / f"theirs-{n}" for n in range(runs)]
    for each in folders:
        each.mkdir()
    command = [sys.executable, "-c", _PAPERMILL, str(given), *map(str, folders)]
    return used(command, JUPYTER_PATH=str(plain), **environment), folders


def with_grammars(folder: Path) -> Path:
    """A folder of the package that jsonschema asks for its checks, and images leave out."""
    folder.mkdir()
    uv = [str(Path(sys.prefix, "bin", "uv")), "pip", "install", "--quiet", "--compile-bytecode"]
    subprocess.run([*uv, "--target", str(folder), *_GRAMMARS], check=True)
    return folder


def by_scheduler(folder: Path, given: Path, runs: int) -> tuple[Used, list[Path]]:
    """jupyter-scheduler's jobs, two at once, with the same kernel."""
    plain = with_plain_kernel(folder)
    shutil.copy(given, folder / "given.ipynb")
    program = folder / "scheduled.py"  # a file, since it starts processes that import it
    program.write_text(_SCHEDULER.replace("SLOTS", "2"))
    python = Path(sys.prefix, "judges", "bin", "python")
    command = [str(python), str(program), str(folder), str(runs)]
    # It may keep what it compiles, as it would in an image where that was done before.
    found = used(command, JUPYTER_PATH=str(plain), PYTHONDONTWRITEBYTECODE="")
    return found, [folder / "staging" / job for job in (folder / "jobs").read_text().split()]


def with_plain_kernel(folder: Path) -> Path:
    """A folder of Jupyter's data whose kernel ``python3`` is ipykernel's own, started plainly."""
    kernels = folder / "plain" / "kernels" / "python3"
    kernels.mkdir(parents=True)
    plain = {
        "argv": [sys.executable, "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "display_name": "Python 3",
        "language": "python",
    }
    (kernels / "kernel.json").write_text(json.dumps(plain))
    return kernels.parents[1]


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
        ours, done = by_unit(folder / "ours", text, runs)
        peers = {}
        for name, by in (("papermill", by_papermill), ("scheduler", by_scheduler)):
            (folder / name).mkdir()
            peers[name], folders = by(folder / name, given, runs)
            for each, other in zip(done, folders, strict=True):
                _require_equal(each.folder.outputs, other)
        grammars = with_grammars(folder / "grammars")
        (folder / "installed").mkdir()
        installed, _ = by_papermill(folder / "installed", given, runs, PYTHONPATH=str(grammars))
        heavy, _ = by_unit(folder / "memory", text, runs, memory=True)
        forked = sum(each.verdict().forked for each in done)
        cold_theirs, cold_ours = [], []
        for n in range(_COLD):
            (folder / f"cold-{n}").mkdir()
            cold_theirs.append(by_papermill(folder / f"cold-{n}", given, 1)[0].wall_s)
            cold_ours.append(by_unit(folder / f"our-cold-{n}", text, 1)[0].wall_s)
    finally:
        shutil.rmtree(folder)
    papermill, scheduler = peers["papermill"], peers["scheduler"]
    walls = (
        ("papermill", papermill, 5),
        ("jupyter-scheduler, two at once", scheduler, 3),
        ("papermill, with rfc3987-syntax", installed, 7),
    )
    return [
        *(
            Ratio(f"{runs} runs, wall", name, ours.wall_s, peer.wall_s, "s", 1 / times)
            for name, peer, times in walls
        ),
        Ratio(f"{runs} runs, processor", "papermill", ours.cpu_s, papermill.cpu_s, "s", 1 / 3),
        Ratio(
            f"{runs} runs, most memory",
            "a bound",
            heavy.peak_bytes / _MEGABYTE,
            1024.0,
            "MB",
            1.0,
            note=f"{forked} of {runs} kernels forked",
        ),
        Ratio("one cold run, wall", "papermill", min(cold_ours), min(cold_theirs), "s", 1.10),
    ]


def _require_equal(ours: Path, theirs: Path) -> None:
    """See that two runs wrote the same numbers."""
    with (
        xr.open_dataset(ours / "anomaly.nc") as one,
        xr.open_dataset(theirs / "anomaly.nc") as two,
    ):
        xr.testing.assert_identical(one.load(), two.load())

"""Argo by box and period over HTTP: ours against argopy, the programme's own reader.

The tree is the recorded one with a thousand clones of its profiles, made for the run under WMO
numbers that begin with 99, which no float's does. One server, a process of its own, gives both
the same bytes. Each reader works in a process of its own that has already imported what it
needs and read one float; argopy fetches in threads, which is its best here. They run by turns,
and the best time of each counts. Both must find the same levels, with the same temperatures.

Mode expert, because in mode standard argopy leaves salinity out of account for all floats as
soon as one has none (13857 here), which is another result. Primary profiles, because of boxes
with more than 25 profiles argopy reads the floats' multi-profile files, which hold no others.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.metadata import version
from itertools import cycle, islice
from pathlib import Path

import netCDF4
import numpy as np

from tests.bench.ratio import Ratio

CLONES = 1000
_FIRST_CLONE = 9900001
_REPEATS = 3
_INDEXES = ("ar_index_global_prof.txt", "ar_index_global_meta.txt")

_OURS = """
import os
os.environ["BLUECLOUD_ARGOGDAC_URL"] = URL
os.environ["BLUECLOUD_TIERS"] = "live"
import bluecloud_catalogs
entry = bluecloud_catalogs.open_catalog("environment")["argo_profiles"]

def one_float():
    return entry(platform=5900865).read()

def work():
    return entry(
        bbox=[-180, -90, 180, 90], time="1997/2023", mode="expert", samplings="primary"
    ).read()
"""

_PEER = """
import tempfile, warnings
warnings.simplefilter("ignore")
import argopy
argopy.set_options(cachedir=tempfile.mkdtemp())
made = dict(src="gdac", gdac=URL, mode="expert", parallel=True, progress=False)

def one_float():
    return argopy.DataFetcher(**made).float(5900865).to_xarray()

def work():
    box = [-180, 180, -90, 90, 0, 10000, "1997-01-01", "2024-01-01"]
    return argopy.DataFetcher(**made).region(box).to_xarray()
"""

_TIMED = """
import json, resource, time
import numpy as np
one_float()
begin = time.perf_counter()
found = work()
seconds = time.perf_counter() - begin
temperature = found["TEMP"].values
print("RESULT" + json.dumps({
    "seconds": seconds,
    "levels": int(np.isfinite(found["PRES"].values).sum()),
    "sum": float(np.nansum(temperature.astype("f8"))),
    "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
}))
"""

_SERVER = """
import sys
from pathlib import Path
from tests.federation.server import Folders, serve
with serve({"": Folders(tuple(map(Path, sys.argv[1:])))}) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""


def run() -> list[Ratio]:
    """Time both, and see that they found the same."""
    told = os.environ.get("BLUECLOUD_TEST_DATA")
    recorded = Path(told or "/nowhere") / "recordings" / "argogdac"
    if not recorded.is_dir():
        print("bench_argo: set BLUECLOUD_TEST_DATA to the folder that holds recordings/argogdac")
        return []
    with tempfile.TemporaryDirectory() as temporary:
        tree = Path(temporary)
        files = _clone(recorded, tree)
        with _served(tree) as url:
            found = [
                (who, _measured(program, url))
                for _ in range(_REPEATS)  # by turns: a machine's load comes and goes
                for who, program in (("ours", _OURS), ("peer", _PEER))
            ]
            single = _measured(_OURS.replace('"primary"', '"all"'), url)
    ours, peer = (
        min((one for name, one in found if name == who), key=lambda one: one["seconds"])
        for who in ("ours", "peer")
    )
    if ours["levels"] != peer["levels"] or not np.isclose(ours["sum"], peer["sum"], rtol=1e-9):
        raise AssertionError(f"not the same result: {ours} and {peer}")
    return [
        Ratio(
            name=f"Argo by box and period over HTTP, {files} profile files",
            peer_name=f"argopy {version('argopy')}",
            ours=ours["seconds"],
            peer=peer["seconds"],
            unit="s",
            target=1 / 3,
            note=f"{ours['levels']:.0f} levels each; one by one, {files} requests with secondary "
            f"profiles, ours takes {single['seconds']:.1f} s; "
            f"peak memory {ours['peak_mb']:.0f} and {peer['peak_mb']:.0f} MB",
        )
    ]


def _clone(recorded: Path, tree: Path) -> int:
    """Write the clones and the indexes of all; how many profile files these name."""
    subset = recorded / "ftp-subset-indexes"
    head, rows = _rows(subset / _INDEXES[0])
    about, _ = _rows(subset / _INDEXES[1])
    every = [(row, _home(row), _home(row)) for row in rows]
    for count, row in enumerate(islice(cycle(rows), CLONES)):
        home = _home(row)
        # A float is cloned once in each turn. argopy knows real centres only, so "coriolis".
        clone = f"coriolis/{_FIRST_CLONE + 10 * (count // len(rows)) + _floats(rows).index(home)}"
        every.append((row, home, clone))
    profiles = []
    cycles: dict[tuple[str, str], list[str]] = {}
    for row, home, clone in every:
        path, _, rest = row.partition(",")
        target = path.replace(home, clone).replace(_wmo(home), _wmo(clone))
        _copy(recorded / "ftp" / "dac" / path, tree / "dac" / target, _wmo(clone))
        profiles.append(f"{target},{rest}")
        cycles.setdefault((home, clone), []).append(Path(path).stem.partition("_")[2])
    # A float's multi-profile file has the cycles that the index names, and no others.
    for (home, clone), wanted in cycles.items():
        source, target = f"{home}/{_wmo(home)}_prof.nc", f"{clone}/{_wmo(clone)}_prof.nc"
        _copy(recorded / "ftp" / "dac" / source, tree / "dac" / target, _wmo(clone), wanted)
    metas = [f"{clone}/{_wmo(clone)}_meta.nc,845,XX,20260101000000" for _, clone in cycles]
    for name, lines in zip(_INDEXES, ([*head, *profiles, ""], [*about, *metas, ""]), strict=True):
        # Compressed too, as both ask for that first.
        (tree / name).write_text("\n".join(lines))
        (tree / f"{name}.gz").write_bytes(gzip.compress("\n".join(lines).encode()))
    return len(profiles)


def _floats(rows: list[str]) -> list[str]:
    return list(dict.fromkeys(map(_home, rows)))


def _home(row: str) -> str:
    """A float's folder below ``dac``, from a row of the index."""
    return row.partition("/profiles/")[0]


def _wmo(home: str) -> str:
    return home.rpartition("/")[2]


def _rows(index: Path) -> tuple[list[str], list[str]]:
    """An index's heading with the names of its columns, and its rows."""
    lines = index.read_text().splitlines()
    first = next(number for number, line in enumerate(lines) if not line.startswith("#")) + 1
    return lines[:first], lines[first:]


def _copy(source: Path, target: Path, wmo: str, cycles: list[str] | None = None) -> None:
    """Write a profile file under another number; of a multi-profile file only some cycles."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with netCDF4.Dataset(source) as old, netCDF4.Dataset(target, "w", format=old.data_model) as new:
        old.set_auto_maskandscale(False)
        old.set_auto_chartostring(False)
        rows = np.arange(old.dimensions["N_PROF"].size)
        if cycles is not None:
            direction = old["DIRECTION"][:].astype(str)
            named = [
                f"{number:03d}{'D' * (way == 'D')}"
                for number, way in zip(old["CYCLE_NUMBER"][:], direction, strict=True)
            ]
            rows = np.flatnonzero(np.isin(named, cycles))
        new.setncatts({name: old.getncattr(name) for name in old.ncattrs()})
        for name, dimension in old.dimensions.items():
            new.createDimension(name, rows.size if name == "N_PROF" else dimension.size)
        for name, variable in old.variables.items():
            attrs = {each: variable.getncattr(each) for each in variable.ncattrs()}
            made = new.createVariable(
                name, variable.dtype, variable.dimensions, fill_value=attrs.pop("_FillValue", None)
            )
            made.set_auto_maskandscale(False)
            made.set_auto_chartostring(False)
            made.setncatts(attrs)
            values = variable[:]
            if "N_PROF" in variable.dimensions:
                values = values.take(rows, axis=variable.dimensions.index("N_PROF"))
            made[:] = values
        new["PLATFORM_NUMBER"][:] = np.frombuffer(wmo.ljust(8).encode(), dtype="S1")


@contextmanager
def _served(*folders: Path) -> Iterator[str]:
    """The folders as one tree, by a server that shares no interpreter with a reader."""
    command = [sys.executable, "-c", _SERVER, *map(str, folders)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        try:
            yield server.stdout.readline().strip()
        finally:
            server.stdin.close()


def _measured(program: str, url: str) -> dict[str, float]:
    environment = {**os.environ, "NO_PROXY": "127.0.0.1"}
    command = [sys.executable, "-c", f"URL = {url!r}\n{program}{_TIMED}"]
    told = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, env=environment)
    measured: dict[str, float] = json.loads(told.stdout.rpartition("RESULT")[2])
    return measured

"""Blooms of many cells, against PhenoPhyto and against a plain loop over years and days.

PhenoPhyto takes a table of one year's days and groups it by cell; it runs in the environment of the
judges, where it is timed after its imports. Its start is the first day above the threshold, ours is
between two days: they may differ by one. The plain loop finds what ours does, to the digit.
"""

import json
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import pandas as pd
import xarray as xr

from bluecloud_routines.biodiversity import bloom_phenology
from tests.bench.ratio import Ratio

_CELLS, _PEER_CELLS, _LOOPED, _REPEATS = 4000, 1000, 40, 3
_DAYS = pd.date_range("2009-01-01", "2011-12-31")
_JUDGES = Path(__file__).parents[2] / ".venv" / "judges" / "bin" / "python"
_JUDGE = """
import json, logging, sys, time
import pandas as pd
from PhenoPhyto import detect_phyto_pheno_1
logging.disable()
table = pd.read_pickle(sys.argv[1])
best = None
for _ in range(2):
    begin = time.perf_counter()
    found = detect_phyto_pheno_1(table, time_col="day", threshold_percent=5)
    seconds = time.perf_counter() - begin
    best = seconds if best is None else min(best, seconds)
columns = ["latitude", "longitude", "bloom_initiation", "bloom_peak", "bloom_termination"]
print(json.dumps({"seconds": best, "rows": found[columns].values.tolist()}))
"""


def run() -> list[Ratio]:
    """Time all, and see that they agree."""
    return [_against_phenophyto(), _against_a_loop()]


def _against_phenophyto() -> Ratio:
    days = pd.date_range("2010-01-01", "2010-12-31")
    cube = _blooms(_PEER_CELLS, days, noise=0.0)
    cells = {"latitude": ("cell", np.arange(_PEER_CELLS) // 100)}
    cells["longitude"] = ("cell", np.arange(_PEER_CELLS) % 100)
    table = cube.assign_coords(cells).to_series().rename("CHL").reset_index()
    table["latitude"], table["longitude"] = table["cell"] // 100, table["cell"] % 100
    table["day"] = table["time"].dt.dayofyear
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.pkl"
        table[["latitude", "longitude", "day", "CHL"]].to_pickle(path, protocol=4)
        command = [str(_JUDGES), "-W", "ignore", "-c", _JUDGE, str(path)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    judged = json.loads(told.splitlines()[-1])
    ours, found = _timed(cube, smoothing_days=1.0, min_duration_days=0.0)
    rows = np.array(judged["rows"])
    cell = (rows[:, 0] * 100 + rows[:, 1]).astype(int)
    assert len(rows) == _PEER_CELLS, len(rows)
    mine = found.isel(year=0, cell=cell)
    np.testing.assert_array_equal(mine["peak"], rows[:, 3] + 0)
    assert np.all((rows[:, 2] - mine["start"].values >= 0) & (rows[:, 2] - mine["start"] < 1))
    assert np.all((rows[:, 4] - mine["end"].values >= 0) & (rows[:, 4] - mine["end"] < 1))
    return Ratio(
        name=f"blooms of {_PEER_CELLS} cells, a year of days",
        peer_name=f"PhenoPhyto {_version()}",
        ours=1000 * ours,
        peer=1000 * judged["seconds"],
        unit="ms",
        target=1 / 20,
        note="peaks are the same, starts and ends within the same day",
    )


def _against_a_loop() -> Ratio:
    cube = _blooms(_CELLS, _DAYS, noise=0.1)
    ours, found = _timed(cube, smoothing_days=1.0, min_duration_days=0.0)
    years = found["year"].values.tolist()
    begin = time.perf_counter()
    walked = [
        [one_by_one(cube.values[:, cell], _DAYS, year) for year in years] for cell in range(_LOOPED)
    ]
    peer = (time.perf_counter() - begin) / _LOOPED * _CELLS
    few = found[["start", "peak", "end"]].isel(cell=slice(0, _LOOPED))
    mine = few.to_dataarray().transpose("cell", "year", "variable")
    np.testing.assert_allclose(mine, walked, atol=1e-9)
    return Ratio(
        name=f"blooms of {_CELLS} cells, three years of days",
        peer_name="a loop over cells, years and days",
        ours=ours,
        peer=peer,
        unit="s",
        target=1 / 2,
        note=f"the same to 1e-9; peer: {_LOOPED} cells, scaled",
    )


def one_by_one(
    values: np.ndarray, times: pd.DatetimeIndex, year: int
) -> tuple[float, float, float]:
    """Start, peak and end (day of the year) of one year's bloom, by walking day by day."""
    inside = np.flatnonzero(np.asarray(times.year) == year)
    limit = 1.05 * float(np.median(values[inside]))
    peak = int(inside[np.argmax(values[inside])])
    first = int(inside[0])
    found = []
    for way in (-1, 1):
        at = peak
        while 0 <= at < len(values) and abs(at - peak) <= 183 and values[at] >= limit:
            at += way
        if not 0 <= at < len(values) or abs(at - peak) > 183:
            found.append(np.nan)
            continue
        share = (values[at - way] - limit) / (values[at - way] - values[at])
        found.append(at - way + way * share)
    if not np.isfinite(found).all():
        return np.nan, np.nan, np.nan
    return found[0] - first + 1, float(peak - first + 1), found[1] - first + 1


def _blooms(cells: int, times: pd.DatetimeIndex, *, noise: float) -> xr.DataArray:
    random = np.random.default_rng(6)
    day = times.day_of_year.to_numpy()[:, None]
    # Above the median, a quarter of a year on either side, within the one year that the peer has.
    peak, width = random.uniform(130, 230, cells), random.uniform(15, 30, cells)
    values = 0.2 + 2 * np.exp(-0.5 * ((day - peak) / width) ** 2)
    values = values * np.exp(noise * random.standard_normal(values.shape))
    return xr.DataArray(
        values,
        dims=("time", "cell"),
        coords={"time": times, "cell": np.arange(cells)},
        attrs={"units": "mg m-3"},
    )


def _timed(cube: xr.DataArray, **options: float) -> tuple[float, xr.Dataset]:
    best, found = float("inf"), bloom_phenology(cube, **options)
    for _ in range(_REPEATS):
        begin = time.perf_counter()
        found = bloom_phenology(cube, **options)
        best = min(best, time.perf_counter() - begin)
    return best, found


def _version() -> str:
    folders = _JUDGES.parents[1].glob("lib/*/site-packages/phenophyto-*.dist-info")
    return next(iter(folders)).name.removeprefix("phenophyto-").removesuffix(".dist-info")

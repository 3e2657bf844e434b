"""Grids at least four times as large as the memory that an analysis of them takes.

Each runs in a process of its own, in one thread, and tells the bytes of what it is given or
makes, lazily, the growth of its peak, and a result that is known.
"""

import subprocess
import sys

import pytest

BEGIN = """
import pathlib, re
import dask, dask.array as da, numpy as np, pandas as pd, xarray as xr

def peak():  # getrusage's begins with the peak of the process that started this one
    told = pathlib.Path("/proc/self/status").read_text()
    return 1024 * int(re.search(r"VmHWM:\\s+(\\d+) kB", told)[1])

dask.config.set(scheduler="synchronous")
"""
END = """
print(lazy.nbytes, peak() - before, float(result))
"""

# 600 months of one tonne each, on all the world's degrees.
CATCHES = """
from bluecloud_routines.fisheries import catch_at_scale
months = pd.date_range("1950-01-01", periods=600, freq="MS")
reports = pd.DataFrame({"area": 5100000, "time": months, "catch": 1.0})
reports.attrs["units"] = "t"
before = peak()
lazy = catch_at_scale(reports, resolution=1, by=(), periods_per_chunk=12)["catch"]
result = lazy.sum()
"""
# Eleven years of a sea that is by turns at 10 and 11 degrees, but for ten days at 20.
HEATWAVES = """
from bluecloud_routines.environment import marine_heatwaves
days = pd.date_range("1990-01-01", "2000-12-31")
values = 10.0 + np.arange(len(days)) % 2
values[3000:3010] = 20
shape = (len(days), 60, 100)
grid = da.broadcast_to(values[:, None, None], shape, chunks=(len(days), 10, 20))
at = {"latitude": np.arange(60.0), "longitude": np.arange(100.0)}
lazy = xr.DataArray(grid, dims=("time", *at), coords={"time": days, **at}, name="sst",
                    attrs={"units": "degree_Celsius"})
before = peak()
found = marine_heatwaves(lazy, baseline=(1990, 1999))
result = (found["category"].isel(time=slice(2990, 3020)) > 0).sum("time").mean()
"""
# A sea of one brightness with one ship in each tile of a mosaic.
CAGES = """
from bluecloud_routines.aquaculture import cfar
tile = np.ones((500, 500), np.float32)
tile[250, 250] = 1000
lazy = xr.DataArray(da.tile(da.from_array(tile), (10, 10)), dims=("y", "x"), attrs={"units": "1"})
before = peak()
result = (cfar(lazy)["detection"] == 1).sum()
"""


@pytest.mark.parametrize(
    ("program", "expected"),
    [(CATCHES, 600), (HEATWAVES, 10), (CAGES, 100)],
    ids=["catch_at_scale", "marine_heatwaves", "cfar"],
)
def test_a_grid_takes_less_than_a_quarter_of_its_size_lazily(program: str, expected: float) -> None:
    command = [sys.executable, "-c", BEGIN + program + END]
    told = subprocess.run(command, check=True, capture_output=True, text=True, timeout=300)
    whole, used, result = map(float, told.stdout.split())
    assert result == expected
    assert used < whole / 4

"""Opening NetCDF files from memory: many threads at once, and what is damaged."""

import multiprocessing
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from bluecloud_catalogs.readers.netcdf import in_memory, loaded

DATASET = xr.Dataset({"sst": (("time", "lat", "lon"), np.arange(480.0).reshape(3, 16, 10))})
OPENED = 400


def file_of(folder, form) -> Path:
    path = folder / f"{form}.nc"
    DATASET.to_netcdf(path, engine="netcdf4", format=form)
    return path


def open_in_threads(path) -> None:
    """Opens from memory while xarray reads of files that are open, all at once."""
    content = path.read_bytes()
    lazy = xr.open_dataset(path, engine="netcdf4", cache=False)  # of itself not in threads

    def one(number) -> float:
        if number % 3 == 0:
            return float(lazy["sst"].sum())
        if number % 3 == 1:
            with in_memory(content) as held:
                return float(held["sst"][:].sum())
        return float(loaded(content)["sst"].sum())

    with ThreadPoolExecutor(8) as threads:
        sums = set(threads.map(one, range(OPENED)))
    assert sums == {float(DATASET["sst"].sum())}


@pytest.mark.parametrize("form", ["NETCDF4", "NETCDF3_CLASSIC"])
def test_many_threads_open_files_at_once(tmp_path, form):
    # In a process of its own: without the locks the library ends it, by a fault or for good.
    process = multiprocessing.get_context("spawn").Process(
        target=open_in_threads, args=(file_of(tmp_path, form),)
    )
    process.start()
    process.join(60)
    alive = process.is_alive()
    process.kill()
    process.join()
    assert not alive
    assert process.exitcode == 0


def test_a_file_that_cannot_be_opened_leaves_the_library_free(tmp_path):
    with pytest.raises(OSError, match="HDF error"):
        loaded(b"\x89HDF\r\n\x1a\n" + bytes(100))
    content = file_of(tmp_path, "NETCDF4").read_bytes()
    xr.testing.assert_equal(loaded(content), DATASET)


def test_nothing_is_decoded_that_was_not_wanted(tmp_path):
    path = tmp_path / "times.nc"
    times = xr.Dataset(coords={"time": np.array(["2020-01-01", "2020-01-02"], "datetime64[ns]")})
    times.to_netcdf(path, engine="netcdf4")
    content = path.read_bytes()
    assert loaded(content)["time"].dtype.kind == "M"
    assert loaded(content, decode_times=False)["time"].dtype.kind == "i"

"""NetCDF files opened from memory, one at a time.

The NetCDF and HDF5 libraries are not thread-safe: two threads inside them, be it with two
files, end the process ("Thread-Safe HDF5", The HDF Group). A lazy reading asks in Dask's
threads, so whatever opens a file does it here, with the locks that xarray takes too.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from .classic_netcdf import padded

if TYPE_CHECKING:
    import netCDF4
    import xarray as xr


_NAME = "in memory"  # never an address: the library would ask for it there


@contextmanager
def alone() -> Iterator[None]:
    """No other thread is in the NetCDF or HDF5 library, neither ours nor xarray's.

    It cannot be entered twice by a thread: xarray must not open or read a file within.
    """
    # It is two locks in an order that differs from process to process: it must be the same one.
    from xarray.backends.netCDF4_ import NETCDF4_PYTHON_LOCK

    with NETCDF4_PYTHON_LOCK:
        yield


@contextmanager
def in_memory(content: bytes) -> Iterator[netCDF4.Dataset]:
    """A file's content as the library's own dataset, by itself in the library.

    Raises
    ------
    OSError, RuntimeError, ValueError, UnicodeDecodeError
        As the library does, if the content is damaged.
    """
    import netCDF4

    with alone(), netCDF4.Dataset(_NAME, memory=padded(content)) as dataset:
        yield dataset


def loaded(content: bytes, **decoding: Any) -> xr.Dataset:
    """A file's content as a dataset that is read to its end.

    Parameters
    ----------
    decoding
        What `xarray.open_dataset` is told of it, such as ``decode_times=False``.

    Raises
    ------
    OSError, RuntimeError, ValueError, IndexError, UnicodeDecodeError
        As xarray and the library do, if the content is damaged.
    """
    import xarray as xr

    with in_memory(content) as held:
        store_of: Any = xr.backends.NetCDF4DataStore  # which has no types
        return xr.open_dataset(store_of(held, lock=False), **decoding).load()

"""Which modules a laboratory's kernels find imported.

Chosen by executing every curated notebook in a fork and timing what it still imported. Never
hvplot: its import publishes its JavaScript into the notebook and hooks itself to the running
shell, which a fork would miss; all that it stands on is here.
"""

from __future__ import annotations

# What a kernel is made of.
KERNEL = (
    "ipykernel.ipkernel",
    "ipykernel.kernelapp",
    "ipykernel.zmqshell",
    "bluecloud_kernel.kernel",
)

# A name that ends in ``.*`` is each module of the package.
COMMON = (
    "ipykernel.debugger",
    "numpy",
    "pandas",
    "xarray",
    "netCDF4",
    "zarr",
    "dask.array",
    "distributed",  # the first computation of a lazy array asks it for a client
    "pint",  # asked by xarray whether an array is one of its own
    "geopandas",
    "pyogrio",
    "matplotlib.pyplot",
    "bokeh.plotting",
    "bokeh.io.notebook",
    "ipywidgets",
    "colorcet",
    "holoviews.ipython.archive",
    "holoviews.plotting.bokeh",
    "nbconvert.exporters",  # of holoviews, when it is told that it is in a notebook
    "panel.io.notebook",
    "bluecloud_catalogs.catalogue",
    "bluecloud_catalogs.coastline",
    "bluecloud_catalogs.own",
    "bluecloud_catalogs.readers.*",
    "bluecloud_routines",
)

# What routines import when they are called.
OF_ITS_ROUTINES = {"environment": ("sklearn.mixture",)}


def names(laboratory: str) -> list[str]:
    """The modules for a laboratory, by its slug; without one, those that all share."""
    own = [f"bluecloud_routines.{laboratory}"] if laboratory else []
    return [*COMMON, *own, *OF_ITS_ROUTINES.get(laboratory, ())]

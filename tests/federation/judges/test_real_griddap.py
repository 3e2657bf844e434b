"""The griddap reader at a real server that was written to answer as ERDDAP does: xpublish-erddap.

ERDDAP itself is a Java program that comes in no package, and nothing that does serves
tabledap. The server gets an environment of its own, in seconds where packages can be had.
"""

import numpy as np
import pytest
import xarray as xr

from bluecloud_catalogs.errors import NotFound
from bluecloud_catalogs.places import Addresses, Live
from bluecloud_catalogs.readers.griddap import Griddap, GriddapRequest
from bluecloud_catalogs.readers.griddap_cells import GriddapOptions
from tests.federation.judges.environments import environment, running
from tests.federation.recorded import recorded

PACKAGES = ("xpublish-erddap==0.1.0", "xpublish==0.5.2", "netcdf4")
SERVE = """
import sys, xarray as xr, xpublish
from xpublish_erddap import ErddapPlugin
path, port = sys.argv[1:]
with xr.open_dataset(path, decode_timedelta=False) as file:
    grid = file[["surface_temperature"]].reset_coords(drop=True).load()
rest = xpublish.Rest({"ostia": grid}, plugins={"erddap": ErddapPlugin()})
rest.serve(host="127.0.0.1", port=int(port), log_level="warning")
"""
OPTIONS = GriddapOptions.model_validate(
    {
        "dataset": "ostia",
        "columns": {"surface_temperature": {"name": "sst", "native_units": "K", "units": "K"}},
    }
)


@pytest.fixture(scope="module")
def grid():
    """The real grid that is served."""
    path = recorded("gridded/ostia_monthly.nc")
    with xr.open_dataset(path, decode_timedelta=False, engine="netcdf4") as file:
        return path, file["surface_temperature"].load()


@pytest.fixture(scope="module")
def server(grid, tmp_path_factory):
    """The address of a running server."""
    folder = tmp_path_factory.mktemp("xpublish")
    python = environment(folder, PACKAGES)
    with running(python, SERVE, str(grid[0]), folder=folder) as port:
        yield f"http://127.0.0.1:{port}/erddap"


@pytest.fixture
def place(server, monkeypatch):
    """The server as the live tier of an entry."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    return Live(Addresses(server), None, connections=2)


@pytest.mark.parametrize("lazy", [False, True])
def test_a_box_over_greenwich_is_what_the_file_has(place, grid, lazy):
    request = GriddapRequest(bbox=[-10, -2, 10, 2], time=["2008-01", "2008-03"])
    found = Griddap().read(place, OPTIONS, request, lazy=lazy).data.compute()
    longitudes = grid[1]["longitude"].values
    eastward = np.concatenate([longitudes[longitudes >= 350], longitudes[longitudes <= 10]])
    expected = grid[1].sel(
        longitude=eastward, latitude=slice(-2, 2), time=slice("2008-01", "2008-03")
    )
    np.testing.assert_array_equal(found["longitude"], eastward)
    np.testing.assert_array_equal(
        found["time"].values.astype("datetime64[s]"),
        expected["time"].values.astype("datetime64[s]"),
    )
    np.testing.assert_array_equal(found["sst"], expected)


def test_a_stride_takes_every_other_cell(place, grid):
    request = GriddapRequest(bbox=[100, -5, 200, 5], time="2008-01", stride=2)
    found = Griddap().read(place, OPTIONS, request, lazy=False).data
    east = grid[1].sel(longitude=slice(100, 200), time="2008-01")[:, ::2, ::2]
    np.testing.assert_array_equal(found["sst"], east)


def test_an_unknown_dataset_is_not_found(place):
    unknown = OPTIONS.model_copy(update={"dataset": "gone"})
    with pytest.raises(NotFound, match="gone"):
        Griddap().read(place, unknown, GriddapRequest(), lazy=False)


def test_erddapy_reads_the_same(server, place):
    from erddapy import ERDDAP

    client = ERDDAP(server=server, protocol="griddap")
    client.dataset_id = "ostia"
    client.griddap_initialize()
    theirs = client.to_xarray()
    moment = str(theirs["time"].values[0])[:19]
    mine = Griddap().read(place, OPTIONS, GriddapRequest(time=moment), lazy=False).data
    np.testing.assert_array_equal(mine["sst"], theirs["surface_temperature"])

"""Copernicus Marine's own client, copernicusmarine, describes, opens and cuts out as we do.

It drops the port of addresses, so that the stores are served at an address of loopback of
their own, on port 80. The two addresses of its login are constants, which the program sets as
a deployment behind another login would have to; all else of it is as it came.
"""

import json
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from bluecloud_catalogs.tiers import read
from tests.federation.judges.judge import said
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.server import Reply, Request, serve
from tests.federation.sources import cmems as emulated

HOST = "127.0.0.77"
PROGRAM = """
import json, os, sys
host, folder = sys.argv[1:]
os.environ["COPERNICUSMARINE_CONFIG_URL"] = host + "/mdl-metadata/clientsConfigV1.json"
os.environ["HOME"] = folder
import copernicusmarine as cm
from copernicusmarine.core_functions import credentials_utils as login

login.COPERNICUS_MARINE_AUTH_SYSTEM_TOKEN_ENDPOINT = host + "/login/token"
login.COPERNICUS_MARINE_AUTH_SYSTEM_USERINFO_ENDPOINT = host + "/login/userinfo"
known = {"username": "person", "password": "secret"}
currents = "cmems_mod_glo_phy-cur_anfc_0.083deg_P1D-m"

def part(name, **asked):
    data = cm.open_dataset(dataset_id=currents, **known, **asked)
    data.load().to_netcdf(os.path.join(folder, name + ".nc"))

def fault(**asked):
    try:
        cm.open_dataset(**known, **asked)
    except Exception as error:
        return type(error).__name__
    return ""

part("map", minimum_longitude=2, maximum_longitude=4, minimum_latitude=39, maximum_latitude=40,
     start_datetime="2024-01-02", end_datetime="2024-01-02", minimum_depth=0, maximum_depth=50)
part("over", minimum_longitude=178, maximum_longitude=182, minimum_latitude=0,
     maximum_latitude=1, start_datetime="2024-01-02", end_datetime="2024-01-03",
     minimum_depth=0, maximum_depth=1, variables=["uo"])
part("point", minimum_longitude=3, maximum_longitude=3, minimum_latitude=39.5,
     maximum_latitude=39.5, start_datetime="2022-01-01", end_datetime="2022-12-31",
     minimum_depth=0.4, maximum_depth=0.6, variables=["uo"])
wrote = cm.subset(dataset_id=currents, output_directory=folder, output_filename="subset.nc",
    minimum_longitude=2, maximum_longitude=3, minimum_latitude=39, maximum_latitude=40,
    start_datetime="2024-01-02", end_datetime="2024-01-02", minimum_depth=0, maximum_depth=1,
    **known)
described = cm.describe(dataset_id=currents, show_all_versions=True)
versions = described.products[0].datasets[0].versions
print(json.dumps({
    "versions": [each.label for each in versions],
    "services": sorted(service.service_name for service in versions[0].parts[0].services),
    "product": described.products[0].product_id,
    "status": wrote.status,
    "unknown": fault(dataset_id="nothing"),
    "outside": fault(dataset_id=currents, minimum_latitude=-89, maximum_latitude=-85),
}))
"""


class WithLogin(emulated.Cmems):
    """The stores and the provider's login, which knows one person."""

    def answer(self, request: Request) -> Reply:
        """A file, a token for the right password, or whose token it is."""
        if request.path == "login/token":
            known = b"username=person" in request.body and b"password=secret" in request.body
            told = {"access_token": "t"} if known else {"error": "invalid_grant"}
            return Reply(json.dumps(told).encode(), 200 if known else 400, "application/json")
        if request.path == "login/userinfo":
            return Reply(b'{"preferred_username": "person"}', content_type="application/json")
        return super().answer(request)


@pytest.fixture(scope="module")
def judged(tmp_path_factory):
    """What the client said, and the folder with what it wrote."""
    folder = tmp_path_factory.mktemp("client")
    provider = WithLogin(recorded("cmems/stac-json"), host=f"http://{HOST}")
    try:
        with serve({"": provider}, host=HOST, port=80):
            return said(PROGRAM, f"http://{HOST}", str(folder)), folder
    except PermissionError:
        pytest.skip(f"port 80 of {HOST} needs root, and the client drops every other port")
    except OSError as error:
        pytest.skip(f"port 80 of {HOST} cannot be had ({error}), and the client drops others")


def ours(**parameters):
    entry = declared("cmems_currents_daily")
    return read(entry, asked(entry, parameters), lazy=False)


def same(path: Path, data) -> None:
    with xr.open_dataset(path, engine="netcdf4") as theirs:
        assert set(theirs.data_vars) == set(data.data_vars)
        for name in ("time", "depth", "latitude"):
            np.testing.assert_array_equal(theirs[name], data[name])
        # Over the antimeridian the client turns the axis in float32 and back, we add 360.
        np.testing.assert_allclose(theirs["longitude"], data["longitude"], atol=2e-5)
        for name, variable in data.data_vars.items():
            np.testing.assert_array_equal(theirs[name], variable)
            for fact in ("standard_name", "units"):
                assert theirs[name].attrs[fact] == variable.attrs[fact]


@pytest.mark.parametrize(
    ("name", "parameters"),
    [
        ("map", {"bbox": [2, 39, 4, 40], "time": "2024-01-02", "depth": [0, 50]}),
        (
            "over",
            {
                "bbox": [178, 0, -178, 1],
                "time": ["2024-01-02", "2024-01-03"],
                "depth": [0, 1],
                "variables": "uo",
            },
        ),
        (
            "point",
            {
                "bbox": [3, 39.5, 3, 39.5],
                "time": "2022",
                "depth": [0.4, 0.6],
                "variables": "uo",
            },
        ),
        ("subset", {"bbox": [2, 39, 3, 40], "time": "2024-01-02", "depth": [0, 1]}),
    ],
)
def test_the_client_reads_what_we_read(judged, federation, name, parameters):
    _, folder = judged
    same(folder / f"{name}.nc", ours(**parameters))


def test_the_client_describes_what_we_describe(judged, federation):
    told, _ = judged
    entry = declared("cmems_catalogue")
    table = read(entry, asked(entry, {"products": emulated.MERCATOR}), lazy=False)
    of = table[table["dataset"] == emulated.CURRENTS]
    services = {"arco-geo-series", "arco-time-series", "original-files"}
    assert set(told["versions"]) == set(of["version"])
    assert set(told["services"]) == services == set(", ".join(of["services"]).split(", "))
    assert told["product"] == emulated.MERCATOR
    # The newest that is released is the first that the client takes, and ours too.
    assert (
        told["versions"][0]
        == ours(bbox=[2, 39, 2.1, 39.1], time="2024-01-02", depth=[0, 1]).attrs["dataset_version"]
    )


def test_the_client_has_names_for_what_goes_wrong(judged):
    told, _ = judged
    assert told["unknown"] in {"KeyError", "DatasetNotFound"}
    assert told["outside"] == "CoordinatesOutOfDatasetBounds"
    assert told["status"] == "000"

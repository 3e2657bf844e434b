"""ERDDAPs of other people, as they were recorded, and real grids served as one would serve them."""

import csv
import io
import json

import numpy as np
import pytest
import xarray as xr

from bluecloud_catalogs.answers import as_json, as_text
from bluecloud_catalogs.harvest.euroargo import _rows
from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.erddap import is_empty, opened
from bluecloud_catalogs.readers.griddap import Griddap, GriddapRequest
from bluecloud_catalogs.readers.griddap_cells import GriddapOptions
from tests.federation.direct import Direct
from tests.federation.erddap import Erddap
from tests.federation.recorded import recorded

FOLDER = "erddap/rerddap_recorded"


def files(ending):
    """The recordings with an ending; the test is skipped where there are none."""
    for path in sorted(recorded(FOLDER).glob(f"*{ending}")):
        recorded(f"{FOLDER}/{path.name}")
        yield File(path.name, path.read_bytes())


def test_every_recorded_list_and_description_is_a_table():
    read = 0
    for file in files(".json"):
        told = as_json(file)
        if isinstance(told, dict) and "table" in told:
            rows = _rows(file)
            assert len(rows) == len(told["table"]["rows"]) > 0
            read += 1
    assert read >= 8


def test_the_recorded_list_of_servers_names_those_of_europe():
    (file,) = [each for each in files(".json") if "erddaps_json" in each.path]
    addresses = {each["url"] for each in as_json(file)}
    assert any("ifremer" in address for address in addresses)
    assert any("marine.ie" in address for address in addresses)


def test_the_index_lists_what_is_there():
    listed = json.loads(recorded(f"{FOLDER}/index.json").read_text())
    rows = listed if isinstance(listed, list) else next(iter(listed.values()))
    assert len(rows) > 0


def test_recorded_csv_has_units_in_its_second_line():
    for file in files(".csv"):
        lines = list(csv.reader(io.StringIO(as_text(file))))
        assert {len(line) for line in lines} == {len(lines[0])}
        units = dict(zip(lines[0], lines[1], strict=True))
        assert units["latitude"] == "degrees_north"


def test_recorded_units_and_times_are_plain_text():
    for file in files("__200.txt"):
        assert as_text(file).strip() != ""


def test_recorded_grids_are_whole():
    for file in files(".nc"):
        assert not is_empty(file)
        grid = opened(file)
        assert {"time", "altitude", "latitude", "longitude"} <= set(grid.dims)


@pytest.mark.parametrize(
    ("name", "variable", "axes"),
    [
        ("188571c95282bcb224bb987dd83d22b7", "mod_current", 4),
        ("d618e5bdf14da795fb83ba2e6feae588", "chla", 4),
    ],
)
def test_a_recorded_grid_is_read_as_from_its_server(name, variable, axes):
    grid = opened(File(name, recorded(f"{FOLDER}/{name}.nc").read_bytes()))
    options = GriddapOptions.model_validate(
        {
            "dataset": "g",
            "axes": ["time", "altitude", "latitude", "longitude"],
            "vertical": "altitude",
            "columns": {variable: {"name": variable}},
        }
    )
    place = Direct(Erddap({}, {"g": grid}))
    found = Griddap().read(place, options, GriddapRequest(vertical=[-5, 5]), lazy=False)
    assert found.data[variable].ndim == axes
    np.testing.assert_array_equal(found.data[variable].values, grid[variable].values)


def test_a_description_of_another_server_is_a_table():
    found = _rows(File("metadata", recorded("erddap/tabledap_metadata.json").read_bytes()))
    assert {row["Row Type"] for row in found} >= {"attribute", "variable"}


def served(name, rename, variable, axes, *, seconds=False):
    """A real file as an ERDDAP would serve it: its names of axes, and seconds since 1970."""
    path = recorded(f"gridded/{name}.nc")
    with xr.open_dataset(path, decode_times=False, engine="netcdf4") as file:
        grid = file[[variable]].drop_vars("latitude_longitude", errors="ignore").load()
    grid = grid.rename(rename)[[variable]]
    grid = grid.drop_vars([each for each in grid.coords if each not in grid.dims])
    if seconds:
        grid = grid.assign_coords(time=grid["time"] * 3600.0)
        grid["time"].attrs = {"units": "seconds since 1970-01-01T00:00:00Z"}
    for each in grid.variables.values():
        each.attrs = {key: text for key, text in each.attrs.items() if isinstance(text, str)}
    options = GriddapOptions.model_validate(
        {"dataset": "g", "axes": axes, "vertical": "depth" if "depth" in axes else None,
         "columns": {variable: {"name": variable}}}
    )  # fmt: skip
    return grid, Direct(Erddap({}, {"g": grid.transpose(*axes)})), options


def test_a_box_over_greenwich_of_a_real_grid_from_0_to_360():
    grid, place, options = served(
        "ostia_monthly", {}, "surface_temperature", ["time", "latitude", "longitude"], seconds=True
    )
    request = GriddapRequest(bbox=[-10, -2, 10, 2], time="2008-06")
    found = Griddap().read(place, options, request, lazy=False).data
    longitudes = grid["longitude"].values
    expected = np.concatenate([longitudes[longitudes >= 350], longitudes[longitudes <= 10]])
    np.testing.assert_array_equal(found["longitude"], expected)
    assert found["time"].values.astype("datetime64[M]").tolist() == [
        np.datetime64("2008-06").item()
    ]
    month = grid["surface_temperature"].sel(longitude=expected)
    month = month.sel(latitude=found["latitude"].values)
    at = int(np.flatnonzero(grid["time"].values == found["time"].values[0].astype("i8") / 1e9)[0])
    np.testing.assert_array_equal(found["surface_temperature"][0], month.isel(time=at))


def test_lazily_a_real_grid_is_the_same():
    _, place, options = served(
        "ostia_monthly", {}, "surface_temperature", ["time", "latitude", "longitude"], seconds=True
    )
    request = GriddapRequest(bbox=[350, -2, 10, 2], time="2008")
    eager = Griddap().read(place, options, request, lazy=False).data
    lazy = Griddap().read(place, options, request, lazy=True).data
    assert lazy["surface_temperature"].chunks is not None
    xr.testing.assert_equal(lazy.compute(), eager)


@pytest.mark.parametrize(
    ("name", "rename", "variable"),
    [
        ("atlantic_profiles", {"lat": "latitude", "lon": "longitude"}, "salinity"),
        ("basin_mask", {"Y": "latitude", "X": "longitude", "Z": "depth"}, "basin"),
    ],
)
def test_a_real_grid_with_depths_is_cut_to_those_asked_for(name, rename, variable):
    grid, place, options = served(name, rename, variable, ["depth", "latitude", "longitude"])
    request = GriddapRequest(vertical=[0, 100])
    found = Griddap().read(place, options, request, lazy=False).data
    depths = grid["depth"].values
    assert found["depth"].values.tolist() == depths[depths <= 100].tolist()
    expected = grid[variable].sel(depth=found["depth"].values)
    np.testing.assert_array_equal(found[variable].values, expected.values)

"""ERDDAP: what it says when it has nothing, tables by conditions, grids by cells."""

from datetime import UTC, datetime

import numpy as np
import pytest
import xarray as xr
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs.errors import (
    DataError,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestRefused,
    RequestTooLarge,
    SourceUnavailable,
)
from bluecloud_catalogs.places import File
from bluecloud_catalogs.qc import decoded
from bluecloud_catalogs.readers.asked import inside
from bluecloud_catalogs.readers.classic_netcdf import missing_bytes
from bluecloud_catalogs.readers.erddap import encoded, is_empty, opened
from bluecloud_catalogs.readers.griddap import Griddap, GriddapRequest
from bluecloud_catalogs.readers.griddap_cells import GriddapOptions
from bluecloud_catalogs.readers.tabledap import Tabledap, TabledapOptions, TabledapRequest
from tests.federation.direct import Direct
from tests.federation.erddap import Erddap
from tests.federation.recorded import recorded

SECONDS = {"units": "seconds since 1970-01-01T00:00:00Z"}


def stamp(*moment):
    return datetime(*moment, tzinfo=UTC).timestamp()


TABLE = xr.Dataset(
    {
        "float": ("row", np.array(["a", "a", "b", "c"])),
        "cycle": ("row", np.array([1, 2, 1, 1], dtype="i4")),
        "mode": ("row", np.array(["D", "D", "R", "A"])),
        "time": ("row", [stamp(2020, 1, day) for day in (1, 2, 3, 4)], SECONDS),
        "longitude": ("row", [179.5, -179.5, 10.0, 180.0]),
        "latitude": ("row", [0.0, 0.0, 50.0, 1.0]),
        "pres": ("row", np.array([5, 10, 20, 30], dtype="f4"), {"units": "decibar"}),
        "temp": ("row", np.array([1, 2, 3, 4], dtype="f4")),
        "temp_qc": ("row", np.array(["1", "4", "2", " "])),
        "temp_adj": ("row", np.array([1.5, 2.5, np.nan, 4.5], dtype="f4")),
        "temp_adj_qc": ("row", np.array(["1", "3", " ", "8"])),
    }
)
TABLE_OPTIONS = TabledapOptions.model_validate(
    {
        "dataset": "t",
        "vertical": "pres",
        "platform": "float",
        "cycle": "cycle",
        "mode": "mode",
        "columns": {
            "time": {"name": "TIME"},
            "longitude": {"name": "LON"},
            "latitude": {"name": "LAT"},
            "float": {"name": "FLOAT"},
            "pres": {"name": "PRES", "units": "dbar", "native_units": "decibar"},
            "temp": {
                "name": "TEMP",
                "flag": "temp_qc",
                "adjusted": "temp_adj",
                "adjusted_flag": "temp_adj_qc",
            },
        },
    }
)
LONGITUDES = np.arange(0.0, 360.0, 10.0)
LATITUDES = np.arange(90.0, -91.0, -10.0)  # from the north, as many are
DAYS = [stamp(2020, 1, day) for day in (1, 2, 3)]
GRID = xr.Dataset(
    {
        "sst": (
            ("time", "latitude", "longitude"),
            np.arange(3 * 19 * 36, dtype="f4").reshape(3, 19, 36),
            {"units": "degree_C", "long_name": "made"},
        )
    },
    coords={
        "time": ("time", DAYS, SECONDS),
        "latitude": ("latitude", LATITUDES, {"units": "degrees_north"}),
        "longitude": ("longitude", LONGITUDES, {"units": "degrees_east"}),
    },
)
GRID_OPTIONS = GriddapOptions.model_validate(
    {"dataset": "g", "columns": {"sst": {"name": "sst", "units": "degree_Celsius"}}}
)


def server():
    return Direct(Erddap({"t": TABLE}, {"g": GRID}))


def rows(place=None, options=TABLE_OPTIONS, **request):
    asked = TabledapRequest(**request)
    return Tabledap().read(place or server(), options, asked, lazy=False)


def cells(place=None, options=GRID_OPTIONS, lazy=False, **request):
    return Griddap().read(place or server(), options, GriddapRequest(**request), lazy=lazy)


ERROR_TEXTS = "erddap/rerddap_recorded/upwell_pfeg_noaa_gov__"


@pytest.mark.parametrize(
    "name",
    [
        "argopy_recorded/tabledap_ArgoFloats_ef910554.nc",
        "argopy_recorded/tabledap_ArgoFloats_c81936ca.ncHeader",
    ],
)
def test_the_recorded_404_that_says_no_rows_is_empty(name):
    content = recorded(f"erddap/{name}").read_bytes()
    assert is_empty(File("x", content, status=404))
    assert is_empty(File("x", content))  # as a snapshot has it, without its status


def test_no_rows_on_a_page_of_an_older_server_is_empty():
    page = (
        b"<html><head><title>Apache Tomcat</title></head><body><h1>HTTP Status 500 - Your query "
        b"produced no matching results. (nRows = 0)</h1></body></html>"
    )
    assert is_empty(File("x", page, status=500))


@pytest.mark.parametrize(
    ("name", "status", "kind", "said"),
    [
        ("info_hawaii_b55f_a8f2_ad70_index_json__404", 404, NotFound, "unknown datasetID"),
        ("search_advanced_json_page_1_itemsPerPage_1000__404", 404, NotFound, "must include"),
        ("tabledap_erdCalCOFIlrvcntHBtoHI_csv_stuff_time_3E_3D2001_07_14__500", 500,
         RequestRefused, 'Unrecognized variable="stuff"'),
        ("tabledap_erdCinpKfmBT_csv_bbbbb__500", 500, RequestRefused, "bbbbb"),
        ("tabledap_erdCinpKfmBT_csv_orderBy_28_22things_22_29__400", 400, RequestRefused,
         "variable=things"),
    ],
)  # fmt: skip
def test_the_recorded_faults_say_what_they_said(name, status, kind, said):
    content = recorded(f"{ERROR_TEXTS}{name}.error.txt").read_bytes()
    with pytest.raises(kind) as caught:
        is_empty(File("x", content, status=status))
    assert said in str(caught.value)


def test_a_page_that_says_nothing_is_an_outage_and_with_200_no_netcdf():
    page = b"<html><head><title>HTTP Status 500</title></head><body></body></html>"
    with pytest.raises(SourceUnavailable):
        is_empty(File("x", page, status=500))
    with pytest.raises(MalformedAnswer):
        is_empty(File("x", page))


def test_too_much_is_told_as_such():
    text = b'Error {\n    code=413;\n    message="Your query produced too much data.";\n}\n'
    with pytest.raises(RequestTooLarge):
        is_empty(File("x", text, status=404))


def test_a_file_that_is_cut_off_is_an_error():
    whole = server().fetch(["tabledap/t.nc?temp"])[0].content
    assert not is_empty(File("x", whole))
    size = next(size for size in range(len(whole), 0, -1) if missing_bytes(whole[: size - 1]))
    with pytest.raises(MalformedAnswer, match="4 bytes are missing"):
        is_empty(File("x", whole[: size - 4]))


def test_the_recorded_grid_is_whole_and_opened():
    path = recorded("erddap/argopy_recorded/griddap_GEBCO_2020_1d161846.nc")
    file = File("gebco", path.read_bytes())
    assert not is_empty(file)
    assert opened(file)["elevation"].shape == (313, 1009)


def test_comparisons_are_encoded_whole():
    assert encoded('a,b&time>=2020-01-01&x=~"1|2"') == "a,b&time%3E%3D2020-01-01&x%3D~%221%7C2%22"


def test_rows_of_a_platform_with_adjusted_values_where_they_count():
    found = rows(platform=["a", "b", "c"]).data
    assert found["TEMP"].values.tolist() == [1.5, 2.5, 3.0, 4.5]
    assert decoded(found["TEMP_QC"].values).tolist() == ["1", "3", "2", "8"]
    assert found["TEMP_QC_native"].values.tolist() == ["1", "3", "2", "8"]
    assert found["TEMP_QC"].attrs["standard_name"] == "quality_flag"
    assert found["TIME"].values[0] == np.datetime64("2020-01-01")
    assert found["PRES"].attrs["units"] == "dbar"


def test_rows_over_the_antimeridian_come_once_each():
    place = server()
    found = rows(place, bbox=[170, -5, -170, 5], time="2020-01")
    assert sorted(found.data["LON"].values.tolist()) == [-179.5, 179.5, 180.0]
    assert len(place.asked) == 2


def test_no_rows_are_an_empty_result_with_all_columns():
    found = rows(platform="nobody")
    assert found.count == 0
    assert set(found.data.variables) == set(rows(platform="a").data.variables)


def test_units_that_have_changed_are_an_error():
    changed = TABLE.copy()
    changed["pres"] = TABLE["pres"].assign_attrs(units="bar")
    with pytest.raises(MalformedAnswer, match="'bar', and 'decibar' was relied on"):
        rows(Direct(Erddap({"t": changed})), platform="a")


def test_a_server_that_ignores_conditions_is_not_believed():
    class Careless(Erddap):
        def answer(self, request):
            everything = request.raw_query.partition("&")[0]
            return super().answer(type(request)("GET", request.path, everything, {}, b"", "x"))

    place = Direct(Careless({"t": TABLE}))
    found = rows(place, platform="a", cycles=2, vertical=[6, 12])
    assert found.data["TEMP"].values.tolist() == [2.5]


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({}, ParameterError),
        ({"cycles": 1}, ParameterError),
        ({"bbox": [0, 0, 1, 1]}, ParameterError),
        ({"bbox": [0, 0, 1, 1], "time": ["2020", None]}, ParameterError),
        ({"bbox": [-180, -90, 180, 90], "time": "2020"}, RequestTooLarge),
    ],
)
def test_what_would_break_the_server_is_not_sent(request_, kind):
    place = server()
    with pytest.raises(kind):
        rows(place, **request_)
    assert place.asked == []


@pytest.mark.parametrize("name", ['x"', "a|b", "a&b", "", "é", "a b", "x" * 41])
def test_an_identifier_cannot_hold_anything_else(name):
    with pytest.raises(ValidationError):
        TabledapRequest(platform=name)


def test_cells_of_a_box_with_the_servers_longitudes():
    found = cells(bbox=[-20, -10, 20, 10], time="2020-01-02").data
    assert found["longitude"].values.tolist() == [340, 350, 0, 10, 20]
    assert found["latitude"].values.tolist() == [10, 0, -10]
    expected = GRID["sst"].sel(time=DAYS[1], latitude=[10, 0, -10], longitude=[340, 350, 0, 10, 20])
    np.testing.assert_array_equal(found["sst"].values[0], expected.values)
    assert found["sst"].attrs["units"] == "degree_Celsius"


def test_lazily_a_step_is_asked_for_when_it_is_computed():
    place = server()
    found = cells(place, lazy=True, bbox=[0, 0, 50, 50]).data
    before = len(place.asked)
    assert before == 2  # the axes and the first cell
    eager = cells(bbox=[0, 0, 50, 50]).data
    np.testing.assert_array_equal(found["sst"].isel(time=1).compute(), eager["sst"].isel(time=1))
    assert len(place.asked) == before + 1
    xr.testing.assert_equal(found.compute(), eager)


def test_too_many_cells_are_refused_with_their_size_and_lazily_are_not():
    small = GRID_OPTIONS.model_copy(update={"most_mb": 0.01})
    place = server()
    with pytest.raises(RequestTooLarge, match="2052 cells of 1 variables are 0 MB"):
        cells(place, small)
    assert len(place.asked) == 1  # the axes, and no cell
    assert cells(options=small, lazy=True).count == 2052


def test_a_box_with_no_cell_asks_for_none():
    place = server()
    found = cells(place, bbox=[1, 1, 2, 2])
    assert found.count == 0
    assert len(place.asked) == 1


def test_cells_that_lie_elsewhere_are_an_error():
    class Shifted(Erddap):
        def answer(self, request):
            if "sst" in request.raw_query:
                self.grids = {"g": GRID.assign_coords(latitude=LATITUDES + 0.5)}
            return super().answer(request)

    with pytest.raises(MalformedAnswer, match="latitude has 3 values, and not those asked for"):
        cells(Direct(Shifted({}, {"g": GRID})), bbox=[0, -10, 20, 10])


def test_an_unknown_dataset_is_not_found():
    with pytest.raises(NotFound, match="Currently unknown datasetID=gone"):
        cells(options=GRID_OPTIONS.model_copy(update={"dataset": "gone"}))


def test_variables_that_are_not_there_are_named():
    place = server()
    with pytest.raises(ParameterError, match="variables has salinity: g has sst"):
        cells(place, variables=["salinity"])
    assert place.asked == []


SIDES = st.floats(-400, 400) | st.integers(-200, 370)
BOXES = st.lists(SIDES, min_size=4, max_size=4) | st.lists(SIDES, max_size=5)
MOMENTS = st.datetimes(datetime(2019, 12, 1), datetime(2020, 2, 1)).map(str)
PERIODS = st.lists(MOMENTS | st.just("..") | st.text(max_size=3), min_size=1, max_size=3)


@given(bbox=BOXES, time=PERIODS, stride=st.integers(-1, 4) | st.text(max_size=2))
@settings(deadline=None)
def test_a_grid_is_refused_before_any_request_or_answered_rightly(bbox, time, stride):
    place = server()
    try:
        request = GriddapRequest(bbox=bbox, time=time, stride=stride)
    except ValidationError:
        return
    found = Griddap().read(place, GRID_OPTIONS, request, lazy=False).data
    west, south, east, north = request.bbox
    east_of = inside((west, -90, east, 90), LONGITUDES, np.zeros(36))
    north_of = (south <= LATITUDES) & (north >= LATITUDES)
    assert set(found["longitude"].values) <= set(LONGITUDES[east_of])
    assert found["latitude"].values.tolist() == LATITUDES[north_of][::stride].tolist()
    if stride == 1:
        assert set(found["longitude"].values) == set(LONGITUDES[east_of])
    seconds = found["time"].values.astype("datetime64[s]").astype("float64")
    expected = GRID["sst"].sel(
        time=seconds, latitude=found["latitude"].values, longitude=found["longitude"].values
    )
    np.testing.assert_array_equal(found["sst"].values, expected.values)


@given(
    bbox=BOXES | st.none(),
    time=PERIODS | st.none(),
    platform=st.lists(st.sampled_from(["a", "b", "x"]) | st.text(max_size=3)) | st.none(),
    vertical=st.lists(st.floats(-5, 50), max_size=3) | st.none(),
)
@settings(deadline=None)
def test_a_table_is_refused_before_any_request_or_answered_rightly(bbox, time, platform, vertical):
    place = server()
    try:
        found = rows(place, bbox=bbox, time=time, platform=platform, vertical=vertical).data
    except (ValidationError, DataError):
        assert place.asked == []
        return
    request = TabledapRequest(bbox=bbox, time=time, platform=platform, vertical=vertical)
    wanted = np.ones(4, dtype=bool)
    moments = TABLE["time"].values.astype("datetime64[s]")
    if request.bbox:
        wanted &= inside(request.bbox, TABLE["longitude"].values, TABLE["latitude"].values)
    if request.time and request.time[0]:
        wanted &= moments >= np.datetime64(request.time[0])
    if request.time and request.time[1]:
        wanted &= moments < np.datetime64(request.time[1])
    if request.platform:
        wanted &= np.isin(TABLE["float"].values, request.platform)
    if request.vertical:
        first, last = request.vertical
        wanted &= (TABLE["pres"].values >= first) & (TABLE["pres"].values <= last)
    assert sorted(found["PRES"].values.tolist()) == TABLE["pres"].values[wanted].tolist()

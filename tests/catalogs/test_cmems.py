"""Copernicus Marine: records as they were recorded, stores on their grids, requests that lie."""

import json
import time
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs.errors import (
    CredentialRequired,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestTooLarge,
    SourceUnavailable,
)
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import File, place_of
from bluecloud_catalogs.readers.cmems import Cmems, CmemsOptions, CmemsRequest
from bluecloud_catalogs.readers.cmems_stac import (
    Product,
    Version,
    ask,
    checked,
    describe,
    split_item,
)
from bluecloud_catalogs.readers.zarr_grid import Grid
from bluecloud_catalogs.readers.zarr_store import PlaceStore
from bluecloud_catalogs.tiers import read
from tests.federation.arco import FILL, pattern
from tests.federation.direct import Direct
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.server import serve
from tests.federation.sources import cmems as emulated

JSON = "cmems/stac-json"
# A little wider than whole degrees: the recorded step of the grid is 1/12 only nearly.
CURRENTS = {"bbox": [1.99, 38.99, 4.01, 40.01], "time": "2024-01-02", "depth": [0, 1]}


def record(name: str) -> File:
    path = recorded(f"{JSON}/{name}")
    return File(path.name, path.read_bytes())


def currents(*, lazy: bool = False, **parameters):
    recorded(f"{JSON}/WAW3_dataset_GLO_glo_phy_cur.json")
    entry = declared("cmems_currents_daily")
    return read(entry, asked(entry, {**CURRENTS, **parameters}), lazy=lazy)


def worked_out(number: int, data) -> np.ndarray:
    """What the emulator has at the coordinates of a selection, from their indices."""
    days = (data["time"].values - np.datetime64("2020-11-01")) // np.timedelta64(1, "D")
    depths = np.asarray(
        json.loads(record("WAW3_dataset_GLO_glo_phy_cur.json").content)["properties"][
            "cube:dimensions"
        ]["elevation"]["values"]
    )
    level = [int(np.argmin(np.abs(-depths - each))) for each in data["depth"].values]
    row = np.rint((data["latitude"].values + 80) * 12).astype(int)
    column = np.rint(((data["longitude"].values + 180) % 360) * 12).astype(int)
    return pattern(number, *np.ix_(days.astype(int), level, row, column))


def test_values_names_and_depths_are_those_of_the_store(federation):
    data = currents()
    assert dict(data.sizes) == {"time": 1, "depth": 1, "latitude": 13, "longitude": 25}
    np.testing.assert_array_equal(data["uo"], worked_out(0, data))
    np.testing.assert_array_equal(data["vo"], worked_out(1, data))
    assert data["depth"].values.tolist() == pytest.approx([0.494025])
    assert data["depth"].attrs["positive"] == "down"
    assert data["uo"].attrs["standard_name"] == "eastward_sea_water_velocity"


def test_the_version_in_force_is_read_and_not_the_one_to_come(federation):
    data = currents()
    assert data.attrs["dataset_version"] == "202211"
    assert not any("206011/timeChunked" in path for path in federation.paths)
    assert data.attrs["doi"] == "10.48670/moi-00016"
    assert data.attrs["updating_since"].startswith("2024-05-01")


def test_maps_are_read_from_the_store_that_is_named_after_time(federation):
    assert currents().attrs["series"] == "arco-geo-series"
    assert any("timeChunked.zarr/uo/" in path for path in federation.paths)


def test_series_are_read_from_the_store_that_is_named_after_place(federation):
    point = currents(bbox=[3, 39.5, 3, 39.5], time="2022", variables="uo")
    assert point.attrs["series"] == "arco-time-series"
    assert dict(point.sizes) == {"time": 365, "depth": 1, "latitude": 1, "longitude": 1}
    np.testing.assert_array_equal(point["uo"], worked_out(0, point))


def test_both_stores_say_the_same(federation):
    few = {"bbox": [2, 39, 2.5, 39.5]}
    one = currents(**few, series="arco-geo-series")
    other = currents(**few, series="arco-time-series")
    np.testing.assert_array_equal(one["uo"], other["uo"])
    assert {one.attrs["series"], other.attrs["series"]} == {"arco-geo-series", "arco-time-series"}


def test_elevations_become_depths_from_the_surface_down(federation):
    data = currents(bbox=[2, 39, 2.1, 39.1], depth=[0, 100])
    assert np.all(np.diff(data["depth"].values) > 0)
    np.testing.assert_array_equal(data["uo"], worked_out(0, data))


@pytest.mark.parametrize("bbox", [[178, 0, -178, 1], [178, 0, 182, 1]])
def test_a_box_over_the_antimeridian_is_read_in_the_order_one_sails(federation, bbox):
    data = currents(bbox=bbox)
    longitude = data["longitude"].values
    assert (longitude[0], longitude[-1]) == pytest.approx((178, 182), abs=1e-4)
    np.testing.assert_allclose(np.diff(longitude), 1 / 12, atol=1e-4)
    np.testing.assert_array_equal(data["uo"], worked_out(0, data))


def test_a_box_all_round_has_every_column_once(federation):
    data = currents(bbox=[0, 10, 360, 10.05], variables="uo")
    assert data.sizes["longitude"] == 4320


def test_a_box_between_two_cells_is_the_nearest(federation):
    data = currents(bbox=[3.01, 39.52, 3.02, 39.53])
    assert data["longitude"].values == pytest.approx([3.0], abs=1e-4)
    assert data["latitude"].values == pytest.approx([39.5], abs=1e-4)


def test_land_without_a_chunk_is_land(federation):
    data = currents(bbox=[0, -79.9, 1, -79.5])
    assert np.all(np.isnan(data["uo"]))


@pytest.mark.parametrize(
    "outside", [{"time": "1990"}, {"depth": [7000, 8000]}, {"bbox": [2, -89, 4, -85]}]
)
def test_what_lies_outside_is_an_empty_result(federation, outside):
    data = currents(**outside)
    assert data["uo"].size == 0
    assert not any("/uo/" in path for path in federation.paths)


def test_too_much_is_refused_with_its_size_before_the_store_is_asked(federation):
    with pytest.raises(RequestTooLarge, match=r"\d[\d.]* [GT]B in memory and \d+ chunks") as caught:
        currents(bbox=None, time="2021", depth=[0, 10])
    assert "to_dask()" in str(caught.value)
    assert not any(".zarr" in path for path in federation.paths)


def test_what_is_too_much_at_once_is_opened_lazily(federation):
    began = time.monotonic()
    data = currents(lazy=True, bbox=None, time="2021-03", depth=None, variables="uo")
    assert dict(data.sizes) == {"time": 31, "depth": 50, "latitude": 2041, "longitude": 4320}
    assert data.nbytes > 50e9
    assert not any("/uo/" in path for path in federation.paths)
    one = data["uo"].isel(time=3, depth=0).sel(latitude=slice(0, 1), longitude=slice(0, 1))
    expected = worked_out(0, one.expand_dims(("time", "depth")))
    np.testing.assert_array_equal(one.compute(), expected[0, 0])
    chunks = [path for path in federation.paths if "/uo/" in path]
    assert len(chunks) == 1
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("fault", "kind"),
    [
        ("429", SourceUnavailable), ("500", SourceUnavailable), ("html", MalformedAnswer),
        ("exception report", MalformedAnswer), ("cut short", MalformedAnswer),
        ("truncated", SourceUnavailable), ("silent", SourceUnavailable),
        ("expired token", CredentialRequired),
    ],
)  # fmt: skip
@pytest.mark.parametrize("lazy", [False, True])
def test_a_chunk_that_fails_is_an_error_and_never_sea_without_data(
    federation, monkeypatch, fault, kind, lazy
):
    monkeypatch.setenv("BLUECLOUD_HTTP_SILENCE_S", "1")
    monkeypatch.setenv("BLUECLOUD_HTTP_DEADLINE_S", "3")
    opened = currents(lazy=True) if lazy else None
    federation.faults["timeChunked.zarr/uo/"] = fault
    began = time.monotonic()
    with pytest.raises(kind) as caught:
        opened.compute() if opened is not None else currents()
    assert time.monotonic() - began < 12
    assert "uo" in str(caught.value)


def test_an_absent_chunk_of_a_store_that_hides_its_names_is_land(monkeypatch):
    folder = recorded(JSON)
    with serve({"cmems": emulated.Cmems(folder, hides=True)}) as server:
        monkeypatch.setenv("BLUECLOUD_CMEMS_URL", server.address("cmems"))
        monkeypatch.setenv("BLUECLOUD_TIERS", "live")
        monkeypatch.setenv("BLUECLOUD_CMEMS_WAW4_URL", f"{server.url}/none")
        assert np.all(np.isnan(currents(bbox=[0, -79.9, 1, -79.5])["uo"]))


def test_a_store_that_is_closed_is_not_land():
    class Closed:
        tier = "live"

        def fetch(self, asks):
            told = emulated.DENIED.body
            return [File(each.path, told, status=403) for each in asks]

    store = PlaceStore(Closed(), "https://x/y.zarr", sample="", proof=".zmetadata")  # type: ignore[arg-type]
    with pytest.raises(CredentialRequired):
        store.fetch([".zmetadata"])


def test_an_absent_chunk_of_an_array_without_fill_value_is_an_error():
    metadata = {
        ".zgroup": {"zarr_format": 2},
        "x/.zarray": {
            "zarr_format": 2, "shape": [4], "chunks": [4], "dtype": "<f4", "compressor": None,
            "fill_value": None, "filters": None, "order": "C",
        },
        "x/.zattrs": {"_ARRAY_DIMENSIONS": ["x"]},
    }  # fmt: skip
    content = json.dumps({"zarr_consolidated_format": 1, "metadata": metadata}).encode()

    class Half:
        tier = "live"

        def fetch(self, asks):
            has = [each.path.endswith(".zmetadata") for each in asks]
            return [
                File(each.path, content if there else b"", status=200 if there else 404)
                for each, there in zip(asks, has, strict=True)
            ]

    grid = Grid(Half(), ask("https://x/y.zarr"))  # type: ignore[arg-type]
    with pytest.raises(MalformedAnswer, match="no fill value"):
        grid.arrays["x"][:]


def test_what_was_read_is_read_again_from_its_snapshot(federation, monkeypatch, tmp_path):
    monkeypatch.setenv("BLUECLOUD_SNAPSHOTS", str(tmp_path))
    sea, land = currents(), currents(bbox=[0, -79.9, 1, -79.5])
    monkeypatch.setenv("BLUECLOUD_TIERS", "snapshot")
    again = currents()
    np.testing.assert_array_equal(again["uo"], sea["uo"])
    assert again.attrs["tier"] == "snapshot"
    assert np.all(np.isnan(currents(bbox=[0, -79.9, 1, -79.5])["uo"]))
    assert land["uo"].isnull().all()
    with pytest.raises(SourceUnavailable, match="no snapshot"):
        currents(bbox=[2, 60, 4, 61])


def test_a_dataset_without_a_released_version_is_not_found_and_says_why():
    provider, dataset = emulated.Cmems(recorded(JSON)), "cmems_obs-oc_glo_bgc-plankton_my_l3-olci"
    preparing = f"{dataset}-300m_P1D"
    with pytest.raises(NotFound, match=r"none of its versions \(202211\)"):
        describe(_at(provider), emulated.MERCATOR, preparing)
    with pytest.raises(NotFound, match=r"no dataset nothing: it has .*nws"):
        describe(_at(provider), emulated.SHELF, "nothing")


def test_a_version_is_in_force_from_its_release_on():
    place, dataset = _at(emulated.Cmems(recorded(JSON))), "cmems_mod_nws_bgc-chl_my_7km-3D_P1M-m"
    now = describe(place, emulated.SHELF, dataset)
    later = describe(place, emulated.SHELF, dataset, now=datetime(2061, 1, 1, tzinfo=UTC))
    assert (now.version.item, later.version.item) == (f"{dataset}_202001", f"{dataset}_202012")


def _at(provider):
    """A place that asks the stores by the names that records have."""

    class Stores(Direct):
        def _one(self, each):
            path = each.path.removeprefix("https://s3.waw3-1.cloudferro.com/")
            second = path.startswith("https://s3.waw4-1")
            path = path.removeprefix("https://s3.waw4-1.cloudferro.com/")
            return super()._one(replace(each, path=f"{'waw4' if second else 'waw3'}/{path}"))

    return Stores(provider)


@pytest.mark.parametrize(
    ("item", "name"),
    [
        ("cmems_mod_x_P1D-m_202211", ("cmems_mod_x_P1D-m", "202211", "default")),
        ("a_202311--ext--bathy", ("a", "202311", "bathy")),
        ("dataset_w_errors", ("dataset_w_errors", "default", "default")),
    ],
)
def test_an_item_names_dataset_version_and_part(item, name):
    assert split_item(item) == name


def test_records_that_are_not_what_they_promise_name_the_field():
    with pytest.raises(MalformedAnswer, match="title"):
        checked(Product, record("WAW3_product_with_errors.json"))
    with pytest.raises(MalformedAnswer, match=r"unit|len"):
        checked(Version, record("WAW3_dataset_with_errors.json"))


def test_recorded_records_are_understood():
    soon = datetime.now(UTC)
    new = checked(Version, record("WAW3_dataset_GLO_glo_phy_cur_new_version.json"))
    assert not new.is_in_force(soon)
    assert not checked(Version, record("WAW3_dataset_GLO_glo_phy_so.json")).is_in_force(soon)
    preparing = checked(Version, record("WAW3_dataset_in_prep.json"))
    assert preparing.stores == {}
    # The port that goes without saying is not one of another source.
    assert ":443" not in ask(preparing.assets["timeChunked"].href).path
    shelf = checked(Version, record("WAW3_dataset_NWSHELF_P1M_m_202012.json"))
    assert list(shelf.stores) == ["arco-geo-series", "arco-time-series"]
    other = checked(Version, record("WAW3_dataset_GLO_glo_phy_cur_other.json"))
    assert list(other.stores) == ["arco-geo-series"]
    assert checked(Version, record("WAW3_dataset_irrelevant.json")).item == "irrelevant_dataset"


def test_no_version_of_the_catalogue_is_listed_without_saying_whether_it_is_in_force(federation):
    recorded(f"{JSON}/WAW3_marine_datastore_config.json")
    entry = declared("cmems_catalogue")
    table = read(entry, asked(entry, {"products": emulated.MERCATOR}), lazy=False)
    of = table[table["dataset"] == emulated.CURRENTS].set_index("version")["in_force"]
    assert of["202211"].all()
    assert not of["206011"].any()
    assert set(table["services"]) >= {"arco-geo-series, arco-time-series, original-files"}


def test_the_harvest_keeps_what_is_good_and_quarantines_what_is_not(federation):
    for name in ("WAW3_catalog.json", "WAW4_catalog.json"):
        recorded(f"{JSON}/{name}")
    place = place_of(declared("cmems_catalogue"), "live")
    harvester = HARVESTERS["cmems"]
    pages = list(harvester.pages(place))
    records = {each.id: each for page in pages for each in page.records}
    bad = {each.native_id: each.reason for page in pages for each in page.quarantined}
    found = records[f"cmems:{emulated.CURRENTS}_202211"]
    assert found.cf == ("eastward_sea_water_velocity", "northward_sea_water_velocity")
    assert found.depth == pytest.approx((0.494025, 5727.917))
    assert found.request["dataset"] == emulated.CURRENTS
    assert f"cmems:{emulated.CURRENTS}_206011" not in records
    assert set(bad) >= {"UNAVAILABLE_PRODUCT", "PRODUCT_W_ERRORS", "dataset_w_errors_202012"}
    assert "title" in bad["PRODUCT_W_ERRORS"]
    assert [page.cursor for page in pages] == [*map(str, range(1, len(pages))), None]
    rest = list(harvester.pages(place, cursor=pages[1].cursor))
    assert [page.records for page in rest] == [page.records for page in pages[2:]]
    late = list(harvester.pages(place, since=datetime(2025, 1, 1, tzinfo=UTC)))
    assert all(each.modified.year >= 2025 for page in late for each in page.records)


number = st.floats(allow_nan=True, allow_infinity=True, width=32) | st.integers(-400, 400)
anything = st.none() | number | st.text(max_size=4) | st.booleans()
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "bbox": st.lists(number, min_size=3, max_size=5) | anything,
        "time": st.sampled_from(["2024", "2024/2023", "2023/2024", "1990", "soon", "../.."])
        | st.tuples(st.dates().map(str), st.dates().map(str)),
        "depth": st.lists(number, min_size=1, max_size=3) | anything,
        "variables": st.lists(st.sampled_from(["uo", "vo", "wo", ""]), max_size=3) | anything,
        "series": st.sampled_from(["arco-geo-series", "maps"]),
    },
)
SAMPLE = emulated.Cmems(None)
READER = Cmems()
OPTIONS = CmemsOptions(product=emulated.MERCATOR, dataset=emulated.CURRENTS, variables=("uo", "vo"))


@settings(deadline=None)
@given(GIVEN)
def test_any_request_is_refused_before_it_is_sent_or_answered_rightly(given_):
    place = _at(SAMPLE)
    try:
        request = CmemsRequest.model_validate(given_)
        reading = READER.read(place, OPTIONS, request, lazy=False)
    except (ValidationError, ParameterError):
        assert place.asked == []
        return
    data = reading.data
    assert set(data.data_vars) == set(request.variables or ("uo", "vo"))
    assert (reading.count == 0) == (data[next(iter(data.data_vars))].size == 0)
    if request.depth and data.sizes["depth"] > 1:
        shallow, deep = request.depth
        assert shallow <= data["depth"].min() <= data["depth"].max() <= deep
    if request.bbox and data.sizes["latitude"] > 1:
        assert request.bbox[1] <= data["latitude"].min() <= data["latitude"].max()
        assert data["latitude"].max() <= request.bbox[3]
    for each in data.data_vars.values():
        assert not (each == np.float32(FILL)).any()

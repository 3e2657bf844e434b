"""Blue-Cloud's own services: collections of DD&AS, and subsets by Beacon."""

import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from bluecloud_catalogs import (
    CredentialRequired,
    MalformedAnswer,
    ParameterError,
    RequestTooLarge,
)
from bluecloud_catalogs.answers import as_xml
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import File, place_of
from bluecloud_catalogs.readers import beacon, ddas
from bluecloud_catalogs.readers.beacon_query import query
from bluecloud_catalogs.readers.ddas import addresses, row
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded

THERE = {"bbox": [-10.0, 35.0, 0.0, 45.0], "time": ["2020-01", "2020-01"]}


def found(name: str, **more: object) -> pd.DataFrame:
    entry = declared(name)
    return read(entry, asked(entry, {**THERE, **more}), lazy=False)


@pytest.mark.parametrize(
    ("name", "title", "west"),
    [
        ("bluecloud.json", "8673 - 2902296 - Argo INDIA", 57.293079),
        ("ddas_record_argo_sio.json", "8979 - 5906739 - Argo SIO", -164.67903),
    ],
)
def test_a_recorded_collection_becomes_a_row(name, title, west):
    told = row(json.loads(recorded(f"bluecloud/{name}").read_text()), name)
    assert (told["title"], told["west"]) == (title, west)
    assert told["source"] == "EuroArgo - Argo"  # with a hyphen and with a dash
    assert "SUBSURFACE TEMPERATURE" in told["parameters"]
    assert told["url"].startswith("https://data.blue-cloud.org/search-details?step=~012")


def test_the_recorded_request_of_the_broker_asks_for_pages_of_the_projects_own_schema():
    file = File("request", recorded("bluecloud/blueCloudPostRequest.xml").read_bytes().lstrip())
    root = as_xml(file)
    assert (root.get("startPosition"), root.get("maxRecords")) == ("1", "100")
    assert root.get("outputSchema") == "https://www.blue-cloud.org/"


def test_addresses_may_lack_their_host_and_fields_may_be_objects(federation):
    entry = declared("bluecloud_collections")
    table = read(entry, asked(entry, {}), lazy=False).set_index("identifier")
    assert federation.unknown == []
    second = table.loc["0000000000000002"]
    assert second["keywords"] == ("CDI", "cruise")
    assert second["parameters"] == ("OXYGEN",)
    assert (second["west"], second["south"]) == (170.5, -20.0)
    assert table.loc["0000000000000001", "url"].startswith("https://data.blue-cloud.org/search")


def test_collections_are_chosen_by_words_box_and_period(federation):
    entry = declared("bluecloud_collections")
    over = read(entry, asked(entry, {"bbox": [175, -5, -175, 5]}), lazy=False)
    assert "0000000000000002" in set(over["identifier"])
    assert "0000000000000001" not in set(over["identifier"])
    none = read(entry, asked(entry, {"text": "nothinghasthisword"}), lazy=False)
    assert len(none) == 0
    early = read(entry, asked(entry, {"time": ["1900", "1910"]}), lazy=False)
    assert len(early) == 0


def test_an_address_elsewhere_is_not_asked(federation):
    urls = {"urls": ["https://elsewhere.invalid/api/collections/1"]}
    place = place_of(declared("bluecloud_collections"), "live")
    with pytest.raises(MalformedAnswer, match="points outside of the source"):
        place.fetch(addresses(File("api/collections", json.dumps(urls).encode())))


@pytest.mark.parametrize("body", [[], {}, {"urls": [1]}, {"urls": "x"}])
def test_what_is_no_list_of_addresses_is_no_answer(body):
    with pytest.raises(MalformedAnswer, match="no list of addresses"):
        addresses(File("api/collections", json.dumps(body).encode()))


def test_too_many_collections_are_refused(monkeypatch):
    monkeypatch.setattr(ddas, "MOST_COLLECTIONS", 1)
    with pytest.raises(RequestTooLarge):
        addresses(File("x", json.dumps({"urls": ["/a", "/b"]}).encode()))


@pytest.mark.parametrize(
    "more",
    [
        {"Bounding_Box_WestLongitude": "far"},
        {"Bounding_Box_NorthLatitude": 91},
        {"Identifier": ""},
    ],
)
def test_a_collection_that_cannot_be_is_no_answer(more):
    told = {
        "Identifier": "1", "Bounding_Box_WestLongitude": 0, "Bounding_Box_EastLongitude": 1,
        "Bounding_Box_SouthLatitude": 0, "Bounding_Box_NorthLatitude": 1, **more,
    }  # fmt: skip
    with pytest.raises(MalformedAnswer):
        row(told, "x")


def test_the_adjusted_value_is_taken_and_one_taken_away_stays_away(federation):
    table = found("beacon_argo")
    assert list(table["temperature"][[0, 2, 3]]) == [16.1, 13.0, 9.1]
    assert pd.isna(table["temperature"][1])  # adjusted away with flag 4: the raw one is no refuge
    assert list(table["temperature_qc"]) == ["1", "4", "1", "2"]
    assert list(table["salinity"]) == [36.1, 36.0, 35.8, 35.4]
    assert list(table["salinity_qc_native"]) == ["1", "1", "3", "1"]
    assert set(table["platform"]) == {"SYNTHETIC"}
    assert table["time"].dtype == "datetime64[ns]"


def test_flags_of_seadatanet_are_kept_as_they_are(federation):
    table = found("beacon_emodnet_chemistry", variables=["chlorophyll_a", "nitrate"])
    assert list(table["chlorophyll_a_qc"]) == ["1", "6", "9", "9"]
    assert list(table["nitrate_qc"]) == ["Q", "1", "1", "1"]
    assert "oxygen" not in table
    assert set(table["local_cdi_id"]) == {"SYNTHETIC"}


def test_depths_are_cut_and_the_other_side_of_the_earth_is_empty(federation):
    assert list(found("beacon_wod", depth=[0, 100])["depth"]) == [5.0, 50.0]
    assert len(found("beacon_wod", bbox=[170, -20, -170, 20])) == 0
    assert len(found("beacon_wod", bbox=[-180, -90, 180, 90])) == 4
    assert len(found("beacon_wod", time=["2020-01-16", "2020-01-31"])) == 0


def test_the_open_node_gets_no_token_and_the_others_do(federation, monkeypatch):
    found("beacon_wod")
    assert all("Authorization" not in headers for _, headers in federation.asked)
    monkeypatch.delenv("BLUECLOUD_BLUECLOUD_TOKEN")
    federation.asked.clear()
    with pytest.raises(CredentialRequired, match=r"data\.blue-cloud\.org"):
        found("beacon_argo")
    assert federation.paths == []
    monkeypatch.setenv("BLUECLOUD_BLUECLOUD_TOKEN", "secret-that-ended")
    with pytest.raises(CredentialRequired) as caught:
        found("beacon_argo")
    assert "secret" not in str(caught.value)


def test_as_many_rows_as_the_limit_are_not_all_there_are(federation, monkeypatch):
    monkeypatch.setattr(beacon, "MOST_ROWS", 3)
    with pytest.raises(RequestTooLarge, match="more than 3 rows"):
        found("beacon_wod")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"bbox": None}, "give both bbox and time|Give both bbox and time"),
        ({"time": None}, "Give both bbox and time"),
        ({"time": ["2020", None]}, "give both its ends"),
        ({"variables": ["colour"]}, "there is no colour: there are temperature, salinity"),
    ],
)
def test_what_a_node_cannot_be_asked_is_refused_first(federation, more, told):
    with pytest.raises(ParameterError, match=told):
        found("beacon_wod", **more)
    assert federation.paths == []


def test_csv_is_read_as_parquet_is(federation):
    entry = declared("beacon_wod")
    options = entry.reader.options.model_validate({**entry.declaration.options, "output": "csv"})
    place = place_of(entry, "live")
    reading = entry.reader.read(place, options, asked(entry, THERE), lazy=False)
    pd.testing.assert_frame_equal(reading.data, found("beacon_wod"), check_dtype=False)


def test_a_query_over_the_antimeridian_is_two_ranges_and_has_a_limit():
    body = query(
        table="t", columns=["a", "a", "b"], longitude="lon", latitude="lat", time="t",
        bbox=(170, -20, 190, 20), period=(datetime(2020, 1, 1), datetime(2021, 1, 1)),
        level=("z", (0, 10)), limit=5, output="csv",
    )  # fmt: skip
    told = json.loads(body)
    assert told["filters"][1] == {
        "or": [
            {"column": "lon", "gt_eq": 170, "lt_eq": 180},
            {"column": "lon", "gt_eq": -180, "lt_eq": -170},
        ]
    }
    assert told["filters"][2:] == [
        {"column": "t", "gt_eq": "2020-01-01T00:00:00"},
        {"column": "t", "lt": "2021-01-01T00:00:00"},
        {"column": "z", "gt_eq": 0, "lt_eq": 10},
    ]
    assert [each["column"] for each in told["select"]] == ["a", "b"]
    assert (told["limit"], told["output"]) == (5, {"format": "csv"})


def test_the_harvest_goes_on_and_quarantines(federation, monkeypatch):
    monkeypatch.setattr("bluecloud_catalogs.harvest.bluecloud.PAGE", 1)
    harvester = HARVESTERS["bluecloud"]
    place = place_of(declared(harvester.entry), "live")
    pages = list(harvester.pages(place))
    ids = [each.id for page in pages for each in page.records]
    assert "bluecloud:0000000000000001" in ids
    rest = [each.id for page in harvester.pages(place, cursor="1") for each in page.records]
    assert rest == ids[1:]
    late = harvester.pages(place, since=datetime(2027, 1, 1, tzinfo=UTC))
    assert not [each for page in late for each in page.records]

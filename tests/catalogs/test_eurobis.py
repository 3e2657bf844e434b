"""EurOBIS and OBIS: recorded answers, requests of every sort, and what comes into SQL."""

import functools
import json

import pyoxigraph as ox
import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs import MalformedAnswer, RequestRefused
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import File, place_of
from bluecloud_catalogs.readers.asked import during, inside
from bluecloud_catalogs.readers.eurobis import EurobisOptions, EurobisRequest, view_params
from bluecloud_catalogs.readers.marineinfo import dataset_of
from bluecloud_catalogs.readers.obis_answer import answer_of, measurements, occurrences
from bluecloud_catalogs.readers.obis_datasets import NOT_STATED, dataset_row, licence_of
from tests.catalogs.asking import answered, boxes, junk, many, periods
from tests.federation.reading import declared
from tests.federation.recorded import recorded
from tests.federation.sources.eurobis import clauses

ABRA = "occurrence_scientificname_Abra_alba_offset_0_mof_True_size_100_hasextensions_MeasurementOr.json"  # noqa: E501


def file(name: str) -> File:
    path = recorded(f"obis/json/{name}")
    return File(path.name, path.read_bytes())


@functools.cache
def view_options() -> EurobisOptions:
    return EurobisOptions.model_validate(declared("eurobis_occurrences").declaration.options)


def cassettes():
    return sorted(recorded("obis/pyobis_cassettes").glob("*.yaml"))


def test_every_recorded_answer_is_an_answer_or_refused_with_a_reason():
    index = json.loads(recorded("obis/json/index.json").read_text())
    urls = {each["file"]: each["url"] for each in index}
    for path in sorted(recorded("obis/json").glob("*.json")):
        if path.name == "index.json":
            continue
        assert urls[path.name].startswith("https://api.obis.org/v3/")
        told = File(path.name, path.read_bytes())
        if path.name.startswith(("taxon_complete", "occurrence_tile")):
            with pytest.raises(MalformedAnswer, match="no answer of OBIS"):
                answer_of(told)
        elif "Fish" in path.name:
            with pytest.raises(RequestRefused, match="NAME_NOT_FOUND"):
                answer_of(told)
        else:
            assert answer_of(told).total >= 0


def test_recorded_cassettes_hold_answers_of_the_same_form():
    read = 0
    for path in cassettes():
        for each in yaml.safe_load(path.read_text())["interactions"]:
            body = each["response"]["body"]["string"]
            if each["response"]["status"]["code"] != 200 or not body:
                continue
            content = body if isinstance(body, bytes) else body.encode()
            if not content.lstrip().startswith(b"{") or b'"results"' not in content:
                continue
            try:
                answer = answer_of(File(path.name, content))
            except RequestRefused:
                continue
            read += 1
            if "occurrence" in each["request"]["uri"]:
                assert len(occurrences(answer.rows)) == len(answer.rows)
    assert read == 16


def test_rows_of_other_collections_of_the_broker_are_read():
    single = json.loads(recorded("obis/dab/obisGranuleSingleOriginal.json").read_text())
    table = occurrences([single])
    assert table["scientificName"].tolist() == ["Cladophora rupestris"]
    assert table["decimalLongitude"].tolist() == [-3.859825]
    told = recorded("obis/dab/obisOriginal.json")
    row = dataset_row(json.loads(told.read_text()), File(told.name, b""))
    assert row["licence"] == "CC BY 4.0"
    assert row["title"].startswith("Marine and Coastal Management")


def test_measurements_of_real_occurrences_are_all_there():
    rows = answer_of(file(ABRA)).rows
    table = measurements(rows)
    assert len(table) == sum(len(row["mof"]) for row in rows) == 834
    first = table.iloc[0]
    assert first["measurementType"] == "Sampling instrument"
    assert first["occurrenceID"] == "ICES_HistoricalBenthosDanishLinfjord_8272"
    assert str(first["time"])[:10] == "1922-09-11"
    assert set(table["occurrenceID"]) == {row["occurrenceID"] for row in rows}


def test_an_occurrence_without_measurements_is_kept():
    rows = answer_of(file("occurrence_offset_0_mof_False_size_100.json")).rows
    table = measurements(rows)
    assert len(table) == 100
    assert table["measurementType"].isna().all()


def test_ids_are_not_in_a_table_since_they_are_made_anew_at_each_reload():
    table = occurrences(answer_of(file(ABRA)).rows)
    assert "id" not in table
    assert {"dataset_id", "occurrenceID"} <= set(table)


def test_tables_have_our_columns_even_when_they_are_empty():
    table = occurrences([])
    assert len(table) == 0
    assert {"time", "decimalLongitude", "aphiaID", "dataset_id"} <= set(table)
    assert table["time"].dtype == "datetime64[ns]"
    assert len(measurements([])) == 0


def test_licences_of_recorded_datasets_are_often_without_commerce():
    told = file("dataset_scientificname_Mola_mola_offset_0.json")
    answer = answer_of(told)
    licences = [dataset_row(row, told)["licence"] for row in answer.rows]
    assert (answer.total, len(answer.rows)) == (245, 244)
    assert licences.count("CC BY-NC 4.0") == 108
    assert licences.count("CC0 1.0") == 48
    assert licences.count(NOT_STATED) == 5


@pytest.mark.parametrize(
    ("rights", "licence"),
    [
        ("This work is licensed under a Creative Commons Attribution (CC-BY) 4.0 License",
         "CC BY 4.0"),
        ("This work is licensed under a\n  Creative Commons Attribution Non Commercial (CC-BY-NC) "
         "4.0 License", "CC BY-NC 4.0"),
        ("http://creativecommons.org/licenses/by-nc/4.0/legalcode", "CC BY-NC 4.0"),
        ("To the extent possible under law, the publisher has waived all rights", "CC0 1.0"),
        ("made available under the Open Data Commons Attribution License", "ODC-BY"),
        ("Restricted", "restricted"),
        ("", NOT_STATED),
        (None, NOT_STATED),
    ],
)  # fmt: skip
def test_a_sentence_means_a_licence(rights, licence):
    assert licence_of(rights) == licence


def test_a_description_in_turtle_is_read():
    path = recorded("eurobis/invalidturtle.ttl")  # a real record, which its name does injustice
    dataset = dataset_of(File(path.name, path.read_bytes()))
    assert dataset.number == 5976
    assert dataset.taxa == (1100, 148951, 115061)
    assert "SDBIOL01" in dataset.p01
    assert dataset.bbox == (2.808333333, 51.43333333, 2.808333333, 51.43333333)
    assert str(dataset.time[0]) == "1997-01-28"
    assert dataset.licence == "https://spdx.org/licenses/CC-BY-4.0.html"


def test_a_malformed_description_is_refused_as_a_whole_with_the_line():
    path = recorded("eurobis/haltingturtle.ttl")
    with pytest.raises(MalformedAnswer, match=r"line 630 .* Invalid IRI code point '\['"):
        dataset_of(File(path.name, path.read_bytes()))
    with pytest.raises(SyntaxError):
        list(ox.parse(path=path, format=ox.RdfFormat.TURTLE))


@pytest.mark.parametrize(
    ("asked", "told"),
    [
        ({"taxa": [137138], "datasets": [4659]},
         "where:aphiaidaccepted IN (137138) AND datasetid IN (4659);context:0100"),
        ({"datasets": [216, 8045]}, r"where:datasetid IN (216\,8045);context:0100"),
        ({"place": 8364}, "where:(up.geoobjectsids && ARRAY[8364]);context:0100"),
        ({"time": ["2000", "2021"]},
         "where:((observationdate BETWEEN '2000-01-01' AND '2021-12-31'));context:0100"),
        ({"bbox": [2, 51, 3.5, 52]},
         r"where:(ST_Intersects(ST_SetSRID(ST_GeomFromText('POLYGON((2 51\,3.5 51\,3.5 52\,2 52\,"
         r"2 51))')\,4326)\, up.the_geom));context:0100"),
    ],
)  # fmt: skip
def test_a_view_is_asked_as_its_provider_documents(asked, told):
    options = view_options()
    assert view_params(EurobisRequest.model_validate(asked), options) == told


@many
@given(
    st.fixed_dictionaries(
        {},
        optional={
            "taxa": junk | st.lists(junk | st.integers(1, 10**7), max_size=3),
            "datasets": junk | st.lists(junk | st.integers(1, 10**7), max_size=3),
            "place": junk | st.integers(1, 10**7) | st.text(),
            "bbox": boxes,
            "time": periods,
        },
    )
)
def test_nothing_but_numbers_and_dates_comes_into_a_view(asked):
    options = view_options()
    try:
        request = EurobisRequest.model_validate(asked)
    except ValidationError:
        return
    if request.model_dump(exclude_none=True):
        told = view_params(request, options)
        # Each condition is of a documented form, whose values are digits, signs and dashes.
        assert told == "where:;context:0100" or list(clauses(told))


@many
@given(boxes, periods, junk | st.sampled_from([[141433], [104464, 141433], 138474]))
def test_occurrences_are_those_asked_for_or_refused(bbox, time, taxa):
    for name in ("obis_occurrences", "eurobis_occurrences", "obis_measurements"):
        found = answered(name, {"bbox": bbox, "time": time, "taxa": taxa})
        if found is None:
            continue
        request, table = found
        east, north = (
            (table.geometry.x, table.geometry.y)
            if name.startswith("eurobis")
            else (table["decimalLongitude"], table["decimalLatitude"])
        )
        if request.bbox is not None:
            assert inside(request.bbox, east.to_numpy(), north.to_numpy()).all()
        if request.time is not None:
            assert during(request.time, table["time"].to_numpy("datetime64[ns]")).all()
        if request.taxa == (141433,):
            assert set(table.get("aphiaID", table.get("aphia_id"))) <= {141433}


@many
@given(
    boxes,
    periods,
    junk | st.sampled_from(["occurrences", "measurements", "events"]),
    junk | st.sampled_from(["straitgib_cetacea", "../x", "X y"]),
)
def test_an_archive_is_chosen_from_or_the_request_refused(bbox, time, table, resource):
    found = answered(
        "eurobis_archive", {"bbox": bbox, "time": time, "table": table, "resource": resource}
    )
    if found is not None:
        request, data = found
        assert request.resource == "straitgib_cetacea"
        if request.time is not None:
            assert during(request.time, data["time"].to_numpy("datetime64[ns]")).all()


@many
@given(junk | st.text(), junk | st.lists(junk | st.text(), max_size=3), junk | st.just([141433]))
def test_lists_are_asked_properly_or_refused(words, names, taxa):
    for name, asked in (
        ("obis_datasets", {"words": words, "taxa": taxa}),
        ("obis_checklist", {"taxa": taxa}),
        ("worms_taxa", {"names": names, "taxa": taxa}),
        ("marine_regions", {"names": names, "numbers": taxa}),
        ("eurobis_dataset", {"datasets": taxa}),
    ):
        found = answered(name, asked)
        if found is not None and name == "worms_taxa" and found[0].taxa is None:
            assert set(found[1]["asked"]) <= set(found[0].names)


@many
@given(
    st.lists(st.floats(-100, 12000) | st.none() | st.text(max_size=2), max_size=3),
    junk | st.text(max_size=40),
)
def test_depths_and_datasets_are_asked_properly_or_refused(depth, dataset):
    found = answered("obis_occurrences", {"depth": depth or None, "dataset": dataset})
    if found is not None and found[0].depth is not None:
        least, most = found[0].depth
        assert (found[1]["minimumDepthInMeters"] <= most).all()
        assert (found[1]["maximumDepthInMeters"] >= least).all()


def test_the_sample_is_harvested_by_obis_and_marineinfo():
    place = place_of(declared("obis_datasets"), "sample")
    pages = list(HARVESTERS["eurobis"].pages(place))
    assert [each.id for page in pages for each in page.records] == [
        "eurobis:00000000-0000-4000-8000-000000000001", "eurobis:dasid:5976",
    ]  # fmt: skip
    assert pages[0].records[0].bbox == (1.0, 51.5, 4.0, 60.5)
    assert pages[1].records[0].taxa == (141433,)
    assert pages[-1].cursor is None

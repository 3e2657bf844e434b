"""EurOBIS and OBIS over HTTP: pages by key, datasets' rights, archives, and a harvest."""

from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from bluecloud_catalogs import (
    DataError,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestRefused,
    RequestTooLarge,
)
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import Ask, place_of
from bluecloud_catalogs.readers.obis import ObisOptions
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.sources.eurobis import EXAMPLES


@pytest.fixture(autouse=True)
def _recorded():
    recorded("obis/json")
    recorded("eurobis")


def ours(name, **parameters):
    entry = declared(name)
    return read(entry, asked(entry, parameters), lazy=False)


def of_obis(*, page=5000, most=100_000, table="occurrences", **parameters):
    entry = declared("obis_occurrences")
    options = ObisOptions(service="obis", sample="x", page=page, most=most, table=table)
    place = place_of(entry, "live")
    return entry.reader.read(place, options, asked(entry, parameters), lazy=False)


def queries(federation, path):
    return [
        parse_qs(urlsplit(each).query) for each in federation.paths if urlsplit(each).path == path
    ]


@pytest.mark.parametrize("page", [1, 7, 50, 99, 100, 101])
def test_pages_by_key_give_every_occurrence_once(federation, page):
    found = of_obis(page=page, taxa=[141433])
    assert found.count == 100
    assert found.data["occurrenceID"].nunique() == 100
    sent = queries(federation, "/eurobis/obis/occurrence")
    assert len(sent) == -(-100 // page)
    assert "after" not in sent[0]
    assert all("after" in each and "offset" not in each for each in sent[1:])


def test_more_than_the_api_gives_at_once_is_never_asked(federation):
    with pytest.raises(RequestRefused):
        place_of(declared("obis_occurrences"), "live").fetch(
            [Ask("occurrence?taxonid=141433&size=10001", "obis")]
        )
    with pytest.raises(ValueError, match="10000"):
        ObisOptions(service="obis", sample="x", page=10_001)


def test_too_many_are_refused_with_their_number_after_one_request(federation):
    with pytest.raises(RequestTooLarge, match="100 occurrences are asked for at once, 99 are"):
        of_obis(page=10, most=99, taxa=[141433])
    assert len(federation.paths) == 1


def test_measurements_come_with_their_occurrences(federation):
    table = ours("obis_measurements", taxa=[141433])
    assert len(table) == 834
    assert table["occurrenceID"].nunique() == 100
    assert table["scientificName"].eq("Abra alba").all()


def test_a_genus_is_asked_with_all_that_belongs_to_it(federation):
    assert len(ours("obis_occurrences", taxa=[138474])) == 100  # Abra


def test_the_rights_of_each_dataset_stand_with_the_rows(federation):
    table = ours("obis_occurrences", taxa=[127405])
    datasets = table.attrs["datasets"]
    assert sum(each["records"] for each in datasets) == len(table)
    assert {each["dataset_id"] for each in datasets} == set(table["dataset_id"])
    assert any(each["licence"] == "CC BY-NC 4.0" for each in datasets)
    assert "CC BY-NC 4.0" in table.attrs["licence"]
    assert all(each["citation"] for each in datasets)


def test_a_dataset_that_is_gone_is_cited_by_its_id(federation):
    table = ours("obis_occurrences", taxa=[141433])
    unknown = [each for each in table.attrs["datasets"] if each["licence"] == "not stated"]
    assert unknown
    assert all(each["dataset_id"] in each["citation"] for each in unknown)


def test_a_box_over_the_antimeridian_is_asked_on_both_sides(federation):
    table = ours("obis_occurrences", bbox=[100, -60, -100, 60])
    assert len(queries(federation, "/eurobis/obis/occurrence")) == 2
    assert len(table) > 0
    assert not table["decimalLongitude"].between(-99.9, 99.9).any()


def test_an_empty_answer_is_an_empty_table(federation):
    table = ours("obis_occurrences", taxa=[141433], time="2100")
    assert len(table) == 0
    assert "scientificName" in table
    assert table.attrs["datasets"] == []


def test_a_request_for_everything_is_refused_before_it_is_made(federation):
    for name in ("obis_occurrences", "eurobis_occurrences", "obis_checklist"):
        with pytest.raises(ParameterError, match="which"):
            ours(name)
    assert federation.asked == []


def test_a_list_of_datasets_says_what_was_announced_and_what_came(federation):
    table = ours("obis_datasets", taxa=[127405])
    assert table.attrs["announced_datasets"] == "245"
    assert table.attrs["received_datasets"] == "244"
    assert len(table) == 244


def test_points_of_eurobis_are_counted_and_read(federation):
    table = ours("eurobis_occurrences", taxa=[141433], time=["1900", "1930"])
    assert len(table) > 0
    assert (table["time"].dt.year < 1931).all()
    assert set(table["aphia_id"]) == {141433}
    assert table.crs.to_epsg() == 4326
    sent = [each for each in federation.paths if "viewParams" in each]
    assert len(sent) == 2
    assert "resultType=hits" in sent[0]


def test_eurobis_and_obis_see_the_same_in_a_box(federation):
    box = [7.0, 55.0, 12.0, 58.0]
    points = ours("eurobis_occurrences", taxa=[141433], bbox=box)
    assert len(points) == len(ours("obis_occurrences", taxa=[141433], bbox=box)) > 0


def test_bbox_and_place_are_not_asked_together(federation):
    with pytest.raises(ParameterError, match="would add them"):
        ours("eurobis_occurrences", bbox=[0, 0, 1, 1], place=3293)
    assert federation.asked == []


def test_a_fault_in_the_view_is_a_refusal(federation):
    federation.faults["/eurobis/Dataportal"] = "exception report"
    with pytest.raises(RequestRefused, match="The layer is gone"):
        ours("eurobis_occurrences", taxa=[141433])


def test_an_archive_is_read_with_all_its_tables(federation):
    assert len(ours("eurobis_archive", resource="esas")) == 377 - 1
    measured = ours("eurobis_archive", resource="esas", table="measurements")
    assert len(measured) >= 1721
    gulls = ours("eurobis_archive", resource="esas", taxa=[137138])
    assert set(gulls["scientificName"]) == {"Larus argentatus"}


def test_a_name_nobody_has_gives_no_row(federation):
    assert len(ours("worms_taxa", names=["Nessiteras rhombopteryx"])) == 0
    found = ours("worms_taxa", names=["Gadus morhua"], taxa=[254538, 322691])
    assert found["AphiaID"].tolist() == [126436, 322691]
    assert found["valid_AphiaID"].tolist() == [126436, 254538]
    assert len(ours("marine_regions", names=["Atlantis"])) == 0
    assert ours("marine_regions", names=["Belgian"])["MRGID"].tolist() == [3293]


@pytest.mark.parametrize("name", EXAMPLES)
@pytest.mark.parametrize("fault", ["html", "exception report", "500", "truncated", "expired token"])
def test_no_entry_takes_a_fault_for_an_answer(federation, name, fault):
    federation.faults["/eurobis"] = fault
    with pytest.raises(DataError) as caught:
        ours(name, **EXAMPLES[name])
    assert not isinstance(caught.value, ParameterError)


def test_a_harvest_puts_malformed_turtle_aside_and_goes_on(federation):
    place = place_of(declared("obis_datasets"), "live")
    pages = list(HARVESTERS["eurobis"].pages(place))
    bad = {each.native_id: each.reason for page in pages for each in page.quarantined}
    records = [each for page in pages for each in page.records]
    assert set(bad) == {"466", "4"}
    assert "Invalid IRI code point '['" in bad["466"]
    assert {each.id for each in records if "dasid" in each.id} == {"eurobis:dasid:5976"}
    danish = "eurobis:ec9df3b9-3b2b-4d83-881b-27bcbcd57b95"
    assert danish in {each.id for each in records}
    assert federation.unknown == []


def test_a_harvest_goes_on_from_a_cursor_and_since_a_day(federation):
    place = place_of(declared("obis_datasets"), "live")
    pages = list(HARVESTERS["eurobis"].pages(place))
    again = list(HARVESTERS["eurobis"].pages(place, cursor=pages[0].cursor))
    assert again == pages[1:]
    recent = [
        each
        for page in HARVESTERS["eurobis"].pages(place, since=datetime(2025, 3, 1))
        for each in page.records
    ]
    assert recent
    assert all(each.modified.year == 2025 for each in recent)


def test_a_description_that_is_gone_is_not_found(federation):
    with pytest.raises(NotFound):
        ours("eurobis_dataset", datasets=[4])
    with pytest.raises(MalformedAnswer):
        ours("eurobis_dataset", datasets=[466])

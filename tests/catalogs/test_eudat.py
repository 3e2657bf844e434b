"""EUDAT: B2FIND's packages, records of repositories, handles; on recordings and by hand."""

import csv
import json
from datetime import UTC, datetime

import pandas as pd
import pytest

from bluecloud_catalogs import (
    CredentialRequired,
    MalformedAnswer,
    NotFound,
    RequestRefused,
    RequestTooLarge,
)
from bluecloud_catalogs.answers import as_xml
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import File, place_of
from bluecloud_catalogs.readers import ckan
from bluecloud_catalogs.readers.ckan import pages, unwrapped
from bluecloud_catalogs.readers.ckan_packages import box_of, row
from bluecloud_catalogs.readers.handle import values
from bluecloud_catalogs.readers.repository_records import RecordFile, record, whole
from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded

DC = "{http://purl.org/dc/elements/1.1/}"


def answer(content: object, path: str = "package_search?q=x") -> File:
    return File(path, json.dumps(content).encode())


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        ("Not Found Error", NotFound),
        ("Validation Error", RequestRefused),
        ("Search Query Error", RequestRefused),
    ],
)
def test_a_refusal_of_ckan_is_its_kind_whatever_the_status(kind, error):
    body = {"success": False, "error": {"__type": kind, "message": "rows: not a number"}}
    with pytest.raises(error, match="rows: not a number"):
        unwrapped(answer(body))


@pytest.mark.parametrize("body", [[], {}, {"result": {}}, {"success": "yes"}])
def test_what_is_no_envelope_is_no_answer(body):
    with pytest.raises(MalformedAnswer):
        unwrapped(answer(body))


def test_only_get_is_used(federation):
    entry = declared("b2find_bluecloud")
    read(entry, asked(entry, {"text": "Argo"}), lazy=False)
    assert federation.unknown == []
    assert all("package_search?" in path for path in federation.paths)


def test_pages_are_followed_to_the_announced_end(federation, monkeypatch):
    monkeypatch.setattr(ckan, "PAGE_ROWS", 1)
    entry = declared("b2find_seanoe")
    found = read(entry, asked(entry, {}), lazy=False)
    assert len(found) == 2
    assert len(federation.paths) == 2
    assert found["name"].is_unique


def test_too_many_datasets_are_refused(federation):
    with pytest.raises(RequestTooLarge, match="add words"):
        list(pages(place_of(declared("b2find_seanoe"), "live"), None, None, most=1))


def test_a_recorded_package_becomes_a_row():
    package = json.loads(recorded("eudat/b2find/ckan_package_darus.json").read_text())
    told = row({"name": "darus", **package})
    assert told["doi"] == "10.18419/darus-629"
    assert told["publisher"] == "DaRUS"
    assert (told["begin"], told["year"]) == ("2020-01-30T00:00:00Z", 2020)
    assert told["west"] is None


def test_recorded_records_become_rows_and_broken_ones_are_told():
    good, broken = {}, []
    for path in sorted(recorded("eudat/b2find/envriplus_mapped_json").glob("*.json")):
        try:
            good[path.stem] = row(json.loads(path.read_text()))
        except ValueError:
            broken.append(path.stem)
    assert good["12315a55-94af-5cf2-96a9-95102e7ddee4"]["doi"] == "10.17882/42182"
    argo = good["12315a55-94af-5cf2-96a9-95102e7ddee4"]
    assert (argo["west"], argo["south"], argo["east"], argo["north"]) == (-180, -90, 180, 90)
    # Not 62940193199 seconds, which would be in the year 3964: they count from the year 1.
    assert argo["begin"] == "1995-07-01T11:59:59Z"
    seadatanet = good["88015b01-cda5-5c91-9c45-a88acc8fd771"]
    assert (seadatanet["west"], seadatanet["north"]) == (-90, 83)
    assert (seadatanet["begin"][:4], seadatanet["end"][:4]) == ("1900", "2015")
    assert good["b73648f1-2f43-52c8-b4e4-f071f16f4e61"]["doi"] == ""  # .../null
    assert broken, "some of these were recorded broken"


def test_a_place_is_read_from_words_where_there_is_no_shape():
    assert box_of({"SpatialCoverage": "(10N-83N,90W-93E)"}) == (-90, 10, 93, 83)
    assert box_of({"SpatialCoverage": ["180.0 -44.0", "-180.0 83.0"]}) is None
    assert box_of({"spatial": "{broken"}) is None
    assert box_of({}) is None


def test_the_coverage_of_a_recorded_seanoe_record_is_a_box():
    file = File("seanoe", recorded("eudat/b2find/seanoe_oai_dc_record.xml").read_bytes())
    coverage = as_xml(file).findtext(f".//{DC}coverage")
    assert box_of({"SpatialCoverage": coverage}) == (-32.27982, 37.2888, -32.275618, 37.30134)


def test_harvested_records_are_read_as_xml():
    titles = []
    for path in sorted(recorded("eudat/b2find/euro-argo-oai_dc").glob("*.xml")):
        titles.append(as_xml(File(path.name, path.read_bytes())).findtext(f".//{DC}title"))
    assert len(titles) > 20
    assert all(titles)
    for name in ("pangaea_datacite_1.xml", "pangaea_datacite_3.xml"):
        root = as_xml(File(name, recorded(f"eudat/b2find/{name}").read_bytes()))
        assert root.find(".//{*}geoLocation") is not None


def test_the_communities_of_the_entries_are_repositories_of_b2find():
    with recorded("eudat/b2find/b2flist.csv").open() as lines:
        known = {each["Identifier"] for each in csv.DictReader(lines)}
    for name in ("b2find_bluecloud", "b2find_seanoe"):
        assert declared(name).declaration.parameters["community"] in known
    from bluecloud_catalogs.harvest.eudat import COMMUNITIES

    assert set(COMMUNITIES) <= known
    assert "OAI" in recorded("eudat/b2find/example_harvest_list.csv").read_text()


def test_datasets_are_chosen_by_box_over_the_antimeridian_and_period(federation):
    entry = declared("b2find_bluecloud")
    over = read(entry, asked(entry, {"bbox": [175, -5, -175, 5]}), lazy=False)
    assert list(over["name"]) == ["synthetic-chlorophyll"]
    then = read(entry, asked(entry, {"time": ["2020-06", "2021"]}), lazy=False)
    assert list(then["name"]) == ["synthetic-argo"]
    assert then["begin"].dtype == "datetime64[ns]"


def test_a_dataset_without_a_place_is_in_no_box(federation):
    entry = declared("b2find_seanoe")
    assert len(read(entry, asked(entry, {}), lazy=False)) == 2
    assert len(read(entry, asked(entry, {"bbox": [-180, -90, 180, 90]}), lazy=False)) == 1


def test_nothing_found_is_an_empty_table(federation):
    entry = declared("b2find_bluecloud")
    found = read(entry, asked(entry, {"text": "nothinghasthisword"}), lazy=False)
    assert len(found) == 0
    assert "doi" in found


def version_2(**more: object) -> dict:
    """A record as B2SHARE's version 2 gave it; the shape is that of EUDAT's training."""
    return {
        "created": "2016-12-21T14:19:42.919114+00:00",
        "id": "41ccbfb505e641de8a75cc0b0f3818e2",
        "links": {"files": "https://b2share.eudat.eu/api/files/b0bd6602"},
        "files": [{"bucket": "b0bd6602", "key": "a file.txt", "size": 3, "checksum": "md5:x"}],
        "metadata": {
            "community": "E9B9792E-79FB-4B07-B6B4-B9C2BD06D095",
            "titles": [{"title": "My record"}],
            "descriptions": [{"description": "Words", "description_type": "Abstract"}],
            "creators": [{"creator_name": "Smith, John"}],
            "open_access": True,
            "publication_state": "published",
            "community_specific": {},
            **more,
        },
    }


@pytest.mark.parametrize("version", [0, 1])
def test_a_record_of_version_2_is_read_and_fits_the_recorded_schema(version):
    from jsonschema import Draft4Validator

    schema = json.loads(recorded(f"eudat/b2share/root_schema_v{version}.json").read_text())
    told = version_2(keywords=["sea"] if version == 0 else [{"keyword": "sea"}])
    Draft4Validator(schema["json_schema"]).validate(told["metadata"])
    made = record(told, "records")
    assert (made.title, made.creators, made.keywords) == ("My record", ("Smith, John",), ("sea",))
    assert made.published == "2016-12-21"
    assert made.files[0].url == "https://b2share.eudat.eu/api/files/b0bd6602/a%20file.txt"


def test_the_community_of_a_record_is_one_of_b2share():
    known = {
        json.loads(recorded(f"eudat/b2share/{name}.json").read_text())["id"]
        for name in ("eudat", "lter", "my_test_community1")
    }
    assert version_2()["metadata"]["community"] in known


def test_a_record_of_zenodos_older_form_is_read():
    told = {
        "id": 11460074,
        "doi": "10.5281/zenodo.11460074",
        "metadata": {
            "title": "Catches",
            "publication_date": "2024-06-01",
            "creators": [{"name": "FIRMS"}],
            "license": {"id": "cc-by-4.0"},
            "keywords": ["tuna"],
        },
        "files": [
            {"key": "c.csv", "size": 3, "checksum": "md5:900150983cd24fb0d6963f7d28e17f72",
             "links": {"self": "https://zenodo.org/api/records/11460074/files/c.csv/content"}},
        ],
    }  # fmt: skip
    made = record(told, "records")
    assert (made.id, made.licence, made.doi) == ("11460074", "cc-by-4.0", told["doi"])
    whole(b"abc", made.files[0], "records")
    for wrong in (b"abd", b"ab"):
        with pytest.raises(MalformedAnswer, match=r"c\.csv"):
            whole(wrong, made.files[0], "records")


@pytest.mark.parametrize("told", [[], {}, {"id": 1}, {"metadata": {"titles": []}}, "x"])
def test_what_is_no_record_is_no_answer(told):
    with pytest.raises(MalformedAnswer, match="no record"):
        record(told, "records")


def test_a_checksum_of_an_unknown_kind_is_left_alone():
    whole(b"abc", RecordFile("c", "", None, "crc32:1"), "records")


def test_records_of_b2share_are_asked_without_a_slash_at_the_end(federation):
    entry = declared("b2share_records")
    found = read(entry, asked(entry, {"text": "marine"}), lazy=False)
    assert found.iloc[0]["doi"] == "10.5072/synthetic-record"
    assert found.iloc[0]["creators"] == ("Nobody, A.",)
    assert found.iloc[0]["files"] == ("table.csv",)
    assert all("/records?" in path for path in federation.paths)
    later = read(entry, asked(entry, {"text": "marine", "published": ["2026", "2027"]}), lazy=False)
    assert len(later) == 0


def test_a_recorded_handle_is_read():
    content = recorded("eudat/handle/handlerecord_with_10320LOC_PUBLIC.json").read_bytes()
    rows = values(File("someprefix/somesuffix", content), "someprefix/somesuffix")
    assert [each[2] for each in rows] == ["10320/LOC", "CREATION_DATE"]
    assert "clipc-services" in rows[0][4]
    assert rows[1][1:] == (3, "CREATION_DATE", "string", "2015-05-01", "2015-06-10T11:54:35Z")


@pytest.mark.parametrize(
    ("code", "error"),
    [(100, NotFound), (2, RequestRefused), (401, CredentialRequired), (402, CredentialRequired)],
)
def test_a_handles_answer_is_what_its_code_says(code, error):
    with pytest.raises(error):
        values(answer({"responseCode": code, "handle": "a/b"}), "a/b")


def test_a_handle_without_such_values_is_empty(federation):
    entry = declared("b2handle_values")
    handle = entry.declaration.example["handle"]
    assert len(read(entry, asked(entry, {"handle": handle}), lazy=False)) == 2
    assert len(read(entry, asked(entry, {"handle": handle, "type": "EMAIL"}), lazy=False)) == 0
    one = read(entry, asked(entry, {"handle": handle, "type": "URL"}), lazy=False)
    assert list(one["value"]) == ["https://synthetic.invalid/record"]
    assert one["timestamp"].iloc[0] == pd.Timestamp("2026-01-01")
    with pytest.raises(NotFound, match="there is no handle 21\\.1/2"):
        read(entry, asked(entry, {"handle": "21.1/2"}), lazy=False)


@pytest.mark.parametrize("body", [[], {}, {"responseCode": 1, "handle": "a/c", "values": []}])
def test_an_answer_of_another_handle_is_no_answer(body):
    with pytest.raises(MalformedAnswer):
        values(answer(body), "a/b")


def test_the_harvest_quarantines_and_goes_on(federation):
    harvester, place = HARVESTERS["eudat"], place_of(declared("b2find_datasets"), "live")
    whole_harvest = list(harvester.pages(place))
    records = [each for page in whole_harvest for each in page.records]
    assert {each.id for each in records} >= {"eudat:synthetic-mooring", "eudat:synthetic-unplaced"}
    assert whole_harvest[-1].cursor is None
    rest = list(harvester.pages(place, cursor="sextant:0"))
    assert not {each.id for page in rest for each in page.records} & {"eudat:synthetic-mooring"}
    later = harvester.pages(place, since=datetime(2027, 1, 1, tzinfo=UTC))
    assert not [each for page in later for each in page.records]


@pytest.mark.parametrize("source", ["bluecloud", "d4science", "ena", "eudat"])
def test_a_harvest_of_the_sample_lists_each_thing_once(source):
    harvester = HARVESTERS[source]
    pages_of = harvester.pages(place_of(declared(harvester.entry), "sample"))
    ids = [record.id for page in pages_of for record in page.records]
    assert ids
    assert len(ids) == len(set(ids))


def test_a_dataset_without_a_name_is_quarantined():
    from bluecloud_catalogs.harvest import eudat

    seanoe = {"groups": [{"name": "seanoe"}]}
    page = eudat._page([{"title": "x"}, {"name": "y", **seanoe}, {"name": "z"}, 3], "seanoe", None)
    assert [each.id for each in page.records] == ["eudat:y"]
    assert len(page.quarantined) == 2

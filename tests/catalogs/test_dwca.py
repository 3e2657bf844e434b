"""Darwin Core archives of every kind, and real tables of one joined without losing a row."""

import io
import tarfile
import zipfile

import pytest

from bluecloud_catalogs import MalformedAnswer, ParameterError, RequestTooLarge
from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers import darwin_core
from bluecloud_catalogs.readers.dwca import ArchiveRequest, chosen, table_of, typed
from bluecloud_catalogs.readers.dwca_archive import archive_of
from tests.federation.recorded import recorded
from tests.federation.sources.eurobis import esas_archive

pd = pytest.importorskip("pandas")
ARCHIVES = {
    "dwca-ids.zip": {"Taxon": 4, "Description": 3, "VernacularName": 4},
    "dwca-noheaders-1.zip": {"Occurrence": 2},
    "dwca-orphaned-rows.zip": {"Taxon": 4, "Description": 6, "VernacularName": 5},
    "dwca-partial-default.zip": {"Occurrence": 2},
    "dwca-simple-csv-dos.zip": {"Occurrence": 3},
    "dwca-simple-csv-eml.zip": {"Occurrence": 3},
    "dwca-simple-csv-notenclosed.zip": {"Occurrence": 3},
    "dwca-simple-subdir.zip": {"Occurrence": 2},
    "dwca-simple-test-archive-enclosed.zip": {"Occurrence": 2},
    "dwca-simple-test-archive.tgz": {"Occurrence": 2},
    "dwca-simple-test-archive.zip": {"Occurrence": 2},
    "dwca-star-test-archive.zip": {"Taxon": 4, "VernacularName": 4},
    "dwca-utf8-eol-test.zip": {"Occurrence": 1},
    "gbif-results-lacks-s-metadata.zip": {"Occurrence": 158},
    "gbif-results-whitespace-in-xml.zip": {"Occurrence": 158},
    "gbif-results.zip": {"Occurrence": 158},
}


def archive(name):
    path = recorded(f"eurobis/dwca_samples/{name}")
    return archive_of(File(path.name, path.read_bytes()))


def zipped(**files: str) -> File:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as into:
        for name, text in files.items():
            into.writestr(name.replace("_", "."), text)
    return File("made.zip", made.getvalue())


def described(*fields: str, enclosed: str = "") -> str:
    return (
        '<archive xmlns="http://rs.tdwg.org/dwc/text/"><core encoding="UTF-8" '
        'fieldsTerminatedBy="\\t" linesTerminatedBy="\\n" '
        f'fieldsEnclosedBy="{enclosed}" ignoreHeaderLines="0" '
        'rowType="http://rs.tdwg.org/dwc/terms/Occurrence"><files><location>a.txt</location>'
        f'</files><id index="0"/>{"".join(fields)}</core></archive>'
    )


@pytest.mark.parametrize("name", ARCHIVES)
def test_a_recorded_archive_has_all_rows_of_its_tables(name):
    assert {kind: len(table) for kind, table in archive(name).tables.items()} == ARCHIVES[name]


@pytest.mark.parametrize("name", ["dwca-invalid-simple-toomuch.zip", "dwca-invalid-simple-two.zip"])
def test_a_recorded_archive_that_is_invalid_is_malformed(name):
    with pytest.raises(MalformedAnswer, match="it is no Darwin Core archive: No Metafile"):
        archive(name)


def test_what_is_in_no_described_column_is_counted_and_costs_no_row():
    found = archive("dwca-orphaned-rows.zip")
    assert found.ragged == {"VernacularName": 1}


def test_metadata_give_title_and_citation():
    about = archive("dwca-simple-csv-eml.zip").about
    assert about["citation"].startswith("Sukhanova, IN et al. (2004)")
    assert about["title"].startswith("(Table 7) Abundance of different Emiliania huxleyi")


def test_a_default_fills_blanks_and_goes_over_nothing():
    field = '<field index="1" term="http://rs.tdwg.org/dwc/terms/country" default="Malta"/>'
    constant = '<field term="http://rs.tdwg.org/dwc/terms/license" default="CC0"/>'
    found = archive_of(zipped(meta_xml=described(field, constant), a_txt="1\tItaly\n2\t\n"))
    table = found.tables["Occurrence"]
    assert table["country"].tolist() == ["Italy", "Malta"]
    assert table["license"].tolist() == ["CC0", "CC0"]


def test_a_quotation_mark_in_a_text_swallows_no_row():
    field = '<field index="1" term="http://rs.tdwg.org/dwc/terms/locality"/>'
    text = '1\tthe "Vlakte\n2\tNaN\n3\t\n'
    table = archive_of(zipped(meta_xml=described(field), a_txt=text)).tables["Occurrence"]
    assert table["locality"].tolist() == ['the "Vlakte', "NaN", ""]


@pytest.mark.parametrize(
    "content", [b"", b"<html>Log in</html>", b"PK\x03\x04 and no more", b"\x1f\x8b cut"]
)
def test_what_is_no_archive_is_malformed(content):
    with pytest.raises(MalformedAnswer):
        archive_of(File("made", content))


def test_a_file_that_would_be_written_elsewhere_is_refused():
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w:gz") as tar:
        link = tarfile.TarInfo("meta.xml")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(link)
    with pytest.raises(MalformedAnswer, match="links"):
        archive_of(File("made.tgz", made.getvalue()))
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as into:
        into.writestr("../meta.xml", "x")
    with pytest.raises(MalformedAnswer, match="outside"):
        archive_of(File("made.zip", made.getvalue()))


def test_what_unpacks_to_too_much_is_refused_by_its_size(monkeypatch):
    monkeypatch.setenv("BLUECLOUD_HTTP_MOST_MB", "0.001")
    with pytest.raises(RequestTooLarge, match="it unpacks to"):
        archive_of(zipped(meta_xml=described(), a_txt="1\n" * 5000))


@pytest.fixture(scope="module")
def esas():
    return archive_of(File("esas.zip", esas_archive(recorded("eurobis/esas_dwc_sample"))))


def lines(name):
    return len(recorded(f"eurobis/esas_dwc_sample/{name}.tsv").read_text().splitlines()) - 1


def test_real_tables_keep_every_row(esas):
    assert {name: len(table) for name, table in esas.tables.items()} == {
        "Event": lines("event"),
        "Occurrence": lines("occurrence"),
        "ExtendedMeasurementOrFact": lines("emof"),
    }
    assert esas.ragged == {"ExtendedMeasurementOrFact": 42}  # with a tab within a value
    assert "Permission is hereby granted" in recorded("eurobis/esas_dwc_sample/LICENSE").read_text()


def test_an_occurrence_has_the_date_and_place_of_its_event(esas):
    table = typed(table_of(esas, "occurrences"))
    assert len(table) == lines("occurrence")
    first = table.iloc[0]
    assert first["scientificName"] == "Larus argentatus"
    assert first["aphia_id"] == 137138
    assert str(first["time"])[:10] == "1996-02-28"
    assert table["decimalLatitude"].notna().all()
    assert table["license"].iloc[0] == "https://creativecommons.org/licenses/by/4.0/"


def test_measurements_are_joined_by_occurrence_or_event_and_none_is_lost(esas):
    table = table_of(esas, "measurements")
    measured = esas.tables["ExtendedMeasurementOrFact"]
    named = set(measured["occurrenceID"]) - {""}
    without = (~esas.tables["Occurrence"]["occurrenceID"].isin(named)).sum()
    assert len(table) == len(measured) + without
    of_occurrence = table[table["occurrenceID"].isin(named)]
    assert of_occurrence["scientificName"].notna().all()
    of_event = table[(table["occurrenceID"] == "") & table["measurementType"].notna()]
    assert of_event["scientificName"].isna().all()
    assert of_event["eventDate"].notna().all()
    assert len(of_occurrence) + len(of_event) + without == len(table)


def test_events_say_what_those_above_them_say(esas):
    events = table_of(esas, "events")
    assert len(events) == lines("event")
    assert (events["institutionCode"] == "ICES").all()


def test_an_event_within_itself_ends():
    circle = pd.DataFrame(
        {"eventID": ["a", "b"], "parentEventID": ["b", "a"], "eventDate": ["", "2020"]}
    )
    assert darwin_core.inherited(circle)["eventDate"].tolist() == ["2020", "2020"]


def test_an_occurrence_without_measurement_and_one_with_two_keep_their_rows():
    seen = pd.DataFrame({"occurrenceID": ["a", "b"], "scientificName": ["A", "B"]})
    measured = pd.DataFrame(
        {"occurrenceID": ["a", "a", "gone"], "measurementType": ["x", "y", "z"]}
    )
    table = darwin_core.with_measurements(seen, measured)
    assert sorted(table["occurrenceID"]) == ["a", "a", "b", "gone"]
    assert table.set_index("occurrenceID").loc["b", "measurementType"] is not None
    assert table["measurementType"].isna().sum() == 1


@pytest.mark.parametrize(
    ("told", "moment"),
    [
        ("2007", "2007-01-01"),
        ("2007-5", "2007-05-01"),
        ("2007-05-03/2007-05-09", "2007-05-03"),
        ("2007-05-03T12:30:00+02:00", "2007-05-03 10:30"),
        ("2007-05-03 12:30", "2007-05-03 12:30"),
        ("1996-02-28/1996-02-28", "1996-02-28"),
        ("spring", "NaT"),
        ("2007-13-01", "NaT"),
        ("", "NaT"),
    ],
)
def test_dates_of_events_are_read_as_they_are_written(told, moment):
    (found,) = darwin_core.event_time(pd.Series([told]))
    assert str(found) == str(pd.Timestamp(moment))


@pytest.mark.parametrize(
    ("told", "number"),
    [
        ("urn:lsid:marinespecies.org:taxname:141433", 141433),
        ("http://marinespecies.org/aphia.php?p=taxdetails&id=141433", 141433),
        ("141433", 141433),
        ("urn:lsid:itis.gov:itis_tsn:81573", pd.NA),
        ("", pd.NA),
    ],
)
def test_an_aphia_id_is_taken_from_what_names_it(told, number):
    (found,) = darwin_core.aphia_ids(pd.Series([told]))
    assert found is number or found == number


def test_a_table_that_an_archive_has_not_is_named(esas):
    star = archive("dwca-star-test-archive.zip")
    with pytest.raises(ParameterError, match="this archive has Taxon, VernacularName"):
        table_of(star, "occurrences")
    with pytest.raises(ParameterError, match="time: this table has no time"):
        chosen(typed(star.tables["Taxon"]), ArchiveRequest.model_validate({"time": "2020"}))

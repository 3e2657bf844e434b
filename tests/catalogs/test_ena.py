"""ENA and MGnify: what their answers are like, on recorded tables and by hand."""

import json
from datetime import datetime

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs import (
    DataError,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestRefused,
    RequestTooLarge,
)
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.http import get_all
from bluecloud_catalogs.places import File, Folder, place_of
from bluecloud_catalogs.readers.ena_portal import EnaPortalRequest, records, rows_of, search
from bluecloud_catalogs.readers.ena_query import query
from bluecloud_catalogs.readers.mgnify import long, paged
from bluecloud_catalogs.readers.table_file import parsed
from bluecloud_catalogs.tiers import read
from bluecloud_catalogs.tree import root
from tests.catalogs.asking import answered, many
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded

APY = "ena/planet-microbe/Tara_Oceans/APY"
FASTQ = ("run_accession", "fastq_ftp", "fastq_md5", "fastq_bytes", "read_count")
ROW = {
    "run_accession": "SRR6301444",
    "fastq_ftp": "ftp.sra.ebi.ac.uk/a_1.fastq.gz;ftp.sra.ebi.ac.uk/a_2.fastq.gz",
    "fastq_md5": "aa;bb",
    "fastq_bytes": "10;20",
    "read_count": "260375006",
}


def answer(content: object, status: int = 200) -> File:
    body = content if isinstance(content, bytes) else json.dumps(content).encode()
    return File("search?x", body, status=status)


def test_lists_are_paired_and_addresses_get_their_scheme():
    table, notes = records([ROW], FASTQ, where="search")
    row = table.iloc[0]
    assert row["fastq_urls"] == (
        "https://ftp.sra.ebi.ac.uk/a_1.fastq.gz",
        "https://ftp.sra.ebi.ac.uk/a_2.fastq.gz",
    )
    assert row["fastq_md5"] == ("aa", "bb")
    assert row["fastq_bytes"] == (10, 20)
    assert row["read_count"] == 260375006
    assert not notes


def test_lists_of_different_lengths_are_no_answer():
    with pytest.raises(MalformedAnswer, match=r"SRR6301444.*\(2, 3, 2\)"):
        records([{**ROW, "fastq_md5": "aa;bb;cc"}], FASTQ, where="search")


def test_a_run_without_files_has_empty_lists():
    table, _ = records(
        [{**ROW, "fastq_ftp": "", "fastq_md5": "", "fastq_bytes": ""}], FASTQ, where="x"
    )
    assert table.iloc[0]["fastq_urls"] == () == table.iloc[0]["fastq_bytes"]


def test_nothing_found_is_204_or_an_empty_list_and_both_are_empty():
    assert rows_of(answer(b"", 204), 0) == []
    assert rows_of(answer([]), 0) == []


def test_half_an_answer_with_status_200_is_no_answer():
    whole = json.dumps([ROW, ROW]).encode()
    with pytest.raises(MalformedAnswer, match="not whole"):
        rows_of(answer(whole[:-40]), 2)


def test_fewer_rows_than_announced_are_no_answer():
    with pytest.raises(MalformedAnswer, match="3 records were announced, and 2 came"):
        rows_of(answer([ROW, ROW]), 3)
    with pytest.raises(MalformedAnswer, match="1 records were announced, and 0 came"):
        rows_of(answer(b"", 204), 1)


def test_values_are_typed_and_what_cannot_be_read_is_told():
    rows = [
        {"lat": "18.5839", "lon": "66.4727", "collection_date": "2010-03-18/2010-03-19"},
        {"lat": "", "lon": "not collected", "collection_date": "2010"},
    ]
    table, notes = records(rows, ("lat", "lon", "collection_date"), where="search")
    assert table["latitude"].dtype == table["longitude"].dtype == "float64"
    assert list(table["time"]) == [pd.Timestamp("2010-03-18"), pd.Timestamp("2010-01-01")]
    assert notes == {"not_read": "longitude: 1 of 2 could not be read"}


def test_a_query_is_built_of_all_that_is_asked():
    asked_for = query(
        accessions=("PRJEB1787", "ERS488919"),
        taxon=408172,
        bbox=(-10, 35, 0, 45),
        time=(datetime(2010, 1, 1), datetime(2011, 1, 1)),
    )
    assert asked_for == (
        '(study_accession="PRJEB1787" OR secondary_sample_accession="ERS488919") AND '
        "tax_tree(408172) AND geo_box1(35,-10,45,0) AND "
        "collection_date>=2010-01-01 AND collection_date<=2010-12-31"
    )


def test_years_are_written_with_four_digits():
    asked_for = query(time=(datetime(1, 1, 1), datetime(101, 1, 1)))
    assert asked_for == "collection_date>=0001-01-01 AND collection_date<=0100-12-31"


def test_a_box_over_the_antimeridian_is_asked_in_two_parts():
    assert query(bbox=(170, -20, -170, 20)) == (
        "(geo_box1(-20,170,20,180) OR geo_box1(-20,-180,20,-170))"
    )
    assert query(bbox=(170, -20, 190, 20)) == query(bbox=(170, -20, -170, 20))
    assert query(bbox=(0, -90, 360, 90)) == "geo_box1(-90,-180,90,180)"


def test_the_limit_is_always_sent(federation):
    read(declared("tara_oceans_runs"), asked(declared("tara_oceans_runs"), {}), lazy=False)
    searches = [path for path in federation.paths if "/search?" in path]
    assert searches
    assert all("limit=0" in path for path in searches)


def test_without_a_limit_the_emulator_gives_ten_as_ena_does(federation):
    address = f"{federation.address('ena')}/portal/search?result=sample&fields=lat&format=json"
    assert len(json.loads(get_all([address])[0].content)) <= 10


def test_a_refusal_comes_with_its_words(federation):
    place = place_of(declared("ena_samples"), "live")
    with pytest.raises(RequestRefused, match=r"Invalid fieldName\(s\) supplied: colour"):
        search(place, "sample", ("colour",), "tax_tree(408172)")


def test_too_much_is_refused_before_it_is_sent(federation):
    place = place_of(declared("ena_samples"), "live")
    with pytest.raises(RequestTooLarge, match="ENA has .* records of kind sample"):
        search(place, "sample", ("lat",), "tax_tree(408172)", most=2)
    assert not [path for path in federation.paths if "/search" in path]


def test_nothing_found_is_an_empty_table_with_all_its_columns(federation):
    entry = declared("ena_samples")
    found = read(entry, asked(entry, {"accession": ["SAMEA999999999"]}), lazy=False)
    assert len(found) == 0
    assert {"latitude", "time", "depth"} <= set(found.columns)


def test_a_request_that_asks_for_everything_is_refused(federation):
    entry = declared("ena_runs")
    with pytest.raises(ParameterError, match="which records"):
        read(entry, asked(entry, {}), lazy=False)
    assert federation.paths == []


def test_runs_of_the_recorded_stations_are_chosen_by_box_and_period(federation):
    recorded(APY)
    entry = declared("tara_oceans_runs")
    asked_for = {"bbox": [60, 10, 80, 25], "time": ["2010-03", "2010-03"]}
    found = read(entry, asked(entry, asked_for), lazy=False)
    assert len(found) == 11  # counted in sample_NCBI.tsv: stations 36 to 41
    assert found["time"].between("2010-03-01", "2010-04-01").all()


def test_tara_samples_carry_what_was_measured_beside_them(federation):
    first = (recorded(f"{APY}/sample_NCBI.tsv").read_text(encoding="latin-1")).splitlines()[1]
    assert first.startswith("TARA_B100000105\tSAMEA2620084")
    entry = declared("tara_oceans_samples")
    table = read(entry, asked(entry, {}), lazy=False).set_index("sample_accession")
    assert len(table) == 135
    row = table.loc["SAMEA2620084"]
    assert row["time"] == pd.Timestamp("2010-03-18T11:33")
    assert (row["temperature"], row["salinity"]) == (26.812225, 36.332317)
    assert (row["phosphate"], row["silicate"]) == (0.2465, 1.2415)
    assert row["ocean_region"] == "[IO] Indian Ocean (MRGID:1904)"
    assert table["nitrate"].isna().sum() == 24  # "nd"
    assert table["ph"].dropna().between(7.3, 8.5).all()


@pytest.mark.parametrize(
    ("file", "unit"),
    [
        ("TARA_samples_nutrients_PANGEA.tsv", "micromole per litre"),
        ("TARA_samples_HPLC_PANGEA.tsv", "miligram per cubic meter"),
        ("sample_NCBI.txt", "psu"),
        ("TARA_Ardyna_water_context_PANGEA.txt", "PANGAEA.875577"),
        ("Niskin_profiles_PANGEA.txt", "kg/m**3"),
        ("Sampling_events.txt", "parameter"),
        ("TARA_samples_nutrients_PANGEA.tsv", "PANGAEA.875575"),
        ("campaign.tsv", "expedition"),
    ],
)
def test_units_are_those_of_the_recorded_ontologies(file, unit):
    folder = recorded(f"{APY}/ontologies")
    assert unit in (folder / file).read_text(encoding="latin-1")


def test_events_and_campaigns_are_tables_too():
    events = parsed(File("events", recorded(f"{APY}/sampling_event.tsv").read_bytes()), "tsv")
    campaigns = parsed(File("campaigns", recorded(f"{APY}/campaign.tsv").read_bytes()), "tsv")
    unknown = set(events["Cruise_ID"]) - set(campaigns["campaign_name"])
    assert unknown == {"NA", "TARA_20100118Z"}


def test_the_studies_named_in_the_entry_are_those_of_the_expedition():
    for name in ("Tara_Oceans", "Tara_Oceans_Polar", "OSD", "HOT-DeLong"):
        assert recorded(f"ena/planet-microbe/{name}/README.md").stat().st_size
    text = recorded("ena/planet-microbe/Tara_Oceans/README.md").read_text()
    told = declared("tara_oceans_runs").declaration.description
    for study in ("PRJEB1787", "PRJEB4352", "PRJEB1788", "PRJEB4419", "PRJEB6610"):
        assert study in text
        assert study in told


def test_ocean_sampling_day_is_read_whole(federation):
    recorded("ena/planet-microbe/OSD/osd_sample.tsv")
    entry = declared("osd_2014_samples")
    table = read(entry, asked(entry, {}), lazy=False).set_index("sample_name")
    assert len(table) == 162
    row = table.loc["OSD108_2014-06-20_0m_NPL022"]
    assert (row["temperature"], row["salinity"], row["depth"]) == (20.1, 30.0, 0.0)
    assert row["sample_accession"] == "SAMEA3275539"


def test_a_table_that_is_cut_is_no_table():
    content = recorded(f"{APY}/sample_NCBI.tsv").read_bytes()
    with pytest.raises(MalformedAnswer, match="last line is cut"):
        parsed(File("sample_NCBI.tsv", content[:-600]), "tsv")


def test_emo_bon_is_joined_to_its_observatories(federation):
    recorded("ena/mgnify-methods/data")
    entry = declared("emo_bon_taxonomy")
    found = read(entry, asked(entry, {"sample": ["EMOBON00084"]}), lazy=False)
    assert set(found["observatory"]) == {"BPNS"}
    assert set(found["sample_type"]) == {"sediment"}
    assert found.iloc[0]["ncbi_tax_id"] == 2157
    assert found.iloc[0]["abundance"] == 7.0


@pytest.mark.parametrize(("study", "runs"), [("ERP003634", 7), ("ERP124424", 62)])
def test_a_taxonomy_table_is_read_as_it_was_recorded(study, runs):
    path = recorded(f"ena/mgnify-methods/data/mgnify_data/{study}_taxonomy_abundances_SSU_v5.0.tsv")
    lines = path.read_text().splitlines()
    table, columns = long(File(path.name, path.read_bytes()))
    assert len(columns) == runs
    counts = [[int(each) for each in line.split("\t")[1:]] for line in lines[1:]]
    assert table["count"].sum() == sum(map(sum, counts))
    assert len(table) == sum(each > 0 for row in counts for each in row)


def test_ranks_are_taken_from_a_lineage():
    file = File("x", b"#SampleID\tERR1\nsk__Bacteria;k__;p__Cyanobacteria\t7\n")
    table, _ = long(file)
    row = table.iloc[0]
    assert (row["superkingdom"], row["kingdom"], row["phylum"]) == ("Bacteria", "", "Cyanobacteria")
    assert (row["run_accession"], row["count"]) == ("ERR1", 7)


@pytest.mark.parametrize("cell", ["x", "-3", "1.5", ""])
def test_a_count_that_is_none_is_no_table(cell):
    with pytest.raises((MalformedAnswer, ValueError)):
        long(File("x", f"#SampleID\tERR1\nsk__Bacteria\t{cell}\n".encode()))


def test_a_study_is_found_by_its_insdc_accession_and_its_runs_chosen(federation):
    entry = declared("mgnify_taxonomy")
    whole = read(entry, asked(entry, {"study": "ERP003634"}), lazy=False)
    run = whole.attrs["runs"].split()[0]
    one = read(entry, asked(entry, {"study": "ERP003634", "run": run}), lazy=False)
    assert set(one["run_accession"]) == {run}
    assert whole.attrs["pipeline"] == "5.0"
    with pytest.raises(NotFound, match="has no run ERR999999"):
        read(entry, asked(entry, {"study": "ERP003634", "run": "ERR999999"}), lazy=False)


def test_an_unknown_study_is_not_found(federation):
    entry = declared("mgnify_taxonomy")
    with pytest.raises(NotFound):
        read(entry, asked(entry, {"study": "ERP999999"}), lazy=False)


class Pages(Folder):
    """Pages by hand."""

    def __init__(self, *pages: object) -> None:
        object.__setattr__(self, "pages", list(pages))

    def fetch(self, asks):
        return [File(ask.path, json.dumps(self.pages.pop(0)).encode()) for ask in asks]


def test_pages_are_followed_to_the_announced_end():
    files, items = paged(
        Pages({"count": 3, "items": [1, 2]}, {"count": 3, "items": [3]}), "studies/", {}, sample="x"
    )
    assert items == [1, 2, 3]
    assert len(files) == 2


@pytest.mark.parametrize(
    "pages",
    [
        [{"count": 3, "items": [1, 2]}, {"count": 3, "items": []}],
        [{"count": 3, "items": [1, 2]}, {"count": 4, "items": [3]}],
        [{"count": 1, "items": [1, 2]}],
        [{"items": [1]}],
        [{"count": "many", "items": []}],
        [{"detail": "no"}],
    ],
)
def test_pages_that_are_not_the_whole_list_are_no_answer(pages):
    with pytest.raises(MalformedAnswer):
        paged(Pages(*pages), "studies/", {}, sample="x")


@pytest.fixture
def contract():
    """The recorded OpenAPI document."""
    recorded("ena/mgnify-openapi/config-v1.yaml")
    recorded("ena/mgnify-openapi/MGnify API (emgapi_v1).yaml")
    return json.loads(recorded("ena/mgnify-openapi/openapi_v2.json").read_text())


@pytest.mark.parametrize(
    ("path", "schema"),
    [
        ("studies/?page=1&page_size=1", "NinjaPaginationResponseSchema_MGnifyStudy_"),
        ("studies/insdc/ERP003634", "MGnifyStudyAccessionLookup"),
        ("studies/MGYS00000001", "MGnifyStudyDetail"),
    ],
)
def test_the_emulator_keeps_the_contract(federation, contract, path, schema):
    from jsonschema import Draft202012Validator

    content = json.loads(get_all([f"{federation.address('ena')}/mgnify/{path}"])[0].content)
    whole = {"$ref": f"#/components/schemas/{schema}", "components": contract["components"]}
    Draft202012Validator(whole).validate(content)


def test_what_we_ask_is_in_the_contract(federation, contract):
    for name in ("mgnify_studies", "mgnify_taxonomy"):
        entry = declared(name)
        example = {"study": "ERP003634"} if "study" in entry.declaration.parameters else {}
        read(entry, asked(entry, example), lazy=False)
    base = "/metagenomics/api/v2/"
    for path in federation.paths:
        if "/mgnify/" not in path:
            continue
        short, _, told = path.partition("/mgnify/")[2].partition("?")
        parts = short.split("/")
        template = f"{base}{short}"
        if parts[1:2] == ["insdc"]:
            template = f"{base}studies/insdc/{{accession}}"
        elif len(parts) == 2 and parts[1]:
            template = f"{base}studies/{{accession}}"
        known = contract["paths"][template]["get"].get("parameters", [])
        names = {each["name"] for each in known}
        assert {each.partition("=")[0] for each in told.split("&") if each} <= names


def test_the_harvest_goes_on_where_it_stopped_and_takes_what_changed(federation, monkeypatch):
    monkeypatch.setattr("bluecloud_catalogs.harvest.ena.PAGE_ROWS", 4)
    harvester, place = HARVESTERS["ena"], place_of(declared("ena_samples"), "live")
    pages = list(harvester.pages(place))
    ids = [record.id for page in pages for record in page.records]
    assert len(ids) == len(set(ids)) > 4
    assert pages[-1].cursor is None
    rest = list(harvester.pages(place, cursor=pages[0].cursor))
    assert [record.id for page in rest for record in page.records] == ids[4:]
    assert list(harvester.pages(place, since=datetime(2099, 1, 1))) == []
    first = pages[0].records[0]
    assert first.request == {"accession": [first.id.removeprefix("ena:")]}


def test_a_bad_sample_is_quarantined_and_costs_no_other():
    from bluecloud_catalogs.harvest import ena

    folder = root() / "catalogs" / "samples" / "ena" / "portal" / "sample.json"
    rows = json.loads(folder.read_text())
    rows[1]["lat"] = "123.0"
    page = ena._page(rows, cursor=None)
    assert len(page.records) == len(rows) - 1
    assert page.quarantined[0].native_id == rows[1]["sample_accession"]
    assert "bbox" in page.quarantined[0].reason


ANYTHING = st.one_of(
    st.none(), st.text(max_size=30), st.integers(), st.floats(), st.lists(st.floats(), max_size=5),
    st.lists(st.text(max_size=12), max_size=3),
)  # fmt: skip


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(accession=ANYTHING, taxon=ANYTHING, bbox=ANYTHING, time=ANYTHING)
def test_any_request_is_refused_or_becomes_a_query_that_is_understood(
    federation, accession, taxon, bbox, time
):
    from tests.federation.ena_grammar import parse

    try:
        request = EnaPortalRequest(accession=accession, taxon=taxon, bbox=bbox, time=time)
    except ValidationError:
        assert federation.paths == []
        return
    asked_for = query(
        accessions=request.accession, taxon=request.taxon, bbox=request.bbox, time=request.time
    )
    fields = {
        "study_accession", "secondary_study_accession", "sample_accession", "run_accession",
        "secondary_sample_accession", "experiment_accession", "collection_date",
    }  # fmt: skip
    parse(asked_for, fields)


@settings(deadline=None)
@given(west=st.floats(-180, 360), width=st.floats(0, 360), south=st.floats(-90, 90))
def test_any_box_asks_for_the_places_that_lie_in_it(west, width, south):
    import numpy as np

    from bluecloud_catalogs.readers.asked import inside
    from tests.federation.ena_grammar import parse

    east = west + width
    if east > 360:
        return
    north = min(90, south + 10)
    test = parse(query(bbox=(west, south, east, north)), set())
    for longitude in np.linspace(-179.9, 179.9, 37):
        near = min(abs((longitude - side + 180) % 360 - 180) for side in (west, east)) < 1e-3
        row = {"lat": str((south + north) / 2), "lon": str(longitude)}
        there = inside((west, south, east, north), np.array([longitude]), np.array([south]))[0]
        assert near or test(row) == there


STUDIES = st.sampled_from(["ERP003634", "MGYS00000000", "PRJEB1787", "x"]) | ANYTHING
RUNS = st.lists(st.sampled_from(["ERR0000001", "ERR0000003", "ERR9999999"])) | ANYTHING


@many
@given(study=STUDIES, run=RUNS)
def test_a_taxonomy_table_is_of_the_runs_asked_for_or_refused(study, run):
    if (answer := answered("mgnify_taxonomy", {"study": study, "run": run})) is not None:
        request, table = answer
        assert set(table["run_accession"]) <= set(request.run or table["run_accession"])


MARINE = "root:Environmental:Aquatic:Marine"
BIOMES = st.sampled_from(["root", MARINE, f"{MARINE}:Coastal", "root:Host-associated"])


@many
@given(biome=BIOMES | ANYTHING)
def test_studies_are_of_the_biome_asked_for_or_below_it_or_refused(biome):
    if (answer := answered("mgnify_studies", {"biome": biome})) is not None:
        request, table = answer
        assert all(f"{each}:".startswith(f"{request.biome}:") for each in table["biome"])


SAMPLES = st.lists(st.sampled_from(["SAMEA2620084", "ERS0000001", "SAMEA1", "x"]), max_size=4)


@many
@given(sample=SAMPLES | ANYTHING)
def test_attributes_are_of_the_samples_asked_for_or_refused(sample):
    if (answer := answered("ena_sample_attributes", {"sample": sample})) is not None:
        request, table = answer
        of_each = table[["sample_accession", "biosample_accession"]].isin(request.sample)
        assert of_each.any(axis=1).all()


def test_a_filter_that_a_table_has_no_column_for_is_refused(federation):
    entry = declared("emo_bon_taxonomy")
    with pytest.raises(DataError, match=r"bbox: this table has no"):
        read(entry, asked(entry, {"bbox": [0, 0, 1, 1]}), lazy=False)
    assert federation.paths == []


def test_attributes_keep_their_words_and_99999_is_no_number(federation):
    entry = declared("ena_sample_attributes")
    found = read(entry, asked(entry, {"sample": "SAMEA2620084"}), lazy=False)
    by_tag = found.set_index("attribute")
    assert by_tag.loc["Temperature", "number"] > 0
    assert found["number"].isna().any()
    with pytest.raises(ParameterError, match="which samples"):
        read(entry, asked(entry, {}), lazy=False)

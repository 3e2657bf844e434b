"""SeaDataNet's vocabularies and index, as recorded; requests of every sort; samples as files."""

import json
from datetime import date
from urllib.parse import unquote

import numpy as np
import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluecloud_catalogs import MalformedAnswer, NotFound
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import File, place_of
from bluecloud_catalogs.readers.asked import during, inside
from bluecloud_catalogs.readers.cdi import addresses_of, row_of
from bluecloud_catalogs.readers.cdi_record import cdi_of
from bluecloud_catalogs.readers.nvs import NvsCollection, NvsRequest, concepts_of
from tests.catalogs.asking import answered, boxes, example, junk, many, periods
from tests.catalogs.seadatanet import recorded_file
from tests.federation.reading import declared
from tests.federation.recorded import recorded


@pytest.mark.parametrize(
    ("name", "title", "count"),
    [
        ("R01", "Argo data type", 10),
        ("R03", "Argo parameter codes", 100),
        ("R08", "Argo instrument types", 56),
        ("R25", "Argo sensor types", 33),
    ],
)
def test_a_recorded_collection_has_all_the_concepts_it_lists(name, title, count):
    about, concepts = concepts_of(recorded_file(f"nvs/{name}.jsonld"))
    assert about["collection_title"] == title
    assert len(concepts) == count
    assert all(each["urn"] == f"SDN:{name}::{each['code']}" for each in concepts)


def test_collections_are_asked_for_at_the_addresses_that_were_recorded():
    items = json.loads(recorded("seadatanet/nvs/index.json").read_text())["items"]
    urls = {each["file"]: each["url"] for each in items}
    asked = []

    class Place:
        tier = "live"

        def fetch(self, asks):
            asked.extend(f"https://vocab.nerc.ac.uk/{unquote(each.path)}" for each in asks)
            return [recorded_file("nvs/R01.jsonld")]

    NvsCollection().read(Place(), None, NvsRequest(collection="R01"), lazy=False)
    assert asked == [urls["R01.jsonld"]]


def test_a_concept_has_its_links_and_says_whether_it_is_deprecated():
    _, concepts = concepts_of(recorded_file("nvs/R03.jsonld"))
    by_code = {each["code"]: each for each in concepts}
    assert by_code["DOXY"]["same_as"] == (
        "http://vocab.nerc.ac.uk/collection/P01/current/DOXMZZXX/",
    )
    assert by_code["NB_SAMPLE_DURAFET"]["deprecated"]
    assert not by_code["DOXY"]["deprecated"]


def test_one_concept_is_read_as_a_collection_is_and_its_turtle_says_the_same():
    about, (concept,) = concepts_of(recorded_file("nvs/R27_AANDERAA_OPTODE_3835.jsonld"))
    assert about == {}
    assert concept["label"] == "Aanderaa 3835 oxygen optode"
    for suffix, format_ in (("ttl", ox.RdfFormat.TURTLE), ("rdf", ox.RdfFormat.RDF_XML)):
        path = recorded(f"seadatanet/nvs/R27_AANDERAA_OPTODE_3835.{suffix}")
        labels = [
            quad.object.value
            for quad in ox.parse(path.read_bytes(), format=format_)
            if quad.predicate.value == "http://www.w3.org/2004/02/skos/core#prefLabel"
        ]
        assert labels == [concept["label"]]


def test_the_turtle_of_a_collection_has_the_labels_of_its_json():
    _, concepts = concepts_of(recorded_file("nvs/R03.jsonld"))
    quads = ox.parse(recorded("seadatanet/nvs/R03.ttl").read_bytes(), format=ox.RdfFormat.TURTLE)
    labels = {
        quad.subject.value: quad.object.value
        for quad in quads
        if quad.predicate.value == "http://www.w3.org/2004/02/skos/core#prefLabel"
    }
    for each in concepts:
        assert labels[each["address"]] == each["label"]


def test_a_collection_that_lacks_a_concept_it_lists_is_not_whole():
    file = recorded_file("nvs/R01.jsonld")
    cut = file.content.replace(b'"@type": "skos:Concept"', b'"@type": "skos:Other"', 1)
    with pytest.raises(MalformedAnswer, match="lists 10 concepts and lacks 1"):
        concepts_of(File(file.path, cut))


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"@graph": [{}]}', b"<html>a</html>"])
def test_what_is_no_vocabulary_is_malformed(content):
    with pytest.raises(MalformedAnswer):
        concepts_of(File("made", content))


def test_the_recorded_list_has_553_records():
    addresses = addresses_of(recorded_file("cdi/cdiGroup.xml"))
    assert len(set(addresses)) == 553
    with pytest.raises(MalformedAnswer, match="no list of CDI records"):
        addresses_of(recorded_file("cdi/cdiExample.xml"))


def test_a_recorded_record_is_read():
    record = cdi_of(recorded_file("cdi/cdiExample.xml"))
    assert record.identifier == "1022-DS02-4"
    assert record.custodian.code == "1022"
    assert [each.code for each in record.p02] == ["MNGS", "LITH", "RMIN"]
    assert record.bbox == (-62.80833, -40.35667, 78.14, 50.0082)
    assert record.time == (date(1961, 1, 1), date(2005, 3, 18))
    assert [each.code for each in record.licences] == ["LS", "RS"]
    assert record.access == "request"
    assert row_of(record)["originators"].split()[:3] == ["1022", "1075", "1084"]


@pytest.mark.parametrize(
    ("name", "identifier", "parameters", "access", "depth"),
    [
        ("cdiValidationTest-good.xml", "MARIS-TEST", ["ATVS", "AMON", "CHUM"], "login", (0, 100)),
        ("csrValidationTest-good.xml", "FI351994800010", ["TEMP", "PSAL", "TSED"], "login", None),
        ("seadatanet-test.xml", "96-2537-96-ds01-4", ["ALKY", "CPWC", "PSAL"], "open", None),
    ],
)
def test_every_dialect_of_records_gives_its_codes(name, identifier, parameters, access, depth):
    record = cdi_of(recorded_file(f"cdi/{name}"))
    assert record.identifier == identifier
    assert [each.code for each in record.p02][:3] == parameters
    assert record.access == access
    if depth:
        assert record.depth == depth


def test_a_record_with_words_alone_keeps_the_words():
    record = cdi_of(recorded_file("cdi/seadatanet-openMI_Metadata.xml"))
    assert record.p02[1].label == "Inorganic chemical composition of sediment or rocks"
    assert {each.code for each in record.p02} == {""}
    assert record.custodian.label == "Israel Oceanographic and Limnological Research"
    assert record.access == "open"


def test_a_record_against_its_schema_is_malformed():
    with pytest.raises(MalformedAnswer, match="no SDN_HierarchyLevelNameCode"):
        cdi_of(recorded_file("cdi/cdiValidationTest-wrong-xsd.xml"))


def test_recorded_linked_data_has_the_parameters_of_its_record():
    path = recorded("seadatanet/cdi/seadatanet.ttl")
    quads = list(ox.parse(path.read_bytes(), format=ox.RdfFormat.TURTLE))
    linked = {
        quad.subject.value.rstrip("/").rpartition("/")[2]
        for quad in quads
        if "/P02/" in getattr(quad.subject, "value", "")
    }
    record = cdi_of(recorded_file("cdi/seadatanet-test.xml"))
    assert linked == {each.code for each in record.p02}


@pytest.mark.parametrize(
    ("name", "vocabulary", "count"),
    [("parameters", "P02", 227), ("instruments", "L05", 139), ("platforms", "L06", 22)],
)
def test_codes_of_recorded_lists_have_the_form_that_is_read(name, vocabulary, count):
    lines = recorded(f"seadatanet/cdi/cdi-{name}.txt").read_text().splitlines()
    rows = [line.split(";", 1) for line in lines if line.strip()]
    assert len(rows) == count
    assert all(f"SDN:{vocabulary}::" in address for address, _ in rows)


def test_the_query_of_organisations_asks_for_what_the_recorded_one_does():
    told = recorded("seadatanet/sparql/seadatanet-records-by-date.sql").read_text()
    options = declared("edmo_organisations").declaration.options
    for space in options["prefixes"].values():
        assert space in told
    assert f"https://edmo.seadatanet.org/{options['path']}" in told


def test_a_list_of_exported_records_has_holder_and_identifier():
    lines = recorded("seadatanet/sdn_netcdf_samples/CDI-list-export.csv").read_text().splitlines()
    assert lines[0].replace('"', "").split(",") == [
        "active", "author_edmo", "cdi_identifier", "originator_edmo",
    ]  # fmt: skip


@many
@given(boxes, periods)
def test_an_order_is_chosen_from_or_the_request_refused(bbox, time):
    for name in ("seadatanet_order_text", "seadatanet_order_netcdf"):
        found = answered(name, {**example(name), "bbox": bbox, "time": time})
        if found is None:
            continue
        request, data = found
        east, north, when = (
            (data["longitude"], data["latitude"], data["time"])
            if name.endswith("text")
            else (data["LONGITUDE"], data["LATITUDE"], data["TIME"])
        )
        if request.bbox is not None:
            assert inside(request.bbox, east.to_numpy(), north.to_numpy()).all()
        if request.time is not None:
            assert during(request.time, when.to_numpy().astype("datetime64[ns]")).all()
        whole = request.bbox is None and request.time is None
        assert not whole or len(np.unique(when.to_numpy())) == 3


@many
@given(junk | st.text(max_size=12), junk | st.text(max_size=12), junk)
def test_a_vocabulary_is_named_properly_or_refused(collection, concept, label):
    found = answered(
        "nvs_collection", {"collection": collection, "concept": concept, "label": label}
    )
    if found is not None:
        request, table = found
        assert request.collection == "P02"
        assert all(label.lower() in each.lower() for each in table["label"] if label)


@many
@given(st.lists(st.text(max_size=10) | junk, max_size=3) | junk, junk, junk | st.text(max_size=9))
def test_a_record_is_named_properly_or_refused(aggregation, edmo, local_id):
    found = answered("cdi_record", {"aggregation": aggregation, "edmo": edmo, "local_id": local_id})
    assert found is None


@many
@given(junk | st.integers(-5, 10**6))
def test_a_list_is_of_one_holder_or_refused(edmo):
    found = answered("cdi_aggregations", {"edmo": edmo})
    if found is not None:
        request, table = found
        assert request.edmo is None or set(table["edmo"]) <= {request.edmo}


@many
@given(st.dictionaries(st.sampled_from(["name", "organisation", "x"]), junk), periods)
def test_organisations_are_searched_properly_or_refused(contains, time):
    found = answered("edmo_organisations", {"contains": contains, "time": time})
    if found is not None:
        request, table = found
        assert all(request.contains["name"].lower() in each.lower() for each in table["name"]
                   if request.contains)  # fmt: skip


def test_a_download_must_be_named_and_lie_below_the_service():
    assert answered("seadatanet_order_text", {"download": None}) is None
    assert answered("seadatanet_order_text", {"download": "../secrets"}) is None
    assert answered("seadatanet_order_text", {"download": "https://elsewhere.example/x"}) is None


def test_the_sample_is_harvested_and_goes_on_from_a_cursor():
    place = place_of(declared("cdi_record"), "sample")
    (page,) = HARVESTERS["seadatanet"].pages(place)
    assert [each.id for each in page.records] == [
        "seadatanet:1022-DS02-4", "seadatanet:99999-DS04-4",
    ]  # fmt: skip
    first = page.records[0]
    assert first.p02 == ("PSAL", "TEMP")
    assert first.bbox == (3.5, 41.0, 4.5, 42.0)
    assert first.request == {"aggregation": ["1022-DS02-4"]}
    assert page.cursor is None
    address = first.assets[0].href
    (rest,) = HARVESTERS["seadatanet"].pages(place, cursor=address)
    assert [each.id for each in rest.records] == ["seadatanet:99999-DS04-4"]


def test_a_file_that_is_not_there_is_not_found():
    place = place_of(declared("cdi_record"), "sample")
    with pytest.raises(NotFound):
        place.fetch(["cdi/none.xml"])

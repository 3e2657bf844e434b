"""Scenes of satellites: recorded answers, pages to their end, terms that nobody accepts unseen."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs.errors import (
    CredentialRequired,
    LicenceNotAccepted,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestTooLarge,
    SourceUnavailable,
)
from bluecloud_catalogs.harvest import HARVESTERS
from bluecloud_catalogs.places import Ask, File, place_of
from bluecloud_catalogs.readers import READERS
from bluecloud_catalogs.readers.hda import HdaOptions
from bluecloud_catalogs.readers.odata import ODataOptions, filter_of
from bluecloud_catalogs.readers.openeo import OpenEoOptions, OpenEoRequest, process_graph
from bluecloud_catalogs.readers.scenes import SceneRequest, stamp
from bluecloud_catalogs.readers.stac import StacOptions, StacTreeOptions, announced, row_of
from bluecloud_catalogs.tiers import read
from tests.federation.direct import Direct
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.server import Request, serve
from tests.federation.sources import dias as emulated

RECORDED = "dias/eodag/tests/resources"
SENTINEL_2 = ODataOptions(service="cdse", collection="SENTINEL-2", product_type="S2MSI1C")
PLACE = {"bbox": [137, 13, 154, 24], "time": "2020-08"}


@dataclass
class Answers:
    """A place that gives these answers, one after the other, and notes what it was asked."""

    contents: Sequence[bytes]
    status: int = 200
    tier: str = "sample"
    asked: list[Ask] = field(default_factory=list)

    def fetch(self, asks):
        found = []
        for each in asks:
            ask = each if isinstance(each, Ask) else Ask(each)
            found.append(File(ask.path, self.contents[len(self.asked)], status=self.status))
            self.asked.append(ask)
        return found


def scenes(name: str, place, options, **parameters):
    reader = READERS[name]
    request = reader.request.model_validate(parameters)
    return reader.read(place, options, request, lazy=False)


def ours(entry: str, **parameters):
    found = declared(entry)
    return read(found, asked(found, {**emulated.PLACE, **parameters}), lazy=False)


def answer(name: str) -> bytes:
    return recorded(f"{RECORDED}/provider_responses/{name}").read_bytes()


def test_the_recorded_answer_of_odata_is_a_table_and_its_next_page_is_asked_for():
    first = answer("cop_dataspace_search.json")
    last = json.dumps({"value": []}).encode()
    place = Answers([first, last])
    reading = scenes("odata-scenes", place, SENTINEL_2, **PLACE)
    assert reading.count == 2
    row = reading.data.iloc[0]
    assert row["name"] == "S2A_MSIL1C_20200808T010311_N0500_R045_T54PXA_20230413T212505.SAFE"
    assert row["cloud_cover"] == pytest.approx(95.1367, abs=1e-4)
    assert row["size_bytes"] == 224105657
    assert row["start"].isoformat() == "2020-08-08T01:03:11.024000"
    assert reading.data.crs.to_epsg() == 4326
    assert "%24skip=2" in place.asked[1].path


def test_a_clear_sky_is_chosen_here_whatever_the_archive_does():
    last = json.dumps({"value": []}).encode()
    place = Answers([answer("cop_dataspace_search.json"), last])
    assert scenes("odata-scenes", place, SENTINEL_2, **PLACE, cloud_below=50).count < 2


def test_another_dialect_of_odata_is_no_answer_of_this_catalogue():
    place = Answers([answer("onda_search.json")])
    with pytest.raises(MalformedAnswer, match="lacks"):
        scenes("odata-scenes", place, SENTINEL_2, **PLACE)


def test_more_than_was_asked_for_is_refused_with_its_number():
    content = answer("earth_search_search.json")
    place = Answers([content])
    options = StacOptions(service="stac", collection="sentinel-2-l1c")
    with pytest.raises(RequestTooLarge, match="25898765 scenes"):
        scenes("stac-scenes", place, options, **PLACE)
    told = json.loads(content)
    assert announced(told) == 25898765
    row = row_of(told["features"][0], File("x", b""))
    assert row["cloud_cover"] == pytest.approx(9.936, abs=1e-3)
    assert row["start"] == "2024-02-06T13:14:11.918000Z"


def test_items_that_a_client_made_of_the_same_products_are_read_as_items():
    path = recorded(f"{RECORDED}/eodag_search_result_cop_dataspace.geojson")
    rows = [row_of(each, File("x", b"")) for each in json.loads(path.read_text())["features"]]
    assert rows[0]["platform"] == "S2A"
    assert rows[0]["start"] == "2020-08-15T00:52:51.024000Z"


@pytest.mark.parametrize(
    ("begins", "count"),
    [("country/FRA/year/2017/2017.json", 1)],
)
def test_a_tree_is_walked_to_its_items(begins, count):
    place = Tree()
    reading = scenes("stac-tree", place, StacTreeOptions(path=begins))
    assert reading.count == count
    assert reading.data.iloc[0]["platform"] == "S2B"


@pytest.mark.parametrize("begins", ["country/country.json", "country/GBR/year/2019/2019.json"])
def test_a_tree_with_a_branch_missing_is_not_read_in_part(begins):
    with pytest.raises(NotFound):
        scenes("stac-tree", Tree(), StacTreeOptions(path=begins))


@pytest.mark.parametrize(
    "item",
    [
        "FRA/year/2018/items/S2A_MSIL1C_20181231T141041_N0207_R110_T22NBJ_20181231T155050",
        "GBR/year/2019/items/S2A_MSIL1C_20191231T112451_N0208_R037_T30UUD_20191231T115143",
    ],
)
def test_an_item_of_the_tree_is_a_scene(item):
    path = recorded(f"{RECORDED}/stac/country/{item}/{item.rpartition('/')[2]}.json")
    row = row_of(json.loads(path.read_text()), File(path.name, b""))
    assert row["platform"] == "S2A"
    assert row["geometry"]["type"] == "Polygon"


class Tree:
    """The recorded tree as a folder; some of its files were not recorded."""

    tier = "sample"

    def fetch(self, asks):
        root = recorded(f"{RECORDED}/stac")
        found = []
        for each in asks:
            path = root / each
            if not path.is_file():
                raise NotFound(f"the sample has no file {each}")
            found.append(File(each, path.read_bytes()))
        return found


def test_items_of_the_sample_are_what_the_recorded_schemas_demand():
    from jsonschema import Draft7Validator
    from referencing import Registry, Resource
    from referencing.jsonschema import DRAFT7

    schemas = recorded(f"{RECORDED}/stac/schemas")
    # What was not recorded of them demands nothing here.
    registry: Registry = Registry(retrieve=lambda _: Resource({}, DRAFT7))
    told = {path.name: json.loads(path.read_text()) for path in sorted(schemas.glob("*.json"))}
    for content in told.values():
        name = content["$id"].rstrip("#")
        registry = registry.with_resource(name, Resource(content, DRAFT7))
    check = Draft7Validator(told["item-v1.1.0.json"], registry=registry)
    for item in emulated.sample("stac/search.json")["features"]:
        assert [error.message for error in check.iter_errors(item)] == []
    footprints = json.loads(answer("cop_dataspace_search.json"))["value"]
    shapes = Draft7Validator(told["geojson-Geometry.json"])
    for each in footprints:
        assert list(shapes.iter_errors(each["GeoFootprint"])) == []


@pytest.mark.parametrize("name", ["collection_queryables.json", "provider_queryables.json"])
def test_what_is_searched_for_can_be_asked_of_recorded_catalogues(name):
    told = json.loads(recorded(f"{RECORDED}/stac/{name}").read_text())
    assert "datetime" in told["properties"]


def test_an_extension_adds_fields_and_takes_none_away():
    path = recorded(f"{RECORDED}/stac/extensions/oseo/json-schema/schema.json")
    content = json.loads(path.read_text())
    from jsonschema import Draft7Validator

    Draft7Validator.check_schema(content)
    assert "oseo" in content["$id"]


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("country/FRA/FRA.json", ["./year/year.json"]),
        ("country/FRA/year/year.json", ["./2017/2017.json", "./2018/2018.json"]),
        ("country/GBR/year/year.json", ["./2019/2019.json"]),
    ],
)
def test_a_branch_names_what_is_below_it(path, below):
    told = json.loads(recorded(f"{RECORDED}/stac/{path}").read_text())
    assert [each["href"] for each in told["links"] if each["rel"] == "child"] == below


def test_early_years_are_written_with_four_digits():
    assert stamp(datetime(999, 1, 2, 3, 4, 5, 6000)) == "0999-01-02T03:04:05.006Z"


def test_a_link_out_of_the_tree_is_not_followed():
    link = {"rel": "child", "href": "https://elsewhere.example/catalog.json"}
    place = Answers([json.dumps({"type": "Catalog", "links": [link]}).encode()])
    with pytest.raises(MalformedAnswer, match="out of the tree"):
        scenes("stac-tree", place, StacTreeOptions(path="catalog.json"))


def test_the_filter_is_that_of_the_documentation():
    request = SceneRequest.model_validate({**PLACE, "cloud_below": 30})
    assert filter_of(SENTINEL_2, request) == (
        "Collection/Name eq 'SENTINEL-2' and OData.CSC.Intersects(area=geography'SRID=4326;"
        "POLYGON((137.000000 13.000000,154.000000 13.000000,154.000000 24.000000,"
        "137.000000 24.000000,137.000000 13.000000))') and "
        "ContentDate/End ge 2020-08-01T00:00:00.000Z and "
        "ContentDate/Start lt 2020-09-01T00:00:00.000Z and "
        "Attributes/OData.CSC.StringAttribute/any(att:att/Name eq 'productType' and "
        "att/OData.CSC.StringAttribute/Value eq 'S2MSI1C') and "
        "Attributes/OData.CSC.DoubleAttribute/any(att:att/Name eq 'cloudCover' and "
        "att/OData.CSC.DoubleAttribute/Value le 30.00)"
    )


def test_a_box_over_the_antimeridian_is_asked_for_in_two_parts():
    request = SceneRequest.model_validate({"bbox": [170, -20, -170, 20], "time": "2020"})
    told = filter_of(SENTINEL_2, request)
    assert told.count("OData.CSC.Intersects") == 2
    assert " or " in told


def test_pages_are_followed_to_the_announced_end(federation):
    assert len(ours("sentinel2_l2a_scenes")) == 3
    pages = [path for path in federation.paths if "Products" in path]
    assert len(pages) == 2


@pytest.mark.parametrize("total", [1, 3])
def test_another_number_than_was_announced_is_no_answer(total):
    told = json.loads(answer("cop_dataspace_search.json"))
    told.pop("@odata.nextLink")
    place = Answers([json.dumps({**told, "@odata.count": total}).encode()])
    with pytest.raises(MalformedAnswer, match=f"{total} scenes are announced, 2 came"):
        scenes("odata-scenes", place, SENTINEL_2, **PLACE)


def test_a_scene_that_comes_twice_says_that_another_did_not_come():
    told = json.loads(answer("cop_dataspace_search.json"))
    told.pop("@odata.nextLink")
    told["value"] = [told["value"][0]] * 2
    with pytest.raises(MalformedAnswer, match="came twice"):
        scenes("odata-scenes", Answers([json.dumps(told).encode()]), SENTINEL_2, **PLACE)


def test_nothing_found_is_an_empty_table_with_its_columns(federation):
    found = ours("sentinel1_grd_scenes", time="1999")
    assert len(found) == 0
    assert {"name", "start", "geometry"} <= set(found.columns)


def test_terms_are_accepted_by_the_person_and_by_nobody_else(federation, monkeypatch):
    entry, provider = "wekeo_olci_water_products", emulated.Dias()
    with serve({"dias": provider}) as server:
        monkeypatch.setenv("BLUECLOUD_DIAS_URL", server.address("dias"))
        with pytest.raises(LicenceNotAccepted, match=emulated.TERMS) as caught:
            ours(entry)
        assert "accept_terms=" in str(caught.value)
        with pytest.raises(LicenceNotAccepted):
            ours(entry, accept_terms=["Some_other_licence"])
        assert provider.accepted == set()
        assert not any("dataaccess/search" in path for path in server.paths)
        assert len(ours(entry, accept_terms=[emulated.TERMS])) == 3
        assert provider.accepted == {emulated.TERMS}
        assert len(ours(entry)) == 3  # accepted once is accepted


def test_a_wrong_password_is_a_named_error_that_does_not_show_it(federation, monkeypatch):
    for door, entry in (("WEKEO", "wekeo_datasets"), ("CDSE", "sentinel2_chlorophyll_index")):
        monkeypatch.setenv(f"BLUECLOUD_{door}_PASSWORD", "wr0ng-one")
        found = declared(entry)
        parameters = emulated.EXAMPLES[entry]
        with pytest.raises(CredentialRequired, match="does not take the login") as caught:
            read(found, asked(found, parameters), lazy=False)
        assert "wr0ng-one" not in str(caught.value)


def test_no_login_is_sent_in_an_address(federation):
    entry = declared("wekeo_datasets")
    read(entry, asked(entry, {}), lazy=False)
    assert not any("secret" in path or "t0ken" in path for path in federation.paths)


def test_without_a_login_the_sample_answers_and_says_so(federation, monkeypatch):
    from bluecloud_catalogs.tiers import TierWarning

    monkeypatch.delenv("BLUECLOUD_WEKEO_USER")
    monkeypatch.delenv("BLUECLOUD_WEKEO_PASSWORD")
    monkeypatch.setenv("BLUECLOUD_TIERS", "live,sample")
    with pytest.warns(TierWarning, match="the source wants a login"):
        assert ours("wekeo_olci_water_products").attrs["tier"] == "sample"


def test_the_quota_of_wekeo_is_said_and_not_waited_for():
    page = json.dumps({"message": "quota"}).encode()
    place = Answers([page], status=429)
    options = HdaOptions(dataset="EO:EUM:DAT:SENTINEL-3:OL_2_WFR___")
    with pytest.raises(SourceUnavailable, match="quota of this account"):
        scenes("hda-scenes", place, options, **PLACE)


def test_products_without_an_announced_total_are_followed_by_the_next_index():
    def page(names, following=None):
        square = {"type": "Polygon", "coordinates": [[[138, 14], [139, 14], [139, 15], [138, 14]]]}
        facts = {"startdate": "2020-08-03T00:00:00Z", "enddate": "2020-08-03T01:00:00Z",
                 "size": "ND", "location": "x"}  # fmt: skip
        features = [{"id": name, "geometry": square, "properties": facts} for name in names]
        told = {"nextIndex": following} if following else {}
        return json.dumps({"features": features, "properties": told}).encode()

    place = Answers([page("ab", 2), page("c")])
    options = HdaOptions(dataset="EO:ESA:DAT:SENTINEL-2")
    reading = scenes("hda-scenes", place, options, **PLACE)
    assert sorted(reading.data["id"]) == ["a", "b", "c"]
    assert [json.loads(each.body)["startIndex"] for each in place.asked] == [0, 2]
    assert reading.data["size_bytes"].isna().all()


@pytest.mark.parametrize("demo", ["era5.json", "sentinel.json"])
def test_queries_of_the_first_version_name_datasets_as_ours_do(demo):
    told = json.loads(recorded(f"dias/hda/demos/{demo}").read_text())
    assert HdaOptions(dataset=told["datasetId"]).dataset == told["datasetId"]


def test_a_job_is_created_started_and_asked_after_until_it_is_done(federation):
    entry = declared("sentinel2_chlorophyll_index")
    found = read(entry, asked(entry, emulated.EXAMPLES[entry.name]), lazy=False)
    assert dict(found.sizes) == {"t": 3, "y": 6, "x": 8}
    assert float(found["ndci"][1, 2, 3]) == pytest.approx(0.1 + 0.04 - 0.03)
    ways = [path.partition("/jobs")[2] for path in federation.paths if "/jobs" in path]
    assert ways[0] == ""
    assert ways[1].endswith("/results")
    assert ways[-1].endswith("/file.nc")
    graph = json.loads(found.attrs["process_graph"])
    assert graph["index"]["arguments"]["nir"] == "B05"


@pytest.mark.parametrize(
    "parameters",
    [
        {"bbox": [2, 39, 2.1, 39.1]},
        {"time": "2024-06"},
        {"bbox": [2, 39, 2.1, 39.1], "time": "2024-06/.."},
        {"bbox": [179.9, 0, -179.9, 0.1], "time": "2024-06"},
        {"bbox": [0, 0, 20, 20], "time": "2024-06"},
        {"bbox": [2, 39, 2.1, 39.1], "time": "2015/2024"},
    ],
)
def test_a_job_that_would_be_too_much_is_refused_before_it_is_created(federation, parameters):
    entry = declared("sentinel2_chlorophyll_index")
    with pytest.raises(ParameterError):
        read(entry, asked(entry, parameters), lazy=False)
    assert federation.paths == []


def test_the_harvest_lists_datasets_and_goes_on_where_it_stopped(federation):
    place = place_of(declared("wekeo_datasets"), "live")
    pages = list(HARVESTERS["dias"].pages(place))
    records = [each for page in pages for each in page.records]
    assert [each.level for each in records] == ["collection", "collection"]
    assert records[0].licence == emulated.TERMS
    assert pages[-1].cursor is None
    assert list(HARVESTERS["dias"].pages(place, cursor="2")) == []


number = st.floats(allow_nan=True, allow_infinity=True, width=32) | st.integers(-400, 400)
GIVEN = st.fixed_dictionaries(
    {},
    optional={
        "bbox": st.lists(number, min_size=3, max_size=5)
        | st.sampled_from([[170, -20, -170, 20], [1, 39, 4, 41], "here"]),
        "time": st.sampled_from(["2024", "2024/2023", "2023/2024", "soon", "../.."])
        | st.tuples(st.dates().map(str), st.dates().map(str)),
        "cloud_below": number,
        "most": st.integers(-1, 20_000) | st.booleans() | st.text(max_size=2),
    },
)
KINDS = {
    "odata-scenes": ODataOptions(service="cdse", collection="SENTINEL-2", product_type="S2MSI2A"),
    "stac-scenes": StacOptions(service="stac", collection="sentinel-2-l2a"),
    "hda-scenes": HdaOptions(dataset="EO:EUM:DAT:SENTINEL-3:OL_2_WFR___"),
}


class Services(Direct):
    """The emulated services by their names, as a tier that wants no login."""

    def _one(self, ask):
        if "://" in ask.path:
            return super()._one(replace(ask, path=ask.path.removeprefix("http://x/")))
        headers = {"authorization": "Bearer t0ken"}
        path, _, query = ask.path.partition("?")
        self.asked.append(ask.path)
        told = Request(ask.method, f"{ask.service}/{path}", query, headers, ask.body, "http://x")
        reply = self.provider.answer(told)
        assert reply is not None
        return File(ask.path, reply.body, status=reply.status)


@pytest.mark.parametrize("kind", KINDS)
@settings(deadline=None)
@given(given_=GIVEN)
def test_any_request_is_refused_before_it_is_sent_or_answered_rightly(kind, given_):
    place = Services(emulated.Dias(accepted={emulated.TERMS}), tier="sample")
    reader = READERS[kind]
    refused = ""
    try:
        request = reader.request.model_validate(given_)
        reading = reader.read(place, KINDS[kind], request, lazy=False)
    except (ValidationError, ParameterError) as error:
        refused = str(error)
    if refused:
        assert place.asked == [] or "scenes are there" in refused
        return
    for start in reading.data["start"]:
        first, after = request.time
        assert after is None or start < after
        assert first is None or start >= first or start.date() == first.date()
    assert reading.count == len(reading.data) <= request.most
    if request.cloud_below is not None:
        assert (reading.data["cloud_cover"] <= request.cloud_below).all()


@settings(deadline=None)
@given(
    st.lists(number, min_size=4, max_size=4) | st.none(),
    st.sampled_from(["2024-06", "2024/2023", "2024-06/..", "2010/2024", None]),
    number,
)
def test_any_job_is_refused_or_is_a_graph_with_a_result(bbox, time, cloud):
    options = OpenEoOptions(
        collection="SENTINEL2_L2A", upper="B05", lower="B04", name="ndci", long_name="x"
    )
    try:
        request = OpenEoRequest.model_validate({"bbox": bbox, "time": time, "cloud_below": cloud})
        graph = process_graph(options, request)
    except (ValidationError, ParameterError):
        return
    extent = graph["load"]["arguments"]["spatial_extent"]
    assert -180 <= extent["west"] <= extent["east"] <= 180
    first, after = graph["load"]["arguments"]["temporal_extent"]
    assert datetime.fromisoformat(first) < datetime.fromisoformat(after)
    assert [name for name, node in graph.items() if node.get("result")] == ["save"]

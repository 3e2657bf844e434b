"""EMODnet's services on what was recorded of them: coverages, records, layers, depths."""

import csv
import io
import json
import re
import runpy
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from bluecloud_catalogs.answers import as_xml
from bluecloud_catalogs.errors import (
    DataError,
    MalformedAnswer,
    ParameterError,
    RequestRefused,
    RequestTooLarge,
)
from bluecloud_catalogs.harvest.emodnet import Emodnet
from bluecloud_catalogs.places import File
from bluecloud_catalogs.qc import decoded
from bluecloud_catalogs.readers.csw import CswOptions, CswRecords, CswRequest, get_records, pages
from bluecloud_catalogs.readers.emodnet_depth import DepthOptions, DepthRequest, EmodnetDepth
from bluecloud_catalogs.readers.geotiff import raster
from bluecloud_catalogs.readers.iso19139 import record
from bluecloud_catalogs.readers.wcs import WcsCoverage, WcsOptions, WcsRequest
from bluecloud_catalogs.readers.wcs_description import described
from bluecloud_catalogs.readers.wms import WmsLayers, WmsOptions, WmsRequest
from bluecloud_catalogs.tiers import read
from bluecloud_catalogs.tree import read_sources
from tests.federation.direct import Direct
from tests.federation.ogc import GEOTIFF, Csw, Wcs
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded
from tests.federation.sources.emodnet import RATIO, Depths, provider

SAMPLE = Path(__file__).resolve().parents[2] / "catalogs" / "samples" / "emodnet"
DESCRIPTION = (SAMPLE / RATIO / "description.xml").read_bytes()
COVERAGE = WcsOptions(
    coverage=RATIO, band="Relative abundance", name="ratio", long_name="made", units="1"
)


def recorded_file(path):
    return File(path, recorded(f"emodnet/{path}").read_bytes())


def cells(place=None, options=COVERAGE, **request):
    place = place or Direct(Wcs(b"", {RATIO: DESCRIPTION}))
    return WcsCoverage().read(place, options, WcsRequest(**request), lazy=False)


# Coverages ----------------------------------------------------------------------------------


def test_the_recorded_coverage_of_copepods_has_236_moments_of_which_summers_begin_an_hour_later():
    found = described(recorded_file("wcs/wcs_emodnetbio_9596ab.xml"), RATIO)
    assert found.bbox == pytest.approx((-75.05, 34.95, 20.05, 75.05))
    assert found.axes == ("Lat", "Long")
    assert found.step == pytest.approx((0.1, 0.1))
    assert len(found.moments) == 236
    assert found.moments[0] == datetime(1958, 2, 16, 1)
    assert found.absent["Relative abundance"] == (9.969209968386869e36,)


def test_the_recorded_coverage_of_acartia_is_described():
    file = recorded_file("wcs/wcs_emodnetbio_206fed.xml")
    found = described(file, "Emodnetbio__aca_spp_19582016_L1")
    assert set(found.absent) == {"relative_abundance"}
    with pytest.raises(MalformedAnswer, match="says nothing of a coverage other"):
        described(file, "other")


def test_the_recorded_coverage_of_seaweed_has_no_time():
    name = "emodnet_open_maplibrary__SACpred_Nordic"
    found = described(recorded_file("wcs/wcs_seabed_DescribeCoverage_06b6de.xml"), name)
    assert found.moments == ()
    assert found.step == pytest.approx((1 / 120, 1 / 120))


def test_the_recorded_capabilities_name_the_coverage_that_is_an_entry():
    root = as_xml(recorded_file("wcs/wcs_emodnetbio_GetCapabilities.xml"))
    names = [each.text for each in root.iter("{*}CoverageId")]
    assert RATIO in names
    assert {each.text for each in root.iter("{*}formatSupported")} >= {"image/tiff"}


def test_cells_are_asked_for_by_moment_and_lie_where_the_tiff_says():
    place = Direct(Wcs(b"", {RATIO: DESCRIPTION}))
    found = cells(place, bbox=[-9, 46, -8, 47], time=["2016-05", "2016-08"]).data
    assert dict(found.sizes) == {"time": 2, "latitude": 2, "longitude": 2}
    assert found["latitude"].values.tolist() == [46.75, 46.25]
    assert found["ratio"].values[0].tolist() == [[2002, 2003], [3002, 3003]]  # row and column
    assert "subset=time(%222016-05-16T02:00:00.000Z%22)" in place.asked[1]


def test_a_season_goes_with_its_moment():
    place = Direct(Wcs(b"", {RATIO: DESCRIPTION}))
    cells(place, COVERAGE.model_copy(update={"season": "SEASON"}), time="2016-08")
    assert "subset=SEASON(3)" in place.asked[1]


def test_a_moment_that_there_is_not_is_an_empty_result():
    place = Direct(Wcs(b"", {RATIO: DESCRIPTION}))
    assert cells(place, time="1950").count == 0
    assert cells(bbox=[100, 0, 110, 10]).count == 0
    assert len(place.asked) == 1


def test_no_data_is_nan():
    class Holes(Wcs):
        def answer(self, request):
            reply = super().answer(request)
            if reply.content_type != "image/tiff":
                return reply
            values = np.array([[1.0, 9.969209968386869e36]])
            return type(reply)(GEOTIFF(values, west=-10, north=48, cell=0.5))

    found = cells(Direct(Holes(b"", {RATIO: DESCRIPTION})), time="2016-02").data
    assert found["ratio"].values[0].tolist()[0][0] == 1.0
    assert np.isnan(found["ratio"].values[0, 0, 1])


def test_cells_of_another_width_are_an_error():
    class Coarse(Wcs):
        def answer(self, request):
            reply = super().answer(request)
            if reply.content_type != "image/tiff":
                return reply
            return type(reply)(GEOTIFF(np.ones((2, 2)), west=-10, north=48, cell=1.0))

    with pytest.raises(MalformedAnswer, match="1 degrees wide, and 0.5 were announced"):
        cells(Direct(Coarse(b"", {RATIO: DESCRIPTION})), time="2016-02")


def test_a_refusal_is_what_it_says():
    with pytest.raises(RequestRefused, match="Could not find the requested coverage: gone"):
        cells(options=COVERAGE.model_copy(update={"coverage": "gone"}))


def test_too_many_cells_are_refused_before_any_is_asked_for():
    place = Direct(Wcs(b"", {RATIO: DESCRIPTION}))
    with pytest.raises(RequestTooLarge, match="MB are read at once"):
        cells(place, COVERAGE.model_copy(update={"most_mb": 0.001}))
    assert len(place.asked) == 1


# Sea level ----------------------------------------------------------------------------------


def sea_level(**parameters):
    entry = declared("emodnet_sea_level")
    return read(entry, asked(entry, parameters), lazy=False)


def test_gauges_come_with_flags_that_are_numbers_as_seadatanets(federation):
    found = sea_level(platform=["SYNTHETIC-1"])
    assert found.sizes["row"] == 48
    assert found["SLEV"].attrs["units"] == "m"
    assert float(found["SLEV"][0]) == 2.0
    assert list(decoded(found["SLEV_QC"])[4:8]) == ["1", "4", "1", "9"]
    assert list(found["SLEV_QC_native"].values[4:8]) == ["1", "4", "1", ""]
    assert np.isnan(found["SLEV"][7])
    assert set(decoded(found["LATITUDE_QC"])) == {"B"}  # 7, nominal
    assert set(found["PLATFORM_CODE"].values) == {"SYNTHETIC-1"}


def test_gauges_are_chosen_by_box_and_period(federation):
    found = sea_level(bbox=[10, 30, 20, 40], time=["2026-01-02", "2026-01-02"])
    assert found.sizes["row"] == 24
    assert set(found["PLATFORM_CODE"].values) == {"SYNTHETIC-2"}
    assert sea_level(bbox=[10, 30, 20, 40], time="2020-01").sizes["row"] == 0
    federation.asked.clear()
    with pytest.raises(RequestTooLarge, match="square degrees"):
        sea_level(bbox=[-30, 30, 40, 70], time=["2026-01", "2026-02"])
    assert federation.paths == []


# GeoTIFF ------------------------------------------------------------------------------------


def test_a_tiff_that_is_cut_off_anywhere_is_an_error():
    whole = GEOTIFF(np.arange(12.0).reshape(3, 4), west=1, north=2, cell=0.5)
    assert raster(File("x", whole)).values.tolist() == [np.arange(12.0).reshape(3, 4).tolist()]
    for size in range(len(whole)):
        with pytest.raises(MalformedAnswer):
            raster(File("x", whole[:size]))


def test_a_deflated_tiff_in_tiles_is_read_as_pillow_reads_it():
    from PIL import Image

    values = np.arange(70 * 50, dtype="f4").reshape(70, 50)
    packed = io.BytesIO()
    keys = (1, 1, 0, 2, 1025, 0, 1, 2, 2048, 0, 1, 4326)
    geo = {33550: (0.5, 0.5, 0.0), 33922: (0.0, 0.0, 0.0, 10.0, 60.0, 0.0), 34735: keys}
    types = {33550: 12, 33922: 12, 34735: 3}
    from PIL.TiffImagePlugin import ImageFileDirectory_v2

    tags = ImageFileDirectory_v2()
    for tag, value in geo.items():
        tags.tagtype[tag] = types[tag]
        tags[tag] = value
    Image.fromarray(values).save(packed, "TIFF", compression="tiff_deflate", tiffinfo=tags)
    found = raster(File("x", packed.getvalue()))
    np.testing.assert_array_equal(found.values[0], values)
    assert found.latitude[0] == 60.0  # a point, not an area: the tie is its middle
    assert found.longitude[1] == 10.5


def test_a_tiff_in_metres_is_an_error():
    whole = GEOTIFF(np.ones((2, 2)), west=0, north=0, cell=1)
    metres = whole.replace((4326).to_bytes(2, "little"), (3857).to_bytes(2, "little"))
    with pytest.raises(MalformedAnswer, match="reference system 3857"):
        raster(File("x", metres))


# The catalogue ------------------------------------------------------------------------------


def test_the_recorded_record_is_read_without_its_persons():
    found = record(as_xml(recorded_file("csw/EmodNET_Chemistry.xml")))
    assert found.identifier == "35975e67-aea4-473a-9b67-806740be304b"
    assert found.title == "Contaminants-Lead: stations below LOD/LOQ v2019"
    assert found.bbox == (-32.0, 19.54, 64.25, found.bbox[3])
    assert found.time == (datetime(1970, 2, 17, tzinfo=UTC), datetime(2017, 10, 26, tzinfo=UTC))
    assert found.licence.startswith("CC BY 4.0")
    assert found.modified == datetime(2023, 12, 7, 11, 59, 1, 709000, tzinfo=UTC)
    assert found.links
    assert "@" not in repr(found).replace("@{", "")


def a_record(number, *, title="a title", box=(0, 0, 1, 1), stamp="2026-01-01"):
    made = runpy.run_path(str(SAMPLE.parent / "make_emodnet.py"))["records"]()
    root = etree.fromstring(made.encode())
    first = etree.tostring(next(root.iter("{*}MD_Metadata"))).decode()
    first = first.replace("synthetic-1", f"r{number}").replace("SYNTHETIC map of oxygen", title)
    first = first.replace("2026-01-01", stamp)
    for name, value in zip(("west", "south", "east", "north"), box, strict=True):
        kind = "Latitude" if name in {"south", "north"} else "Longitude"
        first = re.sub(rf"(<gmd:{name}Bound{kind}><gco:Decimal>)[^<]*", rf"\g<1>{value}", first)
    return first.encode()


def test_pages_go_on_to_the_last_record():
    place = Direct(Csw([a_record(number) for number in range(7)]))
    found = list(pages(place, CswOptions(page=3)))
    assert [page.returned for page in found] == [3, 3, 1]
    assert {each.identifier for page in found for each in page.records} == {
        f"r{number}" for number in range(7)
    }


def test_a_catalogue_that_stops_early_is_an_error():
    class Short(Csw):
        def answer(self, request):
            reply = super().answer(request)
            return type(reply)(reply.body.replace(b'nextRecord="3"', b'nextRecord="0"'))

    with pytest.raises(MalformedAnswer, match="5 records were announced, and 2 came"):
        list(pages(Direct(Short([a_record(n) for n in range(5)])), CswOptions(page=2)))


def test_records_are_found_by_text_box_and_period():
    records = [
        a_record(1, title="100% lead_x", box=(0, 0, 1, 1)),
        a_record(2, title="1000 leads", box=(10, 10, 11, 11)),
        a_record(3, title="over the line", box=(179, -1, -179, 1)),
    ]

    def names(**request):
        place = Direct(Csw(records))
        found = CswRecords().read(place, CswOptions(), CswRequest(**request), lazy=False)
        return found.data["identifier"].tolist()

    assert names(text="100% lead_") == ["r1"]
    assert names(text="LEAD") == ["r1", "r2"]
    assert names(bbox=[9, 9, 12, 12]) == ["r2"]
    assert names(time="2005") == ["r1", "r2", "r3"]
    assert names(time="1990") == []


def test_a_record_that_cannot_be_read_costs_itself_only():
    bad = a_record(2, box=(0, 0, 1, 100))
    place = Direct(Csw([a_record(1), bad, a_record(3)]))
    found = CswRecords().read(place, CswOptions(), CswRequest(), lazy=False)
    assert found.data["identifier"].tolist() == ["r1", "r3"]
    assert found.data.attrs["unreadable_records"] == "1"
    (page,) = Emodnet().pages(Direct(Csw([a_record(1), bad])))
    assert [each.id for each in page.records] == ["emodnet:r1"]
    assert page.quarantined[0].native_id == "r2"
    assert "not on the Earth" in page.quarantined[0].reason


def test_a_harvest_asks_for_what_has_changed_and_goes_on_from_a_cursor():
    records = [a_record(n, stamp=f"202{n // 100}-01-01") for n in range(250)]
    place = Direct(Csw(records))
    found = list(Emodnet().pages(place, since=datetime(2021, 1, 1)))
    assert [len(page.records) for page in found] == [100, 50]
    assert [page.cursor for page in found] == ["101", None]
    (rest,) = Emodnet().pages(place, since=datetime(2021, 1, 1), cursor="101")
    assert rest.records == found[1].records
    assert found[0].records[0].source == "emodnet"


def test_a_text_is_a_text_whatever_it_holds():
    evil = '</ogc:Literal><csw:Transaction/> & "'
    root = etree.fromstring(get_records(CswOptions(), text=evil))
    assert root.findtext(".//{*}Literal") == f"%{evil}%"
    assert next(root.iter("{*}Transaction"), None) is None


def test_too_many_records_are_refused_with_their_number():
    place = Direct(Csw([a_record(n) for n in range(5)]))
    with pytest.raises(RequestTooLarge, match="5 records are asked for at once, 4"):
        CswRecords().read(place, CswOptions(most=4), CswRequest(), lazy=False)


# Layers -------------------------------------------------------------------------------------


def test_every_recorded_schema_has_one_geometry_and_the_meadows_where_it_is_asked_for():
    folder = recorded("emodnet/wfs_biology_recorded")
    for path in sorted(folder.glob("DescribeFeatureType_*.xsd")):
        root = as_xml(File(path.name, path.read_bytes()))
        kinds = {
            each.get("name"): each.get("type", "")
            for each in root.iter("{*}element")
            if each.get("minOccurs") is not None
        }
        geometries = [name for name, kind in kinds.items() if kind.startswith("gml:")]
        assert len(geometries) <= 1, path.name
        if "mediseh" in path.name:
            assert geometries in (["the_geom"], []), path.name


def test_the_recorded_service_says_nothing_that_is_a_licence():
    root = as_xml(recorded_file("wfs_biology_recorded/GetCapabilities_wfs-8af060.xml"))
    assert root.findtext(".//{*}AccessConstraints") == (
        "Please contact VLIZ if you want to use a layer"
    )
    names = {each.text for each in root.iter("{*}Name")}
    assert "Emodnetbio:mediseh_zostera_m_pnt" in names
    entry = read_sources().entries["emodnet_zostera_marina"]
    assert entry.licence.name == "CC BY 4.0"


def test_every_recorded_answer_is_served_at_its_own_address():
    folder = recorded("emodnet/wfs_biology_recorded")
    place = provider(folder.parents[1])
    listed = json.loads(recorded("emodnet/wfs_biology_recorded/index.json").read_text())
    for each in listed:
        if (folder / each["file"]).is_file():
            path = each["url"].removeprefix("https://geo.vliz.be/geoserver/Emodnetbio")
            direct = Direct(place).fetch([f"biology{path}"])[0]
            assert len(direct.content) > 0


def test_the_services_are_those_of_emodnets_own_list(monkeypatch):
    monkeypatch.delenv("BLUECLOUD_EMODNET_URL", raising=False)
    rows = csv.DictReader(io.StringIO(recorded("emodnet/services.csv").read_text()))
    known = {row["service_url"] for row in rows}
    entries = read_sources().entries
    for name in ("emodnet_finfish_sites", "emodnet_shellfish_sites", "emodnet_windfarms",
                 "emodnet_zostera_marina"):  # fmt: skip
        assert entries[name].address in known


# Maps ---------------------------------------------------------------------------------------

LAYERS = (SAMPLE / "layers.xml").read_bytes()


class Described:
    """A place with one answer."""

    def __init__(self, content):
        self.content, self.asked = content, []

    def fetch(self, asks):
        self.asked += asks
        return [File(ask.path, self.content) for ask in asks]


def layers(content=LAYERS, **request):
    return WmsLayers().read(Described(content), WmsOptions(), WmsRequest(**request), lazy=False)


def test_a_layer_has_its_own_box_or_that_of_its_heading():
    found = layers().data.set_index("name").geometry
    assert found["mean"].bounds == (-36.0, 15.0, 43.0, 90.0)
    assert found["contours"].bounds == (0.0, 50.0, 10.0, 60.0)
    assert layers(bbox=[20, 20, 21, 21]).data["name"].tolist() == ["mean"]
    assert layers(text="nothing").count == 0


def test_what_is_no_description_of_maps_is_an_error():
    with pytest.raises(MalformedAnswer, match="no description of a map service"):
        layers(b"<a/>")
    with pytest.raises(MalformedAnswer, match="side that is none"):
        layers(LAYERS.replace(b">50<", b">x<"))


@given(bbox=st.lists(st.floats(-400, 400), max_size=5) | st.none(), text=st.text(max_size=3))
@settings(deadline=None)
def test_layers_are_refused_before_any_request_or_found_rightly(bbox, text):
    place = Described(LAYERS)
    try:
        request = WmsRequest(bbox=bbox, text=text)
    except ValidationError:
        return
    found = WmsLayers().read(place, WmsOptions(), request, lazy=False).data
    titles = {"mean": "mean\nSYNTHETIC mean depth\n", "contours": "contours\nSYNTHETIC contours\n"}
    for name, words in titles.items():
        if text.casefold() not in words.casefold():
            assert name not in set(found["name"])
        elif bbox is None:
            assert name in set(found["name"])


# Depths -------------------------------------------------------------------------------------


def depths(place=None, **request):
    place = place or Direct(Depths())
    return EmodnetDepth().read(place, DepthOptions(), DepthRequest(**request), lazy=False)


def test_a_depth_is_positive_down_and_unknown_where_there_is_no_coverage():
    found = depths(points=[[3.0, 55.0], [3.0, 70.0]])
    assert found.data["depth"].tolist()[0] == 55.0
    assert found.data["shallowest"].tolist()[0] == 54.0
    assert found.data["deepest"].tolist()[0] == 56.0
    assert np.isnan(found.data["depth"].tolist()[1])
    assert found.count == 1


def test_a_line_has_depths_at_equal_distances():
    found = depths(line=[[0, 50], [0, 70]]).data
    assert len(found) == 11
    assert found["latitude"].tolist() == np.linspace(50, 70, 11).tolist()
    np.testing.assert_array_equal(found["depth"].isna(), found["latitude"] > 60)


@pytest.mark.parametrize(
    "request_",
    [{}, {"points": [[0, 50]], "line": [[0, 50], [0, 51]]}, {"line": [[0, 50]]}],
)
def test_either_points_or_a_line(request_):
    place = Direct(Depths())
    with pytest.raises(ParameterError):
        depths(place, **request_)
    assert place.asked == []


def test_an_answer_of_another_form_is_an_error():
    class Words(Depths):
        def answer(self, request):
            return type(super().answer(request))(b'{"depth": "deep"}')

    with pytest.raises(MalformedAnswer, match="says nothing of a depth"):
        depths(Direct(Words()), points=[0.0, 50.0])


# Whatever is asked --------------------------------------------------------------------------

SIDES = st.floats(-400, 400) | st.integers(-200, 370)
BOXES = st.lists(SIDES, min_size=4, max_size=4) | st.text(max_size=3) | st.none()
MOMENTS = st.datetimes(datetime(2015, 12, 1), datetime(2016, 12, 31)).map(str)
PERIODS = st.lists(MOMENTS | st.just("..") | st.text(max_size=4), max_size=3) | st.none()


@given(bbox=BOXES, time=PERIODS)
@settings(deadline=None)
def test_a_coverage_is_refused_before_any_cell_or_answered_rightly(bbox, time):
    place = Direct(Wcs(b"", {RATIO: DESCRIPTION}))
    try:
        request = WcsRequest(bbox=bbox, time=time)
    except ValidationError:
        assert place.asked == []
        return
    found = WcsCoverage().read(place, COVERAGE, request, lazy=False).data
    rows = ((48 - found["latitude"].values) / 0.5 - 0.5).round().astype(int)
    columns = ((found["longitude"].values + 10) / 0.5 - 0.5).round().astype(int)
    expected = rows[:, None] * 1000 + columns[None, :]
    for step in found["ratio"].values:
        np.testing.assert_array_equal(step, expected)
    if request.bbox is None and request.time is None:
        assert found["ratio"].shape == (4, 6, 10)


@given(bbox=BOXES, time=PERIODS, text=st.text(max_size=5) | st.none())
@settings(deadline=None)
def test_a_catalogue_is_asked_nothing_impossible_and_answers_rightly(bbox, time, text):
    place = Direct(Csw([CATALOGUED]))
    try:
        request = CswRequest(bbox=bbox, time=time, text=text)
    except ValidationError:
        return
    found = CswRecords().read(place, CswOptions(), request, lazy=False).data
    assert len(found) <= 1
    if request.bbox is None and request.time is None and not request.text:
        assert len(found) == 1


CATALOGUED = a_record(1)
POINTS = st.lists(st.lists(SIDES, max_size=3) | st.text(max_size=2), max_size=3) | st.none()


@given(points=POINTS, line=POINTS)
@settings(deadline=None)
def test_depths_are_refused_before_any_request_or_answered_rightly(points, line):
    place = Direct(Depths())
    try:
        found = depths(place, points=points, line=line).data
    except (ValidationError, DataError):
        assert place.asked == []
        return
    known = found[found["latitude"] <= 60]
    np.testing.assert_allclose(known["depth"], known["latitude"], atol=1e-6)

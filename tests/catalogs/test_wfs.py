"""Features of a WFS: axes, pages, filters, and what is not believed."""

import json
from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from pydantic import ValidationError

from bluecloud_catalogs.errors import (
    DataError,
    MalformedAnswer,
    ParameterError,
    RequestRefused,
    RequestTooLarge,
)
from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers import gml
from bluecloud_catalogs.readers.asked import inside
from bluecloud_catalogs.readers.boxes import parts
from bluecloud_catalogs.readers.ogc import latitude_first, sound
from bluecloud_catalogs.readers.wfs import WfsFeatures, WfsRequest
from bluecloud_catalogs.readers.wfs_answer import announced_hits, answered
from bluecloud_catalogs.readers.wfs_query import FeatureQuery, WfsOptions, get_feature
from tests.federation.recorded import recorded

GML = WfsOptions(type_name="ns:sites", output="gml", page=2)
JSON = WfsOptions(
    type_name="ns:sites", page=2, most=5, match=("country",), time="since", dates=("since",)
)
COUNTRIES = ["Malta", "Israel", "Malta", "Fiji", "Fiji"]
PLACES = [(14.5, 35.9), (35.1, 32.9), (14.2, 36.0), (179.5, -17.0), (-179.5, -17.0)]


def site(number):
    return {
        "type": "Feature",
        "id": f"sites.{number}",
        "geometry": {"type": "Point", "coordinates": PLACES[number]},
        "properties": {"country": COUNTRIES[number], "since": f"20{number:02d}-01-01T00:00:00Z"},
    }


class Service:
    """A place that answers what it is told to, and remembers what it was asked."""

    tier = "live"

    def __init__(self, *answers):
        self.answers, self.asked = list(answers), []

    def fetch(self, asks):
        self.asked += [ask.path for ask in asks]
        return [File(ask.path, self.answers.pop(0)) for ask in asks]


def page(numbers, total, **more):
    told = {"type": "FeatureCollection", "features": [site(number) for number in numbers]}
    return json.dumps({**told, "numberMatched": total, **more}).encode()


def read(service, options=JSON, **request):
    return WfsFeatures().read(service, options, WfsRequest(**request), lazy=False)


def of_recording(name, options=GML):
    path = recorded(f"emodnet/wfs_biology_recorded/{name}")
    return answered(File(name, path.read_bytes()), options)


def test_a_recorded_point_in_the_registers_order_is_turned():
    found = of_recording("GetFeature_mediseh_cymodocea_pnt_country_Israele_.gml")
    (point,) = found.table.geometry
    assert (point.x, point.y) == (35.0758505, 32.91777959)
    assert found.table["country"].tolist() == ["Israele"]
    assert found.total == 1


def test_recorded_points_lie_in_the_mediterranean():
    found = of_recording("GetFeature_mediseh_zostera_m_pnt_the_geom.gml")
    west, south, east, north = found.table.total_bounds
    assert (west, south, east, north) == (-4.16715371, 33.07782522, 15.35765696, 45.72451062)
    assert len(found.table) == found.total == len(set(found.ids)) == 54


def test_recorded_curves_are_read():
    found = of_recording("GetFeature_mediseh_posidonia_nodata_km_3E400.gml")
    assert set(found.table.geom_type) == {"MultiLineString"}
    assert found.table["km"].astype(float).min() > 400


def test_recorded_features_of_two_countries():
    name = "GetFeature_mediseh_cymodocea_pnt_country_Malta_20OR_20country_Israele_.gml"
    assert sorted(of_recording(name).table["country"].unique()) == ["Israele", "Malta"]


def test_recorded_polygons_of_geojson_are_read():
    path = recorded("emodnet/tutorial/emodnet_windfarmspoly_filtered.json")
    found = answered(File("poly", path.read_bytes()), WfsOptions(type_name="emodnet:windfarmspoly"))
    assert set(found.table.geom_type) <= {"Polygon", "MultiPolygon"}
    assert found.table.geometry.iloc[0].bounds[0] < 0  # west of Scotland, longitude first


@pytest.mark.parametrize(
    ("crs", "first"),
    [
        ("urn:ogc:def:crs:EPSG::4326", True),
        ("urn:x-ogc:def:crs:EPSG:6.9:4326", True),
        ("http://www.opengis.net/def/crs/EPSG/0/4326", True),
        ("EPSG:4326", False),
        ("http://www.opengis.net/gml/srs/epsg.xml#4326", False),
        ("urn:ogc:def:crs:OGC:1.3:CRS84", False),
        ("http://www.opengis.net/def/crs/OGC/1.3/CRS84", False),
        ("CRS:84", False),
    ],
)
def test_who_has_the_latitude_first(crs, first):
    assert latitude_first(crs) is first


def test_coordinates_in_metres_are_not_taken_for_degrees():
    with pytest.raises(MalformedAnswer, match="EPSG::3857"):
        latitude_first("urn:ogc:def:crs:EPSG::3857")


def test_the_oldest_gml_is_longitude_first():
    point = etree.fromstring(
        '<gml:Point xmlns:gml="http://www.opengis.net/gml" '
        'srsName="http://www.opengis.net/gml/srs/epsg.xml#4326">'
        "<gml:coordinates>35.1,32.9</gml:coordinates></gml:Point>"
    )
    assert gml.geometry(point, "").coords[0] == (35.1, 32.9)


def test_a_name_that_is_sent_with_either_order_means_the_one_that_was_asked_for():
    point = etree.fromstring(
        '<gml:Point xmlns:gml="http://www.opengis.net/gml" srsName="EPSG:4326">'
        "<gml:pos>35.9 14.5</gml:pos></gml:Point>"
    )
    assert gml.geometry(point, "urn:ogc:def:crs:EPSG::4326").coords[0] == (14.5, 35.9)
    assert gml.geometry(point, "EPSG:4326").coords[0] == (35.9, 14.5)


def test_a_polygon_keeps_its_hole():
    ring = "<gml:LinearRing><gml:posList>{}</gml:posList></gml:LinearRing>"
    polygon = etree.fromstring(
        '<gml:Polygon xmlns:gml="http://www.opengis.net/gml/3.2">'
        f"<gml:exterior>{ring.format('0 0 0 4 4 4 4 0 0 0')}</gml:exterior>"
        f"<gml:interior>{ring.format('1 1 1 2 2 2 2 1 1 1')}</gml:interior></gml:Polygon>"
    )
    assert gml.geometry(polygon, "EPSG:4326").area == 15


def test_a_latitude_that_is_none_is_an_error():
    point = etree.fromstring(
        '<gml:Point xmlns:gml="http://www.opengis.net/gml/3.2">'
        "<gml:pos>120 10</gml:pos></gml:Point>"
    )
    with pytest.raises(MalformedAnswer, match="not on the Earth"):
        gml.geometry(point, "urn:ogc:def:crs:EPSG::4326")


def test_pages_are_asked_for_until_all_are_there():
    service = Service(page([0, 1], 5), page([2, 3], 5), page([4], 5))
    reading = read(service)
    assert reading.count == 5
    assert ["startIndex" in path for path in service.asked] == [False, True, True]
    assert "startIndex=4" in service.asked[2]


def test_fewer_than_announced_is_an_error():
    with pytest.raises(MalformedAnswer, match="3 features were announced, and 2 came"):
        read(Service(page([0, 1], 3), page([], 3)))


def test_pages_that_overlap_are_an_error():
    with pytest.raises(MalformedAnswer, match="came twice"):
        read(Service(page([0, 1], 3), page([1], 3)))


def test_a_service_that_does_not_say_how_many_is_asked_until_it_has_no_more():
    service = Service(page([0, 1], "unknown"), page([2], "unknown"))
    assert read(service).count == 3


def test_no_feature_is_an_empty_table_with_its_columns():
    reading = read(Service(page([], 0)), bbox=[0, 0, 1, 1], time="2001")
    assert reading.count == 0
    assert {"country", "since", "geometry"} <= set(reading.data.columns)


def test_too_many_are_refused_with_their_number():
    with pytest.raises(RequestTooLarge, match="6 features of ns:sites are asked for at once, 5"):
        read(Service(page([0, 1], 6)))


def test_filters_are_applied_to_what_comes_whatever_the_service_did():
    everything = WfsOptions(**{**JSON.model_dump(), "page": 10})
    service = Service(page(range(5), 5))
    found = read(
        service, everything, bbox=[10, 30, 40, 40], time="2001/2002", match={"country": "Malta"}
    )
    assert found.data["country"].tolist() == ["Malta"]
    assert found.data["since"].tolist() == [datetime(2002, 1, 1)]


def test_a_box_over_the_antimeridian_is_two_requests():
    everything = WfsOptions(**{**JSON.model_dump(), "page": 10, "most": 10})
    service = Service(page(range(5), 5), page(range(5), 5))
    found = read(service, everything, bbox=[170, -20, -170, 0])
    assert found.data["country"].tolist() == ["Fiji", "Fiji"]
    assert "bbox=-20,170,0,180" in service.asked[0]
    assert "bbox=-20,-180,0,-170" in service.asked[1]


def test_what_touches_both_sides_comes_once():
    everything = WfsOptions(**{**JSON.model_dump(), "page": 10, "most": 10})
    across = {**site(3), "geometry": {"type": "MultiPoint", "coordinates": [[180, 0], [-180, 0]]}}
    body = json.dumps({"type": "FeatureCollection", "features": [across], "numberMatched": 1})
    assert read(Service(*[body.encode()] * 2), everything, bbox=[170, -20, -170, 20]).count == 1


@pytest.mark.parametrize(
    ("version", "box"),
    [
        ("2.0.0", "bbox=35,14,36,15,urn:ogc:def:crs:EPSG::4326"),
        ("1.1.0", "bbox=35,14,36,15,urn:ogc:def:crs:EPSG::4326"),
        ("1.0.0", "bbox=14,35,15,36&"),
    ],
)
def test_a_box_is_asked_in_the_order_of_the_version(version, box):
    options = WfsOptions(type_name="a:b", version=version)
    assert box in get_feature(options, FeatureQuery(), (14, 35, 15, 36)) + "&"


def test_a_value_is_a_value_whatever_it_holds():
    evil = "x' OR '1'='1</fes:Literal>&request=Transaction"
    path = get_feature(JSON, FeatureQuery(match={"country": evil}), None)
    assert "request=Transaction" not in path
    assert "://" not in path  # which would be taken for a whole address
    from urllib.parse import parse_qs

    xml = etree.fromstring(parse_qs(path.partition("?")[2])["filter"][0])
    assert [each.text for each in xml.iter("{*}Literal")] == [evil]


@pytest.mark.parametrize("text", ["\x00", "a\nb", "\uffff", "\x85", "x" * 501])
def test_a_value_that_no_xml_can_hold_is_refused(text):
    with pytest.raises(ValidationError):
        WfsRequest(match={"country": text})


def test_a_box_with_a_value_goes_into_one_filter():
    path = get_feature(JSON, FeatureQuery(match={"country": "Malta"}), (14, 35, 15, 36))
    assert "bbox=" not in path
    assert "BBOX" in path


def test_view_params_are_sent_as_they_are_given():
    path = get_feature(JSON, FeatureQuery(view_params="where:a=1;context:0100"), None)
    assert "viewParams=where:a%3D1%3Bcontext:0100" in path


def test_csv_is_counted_first():
    options = WfsOptions(type_name="d:occ", output="csv", position=("lon", "lat"), numbers=("n",))
    hits = b'<wfs:FeatureCollection xmlns:wfs="http://www.opengis.net/wfs" numberOfFeatures="2"/>'
    rows = b"FID,lon,lat,n\nocc.1,1.5,50,3\nocc.2,,,\n"
    found = read(Service(hits, rows), options)
    assert found.data["n"].tolist()[0] == 3.0
    assert found.data.geometry.iloc[0].coords[0] == (1.5, 50.0)
    assert found.data.geometry.iloc[1] is None
    with pytest.raises(MalformedAnswer, match="2 features were announced, and 1 came"):
        read(Service(hits, rows[:-9], b"FID,lon,lat,n\n"), options)


def test_an_exception_report_with_status_200_is_what_it_says():
    said = b"<ServiceException>no layer</ServiceException>"
    report = b"<ServiceExceptionReport>" + said + b"</ServiceExceptionReport>"
    with pytest.raises(RequestRefused, match="no layer"):
        read(Service(report))
    with pytest.raises(MalformedAnswer, match="HTML page that says: Welcome"):
        sound(File("x", b"<html><title>Welcome</title></html>"))


def test_an_answer_that_does_not_say_its_number_is_an_error():
    with pytest.raises(MalformedAnswer, match="does not say"):
        announced_hits(File("x", b"<a/>"))


def test_a_layer_without_a_declared_column_is_an_error():
    options = WfsOptions(type_name="a:b", columns={"depth": "depth_m"})
    with pytest.raises(MalformedAnswer, match="has no depth: it has country, since"):
        read(Service(page([0], 1)), options)


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({"match": {"owner": "x"}}, "can be asked for values of country"),
        ({"time": "2020"}, "has none to be asked for"),
    ],
)
def test_what_cannot_be_asked_is_refused_before_any_request(request_, told):
    service = Service()
    options = WfsOptions(type_name="a:b", match=("country",))
    with pytest.raises(ParameterError, match=told):
        read(service, options, **request_)
    assert service.asked == []


NUMBERS = st.floats(-400, 400) | st.integers(-400, 400)


@given(
    bbox=st.lists(NUMBERS, min_size=3, max_size=5) | st.text(max_size=5),
    time=st.lists(st.dates().map(str) | st.just("..") | st.text(max_size=6), max_size=3),
    match=st.dictionaries(st.sampled_from(["country", "x"]), st.text(max_size=9) | NUMBERS),
)
@settings(deadline=None)
def test_a_request_is_refused_before_it_is_sent_or_answered_rightly(bbox, time, match):
    everything = WfsOptions(**{**JSON.model_dump(), "page": 10, "most": 10})
    service = Service(page(range(5), 5), page(range(5), 5))
    try:
        request = WfsRequest(bbox=bbox, time=time, match=match)
        found = WfsFeatures().read(service, everything, request, lazy=False).data
    except (ValidationError, DataError):
        assert service.asked == []
        return
    import numpy as np

    longitudes, latitudes = np.array(PLACES).T
    wanted = inside(request.bbox, longitudes, latitudes)
    first, after = request.time
    since = [datetime(2000 + number, 1, 1) for number in range(5)]
    expected = [
        number
        for number in range(5)
        if wanted[number]
        and (first is None or since[number] >= first)
        and (after is None or since[number] < after)
        and (match.get("country", COUNTRIES[number]) == COUNTRIES[number])
    ]
    assert sorted(found["since"].dt.year - 2000) == expected


@given(west=st.floats(-180, 360), width=st.floats(0, 360), longitude=st.floats(-180, 180))
@settings(deadline=None)
def test_the_parts_of_a_box_hold_what_the_box_holds(west, width, longitude):
    import numpy as np

    east = min(west + width, 360.0)
    box = (west, -1.0, east, 1.0)
    whole = bool(inside(box, np.array([longitude]), np.array([0.0]))[0])
    several = parts(box)
    assert all(-180 <= part[0] <= part[2] <= 180 for part in several)
    in_parts = any(part[0] <= longitude <= part[2] for part in several)
    borders = {round(side % 360, 6) % 360 for side in (west, east)}
    if round(longitude % 360, 6) % 360 not in borders and abs(longitude) < 180:
        assert in_parts == whole


@given(match=st.dictionaries(st.just("country"), st.text(max_size=9) | NUMBERS, min_size=1))
@settings(deadline=None)
def test_a_value_of_any_kind_is_refused_before_it_is_sent_or_is_one(match):
    everything = WfsOptions(**{**JSON.model_dump(), "page": 10, "most": 10})
    service = Service(page(range(5), 5))
    try:
        request = WfsRequest(match=match)
    except ValidationError:
        return
    found = WfsFeatures().read(service, everything, request, lazy=False).data
    assert found["country"].tolist() == [each for each in COUNTRIES if each == match["country"]]

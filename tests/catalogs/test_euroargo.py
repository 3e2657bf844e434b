"""Euro-Argo's services and those beside them, on every answer that was recorded of them."""

import json
import os
import re
from datetime import datetime
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from bluecloud_catalogs.answers import as_json, as_text, as_xml, is_page
from bluecloud_catalogs.discovery.records import Record
from bluecloud_catalogs.errors import (
    DataError,
    MalformedAnswer,
    ParameterError,
    RequestTooLarge,
    SourceUnavailable,
)
from bluecloud_catalogs.harvest.euroargo import EuroArgo, _rows
from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.argo_files import read_files
from bluecloud_catalogs.readers.argovis import Argovis, ArgovisOptions, ArgovisRequest
from bluecloud_catalogs.readers.asked import inside
from bluecloud_catalogs.readers.erddap import is_empty, opened
from bluecloud_catalogs.readers.float_services import (
    DeploymentsRequest,
    FloatDeployments,
    FloatOptions,
    FloatRequest,
    FloatState,
    FloatTechnical,
    FloatTrajectory,
)
from tests.federation.recorded import recorded

FOLDERS = ("erddap/argopy_recorded", "euroargo/argopy-http-recordings")
FLOATS = FloatOptions()


def _index():
    """Every recording of argopy's that is there: its address and its path."""
    told = os.environ.get("BLUECLOUD_TEST_DATA")
    found = []
    for folder in FOLDERS if told else ():
        base = Path(told) / "recordings" / folder
        if base.is_dir():
            listed = json.loads((base / "index.json").read_text())
            for each in listed if isinstance(listed, list) else listed["items"]:
                name = each.get("file") or f"{each['sha']}.{each['ext']}"
                if (base / name).is_file():
                    found.append((each.get("uri") or each["url"], f"{folder}/{name}"))
    return sorted(found)


INDEX = _index()


def of(part, *, kind=""):
    """The recordings of a server, one parameter each; skipped where there are none."""
    here = [each for each in INDEX if part in each[0] and each[1].endswith(kind)]
    without = pytest.param("", "", marks=pytest.mark.skip(reason="set BLUECLOUD_TEST_DATA"))
    return pytest.mark.parametrize(("uri", "path"), here or [without])


def file_of(path):
    return File(path, recorded(path).read_bytes())


class Answers:
    """A place with one answer for everything."""

    tier = "live"

    def __init__(self, content):
        self.content, self.asked = content, []

    def fetch(self, asks):
        self.asked += asks
        return [File(ask.path, self.content, key="kept") for ask in asks]


def test_every_listed_recording_is_used_by_one_of_these_tests():
    servers = ("argovis-api", "data-argo", "dataselection", "erddap.ifremer", "fleetmonitoring",
               "vocab.nerc", "ocean-ops", "api.ifremer", "coastwatch")  # fmt: skip
    assert [uri for uri, _ in INDEX if not any(server in uri for server in servers)] == []


@of("/tabledap/", kind=".nc")
def test_a_recorded_table_is_rows_or_says_that_there_are_none(uri, path):
    file = file_of(path)
    if is_empty(file):
        assert len(file.content) < 200
        return
    table = opened(file)
    names = re.search(r"\?([^&]*)", uri)[1].split(",")
    assert set(names) == set(table.variables)
    assert table.sizes["row"] > 0


@of("/tabledap/", kind=".ncHeader")
def test_a_recorded_header_has_as_many_rows_as_its_table(uri, path):
    text = recorded(path).read_text()
    rows = re.search(r"row = (\d+);", text)
    if is_page(text.encode()):
        with pytest.raises(MalformedAnswer, match="502 Proxy Error"):
            is_empty(file_of(path))
        with pytest.raises(SourceUnavailable):
            is_empty(File(path, text.encode(), status=500))
    elif rows is None:
        assert is_empty(file_of(path))
    else:
        twins = [twin for other, twin in INDEX if other == uri.replace(".ncHeader", ".nc")]
        assert int(rows[1]) > 0
        for twin in twins:
            assert opened(file_of(twin)).sizes["row"] == int(rows[1])


@of("coastwatch")
def test_the_recorded_grid_is_where_it_was_asked_for(uri, path):
    grid = opened(file_of(path))
    sides = [float(side) for side in re.findall(r"\((-?[\d.]+)\)", uri)]
    assert min(sides[:2]) - 0.1 <= float(grid["latitude"].min())
    assert float(grid["longitude"].max()) <= max(sides[2:]) + 0.1


@of("/info/")
def test_a_recorded_description_becomes_a_record(uri, path):
    listed = json.dumps(
        {"table": {"columnNames": ["Dataset ID"], "rows": [["ArgoFloats"], ["other"]]}}
    )

    class Server:
        tier = "live"

        def fetch(self, asks):
            names = {"info/index.json": listed.encode()}
            return [
                File(ask.path, names.get(ask.path) or recorded(path).read_bytes()) for ask in asks
            ]

    if uri.endswith("/info/index.json"):
        assert any(row["Dataset ID"] == "ArgoFloats" for row in _rows(file_of(path)))
        return
    (page,) = EuroArgo().pages(Server())
    (record,) = page.records
    assert page.cursor is None
    assert isinstance(record, Record)
    assert "reference" in uri or "sea_water_temperature" in record.cf
    assert {"latitude", "longitude", "time"} <= set(record.cf)
    assert record.licence == "CC BY 4.0"
    assert "falsestandard" not in record.model_dump_json()


def test_a_harvest_goes_on_where_it_stopped():
    listed = {"table": {"columnNames": ["Dataset ID"], "rows": [["ArgoB"], ["ArgoA"], ["x"]]}}
    info = {"table": {"columnNames": ["Row Type"], "rows": [["variable"]]}}

    class Server:
        tier = "live"

        def fetch(self, asks):
            told = {"info/index.json": listed, "info/ArgoA/index.json": {"table": {}}}
            default = {"table": {**info["table"], "rows": []}}
            return [File(a.path, json.dumps(told.get(a.path, default)).encode()) for a in asks]

    first, second = EuroArgo().pages(Server())
    assert first.quarantined[0].native_id == "ArgoA"
    assert first.cursor == "ArgoB"
    (again,) = EuroArgo().pages(Server(), cursor="ArgoB")
    assert again == second
    assert again.records[0].id == "euroargo:ArgoB"


@of("argovis-api")
def test_recorded_profiles_of_argovis_are_read_by_column(uri, path):
    if uri.endswith("/ping"):
        assert recorded(path).read_bytes() == b"OK"
        return
    told = json.loads(recorded(path).read_text())
    place = Answers(recorded(path).read_bytes())
    request = ArgovisRequest(bbox=[-70, 35, -60, 45], time="2012-01")
    platforms = sorted({int(each["_id"].partition("_")[0]) for each in told})
    if platforms:
        request = ArgovisRequest(platform=platforms[:20])
    reading = Argovis().read(place, ArgovisOptions(), request, lazy=False)
    assert reading.count == len(told) if platforms else reading.count == 0
    for each, row in zip(
        sorted(told, key=lambda one: one["_id"]), range(reading.count), strict=True
    ):
        names = each["data_info"][0]
        found = reading.data.isel(N_PROF=row)
        levels = len(each["data"][0])
        np.testing.assert_allclose(
            found["TEMP"].values[:levels], np.array(each["data"][names.index("temperature")], float)
        )
        assert float(found["LATITUDE"]) == each["geolocation"]["coordinates"][1]


@of("data-argo")
def test_recorded_files_of_the_archive_are_read_and_its_pages_are_no_data(uri, path):
    file = file_of(path)
    if path.endswith(".html"):
        with pytest.raises(MalformedAnswer):
            as_json(file)
        with pytest.raises(MalformedAnswer):
            as_text(file)
    elif "/SD" in uri:
        with pytest.raises(MalformedAnswer, match="no Argo profile file of the kind"):
            read_files([file])
    else:
        platform = uri.split("/")[-3]
        numbers = read_files([file])["PLATFORM_NUMBER"].values
        assert {str(each).strip() for each in np.asarray(numbers).ravel()} == {platform}


@of("dataselection")
def test_recorded_tracks_are_put_in_the_order_of_cycles(uri, path):
    told = json.loads(recorded(path).read_text())
    place = Answers(recorded(path).read_bytes())
    platform = int(uri.rpartition("/")[2])
    reading = FloatTrajectory().read(place, FLOATS, FloatRequest(platform=platform), lazy=False)
    cycles = reading.data["cycle"].tolist()
    assert [each["cvNumber"] for each in told] != cycles == sorted(cycles)
    assert reading.count == len(told)


@of("fleetmonitoring")
def test_recorded_technical_data_are_a_row_a_cycle(uri, path):
    place = Answers(recorded(path).read_bytes())
    reading = FloatTechnical().read(place, FLOATS, FloatRequest(platform=13857), lazy=False)
    contents = json.loads(recorded(path).read_text())["technicalDataContents"]
    assert reading.count == sum(len(each["technicalDataValues"]) for each in contents)
    first = reading.data.iloc[0]
    assert (first["cycle"], first["value"]) == (0, "19/07/1997 15:17:29")


@of("ocean-ops")
def test_recorded_deployments_are_all_that_were_announced(uri, path):
    told = json.loads(recorded(path).read_text())
    place = Answers(recorded(path).read_bytes())
    request = DeploymentsRequest(bbox=[-90, 0, 0, 90], time="2022")
    reading = FloatDeployments().read(place, FLOATS, request, lazy=False)
    assert reading.count == told["total"] == len(told["data"])
    short = {**told, "data": told["data"][1:]}
    with pytest.raises(MalformedAnswer, match="were announced"):
        FloatDeployments().read(Answers(json.dumps(short).encode()), FLOATS, request, lazy=False)


@of("vocab.nerc")
def test_a_recorded_vocabulary_is_what_was_asked_for_or_a_page(uri, path):
    file = file_of(path)
    if "/sparql?" in uri:
        with pytest.raises(MalformedAnswer, match="no JSON"):
            as_json(file)
    elif path.endswith(".json"):
        assert "@graph" in as_json(file) or "@id" in as_json(file)
    elif path.endswith(".xml"):
        assert as_xml(file).tag.endswith("}RDF")
    else:
        import pyoxigraph

        triples = list(pyoxigraph.parse(file.content, format=pyoxigraph.RdfFormat.TURTLE))
        assert len(triples) > 100


@of("api.ifremer")
def test_the_recorded_number_of_profiles_is_json(uri, path):
    assert int(as_json(file_of(path))["message"]) > 0


def test_owners_and_telephones_are_not_handed_on_and_not_kept():
    told = {
        "wmo": "6902746",
        "owner": "A. Person",
        "serialIMEI": "300234060000000",
        "platform": {"name": "ARVOR", "type": "ARVOR"},
        "battery": {"level": 8.4, "status": "alert"},
        "networks": ["CORE"],
        "lastCycleBasicInfo": {
            "numCycle": 3,
            "lat": 1.0,
            "lon": 2.0,
            "date": "2026-01-01T00:00:00Z",
        },
    }
    place = Answers(json.dumps(told).encode())
    reading = FloatState().read(place, FLOATS, FloatRequest(platform=6902746), lazy=False)
    text = reading.data.to_csv()
    assert "Person" not in text
    assert "3002340" not in text
    assert reading.data["last_cycle"].tolist() == [3]
    assert [file.key for file in reading.files] == [""]


def test_an_answer_about_another_float_is_an_error():
    with pytest.raises(MalformedAnswer, match="not about float 6902746"):
        FloatState().read(
            Answers(b'{"wmo": "1"}'), FLOATS, FloatRequest(platform=6902746), lazy=False
        )


def test_the_key_of_a_person_is_a_secret_and_guests_have_one_that_is_none(monkeypatch):
    place = Answers(b"[\n\n]")
    request = ArgovisRequest(platform=6902746)
    Argovis().read(place, ArgovisOptions(), request, lazy=False)
    assert place.asked[0].headers == {"x-argokey": "guest"}
    monkeypatch.setenv("BLUECLOUD_EUROARGO_TOKEN", "my-very-own-key")
    Argovis().read(place, ArgovisOptions(), request, lazy=False)
    assert place.asked[1].secrets == {"x-argokey": "my-very-own-key"}
    assert "my-very-own-key" not in repr(place.asked[1]) + place.asked[1].path


def test_columns_of_different_lengths_are_an_error():
    profile = {
        "_id": "6902746_001", "timestamp": "2020-01-01T00:00:00Z",
        "geolocation": {"coordinates": [0, 0]}, "data": [[1, 2], [3]],
        "data_info": [["pressure", "temperature"], ["units", "data_keys_mode"],
                      [["decibar", "D"], ["degree_Celsius", "D"]]],
    }  # fmt: skip
    with pytest.raises(MalformedAnswer, match="several lengths"):
        Argovis().read(
            Answers(json.dumps([profile]).encode()), ArgovisOptions(),
            ArgovisRequest(platform=6902746), lazy=False,
        )  # fmt: skip


@pytest.mark.parametrize(
    ("request_", "kind"),
    [
        ({}, ParameterError),
        ({"bbox": [0, 0, 1, 1]}, ParameterError),
        ({"bbox": [-180, -90, 180, 90], "time": "2020"}, RequestTooLarge),
        ({"platform": list(range(1000, 1021))}, RequestTooLarge),
    ],
)
def test_too_much_of_argovis_is_refused_before_any_request(request_, kind):
    place = Answers(b"[]")
    with pytest.raises(kind):
        Argovis().read(place, ArgovisOptions(), ArgovisRequest(**request_), lazy=False)
    assert place.asked == []


SIDES = st.floats(-400, 400) | st.integers(-200, 370)
BOXES = st.lists(SIDES, min_size=4, max_size=4) | st.text(max_size=3) | st.none()
MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2020, 1, 3)).map(str)
PERIODS = st.lists(MOMENTS | st.just("..") | st.text(max_size=4), max_size=3) | st.none()
PLATFORMS = st.lists(st.integers(0, 10**8), max_size=3) | st.text(max_size=8) | st.none()
POSITIONS = [(179.0, 0.0), (-179.0, 0.0), (10.0, 50.0)]


def profiles():
    about = [["decibar", "D"], ["degree_Celsius", "D"], ["psu", "D"]]
    names = ["pressure", "temperature", "salinity"]
    return [
        {
            "_id": f"690274{number}_001",
            "timestamp": f"2020-01-0{number + 1}T00:00:00Z",
            "geolocation": {"coordinates": list(place)},
            "data": [[5, 10], [1, 2], [35, 36]],
            "data_info": [names, ["units", "data_keys_mode"], about],
        }
        for number, place in enumerate(POSITIONS)
    ]


@given(bbox=BOXES, time=PERIODS, platform=PLATFORMS)
@settings(deadline=None)
def test_argovis_is_asked_nothing_impossible_and_answers_rightly(bbox, time, platform):
    place = Answers(json.dumps(profiles()).encode())
    try:
        request = ArgovisRequest(bbox=bbox, time=time, platform=platform)
        found = Argovis().read(place, ArgovisOptions(), request, lazy=False).data
    except (ValidationError, DataError):
        assert place.asked == []
        return
    longitudes, latitudes = np.array(POSITIONS).T
    wanted = np.ones(3, dtype=bool)
    if request.bbox:
        wanted &= inside(request.bbox, longitudes, latitudes)
    if request.platform:
        wanted &= np.isin([6902740, 6902741, 6902742], request.platform)
    first, after = request.time or (None, None)
    for number in range(3):
        moment = datetime(2020, 1, number + 1)
        wanted[number] &= (first is None or moment >= first) and (after is None or moment < after)
    assert found["LONGITUDE"].values.tolist() == longitudes[wanted].tolist()


@given(bbox=BOXES, time=PERIODS)
@settings(deadline=None)
def test_deployments_are_refused_before_any_request_or_answered_rightly(bbox, time):
    data = [
        {
            "ref": str(number),
            "ptfDepl": {"lon": lon, "lat": lat, "deplDate": f"2020-01-0{number + 1}"},
        }
        for number, (lon, lat) in enumerate(POSITIONS)
    ]
    place = Answers(json.dumps({"data": data, "total": 3}).encode())
    try:
        request = DeploymentsRequest(bbox=bbox, time=time)
        found = FloatDeployments().read(place, FLOATS, request, lazy=False).data
    except (ValidationError, DataError):
        assert place.asked == []
        return
    longitudes, latitudes = np.array(POSITIONS).T
    wanted = inside(request.bbox, longitudes, latitudes)
    first, after = request.time
    expected = [
        str(number)
        for number in range(3)
        if wanted[number] and first <= datetime(2020, 1, number + 1) < after
    ]
    assert found["platform"].tolist() == expected


@pytest.mark.parametrize("reader", [FloatState, FloatTechnical, FloatTrajectory])
@given(platform=PLATFORMS)
@settings(deadline=None)
def test_floats_are_asked_for_by_their_numbers_only(reader, platform):
    place = Answers(b"not json")
    try:
        request = FloatRequest(platform=platform)
        reader().read(place, FLOATS, request, lazy=False)
    except (ValidationError, ParameterError):
        assert place.asked == []
    except MalformedAnswer:
        assert [int(ask.path.rpartition("/")[2]) for ask in place.asked] == list(request.platform)

"""The WFS, WCS and WMS readers at a real server, MapServer, run as the CGI program that it is.

Debian has it (``apt-get install cgi-mapserver``); ``MAPSERV`` names another place. What is served
is made here, so that every answer can be worked out by hand.
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from bluecloud_catalogs.errors import RequestRefused
from bluecloud_catalogs.places import Addresses, Live
from bluecloud_catalogs.readers.wcs import WcsCoverage, WcsOptions, WcsRequest
from bluecloud_catalogs.readers.wfs import WfsFeatures, WfsRequest
from bluecloud_catalogs.readers.wfs_query import WfsOptions
from bluecloud_catalogs.readers.wms import WmsLayers, WmsOptions, WmsRequest
from tests.federation.ogc import GEOTIFF
from tests.federation.server import Kind, Reply, Request, serve

PROGRAM = os.environ.get("MAPSERV") or shutil.which("mapserv", path="/usr/lib/cgi-bin:/usr/bin")
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="apt-get install cgi-mapserver, or set MAPSERV to its mapserv"
)
SITES = {
    1: (14.5, 35.9, "Malta"),
    2: (35.1, 32.9, "Israel"),
    3: (14.2, 36.0, "Malta"),
    4: (179.5, -17.0, "Fiji"),
    5: (-179.5, -17.0, "Fiji"),
}
MAP = """
MAP
  NAME "made"
  EXTENT -180 -90 180 90
  SIZE 100 100
  PROJECTION "init=epsg:4326" END
  WEB METADATA
    "ows_title" "made" "ows_enable_request" "*" "ows_srs" "EPSG:4326"
    "ows_onlineresource" "http://127.0.0.1/"
    "wcs_label" "made"
  END END
  OUTPUTFORMAT NAME "GTiff" DRIVER "GDAL/GTiff" MIMETYPE "image/tiff" IMAGEMODE FLOAT32 EXTENSION "tif" END
  OUTPUTFORMAT
    NAME "geojson" DRIVER "OGR/GEOJSON" MIMETYPE "application/json"
    FORMATOPTION "STORAGE=stream" FORMATOPTION "FORM=SIMPLE"
  END
  LAYER
    NAME "sites" TYPE POINT STATUS ON TEMPLATE "none"
    CONNECTIONTYPE OGR CONNECTION "{folder}/sites.json" DATA "sites"
    PROJECTION "init=epsg:4326" END
    METADATA
      "ows_title" "sites" "gml_include_items" "all" "gml_featureid" "id"
      "wfs_getfeature_formatlist" "geojson" "gml_types" "auto" "gml_geometries" "the_geom"
      "gml_the_geom_type" "point" "wfs_use_default_extent_for_getfeature" "false"
    END
  END
  LAYER
    NAME "grid" TYPE RASTER STATUS ON DATA "{folder}/grid.tif"
    PROJECTION "init=epsg:4326" END
    METADATA
      "ows_title" "grid" "wcs_native_format" "image/tiff" "wcs_formats" "GTiff"
      "wcs_extent" "0 0 4 3" "wcs_resolution" "0.5 0.5" "wcs_size" "8 6"
      "wcs_bandcount" "1" "wcs_band_names" "band"
    END
  END
END
"""  # noqa: E501


@dataclass(frozen=True)
class Cgi:
    """A program that answers as CGI programs do."""

    program: str
    folder: Path
    kind: Kind = "derived"

    def answer(self, request: Request) -> Reply:
        """Run it once."""
        environment = {
            **os.environ,
            "REQUEST_METHOD": request.method,
            "QUERY_STRING": request.raw_query,
            "CONTENT_LENGTH": str(len(request.body)),
            "CONTENT_TYPE": request.headers.get("content-type", ""),
            "MS_MAPFILE": str(self.folder / "made.map"),
            "MAPSERVER_CONFIG_FILE": str(self.folder / "mapserver.conf"),
        }
        done = subprocess.run(
            [self.program], input=request.body, capture_output=True, env=environment, check=False
        )
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if ": " in line)
        status = int(headers.get("Status", "200").split()[0])
        return Reply(body, status, headers.get("Content-Type", "text/plain"))


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """MapServer over HTTP, as the live tier of an entry."""
    folder = tmp_path_factory.mktemp("mapserver")
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [east, north]},
            "properties": {"id": number, "country": country},
        }
        for number, (east, north, country) in SITES.items()
    ]
    collection = {"type": "FeatureCollection", "features": features}
    (folder / "sites.json").write_text(json.dumps(collection))
    values = np.arange(48.0).reshape(6, 8)
    (folder / "grid.tif").write_bytes(GEOTIFF(values, west=0.0, north=3.0, cell=0.5))
    (folder / "made.map").write_text(MAP.format(folder=folder))
    (folder / "mapserver.conf").write_text('CONFIG\n ENV\n  MS_MAP_PATTERN "."\n END\nEND\n')
    assert PROGRAM
    with serve({"": Cgi(PROGRAM, folder)}) as server:
        yield Live(Addresses(server.url), None, connections=2)


def sites(place, version="2.0.0", output="gml", page=2, **request):
    options = WfsOptions(
        type_name="sites", version=version, output=output, page=page, numbers=("id",),
        match=("country",), path="mapserv",
    )  # fmt: skip
    table = WfsFeatures().read(place, options, WfsRequest(**request), lazy=False).data
    return {
        int(number): (round(shape.x, 6), round(shape.y, 6))
        for number, shape in zip(table["id"], table.geometry, strict=True)
    }


def expected(*numbers):
    return {number: SITES[number][:2] for number in numbers}


@pytest.mark.parametrize("version", ["2.0.0", "1.1.0", "1.0.0"])
def test_all_features_are_where_they_are_in_every_version(place, version):
    assert sites(place, version, page=10) == expected(1, 2, 3, 4, 5)


def test_pages_of_two_are_all(place):
    assert sites(place) == expected(1, 2, 3, 4, 5)


@pytest.mark.parametrize("version", ["2.0.0", "1.1.0", "1.0.0"])
def test_a_box_is_understood_in_every_version(place, version):
    assert sites(place, version, page=10, bbox=[14, 35, 15, 36.5]) == expected(1, 3)
    assert sites(place, version, page=10, bbox=[170, -20, -170, 0]) == expected(4, 5)


@pytest.mark.parametrize("version", ["2.0.0", "1.1.0"])
def test_a_value_is_understood(place, version):
    assert sites(place, version, page=10, match={"country": "Malta"}) == expected(1, 3)
    assert sites(place, version, page=10, match={"country": "x' OR '1'='1"}) == {}


def test_a_value_in_a_box_is_understood(place):
    found = sites(place, page=10, match={"country": "Malta"}, bbox=[14, 35, 14.3, 37])
    assert found == expected(3)


def test_geojson_is_longitude_first(place):
    assert sites(place, output="json", page=10, bbox=[14, 35, 15, 36.5]) == expected(1, 3)


def test_an_unknown_layer_is_refused_with_the_servers_words(place):
    options = WfsOptions(type_name="gone", output="gml", path="mapserv")
    with pytest.raises(RequestRefused, match="gone"):
        WfsFeatures().read(place, options, WfsRequest(), lazy=False)


def test_a_coverage_is_cut_where_it_was_asked_for(place):
    options = WcsOptions(coverage="grid", path="mapserv", name="grid", long_name="made", units="1")
    whole = WcsCoverage().read(place, options, WcsRequest(), lazy=False).data
    np.testing.assert_array_equal(whole["grid"], np.arange(48.0).reshape(6, 8))
    assert whole["latitude"].values[0] == 2.75
    part = WcsCoverage().read(place, options, WcsRequest(bbox=[1, 1, 2, 2]), lazy=False).data
    np.testing.assert_array_equal(part["grid"], [[18, 19], [26, 27]])
    assert part["longitude"].values.tolist() == [1.25, 1.75]


def test_layers_are_listed_with_boxes_that_are_longitude_first(place):
    options = WmsOptions(path="mapserv")
    found = WmsLayers().read(place, options, WmsRequest(text="GRID"), lazy=False).data
    assert found["name"].tolist() == ["grid"]
    assert found.geometry.iloc[0].bounds == (0.0, 0.0, 4.0, 3.0)
    assert found["map_address"].tolist() == ["http://127.0.0.1/?"]
    beyond = WmsRequest(bbox=[5, 5, 10, 10], text="grid")
    assert WmsLayers().read(place, options, beyond, lazy=False).count == 0

"""EMODnet's services, asked by OWSLib and erddapy as they are: what they read is what we read.

The depth service has no client in Python.
"""

import io

import numpy as np
import pytest
from lxml import etree

from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.geotiff import raster
from bluecloud_catalogs.readers.gml import features
from bluecloud_catalogs.tiers import read
from tests.federation.conftest import recordings
from tests.federation.reading import asked, declared
from tests.federation.sources.emodnet import GAUGES, RATIO

pytestmark = pytest.mark.skipif(
    recordings() is None, reason="set BLUECLOUD_TEST_DATA to the folder that holds recordings/"
)
BOX = (-5.0, 36.0, 3.0, 42.0)


def ours(name, **parameters):
    entry = declared(name)
    return read(entry, asked(entry, parameters), lazy=False)


@pytest.mark.parametrize("version", ["2.0.0", "1.1.0"])
def test_owslib_finds_the_features_of_a_box_that_we_find(federation, version):
    from owslib.wfs import WebFeatureService

    url = f"{federation.address('emodnet')}/biology/wfs"
    wfs = WebFeatureService(url=url, version="2.0.0")
    assert "Emodnetbio:mediseh_zostera_m_pnt" in wfs.contents
    answer = wfs.getfeature(
        typename="Emodnetbio:mediseh_zostera_m_pnt", bbox=(*BOX, "urn:ogc:def:crs:EPSG::4326")
    )
    theirs = list(features(etree.fromstring(answer.read()), default_crs="EPSG:4326"))
    mine = ours("emodnet_zostera_marina", bbox=BOX)
    assert 0 < len(mine) < 54
    assert sorted(each.geometry.coords[0] for each in theirs) == sorted(
        (point.x, point.y) for point in mine.geometry
    )


def test_owslib_reads_the_schema_that_was_recorded(federation):
    from owslib.wfs import WebFeatureService

    url = f"{federation.address('emodnet')}/biology/wfs"
    wfs = WebFeatureService(url=url, version="2.0.0")
    schema = wfs.get_schema("Emodnetbio:mediseh_zostera_m_pnt")
    assert schema["properties"] == {"id": "int", "country": "string"}


def test_owslib_reads_the_coverage_that_we_read(federation):
    from owslib.wcs import WebCoverageService

    url = f"{federation.address('emodnet')}/biology/wcs"
    wcs = WebCoverageService(url, version="2.0.1")
    assert RATIO in wcs.contents
    answer = wcs.getCoverage(
        identifier=RATIO,
        format="image/tiff",
        subsets=[("Lat", 45, 46), ("Long", -9, -7), ("time", '"2016-11-16T01:00:00.000Z"')],
    )
    theirs = raster(File("owslib", answer.read()))
    mine = ours("emodnet_copepod_size_ratio", bbox=[-9, 45, -7, 46], time="2016-11")
    inner = mine["copepod_size_ratio"].isel(time=0).values
    assert set(inner.ravel()) <= set(theirs.values[0].ravel())
    assert inner.size > 100


def test_owslib_finds_the_records_that_we_find(federation):
    from owslib.csw import CatalogueServiceWeb
    from owslib.fes import PropertyIsLike

    csw = CatalogueServiceWeb(f"{federation.address('emodnet')}/catalogue", skip_caps=True)
    csw.getrecords2(
        constraints=[PropertyIsLike("csw:AnyText", "%lead%")],
        esn="full",
        outputschema="http://www.isotc211.org/2005/gmd",
    )
    mine = ours("emodnet_catalogue", text="lead")
    assert csw.results["matches"] == len(mine) == 1
    (record,) = csw.records.values()
    row = mine.iloc[0]
    assert record.identifier == row["identifier"]
    assert record.identification[0].title == row["title"]
    box = record.identification[0].bbox
    assert row.geometry.bounds == (
        float(box.minx), float(box.miny), float(box.maxx), float(box.maxy)
    )  # fmt: skip


def test_erddapy_reads_the_grid_that_we_read(federation):
    import xarray as xr
    from erddapy import ERDDAP

    client = ERDDAP(server=f"{federation.address('emodnet')}/erddap", protocol="griddap")
    client.dataset_id = "bathymetry_dtm_2024"
    client.griddap_initialize()
    south, north = -60.0, -59.0
    client.constraints |= {"latitude>=": south, "latitude<=": north, "latitude_step": 1}
    client.response = "nc"
    answer = client.get_download_url()
    import requests

    with xr.open_dataset(io.BytesIO(requests.get(answer, timeout=30).content)) as theirs:
        mine = ours("emodnet_bathymetry", bbox=[-180, south, 180, north])
        step = float(abs(np.diff(theirs["latitude"])[0]))
        inner = theirs.sel(latitude=slice(south - step * 1e-6, north + step * 1e-6))
        np.testing.assert_array_equal(
            mine["elevation"].values, inner["elevation"].values.astype("float64")
        )


def test_erddapy_reads_the_gauges_that_we_read(federation):
    from erddapy import ERDDAP

    client = ERDDAP(server=f"{federation.address('emodnet')}/erddap", protocol="tabledap")
    client.server = f"{federation.address('emodnet')}/physics"  # no name of an ERDDAP to erddapy
    client.dataset_id = GAUGES
    client.variables = ["PLATFORMCODE", "time", "SLEV", "SLEV_QC"]
    client.constraints = {"longitude>=": -6, "longitude<=": -3, "time>=": "2026-01-01T12:00:00Z"}
    theirs = client.to_pandas()
    mine = ours("emodnet_sea_level", bbox=[-6, 47, -3, 50], time=["2026-01-01T12:00:00", "2026"])
    np.testing.assert_array_equal(theirs["SLEV (m)"], mine["SLEV"].values)
    assert list(theirs["PLATFORMCODE"]) == list(mine["PLATFORM_CODE"].values)
    assert list(theirs["SLEV_QC (1)"].astype(int)) == [int(each) for each in mine["SLEV_QC_native"]]

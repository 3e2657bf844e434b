"""WEkEO's own client, STAC's and openEO's, run as they are against the emulated services.

For OData there is no client of the provider's: its documentation shows requests by hand. hda
accepts terms in a person's name when it searches, and tries again for hours by default: it is
made with few tries, and that it accepts is what the test says of it.
"""

from bluecloud_catalogs.tiers import read
from tests.federation.judges.judge import said
from tests.federation.reading import asked, declared
from tests.federation.server import serve
from tests.federation.sources import dias as emulated

HDA = """
import json, sys, warnings
from hda import Client, Configuration

client = Client(Configuration(url=sys.argv[1] + "/hda-broker/", user="person", password="secret"),
                retry_max=2, sleep_max=1, progress=False)
found = client.search({"dataset_id": "EO:EUM:DAT:SENTINEL-3:OL_2_WFR___", "bbox": [2, 39, 4, 41],
                       "startdate": "2024-01-01T00:00:00.000Z",
                       "enddate": "2024-02-01T00:00:00.000Z"})
print(json.dumps({"ids": [each["id"] for each in found.results],
                  "datasets": [each["dataset_id"] for each in client.datasets()],
                  "volume": found.volume}))
"""
STAC = """
import json, sys
from pystac_client import Client

search = Client.open(sys.argv[1] + "/stac").search(
    collections=["sentinel-2-l2a"], bbox=[2, 39, 4, 41], datetime="2024-01-01/2024-01-31",
    method=sys.argv[2])
print(json.dumps({"matched": search.matched(), "ids": [each.id for each in search.items()]}))
"""
OPENEO = """
import json, os, sys
import openeo
from openeo.rest.auth.auth import BearerAuth

connection = openeo.connect(sys.argv[1] + "/openeo")
connection.auth = BearerAuth("oidc/CDSE/t0ken")
graph = json.loads(sys.argv[2])
job = connection.create_job(graph, title="judge")
job.start()
while job.status() in {"created", "queued", "running"}:
    pass
assets = job.get_results().get_assets()
content = assets[0].load_bytes()
try:
    connection.create_job({"x": {"process_id": "add", "arguments": {}}})
    wrong = ""
except openeo.rest.OpenEoApiError as error:
    wrong = error.code
print(json.dumps({"status": job.status(), "size": len(content), "wrong": wrong}))
"""


def ours(name: str):
    entry = declared(name)
    return read(entry, asked(entry, emulated.EXAMPLES[name]), lazy=False)


def test_hda_finds_what_we_find_and_accepts_what_we_ask_about(federation):
    provider = emulated.Dias()
    with serve({"dias": provider}) as server:
        told = said(HDA, server.address("dias"))
    assert sorted(told["ids"]) == sorted(ours("wekeo_olci_water_products")["id"])
    assert told["datasets"] == list(ours("wekeo_datasets")["dataset"])
    assert provider.accepted == {emulated.TERMS}  # and nobody was asked


def test_pystac_client_finds_what_we_find(federation):
    found = sorted(ours("sentinel2_l2a_items")["id"])
    for method in ("GET", "POST"):
        told = said(STAC, federation.address("dias"), method)
        assert told["matched"] == len(found)
        assert sorted(told["ids"]) == found


def test_openeo_runs_the_job_that_we_run(federation):
    result = ours("sentinel2_chlorophyll_index")
    told = said(OPENEO, federation.address("dias"), result.attrs["process_graph"])
    content = (emulated.SAMPLE / "openeo" / "result.nc").read_bytes()
    assert told == {"status": "finished", "size": len(content), "wrong": "ProcessGraphInvalid"}

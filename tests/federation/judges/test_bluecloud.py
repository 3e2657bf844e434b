"""MARIS' own client, beacon-api, asks the emulated Beacon nodes what our reader asks.

For DD&AS and its data cache there is no public client.
"""

from bluecloud_catalogs.tiers import read
from tests.federation.judges.judge import said
from tests.federation.reading import asked, declared
from tests.federation.sources.bluecloud import EXAMPLES, TOKEN

PROGRAM = """
import json, sys
from beacon_api import Client

client = Client(sys.argv[1] + "/beaconwod", user_agent="judge")
query = client.list_tables()["easy-wod"].query()
for column in ("time", "longitude", "latitude", "depth", "temperature", "salinity"):
    query.add_select_column(column)
query.add_range_filter("time", "2020-01-01T00:00:00", "2020-01-31T23:59:59")
query.add_bbox_filter("longitude", "latitude", (-10.0, 35.0, 0.0, 45.0))
table = query.to_pandas_dataframe()

argo = Client(sys.argv[1] + "/beaconargo", jwt_token=sys.argv[2]).list_tables()["default"].query()
argo.add_select_column("TEMP").add_range_filter("PRES", 0, 100)
argo.add_range_filter("LONGITUDE", -10.0, 0.0)
try:
    query.add_select_column("colour").to_pandas_dataframe()
    refused = ""
except Exception as error:
    refused = str(error)
print()
print(json.dumps({
    "temperature": list(table["temperature"]),
    "depth": list(table["depth"]),
    "argo": list(argo.to_pandas_dataframe()["TEMP"]),
    "refused": refused,
}))
"""


def test_the_providers_client_reads_what_we_read(federation):
    told = said(PROGRAM, federation.address("bluecloud"), TOKEN, needs="beacon_api")
    entry = declared("beacon_wod")
    ours = read(entry, asked(entry, EXAMPLES["beacon_wod"]), lazy=False)
    assert told["temperature"] == list(ours["temperature"])
    assert told["depth"] == list(ours["depth"])
    assert told["argo"] == [16.0, 15.0]
    assert "colour" in told["refused"]

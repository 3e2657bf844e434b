"""CKAN's own client, ckanapi, asks the emulated B2FIND with GET only, as B2FIND wants it.

For B2SHARE there is none to judge by: ecasb2share is of 2019 and speaks version 2. For handles,
pyhandle's own recorded record is read in ``tests/catalogs/test_eudat.py``.
"""

from bluecloud_catalogs.tiers import read
from tests.federation.judges.judge import said
from tests.federation.reading import asked, declared

PROGRAM = """
import json, sys
from ckanapi import RemoteCKAN, NotFound, CKANAPIError, ValidationError, SearchQueryError

site = RemoteCKAN(sys.argv[1] + "/b2find", get_only=True, user_agent="judge")

def refused(action, **asked):
    try:
        getattr(site.action, action)(**asked)
    except (NotFound, ValidationError, SearchQueryError, CKANAPIError) as error:
        return type(error).__name__
    return ""

found = site.action.package_search(q="", fq="groups:seanoe", rows=1000)
print(json.dumps({
    "count": found["count"],
    "names": [each["name"] for each in found["results"]],
    "one": site.action.package_show(id="synthetic-mooring")["title"],
    "gone": refused("package_show", id="gone"),
    "wrong": refused("package_search", rows="many"),
    "query": refused("package_search", fq="colour:blue"),
}))
"""


def test_the_providers_client_reads_what_we_read(federation):
    told = said(PROGRAM, federation.address("eudat"))
    entry = declared("b2find_seanoe")
    ours = read(entry, asked(entry, {}), lazy=False)
    assert told["count"] == len(ours)
    assert sorted(told["names"]) == sorted(ours["name"])
    assert told["one"] == "SYNTHETIC Buoy of a mooring, SeaDataNet"
    assert (told["gone"], told["wrong"], told["query"]) == (
        "NotFound",
        "ValidationError",
        "SearchQueryError",
    )

"""Every reader that an entry uses, asked for anything: refused before a request, or answered.

That an answer is the right one is shown where each source is tested.
"""

import pytest
from pydantic import ValidationError

from bluecloud_catalogs import CredentialRequired, LicenceNotAccepted, NotFound
from bluecloud_catalogs.readers.synthetic import COMPUTED
from bluecloud_catalogs.tree import read_sources
from tests.catalogs.asking import asked_for_anything
from tests.federation.conftest import recordings
from tests.federation.reading import asked, declared
from tests.federation.sources import sources

ENTRIES = sorted(read_sources().entries.values(), key=lambda each: each.name)
LIVE = {each.declaration.reader: each for each in ENTRIES if "live" in each.tiers}
OTHERS = {each.declaration.reader: each for each in ENTRIES if each.declaration.reader not in LIVE}
NEVER = "$."
# What an image or an object has is known from its own description.
LATER = {
    "icos-data": "^(bbox|time|columns has .*): the object has ",
    "ome-zarr": "^(well|field|level|[tczyx])( =|: this image has)",
}
NOT_LIVE = {
    **dict.fromkeys(COMPUTED, "takes no parameter"),
    "gridded-file": "takes no parameter",
    "image-set": "tests/catalogs/test_eurobioimaging.py asks its sample for anything",
}


@pytest.mark.parametrize("reader", sorted(LIVE))
def test_any_request_is_refused_before_it_is_made_or_answered(federation, reader):
    entry = LIVE[reader]
    if sources()[entry.source].provider(recordings()) is None:
        pytest.skip("set BLUECLOUD_TEST_DATA to the folder that holds recordings/")
    rights = (CredentialRequired, LicenceNotAccepted, NotFound)
    asked_for_anything(federation, entry.name, answers=rights, later=LATER.get(reader, NEVER))


def test_what_cannot_be_asked_live_is_known():
    assert set(OTHERS) == set(NOT_LIVE)


@pytest.mark.parametrize("reader", [each for each, why in NOT_LIVE.items() if "takes no" in why])
@pytest.mark.parametrize("name", ["bbox", "time", "variables", "most"])
def test_an_entry_without_parameters_refuses_each(reader, name):
    with pytest.raises(ValidationError, match=name):
        asked(declared(OTHERS[reader].name), {name: None})

"""Every entry that a provider answers is read from the test federation."""

import pytest

from bluecloud_catalogs.tiers import read
from bluecloud_catalogs.tree import read_sources
from tests.federation.conftest import recordings
from tests.federation.reading import asked, declared
from tests.federation.sources import sources

LIVE = sorted(name for name, entry in read_sources().entries.items() if "live" in entry.tiers)


@pytest.mark.parametrize("name", LIVE)
def test_an_entry_is_read_live(federation, name):
    entry = declared(name)
    module = sources()[entry.source]
    if module.provider(recordings()) is None:
        pytest.skip("set BLUECLOUD_TEST_DATA to the folder that holds recordings/")
    assert name in module.EXAMPLES, f"{entry.source} has no example of {name}"
    found = read(entry, asked(entry, module.EXAMPLES[name]), lazy=False)
    assert len(found) > 0
    assert found.attrs["tier"] == "live"
    assert found.attrs["synthetic"] == "false"
    assert federation.unknown == []


@pytest.mark.parametrize("source", sources())
def test_an_example_is_of_an_entry_of_its_source(source):
    own = {name for name, entry in read_sources().entries.items() if entry.source == source}
    assert set(sources()[source].EXAMPLES) <= own

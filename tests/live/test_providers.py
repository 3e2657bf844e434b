"""The real providers, asked whether they still answer as the recordings and samples say.

Never part of ``make test``: ``make test-live`` runs it, and needs the internet. An entry that
wants a login is skipped without one. Whoever sees an entry pass may write the day into its
``live_verified``.
"""

import pytest

from bluecloud_catalogs import CredentialRequired, LicenceNotAccepted
from bluecloud_catalogs.tiers import read
from bluecloud_catalogs.tree import Entry, read_sources

pytestmark = pytest.mark.live

ENTRIES = {name: entry for name, entry in read_sources().entries.items() if "live" in entry.tiers}


def names(data: object) -> set[str]:
    """The columns of a table, or the variables of a dataset."""
    return {str(name) for name in getattr(data, "columns", getattr(data, "variables", ()))}


def example(entry: Entry) -> object:
    """The request that the cell in the panel makes."""
    declared = entry.declaration
    return entry.reader.request.model_validate(declared.parameters | declared.example)


@pytest.mark.parametrize("name", ENTRIES)
def test_a_provider_answers_as_its_sample_does(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    entry = ENTRIES[name]
    request = example(entry)
    monkeypatch.setenv("BLUECLOUD_TIERS", "live")
    try:
        live = read(entry, request, lazy=entry.reader.lazy)
    except (CredentialRequired, LicenceNotAccepted) as wanted:
        pytest.skip(str(wanted))
    assert names(live) >= {variable.name for variable in entry.declaration.variables}
    monkeypatch.setenv("BLUECLOUD_TIERS", "sample")
    missing = names(read(entry, request, lazy=False)) - names(live)
    assert missing == set(), f"the provider no longer gives {', '.join(sorted(missing))}"

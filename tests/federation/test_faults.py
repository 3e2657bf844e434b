"""Every source with every fault: a named error within its deadline, and never half an answer."""

import time

import pytest

from bluecloud_catalogs import DataError, ParameterError
from bluecloud_catalogs.tiers import read
from tests.federation.conftest import recordings
from tests.federation.reading import asked, declared
from tests.federation.sources import sources

FAULTS = ["silent", "reset", "429", "500", "html", "exception report", "truncated", "drip",
          "expired token", "licence redirect"]  # fmt: skip
SILENCE_S, DEADLINE_S = 1, 2
PATIENCE_S = 12  # three tries and the pauses between them


@pytest.fixture(autouse=True)
def _impatient(federation, monkeypatch):
    monkeypatch.setenv("BLUECLOUD_HTTP_SILENCE_S", str(SILENCE_S))
    monkeypatch.setenv("BLUECLOUD_HTTP_DEADLINE_S", str(DEADLINE_S))


@pytest.mark.parametrize("fault", FAULTS)
@pytest.mark.parametrize("source", sources())
def test_a_source_that_fails_is_a_named_error(federation, source, fault):
    module = sources()[source]
    if module.provider(recordings()) is None:
        pytest.skip("set BLUECLOUD_TEST_DATA to the folder that holds recordings/")
    name, parameters = next(iter(module.EXAMPLES.items()))
    entry = declared(name)
    whole = read(entry, asked(entry, parameters), lazy=False)
    federation.faults[f"/{source}"] = fault
    began = time.monotonic()
    with pytest.raises(DataError) as caught:
        read(entry, asked(entry, parameters), lazy=False)
    assert time.monotonic() - began < PATIENCE_S
    assert not isinstance(caught.value, ParameterError)
    assert name in str(caught.value) or source in str(caught.value)
    federation.faults.clear()
    again = read(entry, asked(entry, parameters), lazy=False)
    assert again.attrs["checksum"] == whole.attrs["checksum"]

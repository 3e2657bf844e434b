"""The table of sources in ``catalogs/README.md`` is what the tests have just shown.

It runs last, as the count of recordings does, and says nothing of a run that left some out.
``WRITE_SOURCES_TABLE=1`` writes the table instead; ``make sources-table`` does that.
"""

import os

import pytest

from tests.federation.conftest import recordings
from tests.federation.matrix import CLIENTS, README, table, with_table
from tests.federation.sources import sources
from tests.federation.test_recordings_used import all_of, is_recording, whole_run


def test_every_source_has_its_provider_and_says_who_judges_it():
    assert set(CLIENTS) == set(sources())


def test_a_row_has_no_empty_cell_and_counts_what_passed():
    made = table(README.parent, {})
    assert len(made.splitlines()) == 2 + len(CLIENTS)
    assert "|  |" not in made


def test_the_table_of_sources_is_what_the_tests_showed(request):
    folder = recordings()
    if folder is None:
        pytest.skip("set BLUECLOUD_TEST_DATA to the folder that holds recordings/")
    if lacking := whole_run(request.config):
        pytest.skip(f"the table is compared when all tests run: {lacking}")
    counted = {path: is_recording(path) for path in all_of(folder)}
    written = README.read_text(encoding="utf-8")
    made = with_table(written, table(folder, counted))
    if os.environ.get("WRITE_SOURCES_TABLE"):
        README.write_text(made, encoding="utf-8")
    else:
        assert made == written, "make sources-table"

"""EurOBIS's judge: for its archives python-dwca-reader, unchanged; for the rest none exists.

No Python client knows the ``viewParams`` of EMODnet Biology's feature service (the R package
eurobis does). pyobis has the address of OBIS fixed in its code and asks for a urllib3 of before
2023, so that it can be turned to no other server; its own recorded traffic is read in
``tests/catalogs``. The archives that are served are read by the GBIF community's reader as it is,
row by row, and by ours.
"""

import urllib.request
import warnings

import pytest

from bluecloud_catalogs.places import File
from bluecloud_catalogs.readers.dwca_archive import archive_of
from tests.federation.recorded import recorded


@pytest.mark.parametrize(
    "resource",
    ["gbif-results", "dwca-star-test-archive", "dwca-ids", "dwca-simple-csv-dos",
     "dwca-simple-test-archive-enclosed"],
)  # fmt: skip
def test_its_reader_finds_the_rows_and_values_that_we_find(federation, tmp_path, resource):
    from dwca.read import DwCAReader

    recorded("eurobis/dwca_samples")
    address = f"{federation.address('eurobis')}/ipt/archive.do?r={resource}"
    path = tmp_path / "archive.zip"
    with urllib.request.urlopen(address) as answer:  # noqa: S310 -- of loopback
        path.write_bytes(answer.read())
    ours = archive_of(File(path.name, path.read_bytes()))
    core = ours.tables[ours.core]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)  # of files it leaves to the collector
        with DwCAReader(str(path)) as theirs:
            rows = list(theirs)
            assert len(rows) == len(core)
            for row, (_, mine) in zip(rows, core.iterrows(), strict=True):
                for term, value in row.data.items():
                    assert mine[term.rpartition("/")[2]] == value
                for each in row.extensions:
                    table = ours.tables[each.rowtype.rpartition("/")[2]]
                    known = table[table["id"] == row.id].to_dict("records")
                    told = {term.rpartition("/")[2]: value for term, value in each.data.items()}
                    assert any(told.items() <= one.items() for one in known)

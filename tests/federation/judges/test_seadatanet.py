"""SeaDataNet's judge: for its data none exists, for its vocabularies argopy, unchanged.

There is no Python client of SeaDataNet's index, files or orders (the readers of its formats are
Octopus in Java, DIVAnd in Julia and ODV itself), so that our readers are judged by the three
formats of one cruise, in ``tests/catalogs``. The vocabulary server is asked by argopy too: its
client reads the same emulated server that our reader does.
"""

import warnings

import pytest

from bluecloud_catalogs.tiers import read
from tests.federation.reading import asked, declared
from tests.federation.recorded import recorded


@pytest.mark.parametrize("collection", ["R03", "R08", "R25"])
def test_argopy_finds_the_concepts_that_we_find(federation, tmp_path, collection):
    recorded("seadatanet/nvs")
    entry = declared("nvs_collection")
    ours = read(entry, asked(entry, {"collection": collection}), lazy=False)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # argopy's own, of its many dependencies
        from argopy.related.reference_tables import ArgoNVSReferenceTables

        theirs = ArgoNVSReferenceTables(
            nvs=f"{federation.address('seadatanet')}/nvs/collection",
            cache=True,
            cachedir=str(tmp_path),
        ).tbl(collection)
    assert len(theirs) == len(ours)
    assert set(theirs["altLabel"]) == set(ours["alternative"])
    assert set(theirs["prefLabel"]) == set(ours["label"])

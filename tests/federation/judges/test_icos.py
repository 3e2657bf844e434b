"""ICOS's judge: OGC's and W3C's own languages, since its client cannot be run here.

The Carbon Portal's client, icoscp_core, is under the GPL and pins a release of dacite that the
other judges' programs do not take; it has no place in our environments. So the query that we send
is judged by an engine that is not ours (Oxigraph), which reads it as SPARQL 1.1 or not at all,
and the binary form by a recorded table with the values that the portal's own test expects, in
``tests/catalogs/test_icos.py``. For PANGAEA's text none is known that reads a local file.
"""

import pyoxigraph as ox
import pytest

from bluecloud_catalogs.readers.sparql import SparqlOptions, SparqlRequest, selected
from bluecloud_catalogs.tree import read_sources

NAMES = [name for name, entry in read_sources().entries.items()
         if entry.declaration.reader == "sparql"]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_every_declared_query_is_sparql_to_an_engine(name):
    options = SparqlOptions.model_validate(read_sources().entries[name].declaration.options)
    asked = {"contains": {options.text[0]: 'a "b" \\ {c}'}}
    if options.time is not None:
        asked["time"] = ["2020", "2021"]
    text = selected(options, SparqlRequest.model_validate(asked), offset=0)
    found = ox.Store().query(text)
    assert [each.value for each in found.variables] == list(options.columns)
    with pytest.raises(SyntaxError):
        ox.Store().query(text.replace("WHERE", "WERE"))

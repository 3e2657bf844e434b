"""Own data in every search, without being told to the service or to an index that others read.

They are few, so that they are an index of their own, in a private folder, made when a search needs
it; those that are found come before the first page of what is found elsewhere, and beside it.
"""

from __future__ import annotations

import tempfile
import weakref
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from ..discovery.backend import Counts, Page, Searchable, counted
from ..discovery.query import MOST
from .store import own_records

if TYPE_CHECKING:
    from ..discovery.query import Facet, Query


@dataclass(frozen=True)
class WithOwn:
    """What others have, and one's own before it."""

    others: Searchable
    own: Searchable

    def search(self, query: Query) -> Page:
        """One page; the first has one's own as well, and is as much longer than was asked."""
        page = self.others.search(query)
        mine = self.own.search(query.model_copy(update={"token": None, "limit": MOST}))
        shown = mine.records if query.token is None else ()
        return Page((*shown, *page.records), page.total + mine.total, page.token)

    def count(self, query: Query) -> int:
        """How many there are, here and elsewhere."""
        return self.others.count(query) + self.own.count(query)

    def facets(self, query: Query, names: Sequence[Facet]) -> Counts:
        """How many have each value, here and elsewhere."""
        there, here = self.others.facets(query, names), self.own.facets(query, names)
        return {name: counted(Counter(there[name]) + Counter(here[name])) for name in names}


def with_own(others: Searchable) -> Searchable:
    """The same, and one's own data before it, if there are any."""
    lines = tuple(record.model_dump_json() for record in own_records())
    return WithOwn(others, _index(lines)) if lines else others


@lru_cache(maxsize=2)
def _index(lines: tuple[str, ...]) -> Searchable:
    """An index of records, which are given as JSON because that can be compared."""
    from ..discovery.index import Index
    from ..discovery.index_writing import Writer
    from ..discovery.records import Record

    private = tempfile.TemporaryDirectory(prefix="bluecloud-own-")
    with Writer(Path(private.name), heap=15_000_000) as writer:  # the least that tantivy takes
        writer.rebuild(Record.model_validate_json(line) for line in lines)
    index = Index(Path(private.name))
    weakref.finalize(index, private.cleanup)
    return index

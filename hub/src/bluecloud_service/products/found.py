"""Products in every search: an index of their own, made from the table, before all others' records.

They are few, and the table says which there are. So their index is made anew, in a private folder,
whenever the table is another than it was, by each service for itself: nothing has to be written
into the index that harvests write, which another process holds for hours and which a deployment
may not have, and nothing can be lost between the table and an index.
"""

from __future__ import annotations

import tempfile
import threading
import weakref
from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

from bluecloud_catalogs.declarations import PRODUCTS_SOURCE
from bluecloud_catalogs.discovery.backend import Counts, Held, Page, Searchable, counted
from bluecloud_catalogs.discovery.index import Index
from bluecloud_catalogs.discovery.index_writing import Writer
from bluecloud_catalogs.discovery.query import Facet, Query
from bluecloud_catalogs.tree import Entry

from .drafts import Drafts
from .entries import entry_of, record_of
from .records import Kept
from .store import Products

_HEAP = 15_000_000  # the least that tantivy takes
_PASSED = "p" + "0" * 16 + "o"  # the token of a page after all products


class ProductIndex:
    """The published products as they are now.

    Parameters
    ----------
    address
        Where the service lies below its host.
    """

    def __init__(self, store: Products, drafts: Drafts, address: str) -> None:
        self._store = store
        self._drafts = drafts
        self._address = address
        self._changing = threading.Lock()
        self._of: tuple[tuple[int, int], date] | None = None
        self._indexes: dict[frozenset[str], Index | None] = {}
        self._published: list[Kept] = []
        self.generation = 0

    def now(self, members_of: frozenset[str]) -> Searchable | None:
        """What is searched; None where nothing is published that is seen.

        Parameters
        ----------
        members_of
            The laboratories whose members-only products are seen.
        """
        self._look()
        with self._changing:
            closed = {one.laboratory for one in self._published if one.members_only}
            seen = members_of & closed  # so that there are few indexes: one for most people
            if seen not in self._indexes:
                self._indexes[seen] = self._made(self._seen(seen))
            return self._indexes[seen]

    def sources(self, members_of: frozenset[str]) -> Mapping[str, list[Entry]]:
        """The products as entries of a source; none where nothing is published that is seen."""
        self._look()
        entries = [entry_of(one, self._drafts.readable(one)) for one in self._seen(members_of)]
        return {PRODUCTS_SOURCE: entries} if entries else {}

    def _seen(self, members_of: frozenset[str]) -> list[Kept]:
        return [
            one for one in self._published if not one.members_only or one.laboratory in members_of
        ]

    def _look(self) -> None:
        """Read the table, if it is another than it was."""
        # With the day, because that is when an embargo ends.
        state = (self._store.signature(), datetime.now(UTC).date())
        if state != self._of:
            with self._changing:
                if state != self._of:
                    self._published = self._store.in_state("published")
                    self._indexes = {}
                    self.generation += 1
                    self._of = state

    def _made(self, published: Sequence[Kept]) -> Index | None:
        if not published:
            return None
        private = tempfile.TemporaryDirectory(prefix="bluecloud-products-")
        with Writer(Path(private.name), heap=_HEAP) as writer:
            writer.rebuild(record_of(one, self._address) for one in published)
        index = Index(Path(private.name))
        weakref.finalize(index, private.cleanup)
        return index


class WithProducts:
    """What others hold, and products before it, page after page; as far as a person sees them.

    Parameters
    ----------
    members_of
        The laboratories whose members-only products are seen.
    """

    def __init__(
        self, others: Held, products: ProductIndex, members_of: frozenset[str] = frozenset()
    ) -> None:
        self._others = others
        self._products = products
        self._members_of = members_of

    @property
    def generation(self) -> int:
        """See `backend.Held`."""
        self._products.now(self._members_of)
        return self._others.generation + self._products.generation

    def search(self, query: Query) -> Page:
        """One page: products to their last, then the others."""
        mine = self._products.now(self._members_of)
        if mine is None:
            token = query.token
            past = query.model_copy(update={"token": None}) if token == _PASSED else query
            return self._others.search(past)
        if query.token and not query.token.startswith("p"):
            page = self._others.search(query)
            return Page(page.records, page.total + mine.count(query), page.token)
        token = query.token.removeprefix("p") if query.token else None
        page = mine.search(query.model_copy(update={"token": token}))
        room = query.limit - len(page.records)
        beyond = query.model_copy(update={"token": None, "limit": max(room, 1)})
        if page.token or not room:
            total = page.total + self._others.count(beyond)
            return Page(page.records, total, f"p{page.token}" if page.token else _PASSED)
        more = self._others.search(beyond)
        return Page((*page.records, *more.records), page.total + more.total, more.token)

    def count(self, query: Query) -> int:
        """See `backend.Searchable`."""
        mine = self._products.now(self._members_of)
        return self._others.count(query) + (mine.count(query) if mine else 0)

    def facets(self, query: Query, names: Sequence[Facet]) -> Counts:
        """See `backend.Searchable`."""
        mine, there = self._products.now(self._members_of), self._others.facets(query, names)
        if mine is None:
            return there
        here = mine.facets(query, names)
        return {name: counted(Counter(there[name]) + Counter(here[name])) for name in names}

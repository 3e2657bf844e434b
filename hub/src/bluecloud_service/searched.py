"""Which index is searched: a database, a folder's, or what comes with the package until then.

A deployment begins before anything was harvested, and must not have to be started again when
something is. Until then it searches the small index, and its health says so. An index that is
named and cannot be read is an error, and the small one never takes its place.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bluecloud_catalogs.discovery.backend import Counts, Held, Page
from bluecloud_catalogs.discovery.harvesting import Holdings
from bluecloud_catalogs.discovery.index import META, TEXT, Index
from bluecloud_catalogs.discovery.query import Facet, Query
from bluecloud_catalogs.discovery.small import small_index

from .settings import ServiceSettings


class Awaited:
    """The index in a folder as soon as something is in it, and the small one until then.

    Raises
    ------
    SourceUnavailable
        If the folder holds an index that cannot be read.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._small = small_index()
        self._harvested: Index | None = None
        self.now()

    def now(self) -> Index:
        """The one that is searched now."""
        if self._harvested is None and (self._folder / TEXT / META).exists():
            index = Index(self._folder)
            if index.generation:  # else a first harvest has only begun
                self._harvested = index
        return self._harvested or self._small

    @property
    def is_harvested(self) -> bool:
        """Whether it is the folder's."""
        return self.now() is not self._small

    @property
    def generation(self) -> int:
        """See `backend.Held`."""
        return self.now().generation

    def search(self, query: Query) -> Page:
        """See `backend.Searchable`."""
        return self.now().search(query)

    def count(self, query: Query) -> int:
        """See `backend.Searchable`."""
        return self.now().count(query)

    def facets(self, query: Query, names: Sequence[Facet]) -> Counts:
        """See `backend.Searchable`."""
        return self.now().facets(query, names)


def index_of(settings: ServiceSettings) -> Held:
    """The index that a service's settings name.

    Raises
    ------
    SourceUnavailable
        If it cannot be read.
    ParameterError
        If the address of a database is none.
    """
    if settings.index_url:
        from bluecloud_catalogs.discovery.postgres import PostgresIndex

        return PostgresIndex(settings.index_url.get_secret_value())
    if settings.index:
        return Index(settings.index)
    if settings.holdings:
        return Awaited(Holdings(settings.holdings).search)
    return small_index()


def kind_of(index: Held) -> str:
    """What is searched, in a word: ``harvested``, or ``shipped`` where that is all there is."""
    if isinstance(index, Awaited):
        return "harvested" if index.is_harvested else "shipped"
    return "shipped" if index is small_index() else "harvested"

"""What keeps records so that they are found: one interface, so that it can be changed.

The index of this package (`.index`) is the first; a database is another. Each answers the same
`Query` with the same records in the same order, which tests hold against brute force.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from .query import Facet, Query
from .records import Record

MOST_VALUES = 50
Counts = Mapping[Facet, Mapping[str, int]]


@dataclass(frozen=True)
class Page:
    """A part of what was found: collections before granules, then the newest first.

    Of a search in words, those whose title has all of them come before the others.

    ``total`` counts all that was found; ``token`` asks for the next page, and is None after
    the last.
    """

    records: tuple[Record, ...]
    total: int
    token: str | None


class Searchable(Protocol):
    """What can be searched."""

    def search(self, query: Query) -> Page:
        """One page of what a query finds."""

    def count(self, query: Query) -> int:
        """How many records a query finds."""

    def facets(self, query: Query, names: Sequence[Facet]) -> Counts:
        """How many of what a query finds have each value, the most frequent first, at most 50."""


class Held(Searchable, Protocol):
    """What is searched where it is kept."""

    @property
    def generation(self) -> int:
        """The number of the state that is searched; each change makes a greater one."""


class Backend(Held, Protocol):
    """What can be searched and written; one writes at a time, and many read."""

    def upsert(self, records: Iterable[Record]) -> int:
        """Add records, or put them in the place of those with their ids; all of them or none."""

    def delete(self, ids: Iterable[str]) -> int:
        """Take records away; how many there were."""

    def rebuild(self, records: Iterable[Record]) -> int:
        """Begin anew with these records, each with an id of its own; readers keep what they see."""

    def compact(self) -> None:
        """Put in order what many changes have left, so that searches stay quick."""


def counted(counts: Mapping[str, int]) -> dict[str, int]:
    """The most frequent values, the most frequent first."""
    ordered = sorted(counts.items(), key=lambda each: (-each[1], each[0]))
    return {value: number for value, number in ordered[:MOST_VALUES] if number}

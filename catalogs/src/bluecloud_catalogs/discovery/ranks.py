"""The number by which a record is known in an index and stands among others, the greatest first.

Its upper bits are the order in which records are found, its lowest 26 are of the record's id,
and where two have the same, the later one takes the next that is free. A page's token is the
last number on it, so that all backends mean the same by one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from .columns import hash_of
from .query import order_of
from .records import Record

_LOW = (1 << 26) - 1


def first_rank(record: Record) -> int:
    """The rank that a record has where no other has it."""
    return order_of(record) | (hash_of(record.id) & _LOW)


def next_rank(rank: int) -> int:
    """The next rank of the same moment."""
    return (rank & ~_LOW) | ((rank + 1) & _LOW)


def ranked(records: Iterable[Record]) -> Iterator[tuple[int, Record]]:
    """The records of an index that has no others, each with a rank of its own."""
    taken: set[int] = set()
    for record in records:
        rank = first_rank(record)
        while rank in taken:
            rank = next_rank(rank)
        taken.add(rank)
        yield rank, record

"""What a harvester is: how a source's list of holdings becomes records, a page at a time.

A page ends with a cursor, from which the harvest goes on after an interruption; ``since`` asks
only for what has changed. One bad record costs itself and no other: it is quarantined, with
the reason and its provider's identifier, and the rest goes on.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

if TYPE_CHECKING:
    from ..discovery.records import Record
    from ..places import Place


@dataclass(frozen=True)
class Quarantined:
    """A record that could not be used: its provider's identifier, and why."""

    source: str
    native_id: str
    reason: str


@dataclass(frozen=True)
class Page:
    """A part of a source's holdings.

    ``cursor`` is where the next page begins; None with the last one.
    """

    records: tuple[Record, ...]
    quarantined: tuple[Quarantined, ...] = ()
    cursor: str | None = None


class Harvester(ABC):
    """Lists the holdings of one source."""

    source: ClassVar[str]
    entry: ClassVar[str]  # the entry whose place is asked; others by the source's services

    @abstractmethod
    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The holdings, page by page, beginning at a cursor.

        Raises
        ------
        SourceError
            If the source gives no proper answer; pages given before stay valid.
        """

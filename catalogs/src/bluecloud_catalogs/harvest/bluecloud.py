"""The collections of Blue-Cloud's discovery service, fifty at a time.

The list of addresses comes at once, so that the cursor is a place in it. It cannot be asked for
changes only: ``since`` is held against each record's own date.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..answers import as_json
from ..discovery.records import Asset, Record
from ..errors import MalformedAnswer
from ..places import Ask
from ..readers.ddas import addresses, row
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..places import Place

PAGE = 50


class BluecloudHarvester(Harvester):
    """Lists the collections."""

    source = "bluecloud"
    entry = "bluecloud_collections"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The collections, from the cursor on."""
        listed = place.fetch([Ask("api/collections", "ddas", sample="ddas/collections.json")])[0]
        asks = addresses(listed)
        for start in range(int(cursor or 0), len(asks), PAGE):
            good, bad = [], []
            for ask, file in zip(
                asks[start : start + PAGE], place.fetch(asks[start : start + PAGE]), strict=True
            ):
                try:
                    record = _record(as_json(file), ask.path)
                except (MalformedAnswer, ValueError) as error:
                    bad.append(Quarantined("bluecloud", ask.path, str(error)))
                    continue
                if since is None or record.modified is None or record.modified >= _utc(since):
                    good.append(record)
            following = start + PAGE
            yield Page(tuple(good), tuple(bad), str(following) if following < len(asks) else None)


def _record(told: Any, where: str) -> Record:
    made = row(told, where)
    sides = [made[side] for side in ("west", "south", "east", "north")]
    begin, end, modified = (
        datetime.fromisoformat(made[name]) if made[name] else None
        for name in ("begin", "end", "modified")
    )
    return Record(
        id=f"bluecloud:{made['identifier']}",
        source="bluecloud",
        collection=made["source"] or "Blue-Cloud",
        level="collection",
        title=" ".join(made["title"].split()),
        description=made["description"],
        keywords=made["keywords"],
        native=made["parameters"],
        instruments=made["instruments"],
        platform=made["platforms"][0] if made["platforms"] else None,
        bbox=tuple(sides) if None not in sides else None,
        time=(begin, end) if begin or end else None,
        provider="; ".join(made["organisations"]) or None,
        entry="bluecloud_collections",
        assets=(Asset(href=made["url"], role="metadata"),) if made["url"] else (),
        modified=modified,
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""EMODnet's holdings, as its central catalogue lists them: a record a dataset or product."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ..readers.csw import CswOptions, pages
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..discovery.records import Record
    from ..places import Place
    from ..readers.iso19139 import IsoRecord

_OPTIONS = CswOptions(service="catalogue", page=100, most=1_000_000)
_COLLECTION = "EMODnet catalogue"


class Emodnet(Harvester):
    """Lists the records of the catalogue; ``since`` asks for those modified from that day on."""

    source = "emodnet"
    entry = "emodnet_catalogue"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The records, a hundred at a time; a cursor is the number of the next."""
        start = int(cursor) if cursor else 1
        for page in pages(place, _OPTIONS, since=since, start=start):
            start += page.returned
            records, bad = [], [Quarantined(self.source, *each) for each in page.unreadable]
            for each in page.records:
                try:
                    records.append(record_of(each))
                except ValidationError as error:
                    bad.append(Quarantined(self.source, each.identifier, _reason(error)))
            following = str(start) if start <= page.matched else None
            yield Page(tuple(records), tuple(bad), following)


def record_of(each: IsoRecord) -> Record:
    """A record of the catalogue as one of ours."""
    from ..discovery.records import Asset, Record

    return Record(
        id=f"emodnet:{each.identifier}",
        source="emodnet",
        collection=_COLLECTION,
        level="collection",
        title=" ".join(each.title.split()),
        description=each.abstract,
        keywords=each.keywords,
        bbox=each.bbox,
        time=each.time,
        depth=each.depth,
        provider=each.organisations[0] if each.organisations else None,
        doi=each.doi,
        licence=each.licence or None,
        assets=tuple(
            Asset(href=link.url, role="data", protocol=link.protocol or None) for link in each.links
        ),
        modified=each.modified,
    )


def _reason(error: ValidationError) -> str:
    return "; ".join(
        f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}" for each in error.errors()
    )

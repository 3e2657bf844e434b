"""SeaDataNet's aggregated CDI records, in the order of its list.

The list says nothing but addresses, so each record is asked for, some at a time. A harvest goes
on after the last address that was seen. When a record has changed is only known from itself:
with ``since`` all are asked for, and those that have not changed are left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, time
from typing import ClassVar

from pydantic import ValidationError

from ..discovery.records import Asset, Record
from ..errors import MalformedAnswer, NotFound
from ..places import Ask, File, Place
from ..readers.cdi import addresses_of
from ..readers.cdi_record import CdiRecord, cdi_of
from .base import Harvester, Page, Quarantined

_AT_ONCE = 20


class SeaDataNetHarvester(Harvester):
    """Lists aggregated records; the cursor is the last address seen."""

    source: ClassVar[str] = "seadatanet"
    entry: ClassVar[str] = "cdi_record"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The records, page by page."""
        listed = place.fetch([Ask("report/aggregation", sample="cdi/list.xml")])[0]
        addresses = sorted(set(addresses_of(listed)))
        left = [each for each in addresses if cursor is None or each > cursor]
        for first in range(0, len(left), _AT_ONCE):
            part = left[first : first + _AT_ONCE]
            more = first + _AT_ONCE < len(left)
            yield _page(place, part, since, part[-1] if more else None)
        if not left:
            yield Page(())


def _page(
    place: Place, addresses: Sequence[str], since: datetime | None, cursor: str | None
) -> Page:
    records, bad = [], []
    for address, file in zip(addresses, _files(place, addresses), strict=True):
        try:
            if isinstance(file, Exception):
                raise file
            found = cdi_of(file)
            record = _record(address, found)
        except (MalformedAnswer, NotFound, ValidationError) as error:
            bad.append(Quarantined("seadatanet", _identifier(address), str(error)))
            continue
        if since is None or record.modified is None or record.modified >= _utc(since):
            records.append(record)
    return Page(tuple(records), tuple(bad), cursor)


def _files(place: Place, addresses: Sequence[str]) -> list[File | NotFound | MalformedAnswer]:
    """The files, or why one is not there; together if all are."""
    asks = [Ask(each, sample=f"cdi/{_identifier(each)}.xml") for each in addresses]
    try:
        return list(place.fetch(asks))
    except (NotFound, MalformedAnswer):
        pass
    found: list[File | NotFound | MalformedAnswer] = []
    for ask in asks:
        try:
            found += place.fetch([ask])
        except (NotFound, MalformedAnswer) as error:
            found.append(error)
    return found


def _identifier(address: str) -> str:
    parts = [part for part in address.split("/") if part]
    return parts[-2] if len(parts) > 1 and "." in parts[-1] else parts[-1]


def _record(address: str, found: CdiRecord) -> Record:
    first, last = found.time
    return Record(
        id=f"seadatanet:{found.identifier}",
        source="seadatanet",
        collection="CDI aggregated records",
        level="granule",
        title=found.title,
        description=found.abstract,
        keywords=tuple(each.label for each in found.p02),
        p02=tuple(each.code for each in found.p02 if each.code),
        native=tuple(each.label for each in found.p02),
        platform=found.l06[0].label if found.l06 else None,
        instruments=tuple(each.label for each in found.l05),
        bbox=found.bbox,
        time=(
            datetime.combine(first, time.min, UTC) if first else None,
            datetime.combine(last, time.max, UTC) if last else None,
        )
        if first or last
        else None,
        depth=found.depth,
        provider=found.custodian.label if found.custodian else None,
        licence="; ".join(each.label for each in found.licences) or None,
        access=found.access,
        entry="cdi_record",
        request={"aggregation": [_identifier(address)]},
        assets=(Asset(href=address, media_type="application/xml", role="metadata"),),
        modified=datetime.combine(found.modified, time.min, UTC) if found.modified else None,
    )


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC) if moment.tzinfo else moment.replace(tzinfo=UTC)

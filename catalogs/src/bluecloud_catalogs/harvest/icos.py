"""Data objects of ICOS Ocean: the rows of one query, in the order of their addresses.

The query gives latest versions alone, so that a version that has been replaced falls out of the
next harvest. With ``since`` only what was submitted from then on is asked for.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, ClassVar

from pydantic import ValidationError

from ..discovery.records import Asset, Record
from ..places import Place
from ..readers.sparql import SparqlOptions, SparqlRequest, rows
from .base import Harvester, Page, Quarantined

_A_PAGE = 200


class IcosHarvester(Harvester):
    """Lists data objects; the cursor is the last address seen."""

    source: ClassVar[str] = "icos"
    entry: ClassVar[str] = "icos_ocean_objects"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The objects, page by page."""
        from ..tree import read_sources  # which knows the harvests' readers

        entry = read_sources().entries[self.entry]
        options = SparqlOptions.model_validate(entry.declaration.options)
        period = None if since is None else [_plain(since).isoformat(), None]
        request = SparqlRequest.model_validate({"time": period})
        table, _ = rows(place, options, request)
        told = [
            {str(name): value for name, value in row.items()}
            for row in table.to_dict("records")
            if cursor is None or str(row["object"]) > cursor
        ]
        told.sort(key=lambda row: str(row["object"]))
        for first in range(0, len(told), _A_PAGE) or (0,):
            part = told[first : first + _A_PAGE]
            records, bad = [], []
            for row in part:
                try:
                    records.append(_record(row))
                except (ValidationError, ValueError) as error:
                    bad.append(Quarantined("icos", str(row["object"]), str(error)))
            more = first + _A_PAGE < len(told)
            yield Page(tuple(records), tuple(bad), str(part[-1]["object"]) if more else None)


def _record(row: dict[str, Any]) -> Record:
    address = str(row["object"])
    number = address.rpartition("/")[2]
    if len(number) != 24:
        raise ValueError(f"{address}: its end is no id of 24 characters")
    return Record(
        id=f"icos:{number}",
        source="icos",
        collection=row["type"],
        level="granule",
        title=f"{row['type']}, {row['station']}, {row['file_name']}",
        platform=row["station"],
        time=(_moment(row["start"]), _moment(row["end"])),
        provider="ICOS Ocean Thematic Centre",
        licence="CC BY 4.0",
        access="login",
        entry="icos_data",
        request={"object": number},
        assets=(Asset(href=address, role="metadata", size=int(row["size"])),),
        modified=_moment(row["submitted"]),
    )


def _moment(value: Any) -> datetime:
    moment: datetime = value.to_pydatetime()
    return moment.replace(tzinfo=UTC)


def _plain(moment: datetime) -> datetime:
    """In UTC without saying so."""
    return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment

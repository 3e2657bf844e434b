"""The datasets of WEkEO, a record a dataset: scenes are too many, and are searched for live.

The list needs a login, and cannot be asked for what has changed. The cursor is the number of
datasets had so far.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pydantic import ValidationError

from ..discovery.records import Record
from ..readers.copernicus_login import wekeo
from ..readers.hda import datasets
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..places import Place

_PAGE = 100


class DiasHarvester(Harvester):
    """Lists the datasets of WEkEO."""

    source = "dias"
    entry = "wekeo_datasets"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """A hundred datasets a page, from the cursor on; ``since`` changes nothing."""
        secrets = {"Authorization": wekeo(place)} if place.tier == "live" else {}
        rows, _ = datasets(place, secrets)
        for first in range(int(cursor or 0), len(rows), _PAGE):
            good, bad = [], []
            for row in rows[first : first + _PAGE]:
                try:
                    good.append(_record(row))
                except (ValidationError, KeyError, TypeError) as error:
                    bad.append(Quarantined("dias", str(row.get("dataset_id", "?")), str(error)))
            following = first + _PAGE
            yield Page(tuple(good), tuple(bad), str(following) if following < len(rows) else None)


def _record(row: dict[str, Any]) -> Record:
    dataset = str(row["dataset_id"])
    return Record(
        id=f"dias:{dataset}",
        source="dias",
        collection="WEkEO",
        level="collection",
        title=" ".join(str(row.get("title") or dataset).split()),
        description=" ".join(str(row.get("abstract") or "").split()),
        keywords=tuple(dataset.split(":")[1:2]),
        provider="WEkEO",
        licence=", ".join(map(str, row.get("terms") or ())) or None,
        access="login",
        entry="wekeo_datasets",
        request={"text": dataset},
    )

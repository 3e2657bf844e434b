"""ENA's samples of the sea: those of the taxon "marine metagenome", a page of rows at a time.

The cursor is the number of rows had so far, in the order of accessions, so that an interrupted
harvest goes on where it stopped.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..answers import as_json
from ..discovery.records import Record
from ..errors import MalformedAnswer
from ..places import Ask, with_query
from ..readers.ena_portal import records, rows_of
from ..readers.ena_query import query
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..places import Place

MARINE_METAGENOME = 408172
PAGE_ROWS = 10_000
_FIELDS = (
    "sample_accession", "study_accession", "tax_id", "scientific_name", "description", "lat", "lon",
    "depth", "collection_date", "last_updated",
)  # fmt: skip


class EnaHarvester(Harvester):
    """Lists the samples of ENA."""

    source = "ena"
    entry = "ena_samples"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The samples, from the cursor on; with ``since``, those changed from that day on."""
        asked = query(taxon=MARINE_METAGENOME, updated_since=since)
        common = {"result": "sample", "query": asked, "format": "json"}
        had = int(cursor or 0)
        counted = place.fetch(
            [Ask(with_query("count", common), "portal", sample="portal/sample_count.json")]
        )[0]
        told = as_json(counted)
        try:
            total = int(told["count"])
        except (KeyError, TypeError, ValueError):
            raise MalformedAnswer("count: it holds no count") from None
        while had < total:
            paging = {"limit": PAGE_ROWS, "offset": had, "sortFields": "sample_accession"}
            path = with_query("search", {**common, "fields": ",".join(_FIELDS), **paging})
            ok = frozenset({200, 204})
            file = place.fetch([Ask(path, "portal", statuses=ok, sample="portal/sample.json")])[0]
            rows = rows_of(file, min(PAGE_ROWS, total - had))
            had += len(rows)
            yield _page(rows, cursor=str(had) if had < total else None)


def _page(rows: list[dict[str, str]], *, cursor: str | None) -> Page:
    table, _ = records(rows, _FIELDS, where="search")
    good, bad = [], []
    for row in table.to_dict("records"):
        try:
            good.append(_record(row))
        except ValueError as error:
            bad.append(Quarantined("ena", str(row["sample_accession"]), str(error)))
    return Page(tuple(good), tuple(bad), cursor)


def _record(row: dict[Any, Any]) -> Record:
    import pandas as pd

    accession = row["sample_accession"]
    placed = pd.notna(row["latitude"]) and pd.notna(row["longitude"])
    longitude, latitude = row["longitude"], row["latitude"]
    moment = row["time"].to_pydatetime() if pd.notna(row["time"]) else None
    return Record(
        id=f"ena:{accession}",
        source="ena",
        collection="ENA samples",
        level="granule",
        title=" ".join(f"{accession} {row['description'] or row['scientific_name']}".split())[:300],
        keywords=("metagenome", row["study_accession"]) if row["study_accession"] else (),
        taxon_names=(row["scientific_name"],) if row["scientific_name"] else (),
        bbox=(longitude, latitude, longitude, latitude) if placed else None,
        time=(moment, moment) if moment else None,
        depth=(row["depth"], row["depth"]) if pd.notna(row["depth"]) else None,
        provider="European Nucleotide Archive",
        licence="INSDC policy",
        entry="ena_samples",
        request={"accession": [accession]},
        modified=row["last_updated"].to_pydatetime() if pd.notna(row["last_updated"]) else None,
    )

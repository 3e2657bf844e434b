"""Queries of ENA's Portal API, built from typed values only.

The grammar is ``field="value"``, comparisons, ``tax_tree(id)`` and ``geo_box1(south, west,
north, east)``, joined by AND and OR. Each value has been checked for its form before it comes
here, so that nothing in a request can become a part of the grammar.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta

from . import boxes

Bounds = tuple[float, float, float, float]

# A study, sample or run; each kind has an INSDC accession and an older, secondary one.
ACCESSION = r"PRJ(EB|NA|DB)\d{1,9}|SAM(EA|N|D)[A-Z]?\d{1,10}|[EDS]R[PSRX]\d{5,9}"
_FIELDS = (
    (r"PRJ\w+", ("study_accession",)),
    (r"[EDS]RP\d+", ("secondary_study_accession",)),
    (r"SAM\w+", ("sample_accession",)),
    (r"[EDS]RS\d+", ("secondary_sample_accession",)),
    (r"[EDS]RX\d+", ("experiment_accession",)),
    (r"[EDS]RR\d+", ("run_accession",)),
)


def field_of(accession: str) -> str:
    """The field of a row that holds such an accession."""
    return next(names[0] for form, names in _FIELDS if re.fullmatch(form, accession))


def query(
    *,
    accessions: tuple[str, ...] | None = None,
    taxon: int | None = None,
    bbox: Bounds | None = None,
    time: tuple[datetime | None, datetime | None] | None = None,
    updated_since: datetime | None = None,
) -> str:
    """The query that asks for all of these at once; a star if for nothing."""
    parts = []
    if accessions:
        parts.append(_either([f'{field_of(each)}="{each}"' for each in accessions]))
    if taxon is not None:
        parts.append(f"tax_tree({taxon})")
    if bbox is not None:
        parts.append(_either([_box(part) for part in boxes.parts(bbox)]))
    if time is not None:
        first, after = time
        if first is not None:
            parts.append(f"collection_date>={first.date()}")
        if after is not None:
            last = after - timedelta(seconds=1)
            parts.append(f"collection_date<={last.date()}")
    if updated_since is not None:
        parts.append(f"last_updated>={updated_since.date()}")
    return " AND ".join(parts)


def _either(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"({' OR '.join(parts)})"


def _box(bounds: Bounds) -> str:
    west, south, east, north = bounds
    return f"geo_box1({','.join(_plain(each) for each in (south, west, north, east))})"


def _plain(degrees: float) -> str:
    """A number without an exponent, to a tenth of a metre."""
    return f"{degrees:.6f}".rstrip("0").rstrip(".")

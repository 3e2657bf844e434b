"""Euro-BioImaging's holdings that are of the sea: studies of the BioImage Archive, Tara's plates.

The archive is mostly of medicine, so that it is asked with a few words of the sea, one after the
other; a study that has two of them is listed once. It says when a study was released, and not when
it was changed: ``since`` means released since. The plates of Tara Oceans have places and times, and
are taken whole at the end of a full harvest; they do not change.

The cursor is a word and a page of its list.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..discovery.records import Asset, Record
from ..errors import MalformedAnswer
from ..readers.biostudies import row_of, search
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..places import Place
    from ..tree import Entry

WORDS = ("marine", "plankton", "ocean", "seawater")
PLATES = "plates"
_TARA = "tara_oceans_plates"
_PIXELS = "https://uk1s3.embassy.ebi.ac.uk/bia-integrator-data"


class EuroBioImaging(Harvester):
    """Lists the studies and plates of the sea."""

    source = "eurobioimaging"
    entry = "bioimage_studies"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The studies from the cursor on, then the plates; with ``since``, studies only."""
        at, _, page = (cursor or f"{WORDS[0]}:1").partition(":")
        words = WORDS[WORDS.index(at) :] if at in WORDS else ()
        seen: set[str] = set()
        for number, word in enumerate(words):
            begin = int(page) if word == at else 1
            after = f"{words[number + 1]}:1" if number + 1 < len(words) else _after_all(since)
            for found in search(place, word, page=begin):
                begin += 1
                yield _page(found.hits, seen, since, after if found.is_last else f"{word}:{begin}")
        if since is None:
            yield _plates(place)


def _after_all(since: datetime | None) -> str | None:
    return PLATES if since is None else None


def _page(
    hits: list[dict[str, Any]], seen: set[str], since: datetime | None, cursor: str | None
) -> Page:
    good, bad = [], []
    for hit in hits:
        if hit["accession"] in seen:
            continue
        seen.add(hit["accession"])
        try:
            record = study_record(hit)
        except (MalformedAnswer, ValueError) as error:
            bad.append(Quarantined("eurobioimaging", str(hit["accession"]), str(error)))
            continue
        if since is None or record.modified is None or record.modified >= _in_utc(since):
            good.append(record)
    return Page(tuple(good), tuple(bad), cursor)


def _in_utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def study_record(hit: dict[str, Any]) -> Record:
    """A study that a search found as a record.

    Raises
    ------
    MalformedAnswer, ValueError
        If it is none.
    """
    row = row_of(hit, "search")
    accession = row["accession"]
    return Record(
        id=f"eurobioimaging:{accession}",
        source="eurobioimaging",
        collection="BioImage Archive",
        level="collection",
        title=" ".join(row["title"].split())[:300] or accession,
        keywords=("bioimaging", "microscopy"),
        provider="BioImage Archive, EMBL-EBI",
        licence="not stated here: see the study",
        entry="bioimage_study",
        request={"study": accession},
        modified=datetime.fromisoformat(row["released"]),
    )


def _plates(place: Place) -> Page:
    """The plates, with the columns that their entry declares."""
    from ..readers.omero_plates import OmeroPlatesOptions, read_plates
    from ..tree import read_sources  # which knows the readers, and so is not known above

    entry = read_sources().entries[_TARA]
    options = OmeroPlatesOptions.model_validate(entry.declaration.options)
    _, table, _ = read_plates(place, options)
    good, bad = [], []
    for row in table.to_dict("records"):
        try:
            good.append(_plate(row, entry))
        except ValueError as error:
            bad.append(Quarantined("eurobioimaging", str(row["plate"]), str(error)))
    return Page(tuple(good), tuple(bad))


def _plate(row: dict[Any, Any], entry: Entry) -> Record:
    import pandas as pd

    longitude, latitude = row["longitude"], row["latitude"]
    placed = pd.notna(longitude) and pd.notna(latitude)
    moment = row["time"].to_pydatetime() if pd.notna(row["time"]) else None
    address = f"{_PIXELS}/{row['image']}"
    return Record(
        id=f"eurobioimaging:idr0015-{row['plate']}",
        source="eurobioimaging",
        collection="Tara Oceans, idr0015",
        level="granule",
        title=f"Tara Oceans confocal images {row['plate_name']}",
        keywords=("bioimaging", "confocal microscopy", "plankton"),
        platform="Tara",
        platform_code=row["station"] or None,
        bbox=(longitude, latitude, longitude, latitude) if placed else None,
        time=(moment, moment) if moment else None,
        depth=(row["depth"], row["depth"]) if pd.notna(row["depth"]) else None,
        provider="Image Data Resource",
        doi="10.17867/10000108",
        licence=entry.licence.name,
        citation=entry.citation,
        entry="tara_oceans_images" if row["image"] else _TARA,
        request={"image": row["image"]} if row["image"] else {},
        assets=(Asset(href=address, protocol="OME-Zarr"),) if row["image"] else (),
    )

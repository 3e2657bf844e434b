"""B2FIND's datasets of the communities of the sea, a page of a thousand at a time.

The cursor names the community and how many of its datasets were had. What Blue-Cloud itself
lists is harvested there, and left out here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from ..discovery.records import Record
from ..errors import MalformedAnswer
from ..readers.ckan import pages
from ..readers.ckan_packages import row
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..places import Place

COMMUNITIES = ("seanoe", "sextant")
MOST_DATASETS = 1_000_000  # a harvest takes all there are


class EudatHarvester(Harvester):
    """Lists the marine datasets of B2FIND."""

    source = "eudat"
    entry = "b2find_datasets"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The datasets, from the cursor on; with ``since``, those changed from then on."""
        at, _, had = (cursor or f"{COMMUNITIES[0]}:0").partition(":")
        communities = COMMUNITIES[COMMUNITIES.index(at) :]
        for number, community in enumerate(communities):
            start = int(had) if community == at else 0
            following = communities[number + 1 : number + 2]
            for _file, packages, total in pages(
                place, community, None, most=MOST_DATASETS, start=start, since=since
            ):
                start += len(packages)
                onward = f"{community}:{start}" if start < total else None
                if onward is None and following:
                    onward = f"{following[0]}:0"
                yield _page(packages, community, onward)


def _page(packages: list[Any], community: str, cursor: str | None) -> Page:
    good, bad = [], []
    for package in packages:
        try:
            record = record_of(package, community)
            # A sample's file holds datasets of all communities.
            if community in (each.get("name") for each in package.get("groups") or ()):
                good.append(record)
        except (MalformedAnswer, AttributeError, KeyError, TypeError, ValueError) as error:
            name = package.get("name", "") if isinstance(package, dict) else ""
            bad.append(Quarantined("eudat", str(name), str(error)))
    return Page(tuple(good), tuple(bad), cursor)


def record_of(package: dict[str, Any], community: str) -> Record:
    """A dataset of a community as a record.

    Raises
    ------
    MalformedAnswer, KeyError, TypeError, ValueError
        If it is none.
    """
    told = row(package)
    placed = told["west"] is not None
    box = (told["west"], told["south"], told["east"], told["north"]) if placed else None
    begin, end = (_moment(told[side]) for side in ("begin", "end"))
    return Record(
        id=f"eudat:{told['name']}",
        source="eudat",
        collection=f"B2FIND {community}",
        level="collection",
        title=" ".join(told["title"].split()),
        description=told["description"],
        keywords=tuple(filter(None, told["tags"].split("; "))),
        bbox=box,
        time=(begin, end) if begin or end else None,
        provider=told["publisher"] or None,
        doi=told["doi"] or None,
        licence=told["rights"] or None,
        entry="b2find_datasets",
        request={"community": community},
        modified=_moment(package.get("metadata_modified")),
    )


def _moment(text: str | None) -> datetime | None:
    """A moment; none for what is no date, as metadata often is."""
    try:
        return datetime.fromisoformat(text) if text else None
    except ValueError:
        return None

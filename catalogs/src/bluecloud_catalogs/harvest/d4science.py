"""What Blue-Cloud's laboratories have published in D4Science's catalogue, a page a context.

It takes a login. The catalogue cannot be asked for changes only, so that ``since`` is held
against each item's own date; the cursor is the context to go on with.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from ..answers import as_json
from ..contexts import ContextLogin
from ..discovery.records import Asset, Record
from ..errors import MalformedAnswer
from ..places import Ask
from ..readers.d4science import item, item_names
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..places import File, Place

ROOT = "/d4science.research-infrastructures.eu/D4OS"
# Each with the entry that reads it.
CONTEXTS = {
    f"{ROOT}/FisheriesAtlas": "d4science_fisheries_items",
    f"{ROOT}/Zoo-Phytoplankton_EOV": "d4science_plankton_items",
}


class D4ScienceHarvester(Harvester):
    """Lists the items of the laboratories' catalogues."""

    source = "d4science"
    entry = "d4science_fisheries_items"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """The items of each context, from the one that the cursor names on."""
        contexts = list(CONTEXTS)
        begin = contexts.index(cursor) if cursor else 0
        for number, context in enumerate(contexts[begin:], start=begin + 1):
            login = ContextLogin(place, context)
            _, names = item_names(login)
            asks = [
                Ask(f"items/{name}", "catalogue", sample=f"catalogue/{name}.json") for name in names
            ]
            files = login.fetch(asks) if asks else []
            following = contexts[number] if number < len(contexts) else None
            yield _page(names, files, context, since, following)


def _page(
    names: list[str],
    files: list[File],
    context: str,
    since: datetime | None,
    cursor: str | None,
) -> Page:
    good, bad = [], []
    for name, file in zip(names, files, strict=True):
        try:
            record = _record(as_json(file), context)
        except (MalformedAnswer, ValueError) as error:
            bad.append(Quarantined("d4science", name, str(error)))
            continue
        if since is None or record.modified is None or record.modified >= _utc(since):
            good.append(record)
    return Page(tuple(good), tuple(bad), cursor)


def _record(told: Any, context: str) -> Record:
    name, title, description, licence, kind, tags, resources, modified = item(told, "items")
    laboratory = context.rsplit("/", 1)[-1]
    return Record(
        id=f"d4science:{laboratory}/{name}",
        source="d4science",
        collection=f"D4Science {laboratory}",
        level="product",
        title=" ".join((title or name).split()),
        description=description,
        keywords=tuple(filter(None, [*tags.split("; "), kind])),
        provider="D4Science",
        licence=licence or None,
        access="login",
        entry=CONTEXTS[context],
        assets=tuple(Asset(href=url) for url in resources),
        modified=datetime.fromisoformat(modified) if modified else None,
    )


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

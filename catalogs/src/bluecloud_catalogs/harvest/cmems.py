"""The datasets of Copernicus Marine: a record for each version that is in force.

A page is a product, and the cursor the number of products had, in the order of their names
over all catalogues. The tree cannot be asked for what has changed, so ``since`` walks it whole
and gives what its records say was updated. A record that cannot be read, or that its product
names and nobody has, is quarantined alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import ValidationError

from ..answers import as_json
from ..discovery.records import Asset, Record
from ..errors import MalformedAnswer, NotFound
from ..readers.cmems_catalogue import depths
from ..readers.cmems_stac import ASSETS, Product, Version, ask, product, roots, versions
from .base import Harvester, Page, Quarantined

if TYPE_CHECKING:
    from ..places import Place

_LICENCE = "Copernicus Marine Service licence"


class CmemsHarvester(Harvester):
    """Lists the datasets of Copernicus Marine."""

    source = "cmems"
    entry = "cmems_catalogue"

    def pages(
        self, place: Place, *, since: datetime | None = None, cursor: str | None = None
    ) -> Iterator[Page]:
        """A product a page, from the cursor on."""
        found, _ = roots(place)
        names = _products(place, found)
        for number, (name, holders) in enumerate(names.items(), start=1):
            if number <= int(cursor or 0):
                continue
            good: dict[str, Record] = {}
            bad: list[Quarantined] = []
            for root in holders:
                _harvest(place, root, name, since, good, bad)
            yield Page(
                tuple(good.values()), tuple(bad), str(number) if number < len(names) else None
            )


def _products(place: Place, found: list[str]) -> dict[str, list[str]]:
    """The products by name, each with the roots of the catalogues that have it.

    A catalogue that does not answer ends the harvest: its products would look withdrawn.
    """
    names: dict[str, list[str]] = {}
    for root in found:
        try:
            (file,) = place.fetch([ask(f"{root}/catalog.stac.json")])
        except NotFound:
            continue
        told = as_json(file)
        if not isinstance(told, dict) or not isinstance(told.get("links"), list):
            raise MalformedAnswer(f"{file.path}: it is no STAC catalogue")
        for link in told["links"]:
            if link.get("rel") == "child":
                names.setdefault(str(link["href"]).split("/")[0], []).append(root)
    return dict(sorted(names.items()))


def _harvest(
    place: Place,
    root: str,
    name: str,
    since: datetime | None,
    good: dict[str, Record],
    bad: list[Quarantined],
) -> None:
    try:
        record, _ = product(place, root, name)
    except (MalformedAnswer, NotFound) as error:
        bad.append(Quarantined("cmems", name, str(error)))
        return
    for path in record.items:
        item = path.split("/")[0]
        try:
            ((version, _),) = versions(place, root, name, [path])
            if not version.is_in_force(datetime.now(UTC)):
                continue
            made = _record(record, version)
        except (MalformedAnswer, NotFound, ValidationError) as error:
            bad.append(Quarantined("cmems", item, str(error)))
            continue
        if since is None or made.modified is None or made.modified >= _utc(since):
            good.setdefault(made.id, made)


def _record(record: Product, version: Version) -> Record:
    dataset, label, part = version.name
    told = version.properties
    variables = list(told.variables.values())
    readable = bool(version.stores) and part == "default"
    return Record(
        id=f"cmems:{version.item}",
        source="cmems",
        collection=record.product,
        level="granule",
        title=" ".join(f"{told.title or record.title} ({dataset}, {label})".split()),
        description=" ".join((record.description or "").split()),
        keywords=tuple(record.keywords),
        cf=tuple(dict.fromkeys(each.standard_name for each in variables if each.standard_name)),
        native=tuple(each.name for each in variables),
        bbox=_box(version.bbox),
        time=(told.start, told.end) if told.start else None,
        depth=depths(version),
        provider=next((str(each["name"]) for each in record.providers if each.get("name")), None),
        doi=record.cited,
        licence=_LICENCE,
        citation=f"Generated using E.U. Copernicus Marine Service Information; {record.product}.",
        entry="cmems_dataset" if readable else None,
        request={"product": record.product, "dataset": dataset} if readable else {},
        assets=tuple(
            Asset(href=version.assets[name].href, protocol=series)
            for series, name in ASSETS.items()
            if name in version.assets
        ),
        modified=told.updated,
    )


def _box(box: list[float] | None) -> tuple[float, float, float, float] | None:
    """A box with longitudes from -180 to 180; of one that goes on to 360, all round."""
    if box is None or len(box) != 4:
        return None
    west, south, east, north = box
    if west < -180 or east > 180:
        west, east = (-180.0, 180.0) if east - west > 359 else _wrapped(west, east)
    return west, max(south, -90.0), east, min(north, 90.0)


def _wrapped(west: float, east: float) -> tuple[float, float]:
    return (west + 180) % 360 - 180, (east + 180) % 360 - 180


def _utc(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)

"""A product as the catalogue has it, as the search has it, and as it tells of itself."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import yaml

from bluecloud_catalogs.declarations import (
    PRODUCTS_SOURCE,
    EntryDeclaration,
    Extent,
    Licence,
    Variable,
)
from bluecloud_catalogs.discovery.records import Asset, Record
from bluecloud_catalogs.discovery.stac import item_of
from bluecloud_catalogs.products import SOURCE_TITLE, product_entry
from bluecloud_catalogs.tree import Entry

from .checks import Checked
from .licences import OFFERED
from .lineage import Input, acknowledgement
from .records import Kept

_WORLD = (-180.0, -90.0, 180.0, 90.0)


def citation(product: Kept) -> str:
    """How a product is cited."""
    names = "; ".join(creator["name"] for creator in product.form["creators"])
    year = (product.decided or product.proposed).year
    return (
        f"{names} ({year}): {product.title}. Version {product.version}. "
        f"Blue-Cloud laboratory {product.laboratory}, {product.name}."
        f"{f' https://doi.org/{product.doi}' if product.doi else ''}"
    )


def declared(product: Kept) -> EntryDeclaration:
    """The entry that reads it.

    What the files say of themselves was looked at by a program that a file may have misled: it goes
    in as names, units, places and times, each of the form that an entry has.
    """
    checks = checked_of(product)
    data = [one for one in checks if one.is_data]
    first = data[0]
    box, period = _box(data), _period(data)
    day = product.proposed.date()
    spdx = product.form["licence"]
    return EntryDeclaration(
        title=product.title,
        description=" ".join(product.form["description"].split()),
        variables=tuple(_variables(data)),
        extent=Extent(
            bbox=box or _WORLD,
            time=(period[0].date(), period[1].date()) if period else (day, day),
        ),
        reader="product-grid" if first.kind == "grid" else "product-table",
        options={"files": [one.path for one in data]},
        url="{base}",
        parameters={"file": None},
        licence=Licence(
            name=spdx, text=OFFERED[spdx].title, url=f"https://spdx.org/licenses/{spdx}"
        ),
        citation=citation(product),
        evidence=f"run {product.run}, approved by {_printable(product.decided_by)}",
        live_verified="not applicable",
    )


def entry_of(product: Kept, folder: Path) -> Entry:
    """The entry with its folder, as laboratories have it."""
    return product_entry(product.name, declared(product), folder)


def record_of(product: Kept, address: str) -> Record:
    """A product as it is found.

    Parameters
    ----------
    address
        Of the service, to which a product's own is added.
    """
    said = declared(product)
    data = [one for one in checked_of(product) if one.is_data]
    box = _box(data)
    own = f"{address}/products/{product.laboratory}/{product.slug}/{product.version}"
    creators = "; ".join(creator["name"] for creator in product.form["creators"])
    version = f" (version {product.version})" if (product.version or 0) > 1 else ""
    return Record(
        id=f"{PRODUCTS_SOURCE}:{product.laboratory}/{product.slug}/{product.version}",
        source=PRODUCTS_SOURCE,
        collection=SOURCE_TITLE,
        level="product",
        title=f"{product.title}{version}",
        description=_described(product),
        keywords=tuple(product.form["keywords"]),
        cf=_each(variable.standard_name for variable in said.variables),
        native=_each(variable.name for variable in said.variables),
        bbox=_found_in(box) if box else None,
        time=_period(data),
        provider=creators,
        doi=product.doi or None,
        licence=product.form["licence"],
        citation=citation(product),
        access="open" if product.available else "request",
        entry=product.entry or None,
        assets=(Asset(href=own, media_type="application/json", role="metadata"),),
        modified=product.decided,
    )


def documents(product: Kept, address: str) -> dict[str, bytes]:
    """What lies beside a product's files: all that is known of it, its entry, its STAC item."""
    entry = declared(product).model_dump(mode="json", exclude_none=True, exclude_defaults=True)
    entry["parameters"] = {"file": None}
    item = item_of(record_of(product, address))
    return {
        "product.json": _json(told(product)),
        "entry.yaml": yaml.safe_dump(entry, sort_keys=False, allow_unicode=True).encode(),
        "item.json": _json(item),
    }


def told(product: Kept) -> dict[str, Any]:
    """All that is known of a product, as its own file has it."""
    return {
        "id": product.id,
        "laboratory": product.laboratory,
        "product": product.slug,
        "version": product.version,
        "entry": product.name,
        **{k: v for k, v in product.form.items() if k not in {"files", "slug", "title"}},
        "title": product.title,
        "citation": citation(product),
        "acknowledgement": acknowledgement([Input.model_validate(i) for i in product.inputs]),
        "inputs": product.inputs,
        "answers": product.answers,
        "checks": product.checks,
        "proposed_by": product.proposed_by,
        "proposed": product.proposed.isoformat(timespec="seconds"),
        "approved_by": product.decided_by,
        "approved": product.decided.isoformat(timespec="seconds") if product.decided else None,
        "files": product.files,
    }


def tombstone(product: Kept) -> bytes:
    """What is left where a product was withdrawn."""
    at = datetime.now(UTC).isoformat(timespec="seconds")
    gone = {"withdrawn": at, "withdrawn_by": product.decided_by, "reason": product.words}
    return _json({**told(product), **gone})


def checked_of(product: Kept) -> list[Checked]:
    """What was found of its files."""
    return [Checked.model_validate(one) for one in product.checks]


def _described(product: Kept) -> str:
    held = f" Its files are given out from {product.embargo} on." if product.is_held else ""
    return f"{product.form['description']}{held}"


def _variables(data: Iterable[Checked]) -> Iterable[Variable]:
    found: dict[str, Variable] = {}
    for one in data:
        for each in one.variables:
            name, units = _printable(each.name), _printable(each.units) or "not told"
            standard = each.standard_name.split(" ")[0]
            is_name = re.fullmatch("[a-z][a-z0-9_]*", standard) is not None
            if name:
                found.setdefault(
                    name,
                    Variable(name=name, units=units, standard_name=standard if is_name else None),
                )
    return found.values() or [Variable(name="values", units="not told")]


def _printable(text: str) -> str:
    return "".join(each for each in text if each.isprintable()).strip()


def _box(data: Sequence[Checked]) -> tuple[float, float, float, float] | None:
    boxes = [one.bbox for one in data if one.bbox]
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _found_in(box: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """A box with longitudes of -180 to 180, as searches have them; once round is all of them."""
    west, south, east, north = box
    if east - west >= 360:
        return -180.0, south, 180.0, north
    return _half(west), south, _half(east), north


def _half(longitude: float) -> float:
    return longitude - 360 if longitude > 180 else longitude


def _period(data: Iterable[Checked]) -> tuple[datetime, datetime] | None:
    moments = []
    for one in data:
        try:
            moments += [datetime.fromisoformat(each).replace(tzinfo=UTC) for each in one.time or ()]
        except ValueError:
            continue
    return (min(moments), max(moments)) if moments else None


def _each(names: Iterable[str | None]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for name in names if name))


def _json(content: Any) -> bytes:
    return json.dumps(content, indent=1, ensure_ascii=False, default=_plain).encode()


def _plain(value: Any) -> str:
    if isinstance(value, date):
        return value.isoformat()
    raise TypeError(f"{value!r} is not JSON")

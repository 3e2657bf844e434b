"""Products: the table and the folders say the same."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

from ...products.drafts import FILES, TOMBSTONE, place_of
from ...products.records import Kept
from ...products.store import Products
from ..deployment import Deployment
from ..findings import Told, check, fault, not_applicable, ok, warning

_NEW_S = 600.0


@check("products", unanswered="see what service-database and service-tables say")
def products(of: Deployment) -> Iterator[Told]:
    """Each product has its folder, with its files, and each folder its product."""
    store = Products(of.service_database)
    kept = store.in_state("waiting", "storing", "published", "withdrawn")
    known = set()
    for one in kept:
        places = [place_of(of.state, one, held=held) for held in (False, True)]
        known |= set(places)
        if one.state == "published":
            yield from _published(one, *places)
        elif one.state == "withdrawn" and not (places[0] / TOMBSTONE).is_file():
            yield fault(f"{one.name} is withdrawn and has no tombstone", "restart the service")
        elif one.state == "storing" and one.decided and _is_old(one.decided.timestamp()):
            yield fault(f"{one.title} is approved and not published", "restart the service")
        elif one.state == "waiting" and not _draft(of, one).is_dir():
            fix = "refuse it at the desk, so that it is proposed again"
            yield fault(f"the files of proposal {one.id} are gone", fix)
    for path in _folders(of):
        if path not in known and _is_old(path.stat().st_mtime):
            yield fault(f"the table has no product {path}", f"bluecloud restore, or move {path}")
    if not kept and not known:
        yield not_applicable("nothing was proposed")
    else:
        yield ok(f"{len(kept)} products and proposals")


def _published(one: Kept, given: Path, held: Path) -> Iterator[Told]:
    fix = "bring its folder back: bluecloud restore"
    there = next((each for each in (given, held) if (each / FILES).is_dir()), None)
    if there is None:
        yield fault(f"the files of {one.name} are gone", fix)
        return
    for each in one.files:
        path = there / FILES / str(each["path"])
        if not path.is_file() or path.stat().st_size != each["bytes"]:
            yield fault(f"{path} is not the file that was published", fix)
    if there == held and not one.is_held:
        yield warning(f"the embargo of {one.name} has ended", "restart the service")


def _draft(of: Deployment, one: Kept) -> Path:
    return of.state / "service" / "products" / "drafts" / one.id


def _is_old(seconds: float) -> bool:
    return time.time() - seconds > _NEW_S


def _folders(of: Deployment) -> Iterator[Path]:
    for way in ("products/*/*/*", "members-products/*/*/*/*", "service/products/held/*/*/*"):
        yield from (path for path in sorted(of.state.glob(way)) if path.is_dir())

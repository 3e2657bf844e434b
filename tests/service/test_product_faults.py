"""A service that is killed between the steps of an approval or a withdrawal, and started again."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bluecloud_service.database import open_database
from bluecloud_service.products.drafts import Drafts
from bluecloud_service.products.entries import documents
from bluecloud_service.products.records import Kept
from bluecloud_service.products.store import Products
from tests.service.publishing import GRID, READ, publishing

ADDRESS = "/services/bluecloud"


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, str]]:
    """A folder of state with proposals, each brought to another step by a service that is gone."""
    state = tmp_path_factory.mktemp("killed") / "state"
    with publishing(state) as lab:
        run = lab.run(READ, GRID)
        names = [*STEPS, "untouched"]
        ids = {name: lab.proposed(run, slug=name)["id"] for name in names}
        lab.service.process.kill()
        lab.service.process.wait()
    store = Products(open_database(f"sqlite:///{state / 'service' / 'service.sqlite'}"))
    for name, step in STEPS.items():
        step(store, Drafts(state), store.one(ids[name]))
    for name, age_s in (("left", 7200), ("new", 0)):
        draft = state / "service" / "products" / "drafts" / name
        draft.mkdir()
        os.utime(draft, (time.time() - age_s,) * 2)
    return state, ids


def approved(store: Products, _: Drafts, kept: Kept) -> Kept:
    """Its version is given, and nothing is moved."""
    return store.approve(kept.id, "mia", "good", [])


def described(store: Products, drafts: Drafts, kept: Kept) -> Kept:
    """What is told of it is written beside its files, in part."""
    kept = approved(store, drafts, kept)
    (drafts.draft(kept.id) / "entry.yaml").write_text("title: ha")
    return kept


def moved(store: Products, drafts: Drafts, kept: Kept) -> Kept:
    """Its files are in their place, and the table does not say so."""
    kept = approved(store, drafts, kept)
    drafts.store(kept, documents(kept, ADDRESS))
    return kept


def lost(store: Products, drafts: Drafts, kept: Kept) -> Kept:
    """Its files went with the disk."""
    kept = approved(store, drafts, kept)
    drafts.discard(kept.id)
    return kept


def withdrawn(store: Products, drafts: Drafts, kept: Kept) -> Kept:
    """It is withdrawn, and its files are still there."""
    kept = store.change(moved(store, drafts, kept).id, ["storing"], state="published")
    return store.change(kept.id, ["published"], state="withdrawn", words="wrong")


def due(store: Products, drafts: Drafts, kept: Kept) -> Kept:
    """An embargo held it back until yesterday."""
    kept = approved(store, drafts, kept)
    day = datetime.now(UTC).date() + timedelta(days=1)
    drafts.store(replace(kept, embargo=day), documents(kept, ADDRESS))
    yesterday = day - timedelta(days=2)
    return store.change(kept.id, ["storing"], state="published", embargo=yesterday)


def broken(store: Products, drafts: Drafts, kept: Kept) -> Kept:
    """It cannot be described, and is the first to be looked at: the newest."""
    return store.change(approved(store, drafts, kept).id, ["storing"], checks=[])


Step = Callable[[Products, Drafts, Kept], Kept]
STEPS: dict[str, Step] = {
    each.__name__: each for each in (approved, described, moved, lost, withdrawn, due, broken)
}


def test_whatever_the_service_was_doing_is_finished_at_its_start(
    killed: tuple[Path, dict[str, str]],
) -> None:
    state, ids = killed
    with publishing(state) as lab:
        told = {name: lab.told("mia", "GET", f"/proposals/{ids[name]}") for name in ids}
        assert {name: one["state"] for name, one in told.items()} == {
            "approved": "published",
            "described": "published",
            "moved": "published",
            "lost": "refused",
            "withdrawn": "withdrawn",
            "due": "published",
            "broken": "storing",
            "untouched": "waiting",
        }
        assert "propose it again" in told["lost"]["words"]
        for name in ("approved", "described", "moved", "due"):
            address = f"/products/environment/{name}/1/files/sst.nc"
            assert lab.ask("ben", "GET", address).content.startswith(b"\x89HDF")
            folder = state / "products" / "environment" / name / "1"
            assert "title: Warm days" in (folder / "entry.yaml").read_text()
        grave = state / "products" / "environment" / "withdrawn" / "1"
        assert [path.name for path in grave.iterdir()] == ["tombstone.json"]
        found = lab.told("ben", "GET", "/stac/search?collections=products")["features"]
        titles = {item["id"].split("/")[1] for item in found}
        assert titles == {"approved", "described", "moved", "due"}
        drafts = state / "service" / "products" / "drafts"
        assert {path.name for path in drafts.iterdir()} == {
            ids["untouched"],
            ids["broken"],
            "new",
        }


def test_the_image_of_a_product_is_kept_as_long_as_the_product_is(tmp_path: Path) -> None:
    store = Products(open_database(f"sqlite:///{tmp_path / 'service.sqlite'}"))
    now, image = datetime.now(UTC), "registry.example.org/bluecloud/environment@sha256:ab"
    form = {"image": image, "creators": [], "licence": "CC0-1.0"}
    kept = Kept(
        id="a" * 20,
        laboratory="environment",
        slug="warm",
        version=None,
        run="b" * 20 + "-0000",
        proposed_by="ada",
        proposed=now,
        state="waiting",
        title="Warm",
        decided_by="",
        decided=None,
        words="",
        embargo=None,
        members_only=False,
        form=form,
        inputs=[],
        answers=[],
        checks=[],
        files=[],
    )
    store.add(kept)
    assert store.images() == []  # its run cites it as yet
    store.approve(kept.id, "mia", "", [])
    assert store.images() == [image]

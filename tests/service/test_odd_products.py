"""Products that are odd, or meant to do harm: each is published, or refused with its reason."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from bluecloud_catalogs.products import product_entries
from bluecloud_catalogs.tree import Entry
from bluecloud_service.database import open_database
from bluecloud_service.products.drafts import Drafts
from bluecloud_service.products.entries import declared, documents, record_of
from bluecloud_service.products.forms import slug_of, titled
from bluecloud_service.products.lineage import Input
from bluecloud_service.products.proposals import MOST_WAITING
from bluecloud_service.products.records import Kept
from bluecloud_service.products.store import Products
from tests.discovery.database import database
from tests.service.publishing import GRID, READ, Publishing, form, publishing

_CHECKED: dict[str, Any] = {"path": "sst.nc", "kind": "grid", "bbox": [3.0, 42.0, 9.0, 44.0]}
KEPT = Kept(
    id="a" * 20,
    laboratory="environment",
    slug="warm",
    version=1,
    run="b" * 20 + "-0000",
    proposed_by="ada",
    proposed=datetime(2026, 1, 1, tzinfo=UTC),
    state="waiting",
    title="Warm days",
    decided_by="mia",
    decided=None,
    words="",
    embargo=None,
    members_only=False,
    form={
        "description": "Days.",
        "creators": [{"name": "Ada"}],
        "licence": "CC-BY-4.0",
        "keywords": [],
    },
    inputs=[],
    answers=[],
    checks=[_CHECKED],
    files=[],
)


on_postgresql = pytest.mark.postgis


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    """A database as a deployment with containers has it, which refuses what SQLite takes."""
    with database() as server:
        yield server.url.replace("postgresql:", "postgresql+psycopg:")


@pytest.fixture(scope="module")
def lab(url: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publishing]:
    """A service with its people."""
    state = tmp_path_factory.mktemp("odd") / "state"
    with publishing(state, BLUECLOUD_SERVICE_DATABASE_URL=url) as found:
        yield found


@pytest.fixture(scope="module")
def run(lab: Publishing) -> str:
    """A run that left a grid, one variable of which has a standard name that CF cannot have."""
    return lab.run(READ, GRID.replace('"sea_surface_temperature"', '"_odd", "long_name": "odd"'))


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Warm days", "warm_days"),
        ("Температура моря", "product"),
        ("海", "product"),
        ("!", "product"),
        ("a", "product"),
        ("3", "p_3"),
        ("2001 and after", "p_2001_and_after"),
        ("Warm days v2", "warm_days_2"),
        (f"{'a' * 32} v2 more", f"{'a' * 32}_2"),
    ],
)
def test_a_product_has_a_name_that_an_address_can_have_whatever_its_title(
    title: str, slug: str
) -> None:
    assert slug_of(title, "environment") == slug


def test_a_name_with_a_version_is_that_versions_even_if_a_product_is_called_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for slug in ("warm", "warm_v1"):
        kept = replace(KEPT, slug=slug, title=slug)
        folder = tmp_path / "environment" / slug / "1"
        folder.mkdir(parents=True)
        (folder / "entry.yaml").write_bytes(documents(kept, "")["entry.yaml"])
    monkeypatch.setenv("BLUECLOUD_PRODUCTS", str(tmp_path))
    titles = {
        name: entry.declaration.title
        for name, entry in product_entries().items()
        if isinstance(entry, Entry)
    }
    assert titles == {
        "product_environment_warm": "warm",
        "product_environment_warm_v1": "warm",
        "product_environment_warm_v1_v1": "warm_v1",
    }


def test_what_is_synthetic_says_so_whatever_its_title() -> None:
    one = Input(
        name="a:b", title="b", tier="sample", licence="CC0", by="run", citation="", synthetic=True
    )
    for title in ("Warm days", "NOT SYNTHETIC, but warm days"):
        assert titled(title, [one]) == f"SYNTHETIC: {title}"
    assert titled("SYNTHETIC: days", [one]) == "SYNTHETIC: days"


@pytest.mark.parametrize("name", ["_odd", "__", "9lives", "Sea", "naïve", "sea-surface", ""])
def test_a_standard_name_that_cf_cannot_have_is_left_out(name: str) -> None:
    variable = {"name": "sst", "units": "K", "standard_name": name}
    kept = replace(KEPT, checks=[_CHECKED | {"variables": [variable]}])
    assert [one.standard_name for one in declared(kept).variables] == [None]


@pytest.mark.parametrize(
    ("west", "east", "found"),
    [
        (0.0, 360.0, (-180.0, 180.0)),
        (-180.0, 360.0, (-180.0, 180.0)),
        (-10.0, 350.0, (-180.0, 180.0)),
        (0.0, 359.0, (0.0, -1.0)),
        (190.0, 200.0, (-170.0, -160.0)),
        (-180.0, 180.0, (-180.0, 180.0)),
        (3.0, 9.0, (3.0, 9.0)),
    ],
)
def test_what_goes_once_round_the_earth_is_found_all_round(
    west: float, east: float, found: tuple[float, float]
) -> None:
    kept = replace(KEPT, checks=[_CHECKED | {"bbox": [west, 42.0, east, 44.0]}])
    box = record_of(kept, "").bbox
    assert box == (found[0], 42.0, found[1], 44.0)


def test_two_who_bury_one_product_at_once_leave_one_tombstone(tmp_path: Path) -> None:
    drafts = Drafts(tmp_path)
    with ThreadPoolExecutor(4) as pool:
        for version in range(1, 101):
            kept = replace(KEPT, version=version, state="withdrawn", members_only=False)
            files = tmp_path / "products" / "environment" / "warm" / str(version) / "files"
            files.mkdir(parents=True)
            burying = [pool.submit(drafts.bury, kept, b"{}") for _ in range(4)]
            assert [one.result() for one in burying] == [None] * 4
            assert [each.name for each in files.parent.iterdir()] == ["tombstone.json"]
    assert not list((tmp_path / "service" / "products").glob(".gone-*"))


@on_postgresql
def test_a_grid_whose_attributes_are_odd_is_published(lab: Publishing, run: str) -> None:
    told = lab.published(run, slug="odd")
    assert (told["state"], told["entry"]) == ("published", "product_environment_odd_v1")


@on_postgresql
def test_words_are_text_and_an_address_of_no_text_is_of_nothing(lab: Publishing, run: str) -> None:
    identifier = lab.proposed(run, slug="words")["id"]

    def sent(person: str, method: str, path: str, body: Any = None) -> httpx.Response:
        with lab.service.client(person) as client:
            content = b"" if body is None else json.dumps(body).encode()
            kind = {"Content-Type": "application/json"}
            return client.request(method, path, content=content, headers=kind)

    for words in ("a\0b", "\x1b[2J", "\ud800", "\u202egnp"):
        asked = {"decision": "changes", "words": words}
        answer = sent("mia", "POST", f"/proposals/{identifier}/decision", asked)
        assert (answer.status_code, "words" in answer.text) == (400, True), words
    assert lab.told("ada", "GET", f"/proposals/{identifier}")["state"] == "waiting"
    for path in ("/products/%00/warm", "/laboratories/%00/proposals", "/products?laboratory=%00"):
        assert sent("mia", "GET", path).status_code in {200, 400, 403}, path
    # What no pattern catches, the database does.
    answer = sent("ada", "DELETE", "/credentials/a%00b")
    assert answer.status_code < 500, answer.text


@on_postgresql
def test_a_name_of_a_file_or_variable_that_a_terminal_would_obey_is_not_published(
    lab: Publishing,
) -> None:
    sly = "open({!r}, 'w').write({!r})"
    clear = "\x1b[2J"
    run = lab.run(
        READ, sly.format(f"a{clear}.csv", "a,b\n1,2\n"), sly.format("b.csv", f"{clear},b\n1,2\n")
    )
    assert lab.told("ada", "GET", f"/runs/{run}/product")["files"] == ["b.csv"]
    answer = lab.ask("ada", "POST", "/proposals", form(run, files=[f"a{clear}.csv"]))
    assert (answer.status_code, "rename it" in answer.text) == (400, True)
    told = lab.proposed(run, files=["b.csv"], slug="sly")
    assert [one["name"] for one in told["checks"][0]["variables"]] == [" [2J", "b"]


@on_postgresql
def test_of_two_people_who_propose_one_name_at_once_it_is_one_persons(
    lab: Publishing, run: str, url: str
) -> None:
    runs = {"ada": run, "ben": lab.run(READ, GRID, person="ben")}
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(lab.ask, person, "POST", "/proposals", form(of, slug="both"))
            for person, of in runs.items()
        ]
        answers = [one.result() for one in asked]
    assert sorted(one.status_code for one in answers) == [201, 403]
    assert any("give another slug" in one.text for one in answers)
    # Two that came to wait all the same are not versions of one product.
    engine = open_database(url)
    more = {"id": "c" * 20, "slug": "mine", "version": None, "proposed_by": "ben"}
    Products(engine).add(replace(KEPT, **more))
    later = {"id": "d" * 20, "slug": "mine", "version": None, "proposed": datetime.now(UTC)}
    Products(engine).add(replace(KEPT, **later))
    engine.dispose()
    path = f"/proposals/{'d' * 20}/decision"
    answer = lab.ask("mia", "POST", path, {"decision": "approve"})
    assert (answer.status_code, "a product of ben's" in answer.text) == (422, True)
    assert lab.told("ada", "GET", f"/proposals/{'d' * 20}")["state"] == "waiting"


@on_postgresql
def test_many_at_once_are_told_to_come_again_and_the_service_goes_on(
    lab: Publishing, run: str
) -> None:
    with ThreadPoolExecutor(8) as pool:
        path = f"/runs/{run}/product"
        asked = [pool.submit(lab.ask, "ada", "GET", path) for _ in range(7)]
        well = pool.submit(lab.ask, "ben", "GET", "/products").result(timeout=20)
        answers = [one.result() for one in asked]
    assert well.status_code == 200
    refused = [one for one in answers if one.status_code == 503]
    assert {one.status_code for one in answers} == {200, 503}
    assert "try again in a minute" in refused[0].text
    assert lab.ask("ada", "GET", path).status_code == 200


@on_postgresql
def test_a_persons_proposals_that_wait_are_so_many_and_of_those_replaced_no_file_is_left(
    lab: Publishing, run: str, url: str
) -> None:
    first = lab.proposed(run, slug="again")["id"]
    second = lab.proposed(run, slug="again")["id"]
    drafts = lab.service.state / "service" / "products" / "drafts"
    assert not (drafts / first).exists()
    assert (drafts / second).exists()
    engine = open_database(url)
    store = Products(engine)
    waiting = sum(one.state == "waiting" for one in store.of_person("ada"))
    for number in range(MOST_WAITING - waiting):
        more = {"id": f"{number:020x}", "slug": f"many_{number}", "version": None}
        store.add(replace(KEPT, **more))
    engine.dispose()
    answer = lab.ask("ada", "POST", "/proposals", form(run, slug="one_more"))
    assert (answer.status_code, f"{MOST_WAITING} proposals" in answer.text) == (400, True)
    assert lab.ask("ada", "POST", "/proposals", form(run, slug="again")).status_code == 201

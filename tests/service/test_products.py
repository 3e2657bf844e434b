"""Products: from a run to what a colleague finds and opens."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
import xarray as xr
from typer.testing import CliRunner, Result

import bluecloud_catalogs
from bluecloud import product_commands
from bluecloud_service.database import open_database
from bluecloud_service.products.store import Products
from tests.service.publishing import GRID, ORCID, READ, Publishing, form, publishing
from tests.service.serving import until
from tests.service.work import notebook

QUICK = {"BLUECLOUD_PRODUCTS_LOOK_S": "0.5"}  # how soon an embargo is seen to have ended


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publishing]:
    """A service with its people."""
    with publishing(tmp_path_factory.mktemp("publishing") / "state", **QUICK) as found:
        yield found


@pytest.fixture(scope="module")
def run(lab: Publishing) -> str:
    """A run that read a source and left a grid."""
    return lab.run(READ, GRID)


def test_a_product_goes_from_a_run_to_a_colleagues_notebook(
    lab: Publishing, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    product = lab.published(run)
    assert (product["state"], product["version"]) == ("published", 1)
    assert product["entry"] == "product_environment_warm_days_of_the_ligurian_sea_v1"
    found = lab.told("ben", "GET", "/stac/search?q=warm days ligurian&bbox=8,43,10,45")
    assert found["features"][0]["properties"]["bluecloud:entry"] == product["entry"]
    assert found["features"][0]["properties"]["start_datetime"] == "2001-01-01T00:00:00Z"
    monkeypatch.setenv("BLUECLOUD_PRODUCTS", str(lab.service.state / "products"))
    read = bluecloud_catalogs.open_entry("product_environment_warm_days_of_the_ligurian_sea").read()
    assert isinstance(read, xr.Dataset)
    assert read["sst"].sum() == 66
    assert "Ada Lovelace (2026): Warm days of the Ligurian Sea. Version 1." in (
        bluecloud_catalogs.citations(read)
    )


def test_the_form_is_filled_in_from_the_run(lab: Publishing, run: str) -> None:
    told = lab.told("ada", "GET", f"/runs/{run}/product")
    assert told["files"] == ["sst.nc"]
    assert [(one["name"], one["licence"]) for one in told["inputs"]] == [
        ("cmems:ostia_sst_monthly", "UK Open Government Licence")
    ]
    assert told["licence"] == "CC-BY-4.0"
    no_zero = next(one for one in told["licences"] if one["spdx"] == "CC0-1.0")
    assert "has to be named by whoever uses it" in no_zero["why_not"]
    assert told["checks"][0]["kind"] == "grid"
    assert told["keywords"][0] == "sea surface temperature"
    assert "Licence: UK Open Government Licence." in told["acknowledgement"]
    drafts = lab.service.state / "service" / "products" / "drafts"
    waiting = {
        one["id"] for one in lab.told("ada", "GET", "/proposals") if one["state"] == "waiting"
    }
    assert {each.name for each in drafts.iterdir()} <= waiting


REFUSED: list[tuple[dict[str, Any], int, str]] = [
    ({"creators": [{"name": "Ada", "orcid": "0000-0002-1825-0098"}]}, 400, "last character"),
    ({"creators": [{"name": "Ada"}]}, 400, "an ORCID"),
    ({"creators": []}, 400, "creators"),
    ({"licence": "CC BY 4.0"}, 400, "'CC BY 4.0' is not offered: it is one of CC-BY-4.0"),
    ({"licence": "CC0-1.0"}, 422, "it may be CC-BY-4.0"),
    ({"files": ["other.nc"]}, 400, "there are sst.nc"),
    ({"files": ["../record/given/request.json"]}, 400, "left no"),
    ({"files": []}, 400, "files"),
    ({"title": " "}, 400, "title"),
    ({"slug": "Warm days"}, 400, "slug"),
    ({"slug": "warm_v1"}, 400, "ends as the name of a version does"),
    ({"embargo": "soon"}, 400, "embargo"),
    ({"embargo": "2020-01-01"}, 400, "2020-01-01 is not a day from"),
    ({"embargo": "9999-12-31"}, 400, "9999-12-31 is not a day from"),
    ({"creators": [{"name": "A", "orcid": ORCID, "affiliation": "\x1b[2J"}]}, 400, "affiliation"),
    ({"approved": True}, 400, "approved"),
]


def test_a_form_that_cannot_be_is_refused_with_its_reason(lab: Publishing, run: str) -> None:
    for more, status, words in REFUSED:
        answer = lab.ask("ada", "POST", "/proposals", form(run, **more))
        told = answer.json()
        assert (answer.status_code, words in told["description"]) == (status, True), (more, told)


def test_files_that_do_not_pass_are_refused_each_with_its_reason(lab: Publishing) -> None:
    run = lab.run(READ, "open('a.csv', 'w').write('a,a\\n1,2\\n'); open('b.txt', 'w').write('b')")
    told = lab.ask("ada", "POST", "/proposals", form(run, files=["a.csv"]))
    assert told.status_code == 422
    assert told.json()["reasons"] == ["a.csv: a: two columns have this name"]
    told = lab.ask("ada", "POST", "/proposals", form(run, files=["b.txt"]))
    assert "none of them has data" in told.json()["description"]
    drafts = lab.service.state / "service" / "products" / "drafts"
    assert not any(each.name for each in drafts.glob("*/files/a.csv"))


def test_a_run_that_failed_or_is_anothers_makes_no_product(lab: Publishing, run: str) -> None:
    assert lab.ask("ben", "POST", "/proposals", form(run)).status_code == 404
    assert lab.ask("mia", "GET", f"/runs/{run}/product").status_code == 404
    body = {
        "laboratory": "environment",
        "notebook": {"name": "n.ipynb", "content": notebook("1/0")},
    }
    failed = lab.told("ada", "POST", "/runs", body)["runs"][0]["id"]
    until(lambda: lab.told("ada", "GET", f"/runs/{failed}")["state"] == "failed")
    answer = lab.ask("ada", "POST", "/proposals", form(failed))
    assert "has failed" in answer.json()["description"]


def test_a_link_among_the_outputs_is_no_file_of_a_product(lab: Publishing) -> None:
    run = lab.run(READ, GRID)
    work = lab.service.state / "runs" / "ada" / run.replace("-", "/") / "work" / "outputs"
    (work / "sst.nc").unlink()
    (work / "sst.nc").symlink_to("/etc/passwd")
    answer = lab.ask("ada", "POST", "/proposals", form(run))
    assert answer.status_code == 404
    (work / "sst.nc").unlink()
    (work / "sst.nc").write_bytes(b"another")
    answer = lab.ask("ada", "POST", "/proposals", form(run))
    assert "was altered after the run had ended" in answer.json()["description"]


def test_what_changes_after_it_was_proposed_is_not_published(lab: Publishing) -> None:
    run = lab.run(READ, GRID)
    identifier = lab.proposed(run, slug="kept")["id"]
    assert lab.ask("ada", "DELETE", f"/submissions/{run.partition('-')[0]}").status_code == 204
    told = lab.told("mia", "POST", f"/proposals/{identifier}/decision", {"decision": "approve"})
    published = lab.service.state / "products" / "environment" / "kept" / "1"
    assert {path.name for path in published.iterdir()} == {
        "entry.yaml",
        "files",
        "item.json",
        "lineage",
        "product.json",
    }
    sha256 = hashlib.sha256((published / "files" / "sst.nc").read_bytes()).hexdigest()
    assert told["files"] == [{**told["files"][0], "path": "sst.nc", "sha256": sha256}]
    assert "ostia_sst_monthly" in (published / "lineage" / "ro-crate-metadata.json").read_text()


def test_a_manager_has_to_answer_for_what_is_not_known_or_not_allowed(lab: Publishing) -> None:
    run = lab.run(
        READ,
        'read("own", "own_ctd", "all rights reserved"); read("mine", "made_up", "CC0 1.0")',
        GRID,
    )
    identifier = lab.proposed(run, slug="asked")["id"]

    def approve(*answers: dict[str, Any]) -> httpx.Response:
        body = {"decision": "approve", "answers": answers}
        return lab.ask("mia", "POST", f"/proposals/{identifier}/decision", body)

    reasons = approve().json()["reasons"]
    assert [reason.partition(": ")[0] for reason in reasons] == ["own:own_ctd", "mine:made_up"]
    licence = {"input": "own:own_ctd", "licence": "CC-BY-4.0"}
    unknown = {"input": "mine:made_up", "licence": "CC-BY-NC-4.0"}
    permission = {"input": "own:own_ctd", "by": "Ben", "on": "2026-01-02", "words": "yes, do"}
    for answers, words in (
        ((licence, unknown), "forbids redistribution"),  # its owner permits, and nobody else
        (({**permission, "words": ""}, unknown), "by whom, on which day"),
        (({**permission, "on": "2999-01-01"}, unknown), "a day that is to come"),
        ((permission, {"input": "mine:made_up", "licence": "free"}), "none that is known"),
        ((permission, unknown), "CC-BY-NC-4.0"),  # the product is CC BY, and this input is not
        ((permission, unknown, {"input": "x", "licence": "CC0-1.0"}), "there is no input 'x'"),
    ):
        answer = approve(*answers)
        assert (answer.status_code, words in answer.text) == (422, True), answer.text
    answer = approve(permission, {**unknown, "licence": "CC0-1.0"})
    assert answer.status_code == 200, answer.text
    kept = (lab.service.state / "products/environment/asked/1/product.json").read_text()
    assert json.loads(kept)["answers"][0]["words"] == "yes, do"


def test_a_proposal_is_refused_or_sent_back_with_words(lab: Publishing, run: str) -> None:
    first = lab.proposed(run, slug="again")["id"]
    address = f"/proposals/{first}/decision"
    assert lab.ask("mia", "POST", address, {"decision": "changes"}).status_code == 400
    told = lab.told("mia", "POST", address, {"decision": "changes", "words": "name the ship"})
    assert (told["state"], told["words"], told["decided_by"]) == ("changes", "name the ship", "mia")
    second = lab.proposed(run, slug="again")["id"]
    assert lab.told("ada", "GET", f"/proposals/{first}")["state"] == "replaced"
    refuse = {"decision": "refuse", "words": "it is in another product"}
    assert lab.told("mia", "POST", f"/proposals/{second}/decision", refuse)["state"] == "refused"
    answer = lab.ask("mia", "POST", f"/proposals/{second}/decision", {"decision": "approve"})
    assert answer.status_code == 409
    assert "refused by now by mia" in answer.text
    waiting = lab.told("mia", "GET", "/laboratories/environment/proposals")
    assert {one["state"] for one in waiting if one["slug"] == "again"} == {"replaced", "refused"}


def test_of_two_managers_one_approves_and_the_other_is_told(lab: Publishing, run: str) -> None:
    address = f"/proposals/{lab.proposed(run, slug='twice')['id']}/decision"
    with ThreadPoolExecutor(2) as pool:
        asked = [
            pool.submit(lab.ask, who, "POST", address, {"decision": "approve"})
            for who in ("mia", "olga")
        ]
        answers = [each.result() for each in asked]
    assert sorted(answer.status_code for answer in answers) == [200, 409]
    assert lab.told("ben", "GET", "/products/environment/twice")["versions"] == [1]


def test_versions_are_numbered_and_a_name_is_one_persons(lab: Publishing, run: str) -> None:
    for version in (1, 2):
        assert lab.published(run, slug="numbered")["version"] == version
    told = lab.told("ben", "GET", "/products/environment/numbered")
    assert (told["version"], told["versions"], told["notebook"]) == (2, [1, 2], "sst.ipynb")
    assert lab.told("ben", "GET", "/products/environment/numbered/1")["version"] == 1
    bens = lab.run(READ, GRID, person="ben")
    answer = lab.ask("ben", "POST", "/proposals", form(bens, slug="numbered"))
    assert answer.status_code == 403
    assert "a product of ada's" in answer.text


def test_a_withdrawn_product_leaves_its_reason(
    lab: Publishing, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(2):
        lab.published(run, slug="wrong")
    why = {"reason": "the sensor was broken"}
    address = "/products/environment/wrong/2"
    assert lab.ask("ben", "POST", f"{address}/withdraw", why).status_code == 403
    told = lab.told("ada", "POST", f"{address}/withdraw", why)
    assert (told["state"], told["words"]) == ("withdrawn", "the sensor was broken")
    answer = lab.ask("ben", "GET", f"{address}/files/sst.nc")
    assert answer.status_code == 404
    assert "withdrawn by ada: the sensor was broken" in answer.text
    assert lab.told("ben", "GET", address)["title"] == "Warm days of the Ligurian Sea"
    for asked, versions in (("", [1]), ("?withdrawn=true", [2, 1])):
        listed = lab.told("ben", "GET", f"/products{asked}")
        assert [one["version"] for one in listed if one["slug"] == "wrong"] == versions
    assert listed[0]["creators"][0]["orcid"] == ORCID
    folder = lab.service.state / "products" / "environment" / "wrong"
    assert [path.name for path in (folder / "2").iterdir()] == ["tombstone.json"]
    monkeypatch.setenv("BLUECLOUD_PRODUCTS", str(lab.service.state / "products"))
    with pytest.raises(bluecloud_catalogs.CatalogueError, match="the sensor was broken"):
        bluecloud_catalogs.open_entry("product_environment_wrong_v2")
    newest = bluecloud_catalogs.open_entry("product_environment_wrong")
    assert newest.to_dask()["sst"].sum() == 66
    found = lab.told("ben", "GET", "/stac/search?collections=products&limit=100")["features"]
    entries = {item["properties"].get("bluecloud:entry") for item in found}
    assert "product_environment_wrong_v1" in entries
    assert "product_environment_wrong_v2" not in entries


def test_under_embargo_a_product_is_found_and_its_files_are_refused(
    lab: Publishing, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    tomorrow = str(datetime.now(UTC).date() + timedelta(days=2))
    told = lab.published(run, slug="held", embargo=tomorrow)
    assert (told["available"], told["entry"], told["state"]) == (False, "", "published")
    answer = lab.ask("ben", "GET", "/products/environment/held/1/files/sst.nc")
    assert answer.status_code == 403
    assert f"until {tomorrow}" in answer.text
    item = lab.told(
        "ben", "GET", "/stac/collections/products/items/products:environment%2Fheld%2F1"
    )
    assert item["properties"]["bluecloud:access"] == "request"
    assert tomorrow in item["properties"]["description"]
    assert not (lab.service.state / "products" / "environment" / "held").exists()
    monkeypatch.setenv("BLUECLOUD_PRODUCTS", str(lab.service.state / "products"))
    with pytest.raises(bluecloud_catalogs.UnknownEntry):
        bluecloud_catalogs.open_entry("product_environment_held")
    today = str(datetime.now(UTC).date())
    assert lab.published(run, slug="held", embargo=today)["available"]


def test_when_an_embargo_ends_a_product_is_opened_without_a_hand(
    lab: Publishing, run: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = datetime.now(UTC).date()
    told = lab.published(run, slug="due", embargo=str(today + timedelta(days=2)))
    monkeypatch.setenv("BLUECLOUD_PRODUCTS", str(lab.service.state / "products"))
    with pytest.raises(bluecloud_catalogs.UnknownEntry):
        bluecloud_catalogs.open_entry("product_environment_due")
    store = Products(open_database(f"sqlite:///{lab.service.state / 'service/service.sqlite'}"))
    store.change(told["id"], ["published"], embargo=today)  # as if its day had come
    until((lab.service.state / "products" / "environment" / "due" / "1" / "entry.yaml").is_file)
    assert bluecloud_catalogs.open_entry("product_environment_due").to_dask()["sst"].sum() == 66
    assert lab.told("ben", "GET", "/products/environment/due")["available"]


def test_pages_of_a_search_go_from_products_to_all_others(lab: Publishing, run: str) -> None:
    for _ in range(3):
        lab.published(run, slug="paged", description="An ocean.", title="Ocean temperature")
    for words in ("ocean", ""):
        asked: dict[str, Any] = {"q": words} if words else {"collections": ["cmems", "products"]}
        whole = lab.told("ben", "POST", "/stac/search", {**asked, "limit": 1000})
        seen: list[str] = []
        for limit in (1, 2, 3, 7):
            seen, body = [], {**asked, "limit": limit}
            while body:
                page = lab.told("ben", "POST", "/stac/search", body)
                assert page["numberMatched"] == whole["numberMatched"]
                assert len(page["features"]) <= limit
                seen += [item["id"] for item in page["features"]]
                onward = [link for link in page["links"] if link["rel"] == "next"]
                body = onward[0]["body"] if onward else {}
            assert seen == [item["id"] for item in whole["features"]], limit
        assert seen[0].startswith("products:")
    counts = lab.told("ben", "GET", "/stac/aggregate?aggregations=source&q=ocean")["aggregations"]
    told = {bucket["key"]: bucket["frequency"] for bucket in counts[0]["buckets"]}
    assert told["products"] >= 3


def test_on_the_command_line_a_product_is_proposed_approved_read_of_and_withdrawn(
    lab: Publishing, run: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    def said(person: str, *words: str) -> Result:
        monkeypatch.setenv("BLUECLOUD_SERVICE_URL", lab.service.address)
        monkeypatch.setenv("JUPYTERHUB_API_TOKEN", person)
        monkeypatch.setenv("COLUMNS", "300")
        monkeypatch.delenv("BLUECLOUD_RUN_TOKEN", raising=False)
        return CliRunner().invoke(product_commands.app, words)

    whose = ("--creator", f"Ada Lovelace <{ORCID}>")
    checked = said("ada", "propose", run[:8], "--check")
    assert "CC0-1.0: cmems:ostia_sst_monthly has to be named" in checked.output, checked.output
    assert said("ada", "propose", run[:8]).exit_code == 1
    proposed = said("ada", "propose", run[:8], *whose, "--slug", "typed", "--title", "Typed in")
    assert proposed.exit_code == 0, proposed.output
    identifier = proposed.output.splitlines()[-1].partition(":")[0]
    waiting = said("mia", "list", "--lab", "environment", "--proposed").output
    assert identifier in waiting
    refused = said("ada", "approve", identifier)
    assert (refused.exit_code, "do not manage" in refused.output) == (1, True)
    looked_at = said("mia", "fetch", identifier, "--to", str(tmp_path))
    (file,) = tmp_path.glob("*/sst.nc")
    assert looked_at.output.split() == [str(file)]
    assert file.read_bytes().startswith(b"\x89HDF")
    another = said("mia", "approve", identifier[:8])
    assert "another's is called by its whole name" in another.output
    approved = said("mia", "approve", identifier, "-m", "well done")
    assert "environment/typed/1: published" in approved.output, approved.output
    shown = said("ben", "show", "environment/typed").output
    assert "product_environment_typed_v1" in shown
    assert f"Ada Lovelace <{ORCID}>" in shown
    assert "product_environment_typed_v1" in said("ben", "list").output
    gone = said("mia", "withdraw", "environment/typed/1", "-m", "a wrong sensor")
    assert gone.exit_code == 0, gone.output
    assert "withdrawn a wrong sensor" in said("ben", "show", "environment/typed/1").output
    for words, told in (
        (["approve", identifier, "--permission", "a; b"], "INPUT; WHO"),
        (["approve", identifier, "--licence", "a"], "INPUT=LICENCE"),
        (["withdraw", "environment/typed", "-m", "x"], "names no version"),
        (["list", "--proposed"], "--lab"),
    ):
        assert told in said("mia", *words).output


def test_a_run_reads_a_product_whose_licence_carries_over(lab: Publishing, run: str) -> None:
    lab.published(run, slug="shared", licence="CC-BY-NC-4.0")
    reads = 'import bluecloud_catalogs as b; b.open_entry("product_environment_shared").read()'
    again = lab.run(reads, GRID)
    told = lab.told("ada", "GET", f"/runs/{again}/product")
    (one,) = told["inputs"]
    assert (one["name"], one["licence"], one["by"], one["question"]) == (
        "products:product_environment_shared_v1",
        "CC-BY-NC-4.0",
        "catalogue",
        "",
    )
    allowed = {each["spdx"] for each in told["licences"] if not each["why_not"]}
    assert allowed == {"CC-BY-NC-4.0", "CC-BY-NC-SA-4.0"}
    assert "product_environment_shared_v1." in told["acknowledgement"]

"""Products in the panel's server half: from a run to what a cell reads, over a real service."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import nbformat
import pytest

from bluecloud import products
from bluecloud.service import Service
from tests.panel.conftest import LaboratoryServer, now, wait_for
from tests.service.publishing import GRID, ORCID, READ


@pytest.fixture(scope="module")
def run(laboratory: LaboratoryServer) -> str:
    """A run of a notebook of Ada's that read a source, and left a grid and a text."""
    v4 = nbformat.v4
    cells = [v4.new_markdown_cell("# Warm days")]
    cells += [v4.new_code_cell(code) for code in (READ, GRID, "open('a.txt', 'w').write('a')")]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = v4.new_notebook(cells=cells, metadata={"kernelspec": spec})
    nbformat.write(notebook, laboratory.home / "warm.ipynb")
    made = laboratory.post("runs/finish", {"path": "warm.ipynb"}).json()["runs"][0]["id"]
    wait_for(lambda: now(laboratory, made)["state"] == "succeeded")
    return str(made)


def asked(form: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A form as the panel sends it, filled in."""
    names = ("run", "title", "description", "keywords", "licence")
    return {
        **{name: form[name] for name in names},
        "files": [file["path"] for file in form["files"] if file["chosen"]],
        "creators": [{"name": "Ada Lovelace", "orcid": ORCID}, {"name": "Ben"}],
        **more,
    }


@pytest.fixture
def olga(laboratory: LaboratoryServer) -> Iterator[Service]:
    """The service as an operator asks it, who manages every laboratory."""
    with Service(laboratory.environment["BLUECLOUD_SERVICE_URL"], "olga") as asked:
        yield asked


def test_a_run_is_proposed_sent_back_amended_published_found_and_withdrawn(
    laboratory: LaboratoryServer, run: str, olga: Service
) -> None:
    assert laboratory.get("products").json() == {"products": []}
    form = laboratory.get(f"runs/{run}/product").json()
    files = {each["path"]: (each["kind"], each["chosen"]) for each in form["files"]}
    assert files == {"sst.nc": ("grid", True), "a.txt": ("document", True)}
    refused = {each["spdx"]: each["why_not"] for each in form["licences"]}["CC0-1.0"]
    assert "has to be named" in refused
    assert (form["licence"], form["title"], form["own"]) == ("CC-BY-4.0", "Warm days", {})

    wrong = [{"name": "Ada", "orcid": "0000-0002-1825-0098"}]
    answer = laboratory.post("proposals", asked(form, creators=wrong))
    assert (answer.status_code, answer.json()["kind"]) == (409, "ServiceRefused")
    assert "its last character would be 7" in answer.json()["error"]

    soon = str(datetime.now(UTC).date() + timedelta(days=30))
    sent = laboratory.post("proposals", asked(form, embargo=soon))
    assert sent.status_code == 200, sent.text
    (first,) = sent.json()["proposals"]
    assert (first["state"], first["slug"]) == ("waiting", "warm_days")
    products.decide(first["id"], "changes", words="Name the ship.", service=olga)
    (back,) = laboratory.get("proposals").json()["proposals"]
    assert (back["state"], back["words"]) == ("changes", "Name the ship.")
    again = laboratory.get(f"proposals/{first['id']}/form").json()
    assert (again["words"], again["embargo"]) == ("Name the ship.", soon)
    assert [each["name"] for each in again["creators"]] == ["Ada Lovelace", "Ben"]

    better = asked(again, description="Of the ship Ada.", files=["sst.nc"], slug=again["slug"])
    (second,) = laboratory.post("proposals", better).json()["proposals"]  # in the first's place
    products.decide(second["id"], "approve", service=olga)
    assert laboratory.get("proposals").json()["proposals"][0]["state"] == "published"
    assert laboratory.get(f"runs/{run}/product").json()["own"] == {"warm_days": 1}

    (product,) = laboratory.get("products").json()["products"]
    assert (product["version"], product["description"]) == (1, "Of the ship Ada.")
    assert 'open_entry("product_testlab_warm_days_v1")' in product["snippet"]
    assert product["citation"].startswith("Ada Lovelace; Ben (20")
    found = laboratory.post("find", {"where": "service", "text": "warm days"}).json()["hits"]
    assert found[0]["snippet"] == product["snippet"]
    lineage = laboratory.get("products/testlab/warm_days/1/lineage").json()
    assert (lineage["run"], lineage["notebook"]) == (run, "warm.ipynb")
    assert [each["name"] for each in lineage["inputs"]] == ["cmems:ostia_sst_monthly"]
    assert [each["path"] for each in lineage["files"]] == ["sst.nc"]

    products.withdraw("testlab/warm_days/1", "A broken sensor.", olga)
    (gone,) = laboratory.get("products").json()["products"]
    assert (gone["words"], gone["snippet"]) == ("olga: A broken sensor.", None)

"""A product in a real browser: from a member's run over the manager to a colleague's notebook."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import barriers
from tests.panel.test_browser import KERNEL_MS, Window, laboratory, opened, prefix
from tests.pictures import picture
from tests.service.publishing import GRID, ORCID, READ, Publishing, publishing

__all__ = ["prefix"]

pytestmark = pytest.mark.browser

TITLE = "Warm days of the Ligurian Sea"


@contextmanager
def window_of(
    person: str, people: Publishing, browser: Browser, prefix: Path, folder: Path
) -> Iterator[Window]:
    """A window of a person's in the laboratory of the deployment."""
    own = folder / person
    own.mkdir()
    with (
        laboratory(
            own,
            prefix,
            BLUECLOUD_SERVICE_URL=people.service.address,
            BLUECLOUD_PRODUCTS=str(people.service.state / "products"),
            JUPYTERHUB_API_TOKEN=f"{person}@environment",
        ) as server,
        opened(browser, server) as window,
    ):
        yield window
        assert window.elsewhere == []


def proposes(window: Window, people: Publishing) -> None:
    """Propose what a run left, be refused and then not, and see that it is published."""
    page = window.page
    window.tab("Runs")
    run = page.get_by_role("tabpanel", name="Runs", exact=True).get_by_role("listitem").first
    run.get_by_role("button", name="Publish…").click()
    form = run.get_by_role("form")
    expect(form.get_by_text("CC0-1.0: cmems:ostia_sst_monthly has to be named")).to_be_visible()
    expect(form.get_by_role("checkbox", name="sst.nc")).to_be_checked()
    form.get_by_label("Title").fill(TITLE)
    form.get_by_label("Name", exact=True).fill("Ada Lovelace")
    form.get_by_label("ORCID").fill(ORCID[:-1] + "8")
    form.get_by_role("button", name="Propose").click()
    expect(form.get_by_role("alert")).to_contain_text("Creator 1, ORCID: its last")
    assert barriers(page, ".bc-Panel") == []
    picture(page, "publish")
    form.get_by_label("ORCID").fill(ORCID)
    form.get_by_role("button", name="Propose").click()
    run.get_by_role("button", name="See it in Products").click()
    panel = page.get_by_role("tabpanel", name="Products", exact=True)
    expect(panel.get_by_text("Waits for a manager")).to_be_visible()
    (proposal,) = people.told("mia", "GET", "/laboratories/environment/proposals")
    address = f"/proposals/{proposal['id']}/decision"
    people.told("mia", "POST", address, {"decision": "approve", "words": "Well done."})
    window.tab("Server")
    window.tab("Products")
    expect(panel.get_by_text("Published as version 1")).to_be_visible()
    expect(panel.get_by_text("mia: Well done.")).to_be_visible()
    assert barriers(page, ".bc-Panel") == []


def reads(window: Window) -> None:
    """Find a product, see where it comes from, and read it by the cell that is inserted."""
    page = window.page
    window.tab("Find")
    found = page.get_by_role("tabpanel", name="Find", exact=True)
    found.get_by_role("searchbox").fill("ligurian")
    hit = found.get_by_role("listitem").filter(has=page.get_by_role("heading", name=TITLE))
    expect(hit.get_by_role("button", name="Insert")).to_be_visible()
    window.tab("Products")
    panel = page.get_by_role("tabpanel", name="Products", exact=True)
    panel.get_by_role("searchbox").fill("lovelace temperature")
    card = panel.get_by_role("listitem").filter(has=page.get_by_role("heading", name=TITLE))
    card.get_by_text("Where it comes from").click()
    expect(card.get_by_text("equatorial belt (UK Open Government Licence)")).to_be_visible()
    assert barriers(page, ".bc-Panel") == []
    picture(page, "products")
    card.get_by_role("button", name="Insert").click()
    cell = page.locator(".jp-NotebookPanel .jp-CodeCell")
    expect(cell.locator(".cm-content")).to_contain_text("open_entry", timeout=KERNEL_MS)
    page.keyboard.press("Shift+Enter")
    output = cell.first.locator(".jp-OutputArea-output")
    expect(output).to_contain_text("sst", timeout=KERNEL_MS)
    expect(output).to_contain_text("degree_Celsius")


def test_a_member_publishes_a_manager_approves_and_a_colleague_reads_it(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    with publishing(tmp_path / "state") as people:
        people.run(READ, GRID)
        with window_of("ada", people, browser, prefix, tmp_path) as ada:
            proposes(ada, people)
        with window_of("ben", people, browser, prefix, tmp_path) as ben:
            reads(ben)

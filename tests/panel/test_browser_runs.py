"""Runs in a real browser: from a form, from the notebook in front, with a box of the map."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browsing import barriers
from tests.panel.test_browser import KERNEL_MS, Window, deployed, prefix
from tests.pictures import picture
from tests.service.serving import until

__all__ = ["prefix"]

pytestmark = pytest.mark.browser

RUN_MS = 2 * KERNEL_MS  # two runs on two cores, with others at work
ANALYSIS = "Monthly sea-surface temperature anomaly"
BOXED = "Ocean patterns"


def card_of(page: Page, tab: str, title: str) -> Locator:
    """The card of that title in a tab of the panel."""
    panel = page.get_by_role("tabpanel", name=tab, exact=True)
    heading = page.get_by_role("heading", name=title, exact=True)
    return panel.get_by_role("listitem").filter(has=heading).first


def kept(folder: Path) -> str:
    """What JupyterLab keeps of its windows."""
    return "".join(path.read_text() for path in folder.rglob("*.jupyterlab-workspace"))


def form_of(window: Window) -> Locator:
    """The form of the analysis that the tests run."""
    window.tab("Analyses")
    card = card_of(window.page, "Analyses", ANALYSIS)
    card.get_by_role("button", name="Run with parameters").click()
    return card


def test_a_run_is_submitted_watched_and_come_back_to(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    with deployed(browser, prefix, tmp_path) as window:
        page = window.page
        card = form_of(window)
        expect(card.get_by_text("No earlier run of yours.")).to_be_visible()
        shown = card.get_by_role("img", name=ANALYSIS)
        shown.scroll_into_view_if_needed()
        page.wait_for_function(
            "() => [...document.querySelectorAll('.bc-Card-picture')].some(i => i.naturalWidth > 0)"
        )
        card.get_by_label("First year of the baseline").fill("2007")
        card.get_by_role("button", name="Run without me", exact=True).click()
        expect(card.get_by_text("It is submitted and runs on")).to_be_visible()
        card.get_by_role("button", name="See it in Runs").click()
        run = card_of(page, "Runs", ANALYSIS)
        expect(run.get_by_text("Submitted")).to_be_visible()
        expect(run.get_by_text("baseline_first 2007")).to_be_visible()
        until(lambda: "runs-seen" in kept(tmp_path), seconds=30)  # what was looked at is kept
        address = page.url
        page.goto("about:blank")  # the tab is closed while it runs
        until(lambda: list((tmp_path / "state" / "runs").rglob("outputs.json")), seconds=120)
        page.goto(address)
        window.tab("Runs")
        away = "1 run ended since you were here: 1 succeeded."
        expect(page.get_by_role("tabpanel", name="Runs").get_by_text(away)).to_be_visible()
        expect(run.get_by_text("Succeeded in")).to_be_visible(timeout=RUN_MS)
        run.get_by_text("Parameters and files").click()
        expect(run.get_by_text("/sst_anomaly.nc, ")).to_be_visible()
        run.get_by_role("button", name="Figures").click()
        expect(run.get_by_text("interactive figure")).to_be_visible()
        drawn = run.frame_locator("iframe")
        expect(drawn.locator("canvas").first).to_be_visible(timeout=KERNEL_MS)
        assert barriers(page, ".bc-Panel") == []
        run.get_by_role("button", name="Bring capsule home").click()
        brought = page.get_by_role("listitem").filter(has_text="ro-crate-metadata.json")
        expect(brought).to_be_visible(timeout=KERNEL_MS)  # the files are shown beside the panel
        page.get_by_role("tab", name="Laboratory").click()
        expect(run.get_by_text("Its capsule is in runs/")).to_be_visible()
        picture(page, "runs")
        window.tab("Analyses")
        card.get_by_role("button", name="Run with parameters").click()
        expect(card.get_by_text("1 earlier run of yours:")).to_be_visible()
        window.tab("Runs")
        run.get_by_role("button", name="Open", exact=True).click()
        opened = page.get_by_role("tab", name="sst_anomaly.ipynb")
        expect(opened).to_be_visible()
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=KERNEL_MS)
        expect(opened).not_to_have_class(re.compile("jp-mod-dirty"))
        assert window.elsewhere == []
    assert list((tmp_path / "home" / "runs").glob("*-capsule/ro-crate-metadata.json"))


def test_the_notebook_in_front_is_finished_as_a_run(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    with deployed(browser, prefix, tmp_path) as window:
        page = window.page
        window.tab("Runs")
        panel = page.get_by_role("tabpanel", name="Runs", exact=True)
        panel.get_by_role("button", name="Finish this notebook as a run").click()
        expect(panel.get_by_role("alert")).to_contain_text("Open the notebook")
        window.tab("Analyses")
        card = card_of(page, "Analyses", ANALYSIS)
        card.get_by_role("button", name="Open", exact=True).click()
        expect(page.get_by_role("tab", name="sst_anomaly.ipynb")).to_be_visible()
        expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=KERNEL_MS)
        window.tab("Runs")
        panel.get_by_role("button", name="Finish this notebook as a run").click()
        expect(page.get_by_text("It goes on without this window")).to_be_visible()
        run = card_of(page, "Runs", ANALYSIS)
        expect(run.get_by_text("Succeeded in")).to_be_visible(timeout=RUN_MS)


def test_a_box_is_drawn_on_a_map_beside_its_numbers(
    browser: Browser, prefix: Path, tmp_path: Path
) -> None:
    with deployed(browser, prefix, tmp_path) as window:
        window.tab("Analyses")
        card = card_of(window.page, "Analyses", BOXED)
        card.get_by_role("button", name="Run with parameters").click()
        card.get_by_role("button", name="Draw it on a map").first.click()
        sea = card.get_by_role("application")
        expect(sea.locator("canvas").first).to_be_visible()
        card.get_by_role("button", name="Draw a box").click()
        sea.click(position={"x": 60, "y": 60})
        sea.click(position={"x": 200, "y": 120})
        expect(card.get_by_label("West")).not_to_have_value("-75")
        picture(window.page, "runs-box")

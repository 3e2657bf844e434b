"""The panel for everyone: axe finds no barrier in any of its tabs, in three themes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import barriers
from tests.panel.test_browser import KERNEL_MS, deployed, prefix

__all__ = ["prefix"]

pytestmark = pytest.mark.browser

THEMES = ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]
TABS = [
    "Indicators",
    "Analyses",
    "Runs",
    "Find",
    "Data",
    "Products",
    "Access",
    "Feedback",
    "Server",
]


@pytest.mark.parametrize("theme", THEMES)
def test_axe_finds_no_barrier(browser: Browser, prefix: Path, tmp_path: Path, theme: str) -> None:
    settings = tmp_path / "jupyter" / "config" / "lab" / "user-settings"
    place = settings / "@jupyterlab" / "apputils-extension" / "themes.jupyterlab-settings"
    place.parent.mkdir(parents=True)
    place.write_text(json.dumps({"theme": theme}))
    found: dict[str, list[str]] = {}
    with deployed(browser, prefix, tmp_path) as window:
        page = window.page
        expect(page.locator(f'body[data-jp-theme-name="{theme}"]')).to_have_count(1)
        for tab in TABS:
            window.tab(tab)
            panel = page.get_by_role("tabpanel", name=tab, exact=True)
            expect(panel.get_by_text("Loading…")).to_have_count(0)
            if tab == "Find":
                panel.get_by_role("searchbox").fill("oxygen")
                for fold in ("Where, when", "Sources and", "Add a file", "Narrow"):
                    panel.get_by_text(fold).click()
                card = panel.get_by_role("listitem").first
                expect(card).to_be_visible()
                if theme == THEMES[0]:  # a kernel takes its time
                    card.get_by_role("button", name="Preview").click()
                    expect(card.get_by_role("application")).to_be_visible(timeout=KERNEL_MS)
            if tab == "Feedback":
                expect(panel.get_by_role("radio")).to_have_count(14)  # of the survey
                words = panel.get_by_role("textbox", name="Write to the managers")
                words.fill("The map has no coast.")
                panel.get_by_role("button", name="Send").click()
                expect(panel.get_by_role("heading", name="Waits for an answer")).to_be_visible()
            if tab == "Access":
                panel.get_by_role("button", name="Store a login").first.click()
            found[tab] = barriers(page, ".bc-Panel")
    assert found == {tab: [] for tab in TABS}

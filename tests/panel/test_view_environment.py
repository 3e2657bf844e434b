"""The view of environmental indicators in a real browser, on the samples, from the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browsing import COUNT_FIGURES
from tests.panel.conftest import LaboratoryServer
from tests.panel.test_browser import KERNEL_MS, Window, laboratory, opened, prefix
from tests.panel.themes import barriers_by_theme
from tests.pictures import picture, widen_panel

__all__ = ["prefix"]  # a fixture

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory, prefix: Path) -> Iterator[LaboratoryServer]:
    folder = tmp_path_factory.mktemp("lab")
    with laboratory(folder, prefix, BLUECLOUD_TIERS="sample") as server:
        yield server


@pytest.fixture
def window(browser: Browser, lab: LaboratoryServer) -> Iterator[Window]:
    with opened(browser, lab) as at_work:
        yield at_work
        assert at_work.elsewhere == []


def test_a_region_s_heatwaves_follow_the_box_and_open_as_a_notebook(window: Window) -> None:
    page = window.page
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_text("44 heatwaves in the mean of 44 cells.")).to_be_visible(
        timeout=KERNEL_MS
    )
    expect(page.get_by_role("img", name="Temperature of each day")).to_be_visible()
    year = page.get_by_role("button", name="2003", exact=True)
    year.press("Enter")
    expect(year).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("heading", name="Each day of 2003")).to_be_visible()
    assert barriers_by_theme(page) == {}

    west = page.get_by_label("West", exact=True)
    west.fill("3.75")
    west.press("Tab")
    expect(page.get_by_text("in the mean of 23 cells.")).to_be_visible()
    page.get_by_role("button", name="Open as a notebook").press("Enter")
    notebook = page.locator(".jp-Notebook")
    expect(notebook).to_contain_text("bbox = [3.75, 38.75, 5.75, 41.75]", timeout=KERNEL_MS)
    expect(notebook).to_contain_text("area_as_one = True")
    page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=KERNEL_MS)

    widen_panel(page)
    page.get_by_role("heading", name="Days in heatwaves").evaluate("node => node.scrollIntoView()")
    page.locator(".jp-OutputArea-output .bk-Figure").first.scroll_into_view_if_needed()
    picture(page, "view-environment")


def test_every_indicator_answers(window: Window) -> None:
    page = window.page
    widen_panel(page, 320)
    choice = page.get_by_label("Indicator", exact=True)
    for indicator, heading in (
        ("heat", "Heat content through the months"),
        ("patterns", "Typical profile of each class"),
        ("storms", "The severest storms"),
    ):
        choice.select_option(indicator)
        expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=KERNEL_MS)
        expect(page.get_by_role("img").first).to_be_visible()
        picture(page, f"view-environment-{indicator}")
        view = page.get_by_role("tabpanel", name="Indicators")
        assert view.evaluate("node => node.scrollWidth <= node.clientWidth"), "nothing overflows"
        assert barriers_by_theme(page) == {}
    second = page.get_by_role("button", name="1998-03-27")
    second.press("Enter")
    expect(page.get_by_text("Storm 2 of 1998-03-27")).to_be_visible()

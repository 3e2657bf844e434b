"""The view of plankton communities in a real browser, on the samples, from the keyboard."""

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
    with laboratory(folder, prefix, slug="genomics", BLUECLOUD_TIERS="sample") as server:
        yield server


@pytest.fixture
def window(browser: Browser, lab: LaboratoryServer) -> Iterator[Window]:
    with opened(browser, lab) as at_work:
        yield at_work
        assert at_work.elsewhere == []


def test_stations_are_picked_from_the_list_and_in_the_ordination(window: Window) -> None:
    page = window.page
    page.set_viewport_size({"width": 1280, "height": 800})
    expect(page.get_by_text("30 stations. The seas explain 44 %")).to_be_visible(timeout=KERNEL_MS)
    expect(page.get_by_text("First axis (40 %)")).to_be_visible()
    shares = page.get_by_role("img", name="Shares of taxa in each station")
    expect(shares.get_by_text("SYNTHETIC_4, 25 m")).to_have_count(0)
    station = page.get_by_role("checkbox", name="SYNTHETIC_4, 25 m")
    station.press("Space")
    expect(station).to_be_checked()
    expect(page.get_by_text("Picked: 4, at most 12.")).to_be_visible()
    expect(shares.get_by_text("SYNTHETIC_4, 25 m")).to_be_visible()
    page.locator(".bc-Pickable").nth(20).click()
    expect(page.get_by_text("Picked: 5, at most 12.")).to_be_visible()
    assert barriers_by_theme(page) == {}

    layout = page.get_by_label("Layout", exact=True)
    layout.select_option("nmds")
    expect(page.get_by_text("Stress 0.09")).to_be_visible()
    layout.select_option("pcoa")
    page.get_by_role("button", name="Open as a notebook").press("Enter")
    notebook = page.locator(".jp-Notebook")
    expect(notebook).to_contain_text("ordination = 'pcoa'", timeout=KERNEL_MS)
    page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=KERNEL_MS)
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible(timeout=KERNEL_MS)

    widen_panel(page)
    page.get_by_role("heading", name="How like their").evaluate("node => node.scrollIntoView()")
    page.locator(".jp-OutputArea-output .bk-Figure").first.scroll_into_view_if_needed()
    picture(page, "view-genomics")


def test_images_are_turned_over_in_the_order_of_a_trait(window: Window) -> None:
    page = window.page
    page.set_viewport_size({"width": 1280, "height": 800})
    widen_panel(page)
    page.get_by_label("Look at", exact=True).select_option("images")
    pictures = page.get_by_role("img", name="Image of")
    expect(pictures).to_have_count(12, timeout=KERNEL_MS)
    first = pictures.first.get_attribute("src") or ""
    assert first.startswith("data:image/png;base64,")
    page.get_by_label("Sorted by", exact=True).select_option("transparency")
    expect(pictures.first).not_to_have_attribute("src", first)
    expect(pictures).to_have_count(12)
    picture(page, "view-genomics-images")
    page.get_by_role("button", name="Next").press("Enter")
    expect(page.get_by_text("Page 2 of 9")).to_be_visible()
    assert barriers_by_theme(page) == {}
    expect(pictures).to_have_count(12)

"""The aquaculture view in a real browser: limits recount, and what is kept is in the home."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.panel.test_browser import (
    KERNEL_MS,
    laboratory,
    opened,
    prefix,  # noqa: F401  (a fixture)
)
from tests.panel.themes import barriers_by_theme
from tests.pictures import picture

pytestmark = pytest.mark.browser


def test_farms_are_recounted_and_kept(browser: Browser, prefix: Path, tmp_path: Path) -> None:  # noqa: F811
    with (
        laboratory(tmp_path, prefix, slug="aquaculture", BLUECLOUD_TIERS="sample") as server,
        opened(browser, server) as window,
    ):
        page = window.page
        expect(page.get_by_text("2 farms", exact=True)).to_be_visible(timeout=KERNEL_MS)
        often = page.get_by_role("slider", name="Detected in at least")
        often.focus()
        page.keyboard.press("Home")
        expect(often).to_have_attribute("aria-valuetext", "1 of 8 scenes")
        expect(page.get_by_text("27 farms", exact=True)).to_be_visible()  # ships, too
        page.keyboard.press("End")
        expect(page.get_by_text("2 farms", exact=True)).to_be_visible()
        page.get_by_role("button", name="Farm 1", exact=True).press("Enter")
        page.get_by_role("textbox", name="Name").fill("Il-Hofra")
        page.get_by_role("combobox", name="Status").select_option("functional")
        page.get_by_role("combobox", name="Layer under the farms").select_option("suitability")
        expect(page.get_by_text("km² are suitable")).to_be_visible(timeout=KERNEL_MS)
        page.get_by_role("button", name="Keep 2 farms").click()
        expect(page.get_by_text("Kept in your home")).to_be_visible()
        picture(page, "view-aquaculture", first=page.get_by_text("Smallest area", exact=True).first)
        assert barriers_by_theme(page) == {}
        assert window.elsewhere == []
    (kept,) = (tmp_path / "home" / "products").glob("*/farms.geojson")
    names = [each["properties"]["name"] for each in json.loads(kept.read_text())["features"]]
    assert names == ["Il-Hofra", ""]

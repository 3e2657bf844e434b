"""The biodiversity view in a real browser: a slider moves, and the map and its words follow."""

from __future__ import annotations

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


def test_a_map_follows_its_slider(browser: Browser, prefix: Path, tmp_path: Path) -> None:  # noqa: F811
    with (
        laboratory(tmp_path, prefix, slug="biodiversity", BLUECLOUD_TIERS="sample") as server,
        opened(browser, server) as window,
    ):
        page = window.page
        samples = page.get_by_text("432 samples on the map")
        expect(samples).to_be_visible(timeout=KERNEL_MS)
        told = samples.inner_text()
        expect(page.get_by_role("img", name="Mean abundance of Calanus")).to_be_visible()
        length = page.get_by_role("slider", name="Correlation length")
        length.focus()
        for _ in range(4):
            page.keyboard.press("ArrowLeft")
        expect(length).to_have_attribute("aria-valuetext", "100 km")
        expect(samples).not_to_have_text(told)  # a shorter length leaves other residuals
        length.focus()
        for _ in range(2):
            page.keyboard.press("ArrowRight")
        expect(samples).to_have_text(told)
        page.get_by_text("Samples that the map misses most").click()
        page.get_by_role("button", name="Show", exact=True).first.click()
        expect(page.get_by_text("in a cubic metre").first).to_be_visible()
        page.get_by_text("Samples that the map misses most").click()
        picture(
            page,
            "view-biodiversity",
            first=page.get_by_text("Correlation length", exact=True).first,
        )
        page.get_by_role("button", name="Insert as a cell").click()
        expect(page.get_by_role("tabpanel").get_by_text("corr_length_km=200")).to_be_visible()
        assert barriers_by_theme(page) == {}
        assert window.elsewhere == []

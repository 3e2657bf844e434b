"""The fisheries view in a real browser: a width is changed, and map, words and chart follow."""

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


def test_a_catch_at_two_scales_and_the_state_of_a_stock(
    browser: Browser,
    prefix: Path,  # noqa: F811
    tmp_path: Path,
) -> None:
    with (
        laboratory(tmp_path, prefix, slug="fisheries", BLUECLOUD_TIERS="sample") as server,
        opened(browser, server) as window,
    ):
        page = window.page
        told = page.get_by_text("Half the catch is in 16 of 197 squares of 5°")
        expect(told).to_be_visible(timeout=KERNEL_MS)
        expect(told).to_contain_text("in 4 of 33 of 20°")
        expect(page.get_by_text("MODELLED", exact=True)).to_have_count(0)
        upper = page.get_by_label("Squares of the upper map").and_(page.get_by_role("combobox"))
        picture(page, "view-fisheries", first=page.get_by_text("Squares of the upper map"))

        upper.focus()
        for _ in range(2):
            page.keyboard.press("ArrowUp")  # from 5 to 1 degree, finer than most reports
        expect(page.get_by_text("Half the catch is in 86 of 2804 squares of 1°")).to_be_visible()
        expect(page.get_by_text("MODELLED", exact=True)).to_be_visible()
        expect(page.get_by_role("img", name="Entropy (nats) by the width")).to_be_visible()
        picture(page, "view-fisheries-modelled", first=page.get_by_text("Squares of the upper map"))

        page.get_by_text("in 2,804 squares; the largest").click()
        page.get_by_text("All widths as numbers").click()
        assert barriers_by_theme(page) == {}

        page.get_by_role("radio", name="The state of a stock").check()
        kobe = page.get_by_role("img", name="Kobe plot: the stock is most likely fished down")
        expect(kobe).to_be_visible(timeout=KERNEL_MS)
        expect(kobe.get_by_text("overfished")).to_be_visible()
        expect(page.get_by_role("cell", name="71 %")).to_be_visible()
        picture(
            page, "view-fisheries-stock", first=page.get_by_role("heading", name="State in 2019")
        )
        assert barriers_by_theme(page) == {}

        page.get_by_label("Resilience: how fast it grows").select_option("high")
        expect(page.get_by_role("cell", name="71 %")).to_have_count(0, timeout=KERNEL_MS)
        page.get_by_role("button", name="Open as a notebook").click()
        notebook = page.locator(".jp-Notebook")
        expect(notebook).to_contain_text("resilience = 'high'", timeout=KERNEL_MS)
        expect(notebook).to_contain_text("draws = 8000")
        assert window.elsewhere == []

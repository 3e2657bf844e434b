"""Runs in a real browser through the real hub, on both engines: from a form to a comparison."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_way_through import KERNEL_MS, START_MS, visiting
from tests.browsing import barriers
from tests.panel.test_browser_runs import ANALYSIS, card_of
from tests.pictures import picture
from tests.platform.deployments import LABORATORY, Deployment

pytestmark = pytest.mark.browser

RUN_MS = 2 * KERNEL_MS  # two runs on two cores, with others at work


@pytest.mark.one_engine
def test_a_sweep_goes_on_without_its_window_and_is_compared(
    browser: Browser, deployment: Deployment
) -> None:
    password = deployment.add("wilma")
    with visiting(browser, deployment) as visit:
        page = visit.page
        visit.log_in("wilma", password)
        visit.enter("wilma", "Analyses")
        card = card_of(page, "Analyses", ANALYSIS)
        card.get_by_role("button", name="Run with parameters").click()
        card.get_by_title("Several values of First year of the baseline").click()
        card.get_by_label("Values to run: First year of the baseline").last.fill("2006:2007")
        expect(card.get_by_text("2 runs, one for each combination; at most 2000")).to_be_visible()
        picture(page, "runs-sweep")
        card.get_by_role("button", name="Submit 2 runs").click()
        expect(card.get_by_text("It is submitted and runs on")).to_be_visible()

        page.goto("about:blank")  # the window is closed, and the laboratory stopped
        page.goto(f"{deployment.address}/hub/home")
        own = visit.card(LABORATORY)
        own.get_by_role("button", name="Stop").click()
        expect(own.get_by_role("button", name="Start")).to_be_visible(timeout=START_MS)
        visit.enter("wilma", "Runs")
        group = card_of(page, "Runs", f"{ANALYSIS}: 2 runs")
        expect(group.get_by_text("2 succeeded")).to_be_visible(timeout=RUN_MS)
        boxes = group.get_by_role("checkbox", name="Compare")
        boxes.nth(0).check()
        boxes.nth(1).check()
        compared = page.get_by_role("region", name="Two runs compared")
        row = compared.get_by_role("row").filter(has_text="baseline_first")
        expect(row).to_have_text("baseline_first20062007")
        file = compared.get_by_role("row").filter(has_text="results/sst_anomaly/sst_anomaly.nc")
        expect(file).to_contain_text("different (SHA-256)")
        compared.get_by_text("Figures side by side").click()
        drawn = compared.frame_locator("iframe").first.locator("canvas").first
        expect(drawn).to_be_visible(timeout=KERNEL_MS)
        assert barriers(page, ".bc-Panel") == []
        compared.scroll_into_view_if_needed()
        picture(page, "runs-compare")


@pytest.mark.one_engine
def test_a_run_is_watched_to_its_end_from_its_form(
    browser: Browser, deployment: Deployment
) -> None:
    password = deployment.add("wilma")
    with visiting(browser, deployment) as visit:
        page = visit.page
        visit.log_in("wilma", password)
        visit.enter("wilma", "Analyses")
        card = card_of(page, "Analyses", ANALYSIS)
        card.get_by_role("button", name="Run with parameters").click()
        card.get_by_label("First year of the baseline").fill("2008")
        card.get_by_role("button", name="Run without me", exact=True).click()
        expect(card.get_by_text("It is submitted and runs on")).to_be_visible()
        page.get_by_role("tab", name="Runs", exact=True).click()
        run = card_of(page, "Runs", ANALYSIS)
        expect(run.get_by_text("Succeeded in")).to_be_visible(timeout=RUN_MS)
        run.get_by_role("button", name="Figures").click()
        expect(run.get_by_text("interactive figure")).to_be_visible()

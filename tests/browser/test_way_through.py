"""The way through in a real Chromium, through the real hub, on both engines.

A new user's steps: log in, pick a laboratory, find data in its panel, insert the cell, run it,
see the plot; then an analysis from its form. The browser reaches no host but the deployment.
The pictures of the README are made here: see `tests.pictures`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browsing import COUNT_FIGURES, PATIENCE_MS
from tests.pictures import picture
from tests.platform.deployments import LABORATORY, Deployment

pytestmark = pytest.mark.browser

START_MS = 90_000
KERNEL_MS = 120_000


# The own login, which takes a moment to come; and files with the secret that are no login's.
LOOK = """
import json, os, time
from pathlib import Path
from bluecloud_catalogs.credentials import credential
until = time.monotonic() + 5
while not (found := credential("icos")) and time.monotonic() < until:
    time.sleep(0.2)
seen, needle = [], b"Posi" + b"donia"  # in two parts: a history keeps this code
for place in ("/home", "/run", "/srv", "/tmp", "/opt/bluecloud"):
    for folder, _, names in os.walk(place):
        for name in names:
            path = Path(folder, name)
            try:
                if path.is_file() and path.name != "icos.json" and needle in path.read_bytes():
                    seen.append(str(path))
            except OSError:
                pass
print(json.dumps({"login": found and found.username, "seen": seen}))
"""


@dataclass
class Visit:
    """One person's browser window at a deployment, and what it asked of other hosts."""

    page: Page
    deployment: Deployment
    elsewhere: list[str] = field(default_factory=list)

    def watch(self, route: Route) -> None:
        """Let requests to the deployment through, and stop and note all others."""
        address = urlsplit(route.request.url)
        host = address.hostname or ""
        if address.scheme in ("data", "blob") or host == "127.0.0.1" or host.endswith(".localhost"):
            route.continue_()
        else:
            self.elsewhere.append(route.request.url)
            route.abort()

    def log_in(self, name: str, password: str) -> None:
        """Fill in the login page."""
        self.page.goto(f"{self.deployment.address}/hub/login")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password:").fill(password)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self.page.get_by_role("heading", name="Laboratories")).to_be_visible()

    def enter(self, name: str, tab: str) -> None:
        """Open the laboratory, started if it does not run, with a tab of its panel in front."""
        own = self.card(LABORATORY)
        if own.get_by_role("button", name="Start").is_visible():
            own.get_by_role("button", name="Start").click()
        else:
            own.get_by_role("link", name="Open").click()
        self.page.wait_for_url(f"**/user/{name}/{LABORATORY}/lab**", timeout=START_MS)
        self.page.get_by_role("tab", name=tab, exact=True).click(timeout=START_MS)

    def card(self, slug: str) -> Locator:
        """A laboratory's card on the picker."""
        return self.page.locator(f'[data-laboratory="{slug}"]')


@contextmanager
def visiting(browser: Browser, deployment: Deployment) -> Iterator[Visit]:
    """A window of somebody who was never here."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    context.set_default_timeout(PATIENCE_MS)
    visit = Visit(context.new_page(), deployment)
    context.route("**/*", visit.watch)
    try:
        yield visit
        assert visit.elsewhere == []
    finally:
        context.close()


def test_a_new_user_gets_a_plot_of_real_data(browser: Browser, deployment: Deployment) -> None:
    password = deployment.add("yara")
    with visiting(browser, deployment) as visit:
        page = visit.page
        visit.log_in("yara", password)
        picture(visit.page, "picker")

        card = visit.card(LABORATORY)
        card.get_by_label("Size").select_option("medium")
        card.get_by_role("button", name="Start").click()
        page.wait_for_url(f"**/user/yara/{LABORATORY}/lab**", timeout=START_MS)

        data = page.get_by_role("tab", name="Data", exact=True)
        expect(data).to_be_visible(timeout=START_MS)
        data.click()
        page.get_by_role("searchbox", name="Filter").fill("ostia monthly")
        page.get_by_role("button", name="Insert", exact=True).click()
        editor = page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content")
        expect(editor).to_contain_text('catalogue["ostia_sst_monthly"]', timeout=KERNEL_MS)
        page.locator(".jp-Notebook .cm-content").press("Control+End")
        page.keyboard.type(
            "\nimport hvplot.xarray"
            "\nostia_sst_monthly.sst[0].hvplot(cmap='coolwarm', frame_width=560)"
        )
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=KERNEL_MS)
        picture(visit.page, "laboratory")


async def told_in_a_laboratory(deployment: Deployment, name: str, *, runs: bool) -> Any:
    """What a look around finds in somebody's laboratory, which is stopped then."""
    async with await deployment.person(name) as person:
        if not runs:
            await person.start(LABORATORY)
            assert (await person.watch(LABORATORY))[-1].ready
        try:
            return json.loads(await person.run(LABORATORY, LOOK))
        finally:
            await person.stop(LABORATORY)


@pytest.mark.one_engine
def test_a_login_is_stored_and_is_nobody_elses(browser: Browser, deployment: Deployment) -> None:
    if deployment.engine == "local":
        pytest.skip("engine local is one account, which isolates nobody from nobody")
    secret = "Posidonia-1841"
    password = deployment.add("uma")
    with visiting(browser, deployment) as visit:
        page = visit.page
        visit.log_in("uma", password)
        visit.enter("uma", "Access")
        panel = page.get_by_role("tabpanel", name="Access", exact=True)
        heading = page.get_by_role("heading", name="ICOS-Marine", exact=True)
        card = panel.get_by_role("listitem").filter(has=heading)
        card.get_by_role("button", name="Store a login").click()
        card.get_by_role("textbox", name="Name", exact=True).fill("uma")
        card.get_by_role("textbox", name="Password").fill(secret)
        card.get_by_role("button", name="Store", exact=True).click()
        expect(card.get_by_text("uma with a password, stored")).to_be_visible()
        assert secret not in page.content()
    with ThreadPoolExecutor() as beside:  # the browser's own loop runs in this thread
        others = beside.submit(asyncio.run, told_in_a_laboratory(deployment, "vito", runs=False))
        own = beside.submit(asyncio.run, told_in_a_laboratory(deployment, "uma", runs=True))
        found = [each.result() for each in (others, own)]
    assert found[0] == {"login": None, "seen": []}
    assert found[1] == {"login": "uma", "seen": []}


@pytest.mark.one_engine
def test_an_analysis_runs_from_its_form(browser: Browser, deployment: Deployment) -> None:
    password = deployment.add("zoe")
    with visiting(browser, deployment) as visit:
        page = visit.page
        visit.log_in("zoe", password)
        visit.card(LABORATORY).get_by_label("Size").select_option("medium")
        visit.card(LABORATORY).get_by_role("button", name="Start").click()
        page.wait_for_url(f"**/user/zoe/{LABORATORY}/lab**", timeout=START_MS)
        page.get_by_text("All analyses", exact=True).click(timeout=START_MS)
        page.get_by_role("radio", name="Marine heatwaves").check()
        page.get_by_role("button", name="Run", exact=True).click()
        page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=KERNEL_MS)
        page.locator(".jp-OutputArea-output .bk-Figure").first.scroll_into_view_if_needed()
        picture(visit.page, "analysis")


@pytest.mark.one_engine
def test_a_stop_button_stops(browser: Browser, deployment: Deployment) -> None:
    password = deployment.add("zoe")
    with visiting(browser, deployment) as visit:
        visit.log_in("zoe", password)
        card = visit.card(LABORATORY)
        if card.get_by_role("button", name="Start").is_visible():
            card.get_by_role("button", name="Start").click()
            visit.page.wait_for_url(f"**/user/zoe/{LABORATORY}/lab**", timeout=START_MS)
            visit.page.goto(f"{deployment.address}/hub/home")
        expect(card).to_have_attribute("data-state", "running")
        card.get_by_role("button", name="Stop").click()
        expect(card.get_by_role("button", name="Start")).to_be_visible(timeout=START_MS)
        expect(card).to_contain_text("opened last")

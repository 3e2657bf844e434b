"""The hub's pages for everyone: axe finds no barrier in them, in light and in dark."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_way_through import visiting
from tests.browsing import barriers
from tests.platform.deployments import LABORATORY, Deployment

pytestmark = pytest.mark.browser

# By address, what is to be seen before it is looked at.
PAGES = {
    "/hub/home": "Laboratories",
    "/hub/token": "Request new API token",
    "/hub/nothing-of-the-kind": "404",
    "/hub/spawn/{name}/no-such-laboratory": "no-such-laboratory",
    "/user/{name}/" + LABORATORY + "/lab": "Start",
    "/user/somebody-else/" + LABORATORY + "/lab": "4",
}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_no_barrier_in_the_hubs_pages(
    browser: Browser, deployment: Deployment, scheme: Literal["light", "dark"]
) -> None:
    if deployment.engine != "local":
        pytest.skip("the pages are the same on every engine")
    name = f"axel{scheme}"
    password = deployment.add(name)
    found: dict[str, list[str]] = {}
    with visiting(browser, deployment) as visit:
        page = visit.page
        page.emulate_media(color_scheme=scheme)
        page.goto(f"{deployment.address}/hub/login")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        found["/hub/login"] = barriers(page)
        visit.log_in(name, password)
        for path, seen in PAGES.items():
            page.goto(f"{deployment.address}{path.format(name=name)}")
            expect(page.locator("body")).to_contain_text(seen)
            found[path] = barriers(page)
        page.goto(f"{deployment.address}/hub/home")
        visit.card(LABORATORY).get_by_role("button", name="Start").click()
        expect(page.get_by_role("progressbar").first).to_be_visible()
        found["while it starts"] = barriers(page)
        page.wait_for_url(f"**/user/{name}/{LABORATORY}/lab**", timeout=90_000)
        page.goto(f"{deployment.address}/hub/home")
        visit.card(LABORATORY).get_by_role("button", name="Stop").click()
    told = [f"{path}: {barrier}" for path, all_of in found.items() for barrier in all_of]
    assert not told, "\n".join(told)

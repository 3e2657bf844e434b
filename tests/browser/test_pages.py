"""The hub's pages for everyone: axe finds no barrier in them, in light and in dark."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_way_through import visiting
from tests.browsing import barriers
from tests.platform.deployments import LABORATORY, Local

pytestmark = pytest.mark.browser

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
# By address, what is to be seen before it is looked at.
PAGES = {
    "/hub/home": "Laboratories",
    "/hub/token": "Request new API token",
    "/hub/nothing-of-the-kind": "404",
    "/hub/spawn/{name}/no-such-laboratory": "no-such-laboratory",
    "/user/{name}/" + LABORATORY + "/lab": "Start",
    "/user/somebody-else/" + LABORATORY + "/lab": "4",
}


def test_axe_finds_no_barrier_in_the_hubs_pages(browser: Browser, local: Local) -> None:
    name, found = "axel", dict[str, list[str]]()
    password = local.add(name)
    with visiting(browser, local) as visit:
        page = visit.page

        def look(what: str) -> None:
            for scheme in SCHEMES:
                # Nothing fades: the colours are there at once.
                page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
                found[f"{what}, {scheme}"] = barriers(page)

        page.goto(f"{local.address}/hub/login")
        expect(page.get_by_role("button", name="Sign in")).to_be_visible()
        look("/hub/login")
        visit.log_in(name, password)
        for path, seen in PAGES.items():
            page.goto(f"{local.address}{path.format(name=name)}")
            expect(page.locator("body")).to_contain_text(seen)
            look(path)
        page.goto(f"{local.address}/hub/home")
        visit.card(LABORATORY).get_by_role("button", name="Start").click()
        expect(page.get_by_role("progressbar").first).to_be_visible()
        look("while it starts")
        page.wait_for_url(f"**/user/{name}/{LABORATORY}/lab**", timeout=90_000)
        page.goto(f"{local.address}/hub/home")
        visit.card(LABORATORY).get_by_role("button", name="Stop").click()
    told = [f"{where}: {barrier}" for where, all_of in found.items() for barrier in all_of]
    assert not told, "\n".join(told)


def test_a_manager_goes_from_a_card_to_the_desk_and_its_message_is_on_everybodys_card(
    browser: Browser, local: Local
) -> None:
    manager, member = "mandy", "memo"
    word = local.add(manager, f"{LABORATORY}-managers")
    local.add(member)
    found: list[str] = []
    with visiting(browser, local) as visit:
        page = visit.page
        visit.log_in(manager, word)
        visit.card(LABORATORY).get_by_role("link", name="Desk").click()
        expect(page.get_by_role("heading", level=1)).to_contain_text("Desk of")
        page.get_by_label("Message").fill("Closed <at> noon")
        page.get_by_role("button", name="Show it").click()
        expect(page.get_by_role("status")).to_contain_text("shown to everybody")
        page.get_by_label("Name, as they log in").first.fill(member)
        page.get_by_role("button", name="Add to Members").click()
        expect(page.get_by_role("button", name=f"Remove {member} from Members")).to_be_visible()
        for scheme in SCHEMES:
            page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            found += barriers(page)
        page.get_by_role("link", name="Desks").click()
        expect(page.get_by_role("heading", name="Desks")).to_be_visible()
        found += barriers(page)
        page.goto(f"{local.address}/hub/home")
        expect(visit.card(LABORATORY).get_by_role("note")).to_have_text("Closed <at> noon")
        visit.card(LABORATORY).get_by_role("link", name="Desk").click()
        page.get_by_role("button", name="Take it away").click()
        expect(page.get_by_role("status")).to_contain_text("shown no more")
        # What opens the desk goes to the service alone.
        sent = page.context.cookies(f"{local.address}/hub/home")
        assert not [cookie["name"] for cookie in sent if "desk" in cookie["name"]]
    assert not found, "\n".join(found)

"""Live data in a container's laboratory, some of their providers away: found, read, and drawn."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from tests.browser.test_way_through import KERNEL_MS, START_MS, visiting
from tests.browsing import COUNT_FIGURES
from tests.federation import relay
from tests.federation.conftest import UNREACHABLE, recordings
from tests.federation.server import serve
from tests.federation.sources import sources
from tests.platform.deployments import Docker, running

pytestmark = [pytest.mark.browser, pytest.mark.docker]

PROVIDERS = "providers"  # their host, as the deployment's network knows it
AWAY = ("emodnet", "euroargo")
BOX = {"West": "2.5", "South": "39", "East": "4", "North": "40.5"}


@pytest.fixture
def federated(tmp_path: Path) -> Iterator[Docker]:
    """A deployment whose sources are a federation on loopback, and two of them nowhere."""
    data = recordings()
    if data is None:
        pytest.skip("BLUECLOUD_TEST_DATA names no folder of recordings: see tests/README.md")
    made = {name: source.provider(data) for name, source in sources().items()}
    with serve({name: each for name, each in made.items() if each}) as federation:
        here = federation.url.removeprefix("http://")
        federation.url = f"http://{PROVIDERS}"  # which answers name in their links
        addresses = {name: federation.address(name) for name in made}
        addresses |= dict.fromkeys(AWAY, UNREACHABLE)
        told = {f"BLUECLOUD_{name.upper()}_URL": place for name, place in addresses.items()}
        told["BLUECLOUD_TIERS"] = "live,sample"
        door = tmp_path / "door"
        door.mkdir()
        command = [sys.executable, relay.__file__, f"unix:{door}/socket", f"tcp:{here}"]
        with (
            running(Docker(tmp_path / "state", "-federated", **told)) as deployment,
            subprocess.Popen(command) as outside,
        ):
            opened = open_door(deployment, door)
            try:
                yield deployment
            finally:
                subprocess.run(["docker", "rm", "--force", opened], check=True, capture_output=True)
                outside.terminate()


def open_door(deployment: Docker, door: Path) -> str:
    """Let containers of the deployment's laboratories reach the socket by a name.

    It is none of them, by its labels: those reach one another as little as the machine.
    """
    words = ["docker", "run", "--detach", "--user=0", "--cap-drop=ALL"]
    words += ["--cap-add=NET_BIND_SERVICE", "--cap-add=DAC_OVERRIDE"]
    words += [f"--network={deployment.name}-labs", f"--network-alias={PROVIDERS}"]
    words += [f"--volume={door}:/door", f"--volume={relay.__file__}:/relay.py:ro"]
    words += ["bluecloud/base", "python3", "/relay.py", "tcp:0.0.0.0:80", "unix:/door/socket"]
    done = subprocess.run(words, check=True, capture_output=True, text=True)
    return done.stdout.strip()


def test_data_are_found_and_drawn_with_two_sources_down(
    browser: Browser, federated: Docker
) -> None:
    password = federated.add("xena")
    with visiting(browser, federated) as visit:
        page = visit.page
        visit.log_in("xena", password)
        visit.enter("xena", "Find")
        panel = page.get_by_role("tabpanel", name="Find", exact=True)
        panel.get_by_text("Sources and how they are now").click()
        for name, state in {
            "Copernicus Marine Service": "ok",
            "EMODnet": "down",
            "Euro-Argo ERIC": "down",
            "ICOS Ocean": "ok",
        }.items():
            said = re.compile(f"{name}.* {state}$")
            expect(panel.get_by_role("button", name=said)).to_be_visible(timeout=START_MS)
        panel.get_by_role("searchbox").fill("temperature daily")
        asked = panel.get_by_role("region", name="Asked now").get_by_role("listitem")
        for said in (r"\(EMODnet\): .*no connection", r"EUDAT .*: \d+ found"):
            expect(asked.filter(has_text=re.compile(said)).first).to_be_visible(timeout=START_MS)
        panel.get_by_text("Where, when, how deep").click()
        for name, value in BOX.items():
            panel.get_by_role("textbox", name=name, exact=True).fill(value)
        panel.get_by_role("textbox", name="From").fill("2024-01-01")
        panel.get_by_role("textbox", name="To", exact=True).fill("2024-01-02")
        title = "Daily temperature of the sea, global analysis and forecast"
        heading = page.get_by_role("heading", name=title)
        card = panel.get_by_role("listitem").filter(has=heading)
        # The hit is what was searched last, and no longer the one of the words alone.
        expect(card).to_contain_text("bbox [2.5,39,4,40.5]", timeout=START_MS)
        expect(card).to_contain_text('["2024-01-01","2024-01-02"]')
        card.get_by_role("button", name="Insert").click()
        editor = page.locator(".jp-NotebookPanel .jp-CodeCell .cm-content")
        expect(editor).to_contain_text("open_entry(", timeout=KERNEL_MS)
        expect(editor).to_contain_text(
            "bbox=[2.5, 39.0, 4.0, 40.5], time=['2024-01-01', '2024-01-02']"
        )
        editor.press("Control+End")
        page.keyboard.type(
            "\nimport hvplot.xarray\nprint(cmems_temperature_daily.attrs['tier'])"
            "\ncmems_temperature_daily.isel(time=0, depth=0).hvplot()"
        )
        page.keyboard.press("Shift+Enter")
        page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=KERNEL_MS)
        told_tier = page.locator(".jp-OutputArea-output").filter(has_text="live")
        expect(told_tier.first).to_be_visible()

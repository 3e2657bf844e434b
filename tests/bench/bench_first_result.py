"""From the login's button to a plot of data: ours against the same by hand in a bare JupyterLab.

Both hubs run in containers with warm images of the same base, and the same browser drives both.
The peer is plain JupyterHub with DockerSpawner; its image is the laboratory's own without the
panel. There the person opens a notebook and writes what reads and plots the same sample, whose
file they know by heart: the program types at once, so that a person is slower than is measured.
They also know how hvPlot's scripts get into the notebook, which without a network are nowhere else.
With ours the person looks for the data, and for their plot presses Preview.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Browser, Locator, Page, sync_playwright

from tests.bench.bare_hub import PASSWORD, bare_hub, build
from tests.bench.ratio import Ratio
from tests.browsing import ARGUMENTS, COUNT_FIGURES, chromium
from tests.platform.deployments import LABORATORY, Docker, running

_REPEATS = 3
_LONGEST_MS = 120_000
_BAR_S, _BAR_CLICKS = 60, 6
WITHOUT_PANEL = "bctest/environment-without-panel"
DOCKERFILE = f"""
FROM bluecloud/{LABORATORY}
USER root
RUN rm -r /opt/venv/share/jupyter/labextensions/@bluecloud
USER 1000
ENTRYPOINT []
CMD ["/opt/venv/bin/jupyterhub-singleuser"]
"""
_BY_HAND = """from holoviews.ipython import notebook_extension as extension
extension.inline = extension.param.inline.default = True
import xarray as xr
import hvplot.xarray
from importlib.resources import files
path = files("iris_sample_data") / "sample_data" / "ostia_monthly.nc"
xr.open_dataset(path).surface_temperature[0].hvplot()"""


@dataclass
class _Way:
    """One person's way to a plot: how often they press, how much they type, how long it takes."""

    page: Page
    clicks: int = 0
    keys: int = 0
    begin: float = 0.0
    seconds: float = 0.0

    def click(self, what: Locator) -> None:
        what.click(timeout=_LONGEST_MS)
        self.clicks += 1

    def write(self, what: Locator, text: str) -> None:
        what.fill(text, timeout=_LONGEST_MS)
        self.keys += len(text)

    def log_in(self, address: str, password: str) -> None:
        """Fill the form; what is measured begins with its button."""
        self.page.goto(f"{address}/hub/login")
        self.page.get_by_label("Username").fill("ada")
        self.page.get_by_label("Password:").fill(password)
        self.begin = time.perf_counter()
        self.click(self.page.get_by_role("button", name="Sign in"))

    def arrived(self) -> _Way:
        """Take the time."""
        self.seconds = time.perf_counter() - self.begin
        return self


def _ours(page: Page, address: str, password: str) -> _Way:
    way = _Way(page)
    way.log_in(address, password)
    way.click(page.locator(f'[data-laboratory="{LABORATORY}"]').get_by_role("button", name="Start"))
    way.click(page.get_by_role("tab", name="Find", exact=True))
    panel = page.get_by_role("tabpanel", name="Find", exact=True)
    way.write(panel.get_by_role("searchbox", name="Find data of all sources"), "ostia monthly")
    way.click(panel.get_by_role("listitem").first.get_by_role("button", name="Preview"))
    panel.locator(".bc-Map-legend").wait_for(timeout=_LONGEST_MS)
    panel.locator(".bc-Chart svg").wait_for(timeout=_LONGEST_MS)
    return way.arrived()


def _by_hand(page: Page, address: str, password: str) -> _Way:
    way = _Way(page)
    way.log_in(address, password)
    way.click(page.locator('.jp-LauncherCard[data-category="Notebook"]').first)
    page.get_by_text("| Idle").first.wait_for(timeout=_LONGEST_MS)
    way.click(page.locator(".jp-NotebookPanel .cm-content").first)
    page.keyboard.insert_text(_BY_HAND)
    way.keys += len(_BY_HAND)
    page.keyboard.press("Shift+Enter")
    way.keys += 1
    page.wait_for_function(f"({COUNT_FIGURES})() >= 1", timeout=_LONGEST_MS)
    return way.arrived()


def _stop(page: Page, address: str, named: str) -> None:
    """Stop the server, so that the next way begins where this one did."""
    page.goto(f"{address}/hub/home")
    path = f"/hub/api/users/ada/server{named}"
    ask = """async path => {
      const xsrf = document.cookie.match(/_xsrf=([^;]+)/)[1];
      const answer = await fetch(`${path}?_xsrf=${xsrf}`, { method: 'DELETE' });
      return answer.status;
    }"""
    page.evaluate(ask, path)
    state = "async path => (await fetch(path)).status === 200 && await (await fetch(path)).json()"
    while (told := page.evaluate(state, "/hub/api/user")) and told.get("servers"):
        time.sleep(0.5)


def _measured(browser: Browser, deployment: Docker, peer: str) -> tuple[list[_Way], list[_Way]]:
    password = deployment.add("ada")
    ours: list[_Way] = []
    hands: list[_Way] = []
    for _ in range(_REPEATS + 1):
        for ways, go, address, secret, named in (
            (ours, _ours, deployment.address, password, f"s/{LABORATORY}"),
            (hands, _by_hand, peer, PASSWORD, ""),
        ):
            context = browser.new_context(viewport={"width": 1400, "height": 900})
            way = go(context.new_page(), address, secret)
            ways.append(way)
            _stop(way.page, address, named)
            context.close()
    return ours[1:], hands[1:]  # the first of each warms the machine's caches


def run() -> list[Ratio]:
    """Median seconds of three ways each, and the clicks that they took."""
    build(WITHOUT_PANEL, DOCKERFILE)
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        deployment = Docker(Path(folder) / "state")
        with running(deployment), bare_hub(f"{deployment.name}-peer", WITHOUT_PANEL) as peer:
            ours, hands = _measured(browser, deployment, peer)
        browser.close()
    mine = statistics.median(way.seconds for way in ours)
    theirs = statistics.median(way.seconds for way in hands)
    told = " by hand and ".join(
        f"{way.clicks} clicks and {way.keys} keys" for way in (hands[0], ours[0])
    )
    return [
        Ratio(
            name="from the login's button to a plot of the catalogue's data",
            peer_name="by hand in a bare JupyterLab",
            ours=mine,
            peer=theirs,
            unit="s",
            target=1.0,
            note=f"medians of {_REPEATS}; {told} with ours",
        ),
        Ratio(
            name="the same, seconds",
            peer_name="the bar",
            ours=mine,
            peer=_BAR_S,
            unit="s",
            target=1.0,
        ),
        Ratio(
            name="the same, clicks",
            peer_name="the bar",
            ours=ours[0].clicks,
            peer=_BAR_CLICKS,
            unit="clicks",
            target=1.0,
        ),
    ]

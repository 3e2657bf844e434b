"""What the panel adds to a cold start of JupyterLab: seconds and bytes, in the browser.

The laboratory's image and the same without the extensions, each in a container; by turns, a browser
that was never here opens JupyterLab until its launcher can be used. Bytes are those of all answers
until then, each compressed by gzip as a proxy would.
"""

from __future__ import annotations

import gzip
import secrets
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.request import urlopen

from playwright.sync_api import Browser, Response, sync_playwright

from bluecloud_hub.demo import free_port
from tests.bench.bare_hub import build, docker
from tests.bench.bench_first_result import DOCKERFILE, WITHOUT_PANEL
from tests.bench.ratio import Ratio
from tests.browsing import ARGUMENTS, chromium
from tests.platform.deployments import LABORATORY

_REPEATS = 7
_MOST_S, _MOST_KB = 0.3, 300
_LAUNCHER = ".jp-Launcher .jp-LauncherCard"


@contextmanager
def _jupyterlab(image: str) -> Iterator[str]:
    """JupyterLab in a container, and its address with a token."""
    port, token = free_port(), secrets.token_hex(8)
    container = docker(
        "run", "--detach", "--rm", f"--publish=127.0.0.1:{port}:8888",
        f"--env=BLUECLOUD_LAB={LABORATORY}", "--env=BLUECLOUD_TIERS=sample",
        "--entrypoint=/opt/venv/bin/jupyter", image,
        "lab", "--ip=0.0.0.0", "--port=8888", f"--IdentityProvider.token={token}",
    )  # fmt: skip
    address = f"http://127.0.0.1:{port}"
    try:
        until = time.monotonic() + 60
        while True:
            try:
                with urlopen(f"{address}/api"):  # noqa: S310 - our own container
                    break
            except (URLError, ConnectionError):
                if time.monotonic() > until:
                    raise
                time.sleep(0.2)
        yield f"{address}/lab?token={token}&reset"
    finally:
        docker("rm", "--force", container)


def _cold(browser: Browser, address: str) -> tuple[float, float]:
    """Seconds to the launcher, and kilobytes until then."""
    context = browser.new_context(viewport={"width": 1400, "height": 900})
    page = context.new_page()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))  # it marks what it is given
    begin = time.perf_counter()
    page.goto(address)
    page.locator(_LAUNCHER).first.wait_for()
    seconds = time.perf_counter() - begin
    so_far = [answer for answer in answers if answer.ok and "/static/" in answer.url]
    size = sum(len(gzip.compress(answer.body(), 6)) for answer in so_far)
    context.close()
    return seconds, size / 1000


def run() -> list[Ratio]:
    """Medians of seven cold starts each."""
    build(WITHOUT_PANEL, DOCKERFILE)
    with (
        sync_playwright() as playwright,
        _jupyterlab(f"bluecloud/{LABORATORY}") as ours,
        _jupyterlab(WITHOUT_PANEL) as without,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        pairs = [(_cold(browser, ours), _cold(browser, without)) for _ in range(_REPEATS + 1)]
        browser.close()
    pairs = pairs[1:]  # the first warms the servers
    seconds = [statistics.median(each[side][0] for each in pairs) for side in (0, 1)]
    sizes = [statistics.median(each[side][1] for each in pairs) for side in (0, 1)]
    return [
        Ratio(
            name="what the panel adds to a cold start of JupyterLab",
            peer_name="the bar",
            ours=max(seconds[0] - seconds[1], 0.0),
            peer=_MOST_S,
            unit="s",
            target=1.0,
            note=f"medians of {_REPEATS}: {seconds[0]:.2f} s with it, {seconds[1]:.2f} s without",
        ),
        Ratio(
            name="what the panel adds to the bytes of a cold start, by gzip",
            peer_name="the bar",
            ours=max(sizes[0] - sizes[1], 0.0),
            peer=_MOST_KB,
            unit="kB",
            target=1.0,
            note=f"{sizes[0]:.0f} kB with it, {sizes[1]:.0f} kB without",
        ),
    ]

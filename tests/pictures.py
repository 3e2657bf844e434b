"""Pictures for the READMEs, taken while what they show is tested.

``BLUECLOUD_TEST_PICTURES`` names the folder that they are written to; without it none is.
"""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Locator, Page

SIZE = (1280, 800)
FADED_IN_MS = 1500  # a map's layers
COLOURS = 256  # so many are enough, and the file is a third


def widen_panel(page: Page, width: int = 420) -> None:
    """Give the panel this width, as a person would with the mouse."""
    handle = page.locator("#jp-main-split-panel > .lm-SplitPanel-handle:not(.lm-mod-hidden)").first
    edge, panel = handle.bounding_box(), page.locator(".bc-Panel").bounding_box()
    assert edge
    assert panel
    page.mouse.move(edge["x"] + edge["width"] / 2, edge["y"] + 200)
    page.mouse.down()
    page.mouse.move(panel["x"] + width, edge["y"] + 200, steps=4)
    page.mouse.up()


def picture(page: Page, name: str, *, first: Locator | None = None) -> None:
    """Keep what is seen, or with ``first`` what is seen from there on, in a README's size."""
    folder = os.environ.get("BLUECLOUD_TEST_PICTURES")
    if not folder:
        return
    if first is not None:
        page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
        widen_panel(page)
        first.evaluate("node => node.scrollIntoView()")
        page.wait_for_timeout(FADED_IN_MS)
    seen = Image.open(BytesIO(page.screenshot())).convert("RGB")
    seen.quantize(COLOURS).save(Path(folder) / f"{name}.png", optimize=True)

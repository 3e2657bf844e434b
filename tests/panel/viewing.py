"""What browser tests of laboratories' views share."""

from __future__ import annotations

import os
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page


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


def picture(page: Page, name: str) -> None:
    """Keep what is seen, small enough for a README, where somebody wants pictures."""
    if folder := os.environ.get("BLUECLOUD_PICTURES"):
        seen = Image.open(BytesIO(page.screenshot())).convert("RGB")
        seen.quantize(256).save(Path(folder) / f"{name}.png", optimize=True)

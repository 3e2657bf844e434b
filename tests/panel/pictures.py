"""Pictures of the panel for the READMEs, taken while it is tested."""

from __future__ import annotations

import os
from pathlib import Path

from playwright.sync_api import Page

SIZE = (1280, 800)
PANEL_PX = 430
FADED_IN_MS = 1500


def keep_picture(page: Page, name: str, *, heading: str) -> None:
    """Keep what is seen from a heading of the view on, where BLUECLOUD_PICTURES names a folder."""
    folder = os.environ.get("BLUECLOUD_PICTURES")
    if not folder:
        return
    page.set_viewport_size({"width": SIZE[0], "height": SIZE[1]})
    panel = page.locator(".bc-Panel").bounding_box()
    assert panel is not None
    page.mouse.move(panel["x"] + panel["width"] + 1, SIZE[1] / 2)  # the handle beside it
    page.mouse.down()
    page.mouse.move(PANEL_PX, SIZE[1] / 2, steps=5)
    page.mouse.up()
    page.get_by_text(heading, exact=True).first.evaluate("node => node.scrollIntoView()")
    page.wait_for_timeout(FADED_IN_MS)  # a map's layers
    page.screenshot(path=Path(folder) / f"{name}.png")

"""What tests with a real browser share: how it is started, and what it can be asked."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Page

# As root and without a screen, and asking nobody but the page's own server.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

# Two cores, and others at work on them.
PATIENCE_MS = 60_000

# How many outputs of a notebook have drawn something: canvases of some size below shadow roots.
COUNT_FIGURES = """() => {
  const drawn = root => [...root.querySelectorAll('*')].reduce((count, node) => {
    const inside = node.shadowRoot ? drawn(node.shadowRoot) : 0;
    const big = node.tagName === 'CANVAS' && node.width > 100 && node.height > 100;
    const painted = big && node.getContext('2d')?.getImageData(0, 0, node.width, node.height)
      .data.some(value => value > 0);
    return count + inside + (painted ? 1 : 0);
  }, 0);
  return [...document.querySelectorAll('.jp-OutputArea-output')].filter(drawn).length;
}"""


def chromium() -> str | None:
    """A Chromium to drive, where the machine has one."""
    names = ("chromium", "chromium-browser", "google-chrome")
    return next(filter(None, map(shutil.which, names)), None)


AXE = Path(__file__).parents[1] / "extensions" / "node_modules" / "axe-core" / "axe.min.js"
# WCAG 2.1, level AA.
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa"]
RUN_AXE = """async ([selector, rules]) => {
  const told = await axe.run(selector, { runOnly: { type: 'tag', values: rules } });
  return told.violations.map(violation => `${violation.id}: ${violation.help}: `
    + violation.nodes.map(node => `${node.target} (${node.failureSummary})`).join('; '));
}"""


def barriers(page: Page, selector: str = "body") -> list[str]:
    """What axe finds in a part of a page that some people cannot read or use."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found: list[str] = page.evaluate(RUN_AXE, [selector, RULES])
    return found

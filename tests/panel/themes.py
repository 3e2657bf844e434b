"""JupyterLab's themes, as a person changes them, and what axe finds in each."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browsing import barriers

# The one that a laboratory begins with comes last, so that it is left as it was.
THEMES = ("JupyterLab Dark", "JupyterLab Dark High Contrast", "JupyterLab Light")


def change_theme(page: Page, theme: str) -> None:
    """Choose a theme in the menu."""
    page.get_by_role("menuitem", name="Settings", exact=True).click()
    label = page.locator(".lm-Menu-itemLabel")
    label.get_by_text("Theme", exact=True).hover()
    label.get_by_text(theme, exact=True).click()
    expect(page.locator(f'body[data-jp-theme-name="{theme}"]')).to_have_count(1)


def barriers_by_theme(page: Page) -> dict[str, list[str]]:
    """What stands in somebody's way in the panel as it is shown now, in each theme that has any."""
    found: dict[str, list[str]] = {}
    for theme in THEMES:
        change_theme(page, theme)
        if there := barriers(page, ".bc-Panel"):
            found[theme] = there
    return found

"""Finding data in a real browser with every provider away: by keyboard and map, to a notebook."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from tests.panel.test_browser import KERNEL_MS, Window, lab, prefix, window
from tests.pictures import picture
from tests.service.serving import until

__all__ = ["lab", "prefix", "window"]

pytestmark = pytest.mark.browser

# The colour of the map where there is nothing but sea, and where there is land: red, 0 to 255.
RED_AT = """(map, [x, y]) => {
  const canvas = [...map.querySelectorAll('canvas')].find(one => one.clientWidth > 100);
  if (!canvas) {
    return -1; // not laid out yet
  }
  const ratio = canvas.width / canvas.clientWidth;
  const at = canvas.getContext('2d').getImageData(x * ratio, y * ratio, 1, 1).data;
  return at[3] === 0 ? 255 : at[0];
}"""


def finding(window: Window) -> Locator:
    """The tab, brought to the front."""
    window.tab("Find")
    return window.page.get_by_role("tabpanel", name="Find")


def in_the_mediterranean(panel: Locator) -> None:
    """Oxygen of the Mediterranean since 2010, without touching the mouse's map."""
    panel.get_by_role("searchbox", name="Find data of all sources").fill("oxyg")
    panel.get_by_role("button", name="dissolved oxygen in the water variable").click()
    panel.get_by_text("Where, when, how deep").click()
    for name, value in {"West": "-6", "South": "30", "East": "37", "North": "46"}.items():
        panel.get_by_role("textbox", name=name, exact=True).fill(value)
    panel.get_by_role("textbox", name="From").fill("2010-01-01")


def test_what_is_found_is_looked_at_inserted_and_runs(window: Window) -> None:
    page, panel = window.page, finding(window)
    in_the_mediterranean(panel)
    expect(panel.get_by_role("status").filter(has_text="found in")).to_be_visible()
    panel.get_by_text("Sources and how they are now").click()
    expect(panel.get_by_text("No internet: nothing beyond this deployment")).to_be_visible()
    expect(panel.get_by_role("button", name="Euro-Argo ERIC")).to_be_visible()
    panel.get_by_text("Sources and how they are now").click()
    picture(window.page, "find")
    first = panel.get_by_role("listitem").first
    first.get_by_role("button", name="Preview").click()
    expect(first.get_by_text("synthetic data", exact=True)).to_be_visible(timeout=KERNEL_MS)
    chart = first.get_by_role("application", name="Map of")
    expect(chart).to_be_visible()
    size = chart.bounding_box()
    assert size is not None
    page.wait_for_timeout(500)  # the land has come, and is drawn as on the first map
    assert chart.evaluate(RED_AT, [size["width"] - 40, size["height"] - 60]) > 220, "sea"
    picture(window.page, "preview")
    assert page.locator(".jp-NotebookPanel").count() == 0, "a preview touches no notebook"
    first.get_by_role("button", name="Insert").click()
    cell = page.locator(".jp-NotebookPanel .jp-CodeCell").first
    expect(cell.locator(".cm-content")).to_contain_text("open_entry(", timeout=KERNEL_MS)
    expect(page.locator(".jp-Notebook.jp-mod-commandMode:focus-within")).to_be_visible()
    page.keyboard.press("Shift+Enter")
    expect(cell.locator(".jp-OutputArea-output").last).to_be_visible(timeout=KERNEL_MS)
    assert "Error" not in cell.inner_text()


def test_a_views_kernel_that_was_shut_down_comes_back(window: Window) -> None:
    page, panel = window.page, finding(window)
    panel.get_by_role("searchbox", name="Find data of all sources").fill("ostia monthly")
    card = panel.get_by_role("listitem").first
    card.get_by_role("button", name="Preview").click()
    expect(card.get_by_role("application")).to_be_visible(timeout=KERNEL_MS)
    window.tab("Server")
    server = page.get_by_role("tabpanel", name="Server")
    own = server.get_by_role("listitem").filter(has_text="View of the laboratory")
    own.get_by_role("button", name="Shut down").click()
    expect(own).to_have_count(0)
    window.tab("Find")
    panel.get_by_role("searchbox", name="Find data of all sources").fill("argo floats")
    other = panel.get_by_role("listitem").first
    expect(other).to_contain_text("Argo")
    other.get_by_role("button", name="Preview").click()
    # What was lost is said, or it has come back already; asked again, it answers.
    lost = other.get_by_role("button", name="Try again")
    expect(other.get_by_role("application").or_(lost).first).to_be_visible(timeout=KERNEL_MS)
    if lost.is_visible():
        lost.click()
    expect(other.get_by_role("application")).to_be_visible(timeout=KERNEL_MS)


def test_a_cell_is_dragged_into_a_notebook(window: Window) -> None:
    page, panel = window.page, finding(window)
    panel.get_by_role("searchbox", name="Find data of all sources").fill("argo profiles")
    card = panel.get_by_role("listitem").filter(has=page.get_by_role("button", name="Insert")).first
    expect(card).to_be_visible()
    page.get_by_role("menuitem", name="File", exact=True).click()
    page.get_by_text("New", exact=True).hover()
    page.get_by_role("menuitem", name="Notebook", exact=True).last.click()
    page.get_by_role("dialog").get_by_role("button", name="Select").click()
    target = page.locator(".jp-NotebookPanel .jp-CodeCell")
    expect(target).to_have_count(1, timeout=KERNEL_MS)
    insert, where = card.get_by_role("button", name="Insert").bounding_box(), target.bounding_box()
    assert insert is not None
    assert where is not None
    page.mouse.move(insert["x"] + 10, insert["y"] + 10)
    page.mouse.down()
    page.mouse.move(insert["x"] + 60, insert["y"] + 40, steps=4)
    expect(page.locator(".bc-DragImage")).to_be_visible()
    page.mouse.move(where["x"] + 200, where["y"] + where["height"] / 2, steps=8)
    page.mouse.up()
    expect(
        page.locator(".jp-NotebookPanel .cm-content").filter(has_text="open_entry(")
    ).to_have_count(1)


def test_a_box_is_drawn_on_a_map_that_knows_land_from_sea(window: Window) -> None:
    panel = finding(window)
    panel.get_by_text("Where, when, how deep").click()
    chart = panel.get_by_role("application", name="Map to draw a box on")
    expect(chart.locator("canvas").first).to_be_visible()
    size = chart.bounding_box()
    assert size is not None
    # The middle of the map is the Gulf of Guinea; the Sahara is a twelfth of the width above it.
    sea, land = (
        (size["width"] / 2, size["height"] / 2),
        (
            size["width"] / 2 + 10,
            size["height"] / 2 - size["width"] / 16,
        ),
    )
    until(lambda: 0 <= chart.evaluate(RED_AT, list(land)) < 220)
    assert chart.evaluate(RED_AT, list(sea)) > 220
    panel.get_by_role("button", name="Draw a box").click()
    chart.click(position={"x": size["width"] * 0.4, "y": size["height"] * 0.4})
    chart.click(position={"x": size["width"] * 0.6, "y": size["height"] * 0.6})
    west = panel.get_by_role("textbox", name="West", exact=True)
    expect(west).not_to_have_value("")
    values = [
        float(panel.get_by_role("textbox", name=name, exact=True).input_value())
        for name in ("West", "South", "East", "North")
    ]
    assert -60 < values[0] < 0 < values[2] < 60
    assert -60 < values[1] < 0 < values[3] < 60
    expect(panel.get_by_role("status").filter(has_text="found in")).to_be_visible()
    panel.get_by_role("button", name="No box").click()
    expect(west).to_have_value("")


def test_the_server_tells_what_it_uses(window: Window) -> None:
    window.tab("Server")
    panel = window.page.get_by_role("tabpanel", name="Server")
    expect(panel.get_by_label("Memory")).to_be_visible()
    expect(panel.get_by_text("It is not stopped for being idle.")).to_be_visible()
    picture(window.page, "server")

"""Draw the figures of the laboratory's page: the notebook's own, from the sample data.

    python notebooks/genomics/figures/make_figures.py

The notebook's cells are run, and what they draw is taken as a picture with Chromium, so that the
page cannot show what the notebook does not. Needs the development environment and Chromium.
"""

import os
import shutil
import tempfile
from pathlib import Path

import holoviews
import nbformat
from bokeh.resources import INLINE
from IPython.core.interactiveshell import InteractiveShell
from playwright.sync_api import sync_playwright

FOLDER = Path(__file__).parent
NOTEBOOK = FOLDER.parent / "community_diversity.ipynb"
FIGURES = {
    "map": "map.png",
    "curves": "rarefaction.png",
    "diversity": "diversity.png",
    "ordination-figure": "ordination.png",
}


def figures(folder: Path) -> dict[str, object]:
    """Run the notebook in the folder, and give what its cells draw."""
    os.environ["BLUECLOUD_TIERS"] = "sample"
    os.chdir(folder)
    shell = InteractiveShell.instance()
    drawn = {}
    for cell in nbformat.read(NOTEBOOK, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        done = shell.run_cell(cell.source)
        done.raise_error()
        if cell.id in FIGURES:
            # The map is displayed under a condition, and is no cell's value.
            drawn[cell.id] = shell.user_ns["figure"] if done.result is None else done.result
    os.chdir(FOLDER)  # the other one is taken away
    return drawn


def main() -> None:
    """Write the pictures beside this program."""
    with tempfile.TemporaryDirectory() as temporary, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 820, "height": 440})
        for cell, figure in figures(Path(temporary)).items():
            path = Path(temporary) / f"{cell}.html"
            holoviews.save(figure, path, resources=INLINE)
            page.goto(path.as_uri())
            page.locator(".bk-Figure, .bk-Canvas").first.wait_for()
            page.wait_for_timeout(1000)  # the canvas is painted after it is there
            page.locator(".bk-Figure").first.screenshot(path=FOLDER / FIGURES[cell])
        browser.close()


if __name__ == "__main__":
    main()

"""Take the pictures of a laboratory's page from its notebooks, run on the samples.

    python notebooks/figures.py biodiversity/zooplankton_map.ipynb where error residual

Each word after the notebook is the id of a cell whose last line is a figure; it is written to
``<laboratory>/figures/<notebook>_<cell>.png``, in few colours so that the page stays light. A
figure of synthetic samples says so itself. Chromium is driven as in the tests.
"""

import base64
import contextlib
import io
import os
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

import holoviews as hv
import hvplot
import nbformat
import papermill
from bokeh.resources import INLINE
from IPython.core.interactiveshell import InteractiveShell
from PIL import Image
from playwright.sync_api import sync_playwright

from bluecloud_runner import language

FOLDER = Path(__file__).resolve().parent
_COLOURS = 64
_MOST_BYTES = 60_000


def figures(path: Path, cells: Sequence[str]) -> dict[str, hv.core.Dimensioned]:
    """The figures of the cells, after the notebook was run from its defaults on the samples."""
    os.environ["BLUECLOUD_TIERS"] = "sample"
    shell = InteractiveShell.instance()
    found = {}
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        done = shell.run_cell(cell.source, silent=False)
        done.raise_error()
        if cell.id in cells:
            # One that is displayed under a condition is no cell's value.
            found[cell.id] = done.result if done.result is not None else shell.user_ns["figure"]
    return found


def pictures(found: dict[str, hv.core.Dimensioned]) -> dict[str, bytes]:
    """Each figure as a PNG."""
    made = {}
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=shutil.which("chromium"), args=["--no-sandbox", "--disable-gpu"]
        )
        page = browser.new_page(viewport={"width": 900, "height": 640})
        for name, figure in found.items():
            html = Path(folder) / f"{name}.html"
            hvplot.save(figure.options(toolbar=None), html, resources=INLINE)
            page.goto(html.as_uri())
            page.wait_for_selector(".bk-Canvas, canvas", state="attached")
            page.wait_for_function("() => window.Bokeh?.documents?.every(d => d.is_idle)")
            # Several figures of one cell are one picture.
            shot = page.locator(".bk-GridPlot, .bk-Figure").first.screenshot()
            made[name] = light(shot)
        browser.close()
    return made


def drawn_in_r(path: Path, cells: Sequence[str]) -> dict[str, bytes]:
    """The pictures that a notebook in R has itself drawn, run by papermill in this folder."""
    papermill.execute_notebook(str(path), "executed.ipynb", progress_bar=False)
    made = {}
    for cell in nbformat.read("executed.ipynb", as_version=4).cells:
        for output in cell.get("outputs", []) if cell.id in cells else []:
            if png := output.get("data", {}).get("image/png"):
                made[cell.id] = light(base64.b64decode(png))
    return made


def light(png: bytes) -> bytes:
    """The picture in few colours."""
    few = Image.open(io.BytesIO(png)).convert("RGB").quantize(_COLOURS, dither=Image.Dither.NONE)
    out = io.BytesIO()
    few.save(out, format="PNG", optimize=True)
    return out.getvalue()


def main(notebook: str, *cells: str) -> None:
    """Write the pictures of a notebook's cells."""
    path = FOLDER / notebook
    with tempfile.TemporaryDirectory() as results, contextlib.chdir(results):
        in_r = language(nbformat.read(path, as_version=4)) == "r"
        made = drawn_in_r(path, cells) if in_r else pictures(figures(path, cells))
    target = path.parent / "figures"
    target.mkdir(exist_ok=True)
    for name, png in made.items():
        if len(png) > _MOST_BYTES:
            raise SystemExit(f"{name} has {len(png)} bytes: {_MOST_BYTES} at most")
        (target / f"{path.stem}_{name}.png").write_bytes(png)


if __name__ == "__main__":
    main(*sys.argv[1:])

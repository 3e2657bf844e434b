"""The figures of a run: pictures in its notebook and among its files, and what scripts draw.

What scripts draw is handed on as it stands in the notebook. It is the author's text, and is to
be shown only where it can reach nothing: see ``runFigures.tsx``.
"""

import base64
import re
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from bluecloud import runs
from bluecloud.service import Service
from bluecloud_panel import run_wire as wire
from bluecloud_panel.run_cells import data_of, joined, name_of

_PICTURES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".svg": "svg+xml", ".gif": "gif"}
_IN_CELLS = tuple(f"image/{kind}" for kind in ("png", "jpeg", "svg+xml", "gif"))
_BOKEH = ("application/vnd.holoviews_exec", "application/vnd.bokehjs_exec")
_INTERACTIVE = (*_BOKEH, "application/vnd.plotly")
_VERSION = re.compile(r'"version":\s*"(\d+\.\d+\.\d+)"')
_MOST_PICTURES = 24
_MOST_DRAWN = 12
_MOST_BYTES = 8 * 2**20  # of all figures of a run, as they are


def figures_of(asked: Service, run: runs.Run, cells: Sequence[dict[str, Any]]) -> wire.Figures:
    """What there is to see of a run, up to what a page can hold."""
    pictures = [*_in_cells(cells), *_in_files(asked, run)]
    budget = _MOST_BYTES
    shown: list[wire.Figure] = []
    for figure in pictures:
        if len(shown) < _MOST_PICTURES and len(figure.address) <= budget:
            budget -= len(figure.address)
            shown.append(figure)
    drawn: list[wire.Drawn] = []
    interactive = 0
    for number, cell in enumerate(cells, 1):
        for data in filter(_is_interactive, data_of(cell)):
            if any(kind in data for kind in _IN_CELLS):
                continue  # its picture is shown
            figure_drawn = _drawn(name_of(cell, number), data)
            size = len(figure_drawn.html) if figure_drawn else 0
            if figure_drawn and len(drawn) < _MOST_DRAWN and size <= budget:
                budget -= size
                drawn.append(figure_drawn)
            else:
                interactive += 1
    left = len(pictures) - len(shown)
    return wire.Figures(
        figures=tuple(shown),
        drawn=tuple(drawn),
        interactive=interactive,
        words=f"In its notebook and files alone: {left} of its pictures." if left else "",
    )


def _is_interactive(data: dict[str, Any]) -> bool:
    """Whether scripts draw a figure; what only loads them has no text beside it."""
    return "text/plain" in data and any(kind.startswith(_INTERACTIVE) for kind in data)


def _drawn(name: str, data: dict[str, Any]) -> wire.Drawn | None:
    """A figure that BokehJS draws, or None where another library does."""
    if not any(kind.startswith(_BOKEH) for kind in data):
        return None
    html = joined(data.get("text/html", ""))
    if "<script" not in html and (script := joined(data.get("application/javascript", ""))):
        html += f"<script>{script}</script>"
    version = _VERSION.search(html)
    return wire.Drawn(name=name, html=html, bokeh=version[1]) if version else None


def _in_cells(cells: Sequence[dict[str, Any]]) -> Iterator[wire.Figure]:
    for number, cell in enumerate(cells, 1):
        for data in data_of(cell):
            kind = next((each for each in _IN_CELLS if each in data), None)
            if kind is None:
                continue
            text = joined(data[kind])
            if kind == "image/svg+xml":
                text = base64.b64encode(text.encode()).decode()
            address = f"data:{kind};base64,{''.join(text.split())}"
            yield wire.Figure(name=name_of(cell, number), address=address)


def _in_files(asked: Service, run: runs.Run) -> Iterator[wire.Figure]:
    for output in run.whole["outputs"]:
        path = PurePosixPath(output["path"])
        kind = _PICTURES.get(path.suffix.lower())
        if kind is None or output["bytes"] > _MOST_BYTES:
            continue
        with asked.stream(f"/runs/{run.id}/outputs/{quote(output['path'])}") as answer:
            content = b"".join(answer.iter_bytes())
        encoded = base64.b64encode(content).decode()
        yield wire.Figure(name=path.name, address=f"data:image/{kind};base64,{encoded}")

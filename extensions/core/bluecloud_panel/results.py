"""What a run left: its files, its notebook and figures, its capsule, and what it took."""

import base64
import json
import statistics
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

from bluecloud import runs
from bluecloud.service import Service
from bluecloud_panel import run_wire as wire
from bluecloud_panel.asking import service
from bluecloud_panel.errors import HomeNotWritable, ServiceRefused
from bluecloud_panel.runs import as_told, succeeded
from bluecloud_panel.wire import Notebook

_FOLDER = "runs"  # of the home
_LOOKED_AT = 10  # earlier runs whose use is asked for
_PICTURES = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".svg": "svg+xml", ".gif": "gif"}
_IN_CELLS = tuple(f"image/{kind}" for kind in ("png", "jpeg", "svg+xml", "gif"))
_INTERACTIVE = (
    "application/vnd.holoviews_exec",
    "application/vnd.bokehjs_exec",
    "application/vnd.plotly",
)
_MOST_NOTEBOOK = 64 * 2**20
_MOST_PICTURES = 24
_MOST_BYTES = 8 * 2**20  # of all pictures of a run, as they are


class ResultsDesk:
    """Tells of what runs left, and brings it into the home."""

    def __init__(self, home: Path) -> None:
        self._home = home

    def detail(self, run: str) -> wire.RunDetail:
        """A run with its parameters and what it left."""
        with service() as asked:
            found = runs.get(run, service=asked)
            whole = found.whole
        usage, why = whole["usage"] or {}, whole["why"] or {}
        return wire.RunDetail(
            run=as_told(found, next_step=str(why.get("next_step", ""))),
            version=whole["version"],
            notebook_sha256=whole["notebook_sha256"],
            parameters=whole["parameters"],
            outputs=tuple(wire.Output(**output) for output in whole["outputs"]),
            outputs_words=whole["outputs_words"],
            wall_s=usage.get("wall_s"),
            peak_bytes=usage.get("peak_bytes") or None,
        )

    def earlier(self, name: str) -> wire.Earlier:
        """What the person's earlier runs of an analysis took, those that succeeded."""
        with service() as asked:
            own = [run for run in succeeded(asked) if run.notebook == f"{name}.ipynb"]
            used = [run.whole for run in own[:_LOOKED_AT]]
        usages = [whole["usage"] for whole in used if whole["usage"]]
        return wire.Earlier(
            runs=len(own),
            seconds=_spread([usage["wall_s"] for usage in usages]),
            memory_bytes=_spread([u["peak_bytes"] for u in usages if u["peak_bytes"]]),
            output_bytes=_spread([sum(o["bytes"] for o in whole["outputs"]) for whole in used]),
        )

    def fetch(self, run: str) -> Notebook:
        """Bring what a run left into the home, and give its executed notebook."""
        with service() as asked:
            try:
                brought = runs.get(run, service=asked).fetch(self._home / _FOLDER)
            except OSError as error:
                raise self._unwritten(run, error) from error
        return Notebook(path=brought[0].relative_to(self._home).as_posix())

    def bring_capsule(self, run: str) -> wire.Brought:
        """Bring the capsule of a run into the home, each file held against its record."""
        with service() as asked:
            try:
                brought = runs.get(run, service=asked).capsule(self._home / _FOLDER)
            except OSError as error:
                raise self._unwritten(run, error) from error
        return wire.Brought(path=brought.relative_to(self._home).as_posix())

    def capsule(self, run: str) -> bytes:
        """The capsule of a run as one archive."""
        with service() as asked, tempfile.TemporaryDirectory() as folder:
            return runs.get(run, service=asked).capsule(folder, packed=True).read_bytes()

    def figures(self, run: str) -> wire.Figures:
        """The pictures in a run's executed notebook and among its files."""
        with service() as asked:
            found = runs.get(run, service=asked)
            cells = _cells(asked, run)
            drawn = [*_in_cells(cells), *_in_files(asked, found)]
        shown: list[wire.Figure] = []
        total = 0
        for figure in drawn:
            total += len(figure.address)
            if len(shown) < _MOST_PICTURES and total <= _MOST_BYTES:
                shown.append(figure)
        left = len(drawn) - len(shown)
        return wire.Figures(
            figures=tuple(shown),
            interactive=sum(1 for cell in cells if _is_interactive(cell)),
            words=f"{left} more pictures are in its notebook and files." if left else "",
        )

    def _unwritten(self, run: str, error: OSError) -> HomeNotWritable:
        return HomeNotWritable(
            f"{_FOLDER}/{run} cannot be written to your home: {error.strerror or error}"
        )


def _spread(numbers: Sequence[float]) -> wire.Spread | None:
    if not numbers:
        return None
    return wire.Spread(median=statistics.median(numbers), least=min(numbers), most=max(numbers))


def _cells(asked: Service, run: str) -> list[dict[str, Any]]:
    """The code cells of a run's notebook, as far as it was executed."""
    content = b""
    with asked.stream(f"/runs/{run}/notebook") as answer:
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > _MOST_NOTEBOOK:
                raise ServiceRefused(f"the notebook of {run} is too large to look for pictures in")
    try:
        cells = json.loads(content)["cells"]
        return [dict(cell) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ServiceRefused(f"the notebook of {run} cannot be read: {error!r}") from error


def _data(cell: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for output in cell.get("outputs", []):
        if isinstance(data := output.get("data"), dict):
            yield data


def _is_interactive(cell: dict[str, Any]) -> bool:
    """Whether scripts draw a figure of the cell; what only loads them has no text beside it."""
    return any(
        "text/plain" in data and any(kind.startswith(_INTERACTIVE) for kind in data)
        for data in _data(cell)
    )


def _in_cells(cells: Sequence[dict[str, Any]]) -> Iterator[wire.Figure]:
    for number, cell in enumerate(cells, 1):
        for data in _data(cell):
            kind = next((each for each in _IN_CELLS if each in data), None)
            if kind is None:
                continue
            text = "".join(data[kind])
            if kind == "image/svg+xml":
                text = base64.b64encode(text.encode()).decode()
            address = f"data:{kind};base64,{''.join(text.split())}"
            yield wire.Figure(name=f"{cell.get('id', '')} ({number})".strip(), address=address)


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

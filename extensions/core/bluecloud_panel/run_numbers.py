"""What can be compared of two runs number by number: printed results, and their small tables."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import quote

from bluecloud import runs
from bluecloud.service import Service
from bluecloud_panel import run_wire as wire
from bluecloud_panel.printed_results import results_of, sentences_of
from bluecloud_panel.run_cells import data_of, joined, name_of

_TABLES = {".csv", ".tsv"}
_MOST_TABLE = 100_000  # bytes: a table that one compares by eye
_MOST_TABLES = 10
_MOST_PRINTED = 4_000  # characters of one cell
_MOST_CELLS = 40


def numbers_of(asked: Service, run: runs.Run, cells: Sequence[dict[str, Any]]) -> wire.Numbers:
    """What a run printed as its results and its small tables, up to what one compares by eye."""
    printed = list(_printed(cells))
    files = [output for output in run.whole["outputs"] if _is_table(output["path"])]
    small = [output for output in files if output["bytes"] <= _MOST_TABLE]
    shown = small[:_MOST_TABLES]
    left = len(files) - len(shown)
    return wire.Numbers(
        printed=tuple(printed[:_MOST_CELLS]),
        tables=tuple(_table(asked, run.id, output["path"]) for output in shown),
        words=f"Too long or too many to be compared here: {left} of its tables." if left else "",
    )


def _is_table(path: str) -> bool:
    return PurePosixPath(path).suffix.lower() in _TABLES


def _table(asked: Service, run: str, path: str) -> wire.Written:
    with asked.stream(f"/runs/{run}/outputs/{quote(path)}") as answer:
        content = b"".join(answer.iter_bytes())
    return wire.Written(name=path, text=content.decode("utf-8-sig", errors="replace"))


def _printed(cells: Sequence[dict[str, Any]]) -> Iterator[wire.Written]:
    for number, cell in enumerate(cells, 1):
        text = "\n".join(_results(cell))
        if text:
            yield wire.Written(name=name_of(cell, number), text=text[:_MOST_PRINTED])


def _results(cell: dict[str, Any]) -> Iterator[str]:
    for output in cell.get("outputs", []):
        if output.get("output_type") == "stream" and output.get("name") == "stdout":
            yield from results_of(joined(output.get("text", "")))
    for data in data_of(cell):
        # Beside anything else, the plain text is how a table, a figure or an object looks in print.
        if set(data) == {"text/markdown", "text/plain"}:
            yield from sentences_of(joined(data["text/markdown"]))
        elif set(data) == {"text/plain"}:
            yield from results_of(joined(data["text/plain"]).strip("'\""))

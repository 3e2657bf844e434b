"""The code cells of a run's notebook, as far as it was executed."""

import json
from collections.abc import Iterator
from typing import Any

from bluecloud.service import Service
from bluecloud_panel.errors import ServiceRefused

_MOST_NOTEBOOK = 64 * 2**20


def cells_of(asked: Service, run: str) -> list[dict[str, Any]]:
    """The code cells, each as a notebook's file has it.

    Raises
    ------
    ServiceRefused
        If the notebook is no notebook, or too large to be looked through.
    """
    content = b""
    with asked.stream(f"/runs/{run}/notebook") as answer:
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > _MOST_NOTEBOOK:
                raise ServiceRefused(f"the notebook of {run} is too large to be looked through")
    try:
        cells = json.loads(content)["cells"]
        return [dict(cell) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ServiceRefused(f"the notebook of {run} cannot be read: {error!r}") from error


def data_of(cell: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """What a cell shows, each output with its kinds."""
    for output in cell.get("outputs", []):
        if isinstance(data := output.get("data"), dict):
            yield data


def name_of(cell: dict[str, Any], number: int) -> str:
    """What a cell is called, with its number among those of code."""
    return f"{cell.get('id', '')} ({number})".strip()


def joined(text: Any) -> str:
    """A text that a file may keep as a list of lines."""
    return "".join(text) if isinstance(text, list) else str(text)

"""A curated notebook: what is given to a candidate to execute, and what is believed of the result.

The service itself takes the notebook out of the image, adds a last cell whose answer cannot be
known before, and reads the executed notebook itself. So a run counts if the cells are the ones
that were given, each was executed, none raised, and the sum in the last one is right. That a
program said all went well counts for nothing.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from bluecloud_runner import parameter_form

from .report import plain


class NoNotebook(ValueError):  # noqa: N818 - named for what is true
    """What should be a notebook is none."""


@dataclass(frozen=True)
class Given:
    """A notebook as it is given to a candidate, and what its last cell has to answer."""

    content: bytes
    cells: tuple[tuple[str, str], ...]
    answer: str


def given(source: bytes) -> Given:
    """A notebook with a last cell to which only its execution has the answer.

    Raises
    ------
    NoNotebook
        If it is none.
    """
    notebook = _notebook(source)
    one, other = 2 * secrets.randbelow(400_000) + 100_000, 10 * secrets.randbelow(9_000) + 5
    last: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
        # In Python and in R alike, which would shorten a number that ends in noughts.
        "source": f"print({one} + {other})",
    }
    if any("id" in cell for cell in notebook["cells"]):
        last["id"] = secrets.token_hex(4)
    notebook["cells"].append(last)
    return Given(json.dumps(notebook).encode(), _cells(notebook), str(one + other))


def faults_of_parameters(source: bytes) -> list[str]:
    """What a person could not be asked for, in words; empty where the parameters can be read.

    Raises
    ------
    NoNotebook
        If it is none.
    """
    try:
        problems = parameter_form(_notebook(source)).problems
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        raise NoNotebook(f"its cells are not those of a notebook: {error}") from error
    return [
        f"line {each.line} of the parameters cell: {each.message}" if each.line else each.message
        for each in problems
    ]


def fault_of_executed(executed: bytes | None, given: Given) -> str:
    """Why an executed notebook is none that ran to its end; empty where it is."""
    if executed is None:
        return "it left no executed notebook"
    try:
        notebook = _notebook(executed)
    except NoNotebook as error:
        return f"what it left is no notebook: {error}"
    for number, cell in enumerate(notebook["cells"], 1):
        for output in _outputs(cell):
            if output.get("output_type") == "error":
                return (
                    f"cell {number} raised {plain(str(output.get('ename')))}: "
                    f"{plain(str(output.get('evalue')))[:1000]}"
                )
    if _cells(notebook) != given.cells:
        return "the executed notebook is not the one that was given"
    code = [cell for cell in notebook["cells"] if cell.get("cell_type") == "code"]
    for number, cell in enumerate(code, 1):
        if _source(cell).strip() and not isinstance(cell.get("execution_count"), int):
            return f"code cell {number} of {len(code)} was not executed"
    said = "".join(_text(output.get("text", "")) for output in _outputs(code[-1]))
    if given.answer not in said:
        return "the sum that was added as a last cell was not worked out"
    return ""


def _notebook(content: bytes) -> dict[str, Any]:
    try:
        notebook = json.loads(content)
    except (ValueError, RecursionError) as error:
        raise NoNotebook(f"it is not JSON: {error}") from None
    cells = notebook.get("cells") if isinstance(notebook, dict) else None
    if not isinstance(cells, list) or not all(isinstance(cell, dict) for cell in cells):
        raise NoNotebook("it has no list of cells")
    return dict(notebook)


def _cells(notebook: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple((str(cell.get("cell_type")), _source(cell)) for cell in notebook["cells"])


def _source(cell: Mapping[str, Any]) -> str:
    return _text(cell.get("source", ""))


def _text(value: object) -> str:
    return "".join(map(str, value)) if isinstance(value, list) else str(value)


def _outputs(cell: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    outputs = cell.get("outputs")
    return [each for each in outputs if isinstance(each, dict)] if isinstance(outputs, list) else []

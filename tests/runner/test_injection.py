"""Values go where papermill puts them, and mean what the form said."""

from pathlib import Path
from typing import Any

import nbformat
import pytest
from papermill.iorw import load_notebook_node
from papermill.parameterize import parameterize_notebook

from bluecloud_runner import NotebookError, with_parameters


def notebook(source: str = "years = (1991, 2020)\nname = 'a'\n") -> nbformat.NotebookNode:
    cells = [
        nbformat.v4.new_markdown_cell("# Title"),
        nbformat.v4.new_code_cell(source, metadata={"tags": ["parameters"]}),
        nbformat.v4.new_code_cell("print(name)"),
    ]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    return nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})


def meant(cell: dict[str, Any]) -> dict[str, object]:
    namespace: dict[str, object] = {}
    exec(cell["source"], namespace)  # noqa: S102 - what a kernel would do with the cell
    namespace.pop("__builtins__")
    return namespace


VALUES = {
    "name": 'a "quoted" \\ line\nand é',
    "n": 3,
    "x": 0.1,
    "b": True,
    "o": None,
    "l": [1, "a"],
}


def test_place_tag_and_meaning_are_papermills(tmp_path: Path) -> None:
    path = tmp_path / "a.ipynb"
    nbformat.write(notebook(), path)
    theirs = parameterize_notebook(load_notebook_node(str(path)), VALUES)

    ours = with_parameters(notebook(), VALUES)

    nbformat.validate(nbformat.from_dict(ours))
    assert ours["cells"][2]["metadata"]["tags"] == theirs.cells[2].metadata.tags
    assert meant(ours["cells"][2]) == meant(theirs.cells[2]) == VALUES


def test_values_injected_earlier_are_replaced() -> None:
    once = with_parameters(notebook(), {"name": "b"})
    twice = with_parameters(once, {"name": "c"})
    assert len(twice["cells"]) == 4
    assert meant(twice["cells"][2]) == {"name": "c"}


def test_the_notebook_given_is_left_as_it_was() -> None:
    given = notebook()
    with_parameters(given, {"name": "b"})
    assert given == {**notebook(), "cells": given["cells"]}
    assert len(given["cells"]) == 3


def test_a_declared_tuple_arrives_as_a_tuple() -> None:
    cell = with_parameters(notebook(), {"years": [2001, 2010]})["cells"][2]
    assert meant(cell) == {"years": (2001, 2010)}


def test_a_declared_int_arrives_as_an_int() -> None:
    source = "n: int = 1\npairs: list[tuple[int, float]] = []\nx: float = 1.0"
    cell = with_parameters(notebook(source), {"n": 12.0, "pairs": [[2.0, 3.0]], "x": 4.0})["cells"]
    assert repr(meant(cell[2])) == "{'n': 12, 'pairs': [(2, 3.0)], 'x': 4.0}"


def test_numbers_without_a_literal_are_written_as_calls() -> None:
    cell = with_parameters(notebook("x = 1.0"), {"x": float("-inf")})["cells"][2]
    assert meant(cell) == {"x": float("-inf")}


def test_text_cannot_become_code() -> None:
    cell = with_parameters(notebook(), {"name": "'; import os; x = '"})["cells"][2]
    assert meant(cell) == {"name": "'; import os; x = '"}


def test_a_notebook_without_parameters_is_refused() -> None:
    with pytest.raises(NotebookError, match="tagged 'parameters'"):
        with_parameters(nbformat.v4.new_notebook(), {})

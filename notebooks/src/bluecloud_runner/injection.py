"""A notebook with other parameters, exactly where papermill puts them.

The cell's place, tag and first line are papermill's, so that either can re-run what the other
wrote. The values are not: papermill writes a tuple as a string and, because a request is JSON,
would give a list where the notebook declares a tuple, and a float where it declares an int: to
JSON Schema, 12.0 is an integer.
"""

import copy
from collections.abc import Mapping
from itertools import zip_longest
from typing import Any

import nbformat

from bluecloud_runner._r import literal as r_literal
from bluecloud_runner.errors import NotebookError
from bluecloud_runner.parameters import language, parameter_form, tagged_cell

TAG = "injected-parameters"


def with_parameters(notebook: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    """A copy of the notebook that runs with the values.

    They follow the ``parameters`` cell in a cell of their own; one injected earlier is
    replaced. The values are taken as they are: `check` comes first.

    Raises
    ------
    NotebookError
        If no cell is tagged ``parameters``.
    """
    place = tagged_cell(notebook, "parameters")
    if place is None:
        raise NotebookError("no cell is tagged 'parameters': values have nowhere to go")
    declared = parameter_form(notebook).schema["properties"]
    lines = ["# Parameters"]
    literal = r_literal if language(notebook) == "r" else _literal
    for name, value in values.items():
        lines.append(f"{name} = {literal(_as_declared(value, declared.get(name)))}")
    result: dict[str, Any] = copy.deepcopy(dict(notebook))
    cell = nbformat.v4.new_code_cell("\n".join(lines) + "\n", metadata={"tags": [TAG]})
    if result.get("nbformat_minor", 0) < 5:
        del cell["id"]  # the format had none before 4.5
    earlier = tagged_cell(result, TAG)
    if earlier is None:
        result["cells"].insert(place + 1, cell)
    else:
        result["cells"][earlier] = cell
    return result


def _as_declared(value: Any, schema: Any) -> Any:
    """A value in the type that Python declares it with: tuples, and whole numbers as ints."""
    if not isinstance(schema, Mapping):
        return value
    if isinstance(value, list):
        inner = schema.get("items")
        each = inner if isinstance(inner, list) else [inner] * len(value)
        found = [_as_declared(one, of) for one, of in zip_longest(value, each[: len(value)])]
        return tuple(found) if schema.get("x-python") == "tuple" else found
    kinds = schema.get("type", [])
    is_whole = isinstance(value, float) and value.is_integer()
    if is_whole and "integer" in kinds and "number" not in kinds:
        return int(value)
    return value


def _literal(value: object) -> str:
    """Python that evaluates to the value; JSON's NaN and infinities have no literal."""
    if isinstance(value, float) and value != value:
        return "float('nan')"
    if isinstance(value, float) and value in (float("inf"), float("-inf")):
        return f"float('{value}')"
    if isinstance(value, list):
        return "[" + ", ".join(_literal(item) for item in value) + "]"
    if isinstance(value, tuple):
        return "(" + ", ".join(_literal(item) for item in value) + ("," * (len(value) == 1)) + ")"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_literal(item)}" for key, item in value.items()) + "}"
    return repr(value)

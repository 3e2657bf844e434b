"""What a notebook may be asked, read from its ``parameters`` cell.

The cell is parsed and never executed. Papermill's own inspection reads it line by line with a
regular expression and loses what does not fit one (a value with ``=`` or ``#`` in it, a
default over several lines, a type it cannot spell), without a word; here the syntax tree is
read, papermill's comment convention is kept, and whatever cannot be asked for is a `Problem`
for the notebook's author.

The notebook's metadata may say more than Python can: ``parameters_schema.properties`` is laid
over what was read, for units, titles and bounds. A notebook in R has no annotations: its types
are those of its defaults, and of the metadata where they say more.
"""

import ast
import io
import json
import math
import re
import tokenize
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from bluecloud_runner import _r
from bluecloud_runner._annotations import (
    Schema,
    schema_of_annotation,
    schema_of_text,
    schema_of_value,
)
from bluecloud_runner.checks import check, schema_fault
from bluecloud_runner.relations import relation_fault

ProblemKind = Literal[
    "no-cell",
    "syntax",
    "statement",
    "computed",
    "not-literal",
    "no-type",
    "default",
    "overlay",
    "kernel",
]


@dataclass(frozen=True)
class Problem:
    """One thing the author of a notebook should correct.

    Attributes
    ----------
    kind
        Which rule is broken; tools sort by it.
    message
        What, which value, what is allowed.
    line
        Line of the parameters cell, from 1; None where no line is to blame.
    """

    kind: ProblemKind
    message: str
    line: int | None = None


@dataclass(frozen=True)
class ParameterForm:
    """What a notebook asks: a JSON Schema (draft-07) and what its author should correct."""

    schema: Schema
    problems: tuple[Problem, ...] = ()


def tagged_cell(notebook: Mapping[str, Any], tag: str) -> int | None:
    """The index of the first cell with the tag, or None."""
    for index, cell in enumerate(notebook.get("cells", [])):
        tags = cell.get("metadata", {}).get("tags", [])
        if isinstance(tags, list) and tag in tags:
            return index
    return None


def language(notebook: Mapping[str, Any]) -> str:
    """The language of a notebook's code, in lower case; Python where it does not say."""
    metadata = notebook.get("metadata", {})
    said = _inner(metadata, "kernelspec").get("language")
    return str(said or _inner(metadata, "language_info").get("name") or "python").lower()


def _inner(said: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object within another; an empty one where there is none."""
    found = said.get(name)
    return found if isinstance(found, Mapping) else {}


def parameter_form(notebook: Mapping[str, Any], *, title: str = "Parameters") -> ParameterForm:
    """The form of a notebook's parameters, in the order of their cell.

    A parameter without a default is required. Names that are not parameters are refused
    (``additionalProperties`` is false): a typing error would else run with the default.
    """
    index = tagged_cell(notebook, "parameters")
    if index is None:
        missing = Problem("no-cell", "no cell is tagged 'parameters': nothing can be asked")
        return ParameterForm(_object_schema(title, {}, []), (missing,))
    cell = _Cell(notebook["cells"][index]["source"])
    overlay = notebook.get("metadata", {}).get("parameters_schema", {})
    if isinstance(overlay, Mapping):
        overlay = overlay.get("properties", {})
    if language(notebook) == "r":
        cell.read_r(overlay if isinstance(overlay, Mapping) else {})
    else:
        cell.read()
    cell.lay_over(overlay)
    return ParameterForm(
        _object_schema(title, cell.properties, cell.required), tuple(cell.problems)
    )


def _object_schema(title: str, properties: dict[str, Schema], required: list[str]) -> Schema:
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "object",
        "title": title,
        "properties": properties,
        "required": required,
        "additionalProperties": False,
    }


class _Cell:
    """The parameters cell while it is being read."""

    def __init__(self, source: str | Sequence[str]) -> None:
        self.source = source if isinstance(source, str) else "".join(source)
        self.properties: dict[str, Schema] = {}
        self.required: list[str] = []
        self.problems: list[Problem] = []

    def read(self) -> None:
        try:
            tree = ast.parse(self.source)
        except SyntaxError as error:
            self._report("syntax", f"the parameters cell is not Python: {error.msg}", error.lineno)
            return
        except ValueError as error:  # it has characters that no source has
            self._report("syntax", f"the parameters cell is not Python: {error}")
            return
        comments = _comments(self.source)
        for statement in tree.body:
            comment = comments.get(statement.end_lineno or statement.lineno, "")
            self._read_statement(statement, comment)

    def read_r(self, overlay: Mapping[str, Schema]) -> None:
        for line in _r.lines(self.source):
            if not line.name:
                message = f"{line.value!r} is no parameter: only 'name <- literal' is"
                self._report("statement", message, line.number)
                continue
            try:
                default = _as_json(_r.value_of(line.value))
                schema = schema_of_value(default) or {"type": ["string", "null"]}
            except ValueError:
                # What the metadata say of it is enough, if they say the default.
                schema = dict(_inner(overlay, line.name))
                if not {"type", "default"} <= set(schema):
                    self._report(
                        "not-literal",
                        f"the default of {line.name!r} is no literal of R that JSON can carry: a "
                        "number, text, TRUE, FALSE, NULL, or c() or list() of them; or "
                        "parameters_schema must give its type and default",
                        line.number,
                    )
                    continue
                default = schema["default"]
            self._add(line.name, schema, line.comment, default)

    def _read_statement(self, statement: ast.stmt, comment: str) -> None:
        match statement:
            case ast.AnnAssign(target=ast.Name(id=name), annotation=annotation, value=value):
                self._read_parameter(name, annotation, value, comment, statement.lineno)
            case ast.Assign(targets=[ast.Name(id=name)], value=value):
                self._read_parameter(name, None, value, comment, statement.lineno)
            case ast.Import() | ast.ImportFrom() | ast.Expr(value=ast.Constant()):
                pass  # what annotations need, and prose
            case _:
                first_line = ast.unparse(statement).splitlines()[0]
                self._report(
                    "statement",
                    f"{first_line!r} is no parameter: only 'name: type = literal' is",
                    statement.lineno,
                )

    def _read_parameter(
        self,
        name: str,
        annotation: ast.expr | None,
        value: ast.expr | None,
        comment: str,
        line: int,
    ) -> None:
        written, help_text = _type_comment(comment)
        if value is not None:
            used = [node.id for node in ast.walk(value) if isinstance(node, ast.Name)]
            if parents := [other for other in used if other in self.properties]:
                self._report(
                    "computed",
                    f"{name!r} is computed from {parents[0]!r} and would keep the default's "
                    "value when that is changed: compute it in the next cell",
                    line,
                )
                return
        try:
            python_default = ast.literal_eval(value) if value is not None else None
            default = _as_json(python_default)
        except (ValueError, TypeError):
            self._report(
                "not-literal",
                f"the default of {name!r} is no literal that JSON can carry: a number, text, "
                "True, False, None, or a list, tuple or dict of them",
                line,
            )
            return
        schema = schema_of_annotation(annotation) if annotation is not None else None
        schema = schema or written or schema_of_value(python_default)
        if schema is None:
            self._report("no-type", f"{name!r} has no type a form can ask for: text is asked", line)
            schema = {"type": ["string", "null"]}
        if value is None:
            self.required.append(name)
            self._add(name, schema, help_text)
        else:
            self._add(name, schema, help_text, default)

    def _add(self, name: str, schema: Schema, help_text: str, *default: object) -> None:
        if schema.get("type") == "array" and "items" not in schema:
            # A form needs to know what to ask for; text where nothing says.
            implied = (schema_of_value(default[0]) if default else None) or {}
            schema["items"] = implied.get("items", {"type": "string"})
        if help_text:
            schema.setdefault("description", help_text)
        if default:
            schema["default"] = default[0]
        self.properties[name] = schema

    def lay_over(self, overlay: object) -> None:
        if not isinstance(overlay, Mapping):
            self._report("overlay", "parameters_schema.properties is no object of parameters")
            overlay = {}
        for name, more in overlay.items():
            if name not in self.properties:
                known = ", ".join(self.properties) or "none"
                self._report(
                    "overlay", f"parameters_schema names {name!r}, but the parameters are: {known}"
                )
            elif fault := schema_fault(more):
                self._report("overlay", f"parameters_schema of {name!r}: {fault}")
            else:
                self.properties[name].update(more)
        for name in self.properties:
            if fault := relation_fault(name, self.properties):
                self._report("overlay", f"parameters_schema of {name!r}: {fault}")
        self._check_types()
        self._check_defaults()

    def _check_types(self) -> None:
        """See that values can be held to what annotations and metadata said; ask for text else."""
        for name, schema in self.properties.items():
            if fault := schema_fault(schema):
                self._report("no-type", f"the type of {name!r} cannot be held to: {fault}")
                kept = {word: said for word, said in schema.items() if word == "default"}
                self.properties[name] = {"type": ["string", "null"], **kept}

    def _check_defaults(self) -> None:
        whole = _object_schema("", self.properties, [])
        defaults = {n: p["default"] for n, p in self.properties.items() if "default" in p}
        for error in check(whole, defaults):
            self._report("default", f"the default of {error.field!r} is refused: {error.message}")

    def _report(self, kind: ProblemKind, message: str, line: int | None = None) -> None:
        self.problems.append(Problem(kind, message, line))


def _as_json(value: object) -> object:
    """A default as JSON has it: a tuple is a list there."""
    if isinstance(value, list | tuple):
        return [_as_json(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _as_json(item) for key, item in value.items()}
    if value is None or isinstance(value, str | bool | int):
        # A ValueError: more digits than Python reads again, or half a character.
        json.dumps(value, ensure_ascii=False).encode()
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise ValueError(f"JSON has no {value!r}")


def _comments(source: str) -> dict[int, str]:
    """The comment that ends each line, without its ``#``."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return {
        token.start[0]: token.string.lstrip("#").strip()
        for token in tokens
        if token.type == tokenize.COMMENT
    }


def _type_comment(comment: str) -> tuple[Schema | None, str]:
    """The type and the help of ``type: list[int] help``; the longest prefix that is a type."""
    marked = re.match(r"type:\s*", comment)
    if not marked:
        return None, comment
    words = comment[marked.end() :].split(" ")
    for size in range(len(words), 0, -1):
        if schema := schema_of_text(" ".join(words[:size])):
            return schema, " ".join(words[size:]).strip()
    return None, " ".join(words)

"""JSON Schema of a type annotation, read from its syntax tree.

Draft-07 and not 2020-12, which is what pydantic would give: JupyterLab renders forms with
rjsf 5, which draws ``items: [...]`` and ``type: ["string", "null"]`` and refuses
``prefixItems`` and a typeless ``{}``. JSON has no tuples: ``x-python`` marks what the
notebook declares as one.
"""

import ast
from collections.abc import Callable
from typing import Any

Schema = dict[str, Any]

_NAMES: dict[str, Schema] = {
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "bool": {"type": "boolean"},
    "str": {"type": "string"},
    "dict": {"type": "object"},
    "list": {"type": "array"},
    "tuple": {"type": "array", "x-python": "tuple"},
    "Path": {"type": "string"},
    "date": {"type": "string", "format": "date"},
    "datetime": {"type": "string", "format": "date-time"},
}

# How pydantic's Field says a bound, and how JSON Schema does.
_BOUNDS = {
    "ge": "minimum",
    "gt": "exclusiveMinimum",
    "le": "maximum",
    "lt": "exclusiveMaximum",
    "multiple_of": "multipleOf",
    "min_length": "minLength",
    "max_length": "maxLength",
    "pattern": "pattern",
    "title": "title",
    "description": "description",
}


def schema_of_annotation(node: ast.expr) -> Schema | None:
    """The schema of an annotation, or None if it is no type a form can ask for."""
    if isinstance(node, ast.Constant):
        if node.value is None:
            return {"type": "null"}
        return schema_of_text(node.value) if isinstance(node.value, str) else None
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        return _union([node.left, node.right])
    if isinstance(node, ast.Subscript):
        arguments = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        build = _GENERICS.get(_last_name(node.value))
        return build(arguments) if build else None
    known = _NAMES.get(_last_name(node))
    return dict(known) if known else None


def schema_of_text(text: str) -> Schema | None:
    """The schema of an annotation written as text, as in ``# type: int``."""
    try:
        return schema_of_annotation(ast.parse(text.strip(), mode="eval").body)
    except SyntaxError:
        return None


def schema_of_value(value: object) -> Schema | None:
    """The schema a default implies where no type is written, or None for None.

    A bool is asked first, because it is an int to Python.
    """
    if isinstance(value, bool):
        return {"type": "boolean"}
    if isinstance(value, int):
        return {"type": "integer"}
    if isinstance(value, float):
        return {"type": "number"}
    if isinstance(value, str):
        return {"type": "string"}
    if isinstance(value, dict):
        return {"type": "object"}
    if isinstance(value, list | tuple):
        items = _common([schema_of_value(item) for item in value])
        kind = {"x-python": "tuple"} if isinstance(value, tuple) else {}
        return {"type": "array", **({"items": items} if items else {}), **kind}
    return None


def _common(schemas: list[Schema | None]) -> Schema | None:
    """The one schema that all have; integers among numbers are numbers."""
    distinct = [schema for n, schema in enumerate(schemas) if schema not in schemas[:n]]
    if len(distinct) == 2 and {"type": "integer"} in distinct and {"type": "number"} in distinct:
        return {"type": "number"}
    return distinct[0] if len(distinct) == 1 else None


def _last_name(node: ast.expr) -> str:
    """``date`` of ``date`` and of ``datetime.date``."""
    return ast.unparse(node).rpartition(".")[2]


def _union(nodes: list[ast.expr]) -> Schema | None:
    parts = [schema_of_annotation(node) for node in nodes]
    found = [part for part in parts if part is not None]
    if len(found) < len(parts):
        return None
    if all(set(part) == {"type"} for part in found):
        names = [part["type"] for part in found]
        return {"type": [n for name in names for n in (name if isinstance(name, list) else [name])]}
    others = [part for part in found if part != {"type": "null"}]
    if len(others) == 1 and isinstance(others[0].get("type"), str):
        # One field that may stay empty; an `anyOf` would be drawn as a chooser.
        other = others[0]
        empty = {"enum": [*other["enum"], None]} if "enum" in other else {}
        return {**other, "type": [other["type"], "null"], **empty}
    return {"anyOf": found}


def _literal(arguments: list[ast.expr]) -> Schema | None:
    try:
        values = [ast.literal_eval(argument) for argument in arguments]
    except ValueError:
        return None
    common = _common([schema_of_value(value) for value in values])
    return {**(common or {}), "enum": values}


def _array(arguments: list[ast.expr]) -> Schema | None:
    items = schema_of_annotation(arguments[0])
    return {"type": "array", "items": items} if items else None


def _tuple(arguments: list[ast.expr]) -> Schema | None:
    last = arguments[-1]
    if isinstance(last, ast.Constant) and last.value is Ellipsis:
        array = _array(arguments)
        return {**array, "x-python": "tuple"} if array else None
    items = [schema_of_annotation(argument) for argument in arguments]
    if None in items:
        return None
    size = len(items)
    return {
        "type": "array",
        "items": items,
        "minItems": size,
        "maxItems": size,
        "additionalItems": False,
        "x-python": "tuple",
    }


def _object(arguments: list[ast.expr]) -> Schema | None:
    values = schema_of_annotation(arguments[-1])
    return {"type": "object", "additionalProperties": values} if values else None


def _annotated(arguments: list[ast.expr]) -> Schema | None:
    schema = schema_of_annotation(arguments[0])
    if schema is None:
        return None
    for note in arguments[1:]:
        if isinstance(note, ast.Constant) and isinstance(note.value, str):
            schema.setdefault("description", note.value)
        elif isinstance(note, ast.Call):
            for keyword in note.keywords:
                if keyword.arg in _BOUNDS and isinstance(keyword.value, ast.Constant | ast.UnaryOp):
                    schema[_BOUNDS[keyword.arg]] = ast.literal_eval(keyword.value)
    return schema


_GENERICS: dict[str, Callable[[list[ast.expr]], Schema | None]] = {
    "Annotated": _annotated,
    "Dict": _object,
    "List": _array,
    "Literal": _literal,
    "Optional": lambda arguments: _union([arguments[0], ast.Constant(None)]),
    "Sequence": _array,
    "Tuple": _tuple,
    "Union": _union,
    "dict": _object,
    "list": _array,
    "tuple": _tuple,
}

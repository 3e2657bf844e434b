"""Whether a set of values may be given to a notebook.

The server checks what the form has already checked: a request need not come from the form. Nor
is a schema trusted, for whoever wrote the notebook wrote it: nothing it names is fetched, and its
patterns are held to by an engine whose time is linear in the text. Python's own can take hours
over forty letters, and everything waits for it.

A multiple is one of the decimals as they are written: 0.3 of 0.1.
"""

import datetime
import functools
import itertools
import math
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import SchemaError, ValidationError
from jsonschema.validators import extend
from pydantic_core import SchemaError as NoPattern
from pydantic_core import SchemaValidator, core_schema
from referencing import Registry

from bluecloud_runner.relations import out_of_order

_MOST_TOLD = 400  # characters of a message; a value may be megabytes long
_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
# In these, everything is a value and nothing is a schema.
_VALUES = frozenset({"default", "enum", "const", "examples"})
_NAMED = frozenset({"properties", "definitions", "dependencies"})
_UNREAD = frozenset({"$ref", "$id", "patternProperties"})

_formats = FormatChecker(formats=())


@_formats.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    if not isinstance(value, str):
        return True
    return bool(_DATE.fullmatch(value)) and bool(datetime.date.fromisoformat(value))


@_formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.datetime.fromisoformat(value))


@functools.lru_cache(maxsize=256)
def _pattern(text: str) -> SchemaValidator:
    return SchemaValidator(core_schema.str_schema(pattern=text, regex_engine="rust-regex"))


def _matches(validator: Any, pattern: str, value: Any, _: Any) -> Iterator[ValidationError]:
    if validator.is_type(value, "string") and not _pattern(pattern).isinstance_python(value):
        yield ValidationError(f"{value!r} does not match {pattern!r}")


def _is_multiple(validator: Any, step: float, value: Any, _: Any) -> Iterator[ValidationError]:
    if not validator.is_type(value, "number") or not math.isfinite(step):
        return
    if (isinstance(value, int) or math.isfinite(value)) and _exactly(value) % _exactly(step):
        yield ValidationError(f"{value!r} is not a multiple of {step!r}")


def _exactly(number: float) -> Fraction:
    return Fraction(number) if isinstance(number, int) else Fraction(repr(number))


_Validator = extend(Draft7Validator, {"pattern": _matches, "multipleOf": _is_multiple})


@dataclass(frozen=True)
class FieldError:
    """One value that is not allowed.

    Attributes
    ----------
    field
        The parameter; empty where the whole set is to blame.
    message
        What is wrong, with the value.
    allowed
        What would be right, in words; empty where the message says it.
    """

    field: str
    message: str
    allowed: str = ""


def check(schema: Mapping[str, Any], values: Mapping[str, Any]) -> list[FieldError]:
    """What is wrong with the values, in the order of the schema's fields; empty if all is well."""
    validator = _Validator(schema, format_checker=_formats, registry=Registry())
    order = {name: n for n, name in enumerate(schema.get("properties", {}))}
    errors = [said for error in validator.iter_errors(values) for said in _told(error, values)]
    # JSON Schema has no word for them, and Python's JSON reads them.
    errors += [
        FieldError(name, f"{number!r} is no finite number", "a finite number")
        for name, value in values.items()
        for number in _not_finite(value)
    ]
    errors += [FieldError(*said) for said in out_of_order(schema, values)]
    return sorted(errors, key=lambda error: (order.get(error.field, len(order)), error.field))


def schema_fault(schema: object) -> str:
    """Why values cannot be held to the schema of a parameter; empty where they can."""
    if not isinstance(schema, Mapping):
        return f"{schema!r:.80} is no object"
    try:
        Draft7Validator.check_schema(schema)
    except SchemaError as error:
        return _short(error.message)
    return next(_unheld(schema), "")


def _unheld(schema: Mapping[str, Any]) -> Iterator[str]:
    """What of a schema is not read, however deep."""
    for word, said in schema.items():
        if word in _UNREAD:
            yield f"{word!r} is not read: write out what is allowed"
        elif word == "pattern":
            try:
                _pattern(said)
            except NoPattern:
                yield f"pattern {said!r:.80} is no regular expression without look-around"
        elif word not in _VALUES:
            inner = [said] if isinstance(said, Mapping) and word not in _NAMED else said
            for each in inner.values() if isinstance(inner, Mapping) else _listed(inner):
                if isinstance(each, Mapping):
                    yield from _unheld(each)


def _listed(said: Any) -> list[Any]:
    return said if isinstance(said, list) else []


def _short(message: str) -> str:
    if len(message) <= _MOST_TOLD:
        return message
    return f"{message[: _MOST_TOLD // 2]} … {message[-_MOST_TOLD // 2 :]}"


def _not_finite(value: Any) -> Iterator[float]:
    """The first number in a value that is infinite or none, however deep; nothing without one."""
    inner = value.values() if isinstance(value, Mapping) else value
    if isinstance(value, float):
        if not math.isfinite(value):
            yield value
    elif not isinstance(value, str) and isinstance(inner, Iterable):
        found = (number for one in inner for number in _not_finite(one))
        yield from itertools.islice(found, 1)


def _told(error: ValidationError, values: Mapping[str, Any]) -> list[FieldError]:
    properties = error.schema.get("properties", {}) if isinstance(error.schema, dict) else {}
    path = [str(step) for step in error.absolute_path]
    if not path and error.validator == "additionalProperties":
        known = ", ".join(properties) or "no parameters at all"
        unknown = [name for name in values if name not in properties]
        return [FieldError(n, f"{n!r} is not a parameter of this notebook", known) for n in unknown]
    if not path and error.validator == "required":
        missing = [name for name in error.validator_value if name not in values]
        return [FieldError(name, f"{name!r} is missing", "a value") for name in missing]
    field = path[0] if path else ""
    where = f" (item {'.'.join(path[1:])})" if len(path) > 1 else ""
    return [FieldError(field, f"{_short(error.message)}{where}", _allowed(error))]


def _allowed(error: ValidationError) -> str:
    limit = error.validator_value
    match error.validator:
        case "type":
            kinds = limit if isinstance(limit, list) else [limit]
            return " or ".join("a list, as [1, 2]" if kind == "array" else kind for kind in kinds)
        case "enum":
            return "one of " + ", ".join(repr(value) for value in limit)
        case "minimum":
            return f"at least {limit}"
        case "maximum":
            return f"at most {limit}"
        case "exclusiveMinimum":
            return f"more than {limit}"
        case "exclusiveMaximum":
            return f"less than {limit}"
        case "format":
            return {"date": "a date, YYYY-MM-DD"}.get(str(limit), "a date and time, ISO 8601")
        case "minItems" | "maxItems":
            return (
                f"{error.schema.get('minItems', 0)} to {error.schema.get('maxItems', 'any')} values"
            )
        case "pattern":
            return f"text that matches {limit}"
        case "multipleOf":
            return f"a multiple of {limit}"
        case _:
            return ""

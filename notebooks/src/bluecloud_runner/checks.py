"""Whether a set of values may be given to a notebook.

The server checks what the form has already checked: a request need not come from the form.
"""

import datetime
import itertools
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from jsonschema import Draft7Validator, FormatChecker
from jsonschema.exceptions import ValidationError

_formats = FormatChecker(formats=())


@_formats.checks("date", raises=ValueError)
def _is_date(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.date.fromisoformat(value))


@_formats.checks("date-time", raises=ValueError)
def _is_date_time(value: object) -> bool:
    return not isinstance(value, str) or bool(datetime.datetime.fromisoformat(value))


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
    validator = Draft7Validator(schema, format_checker=_formats)
    order = {name: n for n, name in enumerate(schema.get("properties", {}))}
    errors = [said for error in validator.iter_errors(values) for said in _told(error, values)]
    # JSON Schema has no word for them, and Python's JSON reads them.
    errors += [
        FieldError(name, f"{number!r} is no finite number", "a finite number")
        for name, value in values.items()
        for number in _not_finite(value)
    ]
    return sorted(errors, key=lambda error: (order.get(error.field, len(order)), error.field))


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
    return [FieldError(field, f"{error.message}{where}", _allowed(error))]


def _allowed(error: ValidationError) -> str:
    limit = error.validator_value
    match error.validator:
        case "type":
            return " or ".join(limit) if isinstance(limit, list) else str(limit)
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
        case _:
            return ""

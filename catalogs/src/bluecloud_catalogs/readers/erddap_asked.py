"""What rows and cells of an ERDDAP are asked by, beside boxes and periods.

Identifiers go into a server's regular expressions, so that only letters, digits and three
harmless signs are taken.
"""

from __future__ import annotations

import re
from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

_MOST_PLATFORMS = 50
_NAME = re.compile(r"^[A-Za-z0-9_.\-]{1,40}$")


def _names(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    several = [value] if isinstance(value, str | int) else value
    if isinstance(several, bool) or not hasattr(several, "__iter__"):
        raise ValueError("must be an identifier, or a list of them")
    names = tuple(dict.fromkeys(str(each) for each in several))
    wrong = [name for name in names if not _NAME.match(name)]
    if not names or wrong:
        told = repr(wrong[0]) if wrong else "an empty list"
        raise ValueError(f"must be letters, digits, '_', '.' and '-', and {told} is not")
    if len(names) > _MOST_PLATFORMS:
        raise ValueError(f"must be {_MOST_PLATFORMS} at most, and {len(names)} are asked for")
    return names


def between(value: object) -> tuple[float, float] | None:
    """Take a first and a last number, in this order.

    Raises
    ------
    ValueError
        For all else.
    """
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise ValueError("must be a first and a last number")
    sides = list(value)
    if len(sides) != 2 or any(isinstance(each, bool | str) for each in sides):
        raise ValueError("must be a first and a last number")
    try:
        first, last = float(sides[0]), float(sides[1])
    except (TypeError, ValueError):
        raise ValueError("must be a first and a last number") from None
    if not first <= last:
        raise ValueError(f"begins with {first:g} and ends with {last:g}: must be in this order")
    return first, last


Names: TypeAlias = Annotated[
    tuple[str, ...] | None,
    BeforeValidator(_names),
    WithJsonSchema({"type": "array", "items": {"type": "string"}, "title": "Identifiers"}),
]
Between: TypeAlias = Annotated[
    tuple[float, float] | None,
    BeforeValidator(between),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "title": "First and last, included",
        }
    ),
]

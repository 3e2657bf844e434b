"""Names and depths as people ask for them: one or several, and nothing that is more than a name.

A name goes into a query that another program reads. So each kind of name has a form of its
own, and what is not of it is refused before a request is made: there is nothing to escape.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Any, TypeAlias

from pydantic import BeforeValidator, GetCoreSchemaHandler, WithJsonSchema
from pydantic_core import core_schema

Name: TypeAlias = str | None
Names: TypeAlias = tuple[str, ...] | None


@dataclass(frozen=True)
class Form:
    """The form of a name, beside the type of a parameter that takes one or several, or None.

    Attributes
    ----------
    pattern
        A regular expression that the whole name fulfils.
    what
        What such a name is, with an example: for the error and the form in the panel.
    most
        How many may be asked for at once; one is a parameter of type ``Name``.
    """

    pattern: str
    what: str
    most: int = 1000

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> Any:
        check = self._one if self.most == 1 else self._several
        return core_schema.no_info_before_validator_function(check, handler(source))

    def __get_pydantic_json_schema__(self, schema: Any, handler: Any) -> dict[str, Any]:
        name = {"type": "string", "pattern": self.pattern}
        return (name if self.most == 1 else {"type": "array", "items": name}) | {"title": self.what}

    def _one(self, value: object) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            raise ValueError(f"must be {self.what}")
        return value

    def _several(self, value: object) -> tuple[str, ...] | None:
        if value is None:
            return None
        if isinstance(value, bytes | dict):
            raise ValueError(f"must be {self.what}, one or several")
        several = [value] if isinstance(value, str) or not isinstance(value, Iterable) else value
        told = tuple(dict.fromkeys(str(self._one_of(each)) for each in several))
        if not told:
            raise ValueError("must not be an empty list: leave the parameter out to mean all")
        if len(told) > self.most:
            raise ValueError(f"must be at most {self.most} at once, and there are {len(told)}")
        return told

    def _one_of(self, value: object) -> str:
        if isinstance(value, str) and re.fullmatch(self.pattern, value):
            return value
        raise ValueError(f"must be {self.what}, one or several, and {str(value)[:60]!r} is none")


def _depths(value: object) -> tuple[float, float] | None:
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        raise ValueError("must be the shallowest and the deepest in metres")
    told = list(value)
    if len(told) != 2:
        raise ValueError(f"must be shallowest and deepest: two numbers, not {len(told)}")
    for each in told:
        if isinstance(each, bool) or not isinstance(each, int | float):
            raise ValueError("must hold numbers")
    shallow, deep = float(told[0]), float(told[1])
    if not -100 <= shallow <= deep <= 12_000:
        raise ValueError(
            f"is metres, positive down, from -100 to 12000, the shallower first: not {told}"
        )
    return shallow, deep


Depths: TypeAlias = Annotated[
    tuple[float, float] | None,
    BeforeValidator(_depths),
    WithJsonSchema(
        {
            "type": "array",
            "items": {"type": "number"},
            "minItems": 2,
            "maxItems": 2,
            "title": "Shallowest and deepest, in metres, positive down",
        }
    ),
]

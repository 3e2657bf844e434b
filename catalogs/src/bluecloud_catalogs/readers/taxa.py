"""Taxa as people ask for them: AphiaIDs of the World Register of Marine Species."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

from .asked import whole_number

_MOST = 100


def _taxa(value: object) -> tuple[int, ...] | None:
    if value is None:
        return None
    if isinstance(value, str) or not hasattr(value, "__iter__"):
        value = (value,)
    numbers = tuple(dict.fromkeys(whole_number(each) for each in value))
    if not 1 <= len(numbers) <= _MOST:
        raise ValueError(f"must be 1 to {_MOST} AphiaIDs; leave the parameter out to mean all")
    if min(numbers) < 1 or max(numbers) >= 10**8:
        raise ValueError("must be AphiaIDs of WoRMS, numbers from 1 to 99999999")
    return numbers


Taxa: TypeAlias = Annotated[
    tuple[int, ...] | None,
    BeforeValidator(_taxa),
    WithJsonSchema(
        {"type": "array", "items": {"type": "integer"}, "title": "AphiaIDs of taxa in WoRMS"}
    ),
]

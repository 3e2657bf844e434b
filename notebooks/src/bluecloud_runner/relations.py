"""What one parameter allows another: a first year is not after the last.

JSON Schema has no word for it. ``"x-at-most": "last_year"`` in the schema of a parameter names
another that it may equal and not exceed; ``"x-ascending": true`` in that of a list says that no
item is less than the one before it. Numbers are compared as numbers and text as text, which puts
dates of ISO 8601 in their order; the form in the panel keeps the same two rules.
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

AT_MOST = "x-at-most"
ASCENDING = "x-ascending"


def out_of_order(
    schema: Mapping[str, Any], values: Mapping[str, Any]
) -> Iterator[tuple[str, str, str]]:
    """Each parameter that is too large for another, why, and what is allowed.

    What is left out has its default.
    """
    properties = schema.get("properties", {})
    defaults = {name: said["default"] for name, said in properties.items() if "default" in said}
    whole = {**defaults, **values}
    for name, said in properties.items():
        value, other = whole.get(name), said.get(AT_MOST)
        if isinstance(other, str) and _exceeds(value, whole.get(other)):
            last = whole[other]
            yield name, f"{value!r} is more than {other}, which is {last!r}", f"at most {last}"
        if said.get(ASCENDING) is True and isinstance(value, list):
            for one, following in pairwise(value):
                if _exceeds(one, following):
                    yield name, f"{one!r} is more than {following!r}", "the smallest first"
                    break


def relation_fault(name: str, properties: Mapping[str, Any]) -> str:
    """Why what a parameter's schema says of its order cannot be held to; empty where it can."""
    said = properties[name]
    other, ascending = said.get(AT_MOST), said.get(ASCENDING, False)
    if other is not None and (not isinstance(other, str) or other not in properties):
        return f"{AT_MOST} is {other!r:.80}: it is the name of another parameter"
    if not isinstance(ascending, bool):
        return f"{ASCENDING} is {ascending!r:.80}: it is true or false"
    return ""


def _exceeds(one: Any, other: Any) -> bool:
    """Whether a value is more than another of its kind; of two kinds neither is."""
    if isinstance(one, str) and isinstance(other, str):
        return one > other
    if isinstance(one, bool) or isinstance(other, bool):
        return False
    return isinstance(one, int | float) and isinstance(other, int | float) and one > other

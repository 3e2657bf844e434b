"""The checks of ``bluecloud doctor``, a file an idea; importing them makes them known, in order.

Each looks and changes nothing. What a check says is one line, and its fix is one line.
"""

from . import (  # noqa: I001 -- in the order in which they are told
    choices,
    secrets,
    folders,
    databases,
    answers,
    certificates,
    records,
    products,
    releases,
    engine,
    upkeep,
)

__all__ = [
    "answers",
    "certificates",
    "choices",
    "databases",
    "engine",
    "folders",
    "products",
    "records",
    "releases",
    "secrets",
    "upkeep",
]

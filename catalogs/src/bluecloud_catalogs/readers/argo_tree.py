"""Where things lie in the Argo archive, which is one tree behind three doors.

By https and ftp the indexes lie at its top; in the public bucket, which is read over https as
well, they lie in a folder ``idx``. Below ``dac`` all three are the same.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Literal, TypeAlias

from pydantic import BeforeValidator, WithJsonSchema

if TYPE_CHECKING:
    from ..places import Ask

Tree: TypeAlias = Literal["https", "ftp", "s3"]
_A_PARAMETER = re.compile(r"[A-Z][A-Z0-9_]{2,63}")


def index_asks(tree: Tree, name: str) -> list[Ask]:
    """The ways to ask for a list of the archive, the best first: compressed, and plain."""
    return [_ask(tree, each, folder="idx/") for each in (f"{name}.gz", name)]


def file_asks(tree: Tree, names: Sequence[str]) -> list[Ask]:
    """How to ask for files named as the indexes name them, below ``dac``."""
    return [_ask(tree, f"dac/{name}") for name in names]


def _ask(tree: Tree, path: str, *, folder: str = "") -> Ask:
    from ..places import Ask

    if tree == "https":
        return Ask(path)
    # Samples are laid out as the first.
    return Ask(f"{folder}{path}" if tree == "s3" else path, service=tree, sample=path)


def _measured(value: object) -> tuple[str, ...] | None:
    if value is None:
        return None
    names = tuple(value) if isinstance(value, list | tuple | set | frozenset) else (value,)
    if not names:
        raise ValueError("must not be an empty list: leave the parameter out to mean all")
    for name in names:
        if not isinstance(name, str) or not _A_PARAMETER.fullmatch(name):
            raise ValueError(f"must be Argo parameters such as DOXY or CHLA, and {name!r} is none")
    return tuple(dict.fromkeys(str(name) for name in names))


Measured: TypeAlias = Annotated[
    tuple[str, ...] | None,
    BeforeValidator(_measured),
    WithJsonSchema(
        {"type": "array", "items": {"type": "string"}, "title": "Argo parameters, all of them"}
    ),
]

"""Which output of a run is which of another: by its path, but for the time that is part of it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

_MOMENT = re.compile(r"\d{4}-?\d{2}-?\d{2}[T _-]?\d{2}[:-]?\d{2}([:-]?\d{2})?(Z|\.\d+Z?)?")
_OF_A_STORE = frozenset({".zgroup", ".zarray", "zarr.json"})


def outputs(folder: Path) -> list[str]:
    """The outputs below a folder by their paths; a store of Zarr, of many files, is one."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    stores = {path.parent for path in files if path.name in _OF_A_STORE and path.parent != folder}
    found = {_outermost(path, stores) for path in files}
    return sorted(path.relative_to(folder).as_posix() for path in found)


def _outermost(path: Path, stores: set[Path]) -> Path:
    above = [parent for parent in path.parents if parent in stores]
    return above[-1] if above else path


def pairs(old: Iterable[str], new: Iterable[str]) -> list[tuple[str | None, str | None]]:
    """Each output with its other: the same path, or the same but for the moment in its name."""
    before, after = list(old), list(new)
    found: list[tuple[str | None, str | None]] = [(path, path) for path in before if path in after]
    by_name: defaultdict[str, list[str]] = defaultdict(list)
    for path in sorted(set(after) - set(before)):
        by_name[_name(path)].append(path)
    for path in sorted(set(before) - set(after)):
        others = by_name[_name(path)]
        found.append((path, others.pop(0) if others else None))
    found += [(None, path) for others in by_name.values() for path in others]
    return sorted(found, key=lambda pair: pair[0] or pair[1] or "")


def _name(path: str) -> str:
    return PurePosixPath(_MOMENT.sub("<>", path)).as_posix()

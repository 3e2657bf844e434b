"""From ``staging``, where a notebook writes, to ``outputs``, which are given out: all or nothing.

A store of Zarr that was half written opens without an error, and is wrong. So nothing that a
notebook writes is given out unless the notebook came to its end, what it left was looked through,
and the whole folder was renamed.

A chunk of Zarr that is not there is no fault by itself: chunks of nothing but the fill value are
not written. It is one where the array has no fill value, or where a store has not one chunk of
any of its arrays: then its writing was prepared and never done.
"""

from __future__ import annotations

import json
import math
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bluecloud_runner.redaction import Secrets

_SHOWN = 3  # files of those that are too large together


class OutputsRefused(Exception):  # noqa: N818 - named for what is true
    """What a notebook left cannot be given out; the message names the file."""


def give_out(staging: Path, outputs: Path, *, most_bytes: int, secrets: Secrets) -> None:
    """Look through what lies in staging, and make it the outputs.

    Raises
    ------
    OutputsRefused
        If it is too much, or a file cannot be read, is none, is half written, holds a secret or
        has a name that cannot be told.
    OSError
        If it could not be renamed.
    """
    try:
        _look_through(staging, most_bytes=most_bytes, secrets=secrets)
    except RecursionError:
        raise OutputsRefused("its folders lie too deeply in one another to be read") from None
    staging.rename(outputs)


def _look_through(staging: Path, *, most_bytes: int, secrets: Secrets) -> None:
    _check_size(staging, most_bytes)
    stores: set[Path] = set()
    for path, found in _files(staging):
        name = path.relative_to(staging)
        if not _is_text(str(name)):
            raise OutputsRefused(f"{str(name)!r} is no text in UTF-8: give the file another name")
        if secrets.redact(str(name)) != str(name):
            raise OutputsRefused("the name of a file holds a login or token: it is not given out")
        if stat.S_ISLNK(found.st_mode) or not stat.S_ISREG(found.st_mode):
            raise OutputsRefused(f"{name} is a link or no file: only files are given out")
        try:
            if secrets.are_in(path):
                raise OutputsRefused(f"{name} holds a login or token: it is not given out")
            with path.open("rb") as file:
                file.read(1)
        except OSError as error:
            raise OutputsRefused(f"{name} cannot be read: {error.strerror}") from error
        if path.name in {".zgroup", ".zarray", "zarr.json"}:
            stores.add(path.parent)
        if path.name.endswith(".partial"):
            raise OutputsRefused(f"{name} is a chunk of Zarr that was not written to its end")
    for store in stores:
        if store.parent not in stores:
            _check_store(store, store.relative_to(staging))


def _check_size(staging: Path, most_bytes: int) -> None:
    sizes = {path: found.st_size for path, found in _files(staging)}
    total = sum(sizes.values())
    if total <= most_bytes:
        return
    largest = sorted(sizes, key=lambda path: -sizes[path])[:_SHOWN]
    named = ", ".join(
        f"{path.relative_to(staging)!s:.100} {_in_words(sizes[path])}" for path in largest
    )
    more = f" and {len(sizes) - _SHOWN} more" if len(sizes) > _SHOWN else ""
    raise OutputsRefused(
        f"what it wrote has {_in_words(total)} ({named}{more}), of which a run may leave "
        f"{_in_words(most_bytes)}: none of it was kept"
    )


def _in_words(size: int) -> str:
    """Bytes as people read them, in powers of 1000."""
    value = float(size)
    for unit in ("bytes", "kB", "MB", "GB"):
        if value < 999.5:
            return f"{value:.3g} {unit}"
        value /= 1000
    return f"{value:.3g} TB"


def _is_text(name: str) -> bool:
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _files(folder: Path) -> Iterator[tuple[Path, os.stat_result]]:
    """Each thing below a folder that is no folder; no link is followed."""
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise OutputsRefused(f"{folder.name} cannot be read: {error.strerror}") from error
    for path in entries:
        found = path.lstat()
        if stat.S_ISDIR(found.st_mode):
            yield from _files(path)
        else:
            yield path, found


def _check_store(store: Path, name: Path) -> None:
    """See that a store of Zarr, of format 2 or 3, has been written."""
    expected = present = 0
    for folder in (store, *(path for path in store.rglob("*") if path.is_dir())):
        array = _array(folder, name)
        if array is None:
            continue
        chunks = _chunks(array)
        there = sum(1 for path, _ in _files(folder) if not path.name.startswith((".z", "zarr.")))
        expected += chunks
        present += there
        if chunks and array.get("fill_value", 0) is None and there < chunks:
            raise OutputsRefused(
                f"{name}: array {folder.name} has {there} of {chunks} chunks and no fill value"
            )
    if expected and not present:
        raise OutputsRefused(f"{name}: its arrays were declared and never written")


def _array(folder: Path, name: Path) -> dict[str, Any] | None:
    for file in (".zarray", ".zgroup", "zarr.json"):
        path = folder / file
        if not path.is_file():
            continue
        try:
            said = json.loads(path.read_bytes())
        except (ValueError, RecursionError):
            raise OutputsRefused(f"{name}: {folder.name}/{file} is no whole JSON") from None
        if not isinstance(said, dict):
            raise OutputsRefused(f"{name}: {folder.name}/{file} describes nothing")
        return said if said.get("shape") is not None else None
    return None


def _chunks(array: dict[str, Any]) -> int:
    grid = array.get("chunk_grid", {}).get("configuration", {}).get("chunk_shape")
    sizes = array.get("chunks") or grid or array["shape"]
    return math.prod(
        math.ceil(n / max(1, size)) for n, size in zip(array["shape"], sizes, strict=False)
    )

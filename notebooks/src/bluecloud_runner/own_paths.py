"""Paths among a notebook's parameters: a person's files found, and where it writes looked at.

A notebook works in a folder that is not the one where its parameters were typed, so a path that
was right there is not right here. A parameter is a file where its schema has the format
``file-path`` (of itself or of its items), as pydantic calls a path to a file that exists; it is
refused where there is none. A parameter whose name ends in ``_file`` is one too, but nobody
promised that it is there: such a path is only completed where something is found. The parameter
``out_dir`` is the folder that a notebook writes into.

Whoever runs a notebook asks here, the service and the panel, so that a path means the same to both.
"""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Literal

from pydantic import JsonValue

from bluecloud_runner.checks import FieldError

FORMAT = "file-path"
OUT_DIR = "out_dir"
FILE_ALLOWED = "a file of your own, from the folder you are in or from your home, as ~/data/sst.nc"
FOLDER_ALLOWED = "the name of a folder, as results"
_OF_A_STORE = (".zgroup", ".zarray", ".zmetadata", "zarr.json")
_MOST_OF_A_NAME = 255  # bytes, on every file system that a home is on


@dataclass(frozen=True)
class Home:
    """A person's home, as it is seen from here and as the notebook will see it."""

    real: Path
    seen: PurePosixPath


def with_own_files(
    schema: Mapping[str, Any], values: Mapping[str, JsonValue], home: Home, *, folder: str = ""
) -> tuple[dict[str, JsonValue], list[FieldError]]:
    """The values with every file by its whole path, and what is wrong with those that are none.

    Parameters
    ----------
    schema
        Of the notebook's parameters, JSON Schema draft-07.
    folder
        Where relative paths begin, from the person's home; they are looked for in the home
        itself too.

    Returns
    -------
    tuple
        Values whose files a notebook will find, and one error for each that is not there, is a
        folder and no store of Zarr, or lies outside the home. An address is left as it is.
    """
    whole, faults = dict(values), []
    for name, said in schema.get("properties", {}).items():
        declared = FORMAT in (said.get("format"), _items(said).get("format"))
        if name not in whole or not (declared or _named_so(name, said)):
            continue
        try:
            whole[name] = _each(whole[name], lambda path: _found(path, folder, home))
        except _NoFileError as error:
            if declared:
                faults.append(FieldError(name, str(error), FILE_ALLOWED))
    return whole, faults


def own_folder_faults(
    schema: Mapping[str, Any], values: Mapping[str, JsonValue]
) -> list[FieldError]:
    """What is wrong with the folder that a run is to write into: it can in its own alone."""
    path = _out_dir(schema, values)
    if path is None:
        return []
    if fault := _no_name(path):
        return [FieldError(OUT_DIR, fault, FOLDER_ALLOWED)]
    outside = path.startswith(("/", "~")) or os.path.normpath(path).split("/")[0] == ".."
    if not outside:
        return []
    words = f"{path!r} lies outside the run's own folder, where alone it can write"
    return [FieldError(OUT_DIR, words, f"{FOLDER_ALLOWED}; what is in it is fetched with the run")]


def with_own_folder(
    schema: Mapping[str, Any], values: Mapping[str, JsonValue], home: Path, *, folder: str
) -> tuple[dict[str, JsonValue], list[FieldError]]:
    """The values with ``~`` spelt out where a notebook is to write, and why it could not there.

    It works in ``folder`` of the home, which need not be there yet.
    """
    path = _out_dir(schema, values)
    if path is None:
        return dict(values), []
    if fault := _no_name(path):
        return dict(values), [FieldError(OUT_DIR, fault, FOLDER_ALLOWED)]
    of_home = path == "~" or path.startswith("~/")
    target = home / path[2:] if of_home else home / folder / path
    there = next(each for each in (target, *target.parents) if os.path.lexists(each))
    whole = {**values, **({OUT_DIR: str(target)} if of_home else {})}
    if not there.is_dir():
        return whole, [FieldError(OUT_DIR, f"{path!r}: {there} is no folder", FOLDER_ALLOWED)]
    if not os.access(there, os.W_OK | os.X_OK):
        words = f"{path!r}: nothing can be written in {there}"
        return whole, [FieldError(OUT_DIR, words, FOLDER_ALLOWED)]
    return whole, []


class _NoFileError(Exception):
    """There is no such file in the home."""


def _out_dir(schema: Mapping[str, Any], values: Mapping[str, JsonValue]) -> str | None:
    """Where a notebook is to write; None where it is not asked, or says so by its default."""
    said = schema.get("properties", {}).get(OUT_DIR, {})
    path = values.get(OUT_DIR)
    if said.get("type") != "string" or not isinstance(path, str):
        return None
    return None if path == "" == said.get("default") else path


def _no_name(path: str) -> str:
    """Why no folder can be called so; empty where one can."""
    if not path.strip():
        return "it is empty"
    if "\0" in path or any(
        len(part.encode(errors="replace")) > _MOST_OF_A_NAME for part in path.split("/")
    ):
        return f"{path[:60]!r} cannot be the name of a folder"
    return ""


def _named_so(name: str, said: Mapping[str, Any]) -> bool:
    return name.endswith("_file") and said.get("type") == "string" and "enum" not in said


def _items(said: Mapping[str, Any]) -> Mapping[str, Any]:
    items = said.get("items")
    return items if isinstance(items, Mapping) else {}


def _each(value: JsonValue, found: Callable[[str], str]) -> JsonValue:
    if isinstance(value, list):
        return [_each(item, found) for item in value]
    return found(value) if isinstance(value, str) and value else value


def _found(path: str, folder: str, home: Home) -> str:
    """The whole path of a file as a notebook will see it."""
    if "://" in path:
        return path
    if path == "~" or path.startswith("~/"):
        places = [path[2:]]
    elif path.startswith("/"):
        if not PurePosixPath(path).is_relative_to(home.seen):
            raise _NoFileError(f"{path!r} lies outside your home, {home.seen}")
        places = [str(PurePosixPath(path).relative_to(home.seen))]
    else:
        places = list(dict.fromkeys([str(PurePosixPath(folder) / path), path]))
    normal = [os.path.normpath(place) for place in places]
    inside = [place for place in normal if place.split("/")[0] != ".."]
    if not inside:
        raise _NoFileError(f"{path!r} leads out of your home")
    kinds = {place: _what_is(home.real, place) for place in inside}
    for place, what in kinds.items():
        if what == "file":
            return str(home.seen / place)
    for place, what in kinds.items():
        if what == "folder":
            raise _NoFileError(f"{path!r} is a folder and no file: {_at_home(place)}")
    looked = " and ".join(map(_at_home, inside))
    raise _NoFileError(f"{path!r} is no file of yours: looked for {looked}")


def _at_home(inside: str) -> str:
    return "~" if inside == "." else f"~/{inside}"


def _what_is(real: Path, inside: str) -> Literal["file", "folder", "nothing"]:
    """What the home has there; a store of Zarr is a file to whoever reads it.

    So is a link that leads out, since only the notebook can follow it.
    """
    try:
        told = (real / inside).resolve()
        if not told.is_relative_to(real.resolve()):
            return "file"
        if told.is_dir():
            return "file" if any((told / one).is_file() for one in _OF_A_STORE) else "folder"
        return "file" if told.is_file() else "nothing"
    except (OSError, RuntimeError, ValueError):  # too long, in a circle, or with a NUL
        return "nothing"

"""The capsule of a run, brought here: whole and as it was recorded, or not at all.

A capsule is an RO-Crate: ``ro-crate-metadata.json`` tells of every file what it is, its length,
its SHA-256 and whose word it is. Each is held against that before the capsule has its name.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import unquote

import httpx

from .service import Service, ServiceError

METADATA = "ro-crate-metadata.json"
_LONG = httpx.Timeout(60, read=None)


def fetch(service: Service, run: str, folder: Path, *, packed: bool = False) -> Path:
    """Bring a run's capsule into a folder.

    Returns
    -------
    Path
        ``<folder>/<run>-capsule``, or with ``packed`` that name as a zip file. What was there
        under that name is replaced.

    Raises
    ------
    ServiceError
        If the run has not ended, or what came is not what was recorded.
    OSError
        If it cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=".capsule-") as own:
        archive = Path(own) / "capsule.zip"
        address = f"/runs/{run}/capsule"
        with service.stream(address, timeout=_LONG) as answer, archive.open("wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
        opened = unpacked(archive, Path(own) / "capsule")
        wrong = list(altered(opened))
        if wrong:
            raise ServiceError(f"the capsule of {run} did not come as recorded: {wrong[0]}")
        if packed:
            return archive.replace(folder / f"{run}-capsule.zip")
        final = folder / f"{run}-capsule"
        if final.exists():
            shutil.move(final, Path(own) / "earlier")
        return opened.rename(final)


def unpacked(archive: Path, folder: Path) -> Path:
    """The files of an archive in a new folder.

    Raises
    ------
    ServiceError
        If it is none, or one of its files would lie outside the folder.
    """
    try:
        with zipfile.ZipFile(archive) as zipped:
            for name in zipped.namelist():
                parts = PurePosixPath(name).parts
                if name.startswith("/") or ".." in parts:
                    raise ServiceError(f"{archive.name} has a file {name!r}, which lies outside it")
            zipped.extractall(folder)
    except zipfile.BadZipFile as error:
        raise ServiceError(f"{archive.name} is no whole capsule: {error}") from error
    return folder


def altered(capsule: Path) -> Iterator[str]:
    """What of a capsule is not as its metadata says it was, a sentence each.

    A file that the metadata do not tell of is one, too: else whoever takes a file out of them
    may alter it. Hidden files beside the outputs are passed over, which systems lay there.

    Raises
    ------
    ServiceError
        If it has no metadata.
    """
    told = {METADATA}
    for entity in _files(capsule):
        name = unquote(str(entity["@id"]))
        path = capsule / name
        told.add(name)
        if PurePosixPath(name).is_absolute() or ".." in PurePosixPath(name).parts:
            yield f"{entity['@id']} leads out of it"
        elif not path.is_file():
            yield f"{entity['@id']} is not there"
        elif _sha256(path) != entity.get("sha256"):
            yield f"{entity['@id']} has another SHA-256"
    for path in sorted(capsule.rglob("*")):
        name = path.relative_to(capsule).as_posix()
        hidden = path.name.startswith(".") and not name.startswith("outputs/")
        if name not in told and not hidden and not path.is_dir():
            yield f"{name} is not told of in its metadata"


def _files(capsule: Path) -> list[dict[str, Any]]:
    try:
        graph = json.loads((capsule / METADATA).read_bytes())["@graph"]
        return [entity for entity in graph if "File" in entity["@type"] and "sha256" in entity]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise ServiceError(f"{capsule} is no capsule: its {METADATA} says {error!r}") from error


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(2**20):
            digest.update(piece)
    return digest.hexdigest()

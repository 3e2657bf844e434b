"""The products of laboratories, read as any other data: ``product_<laboratory>_<name>``.

``BLUECLOUD_PRODUCTS`` names the folders that the deployment's service publishes into, and nobody
else can: everybody's, and that of the laboratory's members alone, as ``PATH`` has them. In each:
``<laboratory>/<product>/<version>``, each with an entry in ``entry.yaml`` and its files. A
name without a version is the newest. What was withdrawn has a tombstone in its place, which says
why.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from .declarations import PRODUCTS_SOURCE, EntryDeclaration
from .errors import CatalogueError
from .tree import Entry, SourcePlaces, read_yaml

FOLDER = "BLUECLOUD_PRODUCTS"
SOURCE_TITLE = "Products of the laboratories"
_READERS = frozenset({"product-grid", "product-table"})


def product_entries() -> dict[str, Entry | CatalogueError]:
    """The entries of all products that can be seen from here; errors of what cannot be read."""
    told = os.environ.get(FOLDER)
    if not told:
        return {}
    named: dict[str, Entry | CatalogueError] = {}
    newest: dict[str, Entry | CatalogueError] = {}
    versions = [each for one in told.split(os.pathsep) for each in _versions(Path(one))]
    for _, folder in sorted(versions):
        name = f"product_{folder.parent.parent.name}_{folder.parent.name}"
        one = _entry(folder, f"{name}_v{folder.name}", folder.stat().st_mtime_ns)
        named[f"{name}_v{folder.name}"] = one
        # A version that was withdrawn takes the place of no other.
        if isinstance(one, Entry) or not isinstance(newest.get(name), Entry):
            newest[name] = one
    # A name with a version is that version's, even if a product is called so.
    return newest | named


def product_entry(name: str, declared: EntryDeclaration, folder: Path) -> Entry:
    """A product's declaration as an entry that reads the folder of its version."""
    if declared.licence is None or declared.reader not in _READERS:
        raise CatalogueError(f"{folder}: this is no entry of a product")
    return Entry(
        name=name,
        source=PRODUCTS_SOURCE,
        source_title=SOURCE_TITLE,
        declaration=declared,
        licence=declared.licence,
        citation=declared.citation or "",
        login="none",
        login_name=PRODUCTS_SOURCE,
        places=SourcePlaces({"base": folder.absolute().as_uri()}, (), None, 1),
    )


def _versions(folder: Path) -> list[tuple[tuple[str, str, int], Path]]:
    """Every version of every product, the oldest first."""
    paths = [path for path in folder.glob("*/*/*") if path.name.isdecimal()]
    return [((path.parent.parent.name, path.parent.name, int(path.name)), path) for path in paths]


@lru_cache(maxsize=4096)
def _entry(folder: Path, name: str, _: int) -> Entry | CatalogueError:
    """The entry in a folder, which is read once: it changes as a whole, and then its time too."""
    try:
        stone = folder / "tombstone.json"
        if stone.is_file():
            said: Mapping[str, Any] = json.loads(stone.read_text(encoding="utf-8"))
            return CatalogueError(
                f"{name} was withdrawn on {said['withdrawn'][:10]}: {said['reason']}"
            )
        content = read_yaml(folder / "entry.yaml")
        return product_entry(name, EntryDeclaration.model_validate(content), folder)
    except CatalogueError as error:
        return error
    except (OSError, ValueError, KeyError, TypeError, ValidationError) as error:
        return CatalogueError(f"{folder}: {error}")

"""Where own data lie: a folder each, the file as it was, and beside it what the catalogue needs.

Private data are in the person's home, in ``.bluecloud/data`` (or ``BLUECLOUD_OWN_DATA``), which
nobody else may enter. Data for the laboratory are in the folder ``data`` of its shared space, which
``BLUECLOUD_SHARED`` names. A folder is written aside and moved into place, so that who lists it
finds it whole or not at all. What cannot be read there costs itself and no other. Whoever shares
the folder writes into it, so that what lies there is believed to be own data and nothing else: its
name begins with ``own_``, and its record is of the source ``own``.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from pydantic import ValidationError

from ..declarations import OWN_SOURCE, EntryDeclaration
from ..errors import CatalogueError, DataError, UnusableFile

if TYPE_CHECKING:
    from ..discovery.records import Record
    from ..tree import Entry

Visibility: TypeAlias = Literal["private", "laboratory"]
_ENTRY, _RECORD = "entry.json", "record.json"
_NAME = re.compile(r"own_[a-z0-9_]{1,56}")  # so that none stands in the place of a source's entry


@dataclass(frozen=True)
class Store:
    """One folder of own data."""

    path: Path
    visibility: Visibility

    def put(self, name: str, file: Path, entry: EntryDeclaration, record: Record) -> Path:
        """Keep a file under a name, in place of what is there; the file's new path."""
        private = self.visibility == "private"
        self.path.mkdir(parents=True, exist_ok=True, mode=0o700 if private else 0o2775)
        if private:
            self.path.chmod(0o700)  # also where it was there already
        aside = self.path / f".{uuid.uuid4()}"
        aside.mkdir(mode=0o700 if private else 0o2775)
        try:
            kept = aside / file.name
            if file.name in (_ENTRY, _RECORD):  # it would be written over
                raise UnusableFile(f"{file.name}: the catalogue has a file of that name: rename it")
            shutil.copyfile(file, kept)
            (aside / _ENTRY).write_text(entry.model_dump_json(indent=1), encoding="utf-8")
            (aside / _RECORD).write_text(record.model_dump_json(indent=1), encoding="utf-8")
            for each in aside.iterdir():
                each.chmod(0o600 if private else 0o664)
            self.remove(name)
            aside.rename(self.path / name)
        except (OSError, UnusableFile):
            shutil.rmtree(aside, ignore_errors=True)
            raise
        return self.path / name / file.name

    def has(self, name: str) -> bool:
        """Whether something is kept under a name."""
        return bool(_NAME.fullmatch(name)) and (self.path / name / _ENTRY).is_file()

    def remove(self, name: str) -> None:
        """Take away what is kept under a name."""
        if (self.path / name).is_dir():
            gone = self.path / f".{uuid.uuid4()}"
            (self.path / name).rename(gone)
            shutil.rmtree(gone)

    def entries(self) -> Iterator[tuple[str, EntryDeclaration | CatalogueError]]:
        """What is kept, by name; an error in place of what cannot be used."""
        for path in sorted(self.path.glob(f"*/{_ENTRY}")) if self.path.is_dir() else ():
            try:
                if not _NAME.fullmatch(path.parent.name):
                    raise ValueError("the folder's name is none that own data are given")
                told: Any = json.loads(path.read_text(encoding="utf-8"))
                yield path.parent.name, EntryDeclaration.model_validate(told)
            except (OSError, ValueError, ValidationError) as error:
                yield path.parent.name, CatalogueError(f"{path}: {error}")

    def records(self) -> Iterator[Record]:
        """What is kept, as search knows it; what cannot be read, or is another's, is left out."""
        from ..discovery.records import Record

        for path in sorted(self.path.glob(f"*/{_RECORD}")) if self.path.is_dir() else ():
            try:
                record = Record.model_validate_json(path.read_text(encoding="utf-8"))
                if record.source == OWN_SOURCE and record.entry == path.parent.name:
                    yield record
            except (OSError, ValueError, ValidationError):
                continue


def store(visibility: Visibility) -> Store:
    """The folder of private data, or that of the laboratory.

    Raises
    ------
    DataError
        If there is no shared space.
    """
    if visibility == "private":
        told = os.environ.get("BLUECLOUD_OWN_DATA")
        return Store(Path(told) if told else Path.home() / ".bluecloud" / "data", "private")
    shared = os.environ.get("BLUECLOUD_SHARED")
    if not shared or not Path(shared).is_dir():
        raise DataError(
            f"BLUECLOUD_SHARED={shared or ''}: it must name the laboratory's shared folder, which "
            "a laboratory has; elsewhere data are private"
        )
    return Store(Path(shared) / "data", "laboratory")


def stores() -> list[Store]:
    """The folders there are, the private one first."""
    found = [store("private")]
    if os.environ.get("BLUECLOUD_SHARED") and Path(os.environ["BLUECLOUD_SHARED"]).is_dir():
        found.append(store("laboratory"))
    return found


def own_records() -> Iterator[Record]:
    """The records of all own data that can be seen from here, for a search of one's own."""
    for each in stores():
        yield from each.records()


def own_entries() -> dict[str, Entry | CatalogueError]:
    """The catalogue entries of all own data that can be seen from here, by name."""
    from ..readers import READERS
    from ..tree import Entry, SourcePlaces

    found: dict[str, Entry | CatalogueError] = {}
    for each in stores():
        for name, declared in each.entries():
            if name in found:
                continue  # one's own goes before that of the laboratory
            if isinstance(declared, CatalogueError):
                found[name] = declared
                continue
            if declared.reader not in {"own-table", "own-dataset"} or not declared.licence:
                found[name] = CatalogueError(
                    f"{each.path / name}: its reader is not one of own data"
                )
                continue
            options = READERS[declared.reader].options
            try:
                options.model_validate(declared.options)
            except ValidationError as error:
                found[name] = CatalogueError(f"{each.path / name}: {error}")
                continue
            places = SourcePlaces({"base": (each.path / name).as_uri()}, (), None, 1)
            found[name] = Entry(
                name=name,
                source=OWN_SOURCE,
                source_title="Own data" if each.visibility == "private" else "Laboratory's data",
                declaration=declared,
                licence=declared.licence,
                citation=declared.citation or "",
                login="none",
                login_name=OWN_SOURCE,
                places=places,
            )
    return found

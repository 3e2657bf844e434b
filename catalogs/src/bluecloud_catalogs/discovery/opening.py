"""From a record to the entry of the catalogue that reads it."""

from __future__ import annotations

import os
from collections.abc import Iterable

from ..catalogue import EntryReader, LaboratoryCatalog
from ..errors import CatalogueError, UnknownEntry
from ..nearest import nearest
from ..own import own_entries
from ..products import product_entries
from ..tree import Entry, read_sources
from .records import Record


def reader_of(record: Record) -> EntryReader:
    """The entry that reads a record, asked for it.

    Raises
    ------
    UnknownEntry
        If the catalogue has no entry of that name.
    ParameterError
        If the entry does not take the record's request.
    """
    entries = readable()
    if record.entry is None or record.entry not in entries:
        raise UnknownEntry(f"{record.id}: the catalogue has no entry {record.entry!r}")
    return _reader(entries[record.entry], record)


def open_entry(name: str, /, **parameters: object) -> EntryReader:
    """An entry that reads something; see :func:`bluecloud_catalogs.open_entry`."""
    entries = readable()
    if name not in entries:
        product = product_entries().get(name)
        if isinstance(product, CatalogueError):
            raise CatalogueError(str(product))
        raise UnknownEntry(f"there is no entry {name!r}: {nearest(name, entries)}")
    return EntryReader(entries[name], _laboratory())(**parameters)


def catalogue_of(records: Iterable[Record]) -> LaboratoryCatalog:
    """An Intake catalogue of those records that an entry reads, each under a name of its own."""
    entries = readable()
    catalogue = LaboratoryCatalog(_laboratory(), ())
    for record in records:
        if record.entry in entries:
            catalogue.add(_name(record), _reader(entries[record.entry], record))
    return catalogue


def readable() -> dict[str, Entry]:
    """All that can be read: the sources' entries, products, and one's own."""
    here = {**product_entries(), **own_entries()}
    usable = {name: each for name, each in here.items() if isinstance(each, Entry)}
    return {**usable, **read_sources().entries}


def _reader(entry: Entry, record: Record) -> EntryReader:
    return EntryReader(entry, _laboratory(), **record.request)


def _laboratory() -> str:
    return os.environ.get("BLUECLOUD_LAB", "found")


def _name(record: Record) -> str:
    return "".join(each if each.isalnum() else "_" for each in record.id)

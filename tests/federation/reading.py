"""Entries by name, whichever laboratory has them."""

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel

from bluecloud_catalogs.tree import Entry, read_sources


def declared(name: str) -> Entry:
    """An entry as its source declares it, with the addresses now in force."""
    return read_sources().entries[name]


def asked(entry: Entry, parameters: Mapping[str, Any]) -> BaseModel:
    """A request of an entry: its defaults, and these parameters over them."""
    return entry.reader.request.model_validate({**entry.declaration.parameters, **parameters})

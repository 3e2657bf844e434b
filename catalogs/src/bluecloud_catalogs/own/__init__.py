"""A person's own data, made what a catalogue's are: checked, found by search, read by name."""

from .add import Added, add_data, remove_data, require_data
from .store import Visibility, own_entries, own_records

__all__ = [
    "Added",
    "Visibility",
    "add_data",
    "own_entries",
    "own_records",
    "remove_data",
    "require_data",
]

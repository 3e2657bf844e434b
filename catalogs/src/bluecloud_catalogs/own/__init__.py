"""A person's own data, made what a catalogue's are: checked, found by search, read by name."""

from .add import Added, add_data
from .store import own_entries, own_records

__all__ = ["Added", "add_data", "own_entries", "own_records"]

"""The release that somebody is given, beside the one that they run.

Which is newer is told by which came into the history first, and not by their versions, which
managers choose, nor by the last move: who runs a release of long ago may have missed several.
"""

from __future__ import annotations

from collections.abc import Mapping

from .records import Compared
from .store import Releases

# What to do, by how the given one compares; ``{name}`` is the given one's.
WORDS: Mapping[Compared, str] = {
    "same": "",
    "newer": "Release {name} is there: stop and start this laboratory to have it",
    "earlier": (
        "The laboratory went back to release {name}, which is earlier than the one that runs: stop "
        "and start it to have that"
    ),
    "other": "Another release is there, {name}: stop and start this laboratory to have it",
}


def compare(store: Releases, laboratory: str, given: str, running: str | None) -> Compared:
    """How the given release compares with the running one; ``same`` where none is told to run."""
    if running is None or running == given:
        return "same"
    this, that = store.find(laboratory, given), store.find(laboratory, running)
    if this is None or that is None:
        return "other"
    return "newer" if this.made > that.made else "earlier"

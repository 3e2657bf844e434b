"""The names that somebody may have meant by one that does not exist.

A catalogue has a hundred entries: all of them in an error hide the one that was mistyped.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

_SHOWN = 8


def nearest(name: str, names: Iterable[str]) -> str:
    """Say which of the names are like one, or all of them if they are few.

    Names that hold the word come first, then those that are spelt nearly so.
    """
    known = list(names)
    if len(known) <= _SHOWN:
        return f"there are {', '.join(known) or 'none'}"
    word = name.casefold()
    holding = [each for each in known if word and word in each]
    spelt = difflib.get_close_matches(word, known, n=_SHOWN)
    if like := list(dict.fromkeys([*holding, *spelt]))[:_SHOWN]:
        return f"the nearest of {len(known)} are {', '.join(like)}"
    return f"none of {len(known)} is near it; find looks in their titles and descriptions"

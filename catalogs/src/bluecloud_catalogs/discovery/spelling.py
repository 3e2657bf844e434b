"""What somebody may have meant whose words find nothing."""

from __future__ import annotations

import difflib
from functools import cache

from .vocabulary import known_words
from .words import words_of

_SHORTEST = 4  # letters; of shorter words too many are near
_ALIKE = 0.8  # of difflib's ratio: chlorofyl is as like chlorophyll


def did_you_mean(text: str) -> str:
    """The text with known words in the place of those that are nearly so.

    Known are the words of the vocabulary and of what is shipped about each source. Empty where
    every word is known, or one is like no known word.
    """
    meant, changed = [], False
    for word in text.split():
        said = words_of(word)
        if all(each in _known() or len(each) < _SHORTEST for each in said):
            meant.append(word)
            continue
        near = difflib.get_close_matches(" ".join(said), _known(), n=1, cutoff=_ALIKE)
        if not near:
            return ""
        meant += near
        changed = True
    return " ".join(meant) if changed else ""


@cache
def _known() -> frozenset[str]:
    from .small import folder, shipped_records

    told = {
        word
        for record in shipped_records(folder())
        for text in (record.title, record.collection, *record.keywords)
        for word in words_of(text)
    }
    return frozenset(word for word in told | known_words() if word.isalpha())

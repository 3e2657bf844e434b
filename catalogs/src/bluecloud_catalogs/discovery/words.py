"""Words as an index keeps them: without case, accents and a plural ``s``."""

import re
import unicodedata

_WORD = re.compile(r"[^\W_]+")


def words_of(text: str) -> tuple[str, ...]:
    """The words of a text, in their order.

    Species names keep their endings in ``us`` and ``is``; both the text and what is searched
    for go through here, so that what is cut from one is cut from the other.
    """
    letters = text.casefold()
    if not text.isascii():
        letters = unicodedata.normalize("NFKD", letters)
        letters = "".join(each for each in letters if not unicodedata.combining(each))
    return tuple([_singular(word) for word in _WORD.findall(letters)])


def _singular(word: str) -> str:
    plural = len(word) > 3 and word.endswith("s") and word[-2] not in "sui"
    return word[:-1] if plural else word

"""Names of submits and schedules, of which the first letters are typed."""

from __future__ import annotations

from collections.abc import Collection
from difflib import get_close_matches

from .service import ServiceError

_SHOWN = 5
_LIKE = 0.75  # of the letters, for a name that may have been meant


def whole_name(begun: str, known: Collection[str], what: str, *, listed_by: str) -> str:
    """The one name that begins so.

    Raises
    ------
    ServiceError
        If none does, or several do; of many names those are shown that may be meant.
    """
    found = sorted(each for each in known if begun and each.startswith(begun))
    if len(found) == 1:
        return found[0]
    if found:
        shown, more = ", ".join(found[:_SHOWN]), len(found) - _SHOWN
        others = f" and {more} more" if more > 0 else ""
        raise ServiceError(f"{begun!r} begins the names of {len(found)}: {shown}{others}")
    beginnings = sorted({each[: len(begun)] for each in known})
    like = get_close_matches(begun, beginnings, n=_SHOWN, cutoff=_LIKE)
    near = [each for one in like for each in sorted(known) if each.startswith(one)][:_SHOWN]
    hint = f"near it: {', '.join(near)}" if near else f"`{listed_by}` lists them"
    raise ServiceError(f"{begun!r} is not the name of {what}: {hint}")

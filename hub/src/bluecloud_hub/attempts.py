"""How often a password may be guessed: growing pauses, by name and by address.

After a few wrong passwords each further try has to wait, twice as long each time and a quarter of
an hour at most. It is counted for a name at an address, so that who guesses from one address keeps
nobody out who comes from another; for a name from anywhere, with a longer patience and a shorter
pause, against guessing from many; and for an address, against guessing many names. A right
password during a pause is not looked at, or the pause would say that it is right. Pauses end by
themselves, so nobody is locked out for ever, and are kept in memory: a hub that starts again has
forgotten them, which who guesses cannot bring about.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

_MOST = 10_000  # of names and addresses that are remembered
_FORGOTTEN_S = 3600.0


@dataclass(frozen=True)
class _Patience:
    """After how many wrong tries there are pauses; the first and the longest, in seconds."""

    tries: int
    first_s: float
    longest_s: float


_OF_BOTH = _Patience(5, 2.0, 900.0)
_OF_NAME = _Patience(30, 1.0, 60.0)
_OF_ADDRESS = _Patience(200, 1.0, 300.0)  # a whole class logs in at once from one


@dataclass
class _Wrong:
    times: int
    last: float


class Attempts:
    """Wrong tries that were made lately.

    Parameters
    ----------
    now
        A clock in seconds that is never put back.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._wrong: dict[tuple[str, ...], _Wrong] = {}

    def pause_s(self, name: str, address: str) -> int:
        """How many whole seconds somebody has to wait; 0 where they may try."""
        now, longest = self._now(), 0.0
        for key, patience in _keys(name, address):
            wrong = self._wrong.get(key)
            if wrong is None or wrong.times < patience.tries:
                continue
            doubled = min(wrong.times - patience.tries, 30)
            pause = min(patience.first_s * 2**doubled, patience.longest_s)
            longest = max(longest, wrong.last + pause - now)
        return math.ceil(longest)

    def begin(self, name: str, address: str) -> None:
        """Note a try, as a wrong one until it is known: so many at once are counted."""
        now = self._now()
        if len(self._wrong) >= _MOST:
            self._forget_old(now)
        for key, _ in _keys(name, address):
            wrong = self._wrong.get(key)
            times = wrong.times if wrong and now - wrong.last < _FORGOTTEN_S else 0
            self._wrong[key] = _Wrong(times + 1, now)

    def was_right(self, name: str, address: str) -> None:
        """Who knows the password begins anew, at this address; others' tries stay counted."""
        self._wrong.pop(("both", name, address), None)
        for key in (("name", name), ("address", address)):
            if wrong := self._wrong.get(key):
                wrong.times = max(0, wrong.times - 1)

    def _forget_old(self, now: float) -> None:
        kept = sorted(self._wrong.items(), key=lambda item: item[1].last)[_MOST // 2 :]
        self._wrong = {key: wrong for key, wrong in kept if now - wrong.last < _FORGOTTEN_S}


def _keys(name: str, address: str) -> list[tuple[tuple[str, ...], _Patience]]:
    return [
        (("both", name, address), _OF_BOTH),
        (("name", name), _OF_NAME),
        (("address", address), _OF_ADDRESS),
    ]

"""The token of a unit: what its runs may ask the service as their person, while they go on.

It is made from the unit's name, so that nothing has to be kept, and is good for as long as one
of the unit's runs has not come to its end. It finds data and fetches the person's logins; it
neither submits runs nor sees them.
"""

from __future__ import annotations

import hashlib
import hmac

from ..errors import NotKnown
from ..identity import UNIT_TOKEN, Person
from ..keys import Keys
from .index import RunIndex


class UnitTokens:
    """Makes the tokens of units, and says whose one is."""

    def __init__(self, keys: Keys, index: RunIndex) -> None:
        self._keys = keys.of("unit tokens")
        self._index = index

    def made(self, unit: str) -> str:
        """The token of a unit."""
        return f"{UNIT_TOKEN}{unit}.{self._seals(unit)[0]}"

    def person(self, token: str) -> Person:
        """Whose unit has this token.

        Raises
        ------
        NotKnown
            If it is none of ours, or all runs of its unit have ended.
        """
        unit, _, seal = token.removeprefix(UNIT_TOKEN).rpartition(".")
        told = seal.encode("utf-8", "replace")
        if not any(hmac.compare_digest(told, good.encode()) for good in self._seals(unit)):
            raise NotKnown("this is no token of a run")
        person = self._index.person_of_unit(unit)
        if person is None:
            raise NotKnown("the runs of this token have ended")
        return Person(person, unit=unit)

    def _seals(self, unit: str) -> list[str]:
        said = unit.encode("utf-8", "replace")
        return [hmac.new(key, said, hashlib.sha256).hexdigest() for key in self._keys]

"""Who sees a product: everybody, or of a laboratory that is its members', who may open it."""

from __future__ import annotations

from collections.abc import Mapping

from bluecloud_hub.labs import Laboratory

from ..identity import Person
from .records import Kept


class Sight:
    """Says who sees what, by the laboratories of a deployment."""

    def __init__(self, laboratories: Mapping[str, Laboratory]) -> None:
        self._laboratories = laboratories

    def closed(self, laboratory: str) -> bool:
        """Whether a laboratory is open to its members alone, as one that is gone is."""
        found = self._laboratories.get(laboratory)
        return found is None or found.access == "members"

    def of(self, person: Person) -> frozenset[str]:
        """The laboratories whose members-only products a person sees."""
        return frozenset(
            slug
            for slug, laboratory in self._laboratories.items()
            if person.name and laboratory.admits(person.groups, is_operator=person.is_operator)
        )

    def shows(self, product: Kept, person: Person) -> bool:
        """Whether a person sees a product."""
        if not product.members_only or person.is_operator:
            return True
        return product.laboratory in self.of(person)

"""A product or a proposal as one person is shown it, and who is shown none."""

from __future__ import annotations

from collections.abc import Callable

from ..errors import NotThere
from ..identity import Person
from ..runs.outputs import Output
from .deposit_wire import Deposit
from .deposits import Deposits
from .entries import checked_of
from .lineage import Input, acknowledgement
from .records import Kept
from .sight import Sight
from .store import Products
from .wire import Answer, Detail, Product


class Shown:
    """Finds products and proposals for a person; what they may not see is not there."""

    def __init__(self, store: Products, sight: Sight, deposits: Deposits) -> None:
        self._store = store
        self._sight = sight
        self._deposits = deposits

    def to(self, person: Person) -> Callable[[Kept], bool]:
        """Whether a person sees a product."""
        return lambda kept: self._sight.shows(kept, person)

    def version(self, person: Person, laboratory: str, slug: str, version: int) -> Kept:
        """A version of a product.

        Raises
        ------
        NotThere
            If there is none, or the person does not see it.
        """
        kept = self._store.version(laboratory, slug, version)
        if not self._sight.shows(kept, person):
            raise NotThere(f"{laboratory} has published no {slug} of version {version}")
        return kept

    def proposal(self, person: Person, identifier: str) -> Kept:
        """A proposal, for who made it and for the laboratory's managers.

        Raises
        ------
        NotThere
            If there is none, or the person is neither.
        """
        kept = self._store.one(identifier)
        if kept.proposed_by != person.name and not person.manages(kept.laboratory):
            raise NotThere(f"there is no proposal {identifier}")
        return kept

    def detail(self, kept: Kept, person: Person) -> Detail:
        """All that a person is told of a product that they see."""
        inputs = [Input.model_validate(one) for one in kept.inputs]
        versions = filter(self.to(person), self._store.versions(kept.laboratory, kept.slug))
        return Detail(
            **vars(Product.of(kept)),
            run=kept.run,
            notebook=kept.form.get("notebook", ""),
            acknowledgement=acknowledgement(inputs),
            inputs=inputs,
            answers=[Answer.model_validate(one) for one in kept.answers],
            checks=checked_of(kept),
            files=[Output.model_validate(one) for one in kept.files],
            versions=sorted(one.version for one in versions if one.version),
            deposits=self._deposited(kept, person),
        )

    def _deposited(self, kept: Kept, person: Person) -> list[Deposit]:
        """Where it is deposited; what did not succeed is told to those who may try again."""
        may = kept.proposed_by == person.name or person.manages(kept.laboratory)
        return [
            Deposit.of(one, is_at_it=self._deposits.is_at_it(one.product, one.repository))
            for one in self._deposits.of(kept.id)
            if may or one.state == "deposited"
        ]

"""Products that wait for a laboratory's managers, as its desk shows them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from ..runs.outputs import Output
from .forms import things
from .judging import settled
from .records import Kept
from .sight import Sight
from .store import Products


@dataclass(frozen=True)
class Waiting:
    """A product that waits.

    Attributes
    ----------
    creators, files
        Who made it, and what it is made of, in words.
    remarks
        What the checks found that is no fault.
    inputs
        What it was made from, each with its licence.
    questions
        What its manager has to answer of its inputs before it can be approved.
    is_closed
        Whether its laboratory is its members', and so will it be unless it is opened to all.
    """

    id: str
    title: str
    description: str
    person: str
    since: datetime
    run: str
    creators: tuple[str, ...]
    licence: str
    embargo: date | None
    files: tuple[str, ...]
    inputs: tuple[str, ...]
    remarks: tuple[str, ...]
    questions: tuple[str, ...]
    is_closed: bool


class WaitingProducts:
    """Says which products wait in a laboratory."""

    def __init__(self, store: Products, sight: Sight) -> None:
        self._store = store
        self._sight = sight

    def of(self, laboratory: str) -> list[Waiting]:
        """Those of a laboratory, the longest waiting first."""
        there = [one for one in self._store.of_laboratory(laboratory) if one.state == "waiting"]
        return [self._told(one) for one in sorted(there, key=lambda one: one.proposed)]

    def _told(self, kept: Kept) -> Waiting:
        return Waiting(
            id=kept.id,
            title=kept.title,
            description=kept.form["description"],
            person=kept.proposed_by,
            since=kept.proposed,
            run=kept.run,
            creators=tuple(_creator(one) for one in kept.form["creators"]),
            licence=kept.form["licence"],
            embargo=kept.embargo,
            files=tuple(things(Output.model_validate(one) for one in kept.files)),
            inputs=tuple(
                f"{one['title']} ({one['name']}, {one['tier']}): {one['licence']}"
                for one in kept.inputs
            ),
            remarks=tuple(
                f"{one['path']}: {said}" for one in kept.checks for said in one["warnings"]
            ),
            questions=tuple(settled(kept, ())),
            is_closed=self._sight.closed(kept.laboratory),
        )


def _creator(told: dict[str, str]) -> str:
    return f"{told['name']} ({told['orcid']})" if told.get("orcid") else told["name"]

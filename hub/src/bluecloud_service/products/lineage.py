"""What a product was made from, as the run's capsule tells: inputs, licences, citations.

The licence of an entry is taken from the catalogue where the catalogue says one, and not from the
notebook, whose own word the log of accesses is. Where the catalogue says that it depends (``per
dataset``), the run's word is shown, and a manager answers.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict

from bluecloud_catalogs.declarations import OWN_SOURCE

from ..runs.capsule.told import Access
from .licences import Terms, terms_of

UNRECORDED = "unrecorded"


class Input(BaseModel):
    """Something that a product was made from.

    Attributes
    ----------
    name
        ``<source>:<entry>``; ``unrecorded`` for what the run opened without the catalogue.
    licence
        In the words of the catalogue, or of the run where ``by`` says so.
    question
        What a manager has to answer before the product is published; empty where nothing.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    title: str
    tier: str
    licence: str
    by: str
    citation: str
    synthetic: bool = False
    question: str = ""

    @property
    def terms(self) -> Terms:
        """What its licence asks."""
        found = terms_of(self.licence)
        own_word = self.by == "run" and not found.forbidden
        return Terms(known=False) if own_word and not self.name.startswith("own:") else found


@dataclass(frozen=True)
class Declared:
    """What the catalogue says of an entry."""

    licence: str
    citation: str
    title: str


def inputs_of(
    accesses: Iterable[Access], declared: Mapping[str, Declared], *, left_out: int = 0
) -> list[Input]:
    """Each thing that was read, once, with what is to be asked about it.

    Parameters
    ----------
    declared
        What the catalogue says, by entry.
    left_out
        How many lines of the run's log were not kept: what they said is not known.
    """
    found: dict[tuple[str, str, str], Input] = {}
    for access in accesses:
        entry = declared.get(access.entry) if access.source != OWN_SOURCE else None
        licence, by = (entry.licence, "catalogue") if entry else (access.licence, "run")
        if entry and not terms_of(entry.licence).known and access.licence:
            licence, by = access.licence, "run"
        made = Input(
            name=f"{access.source}:{access.entry}",
            title=(entry.title if entry else access.title) or access.entry,
            tier=access.tier,
            licence=licence or "not told",
            by=by,
            citation=(entry.citation if entry else access.citation) or "not told",
            synthetic=access.synthetic == "true",
        )
        found[made.name, made.licence, made.tier] = made.model_copy(
            update={"question": _question(made)}
        )
    inputs = list(found.values())
    if not inputs or left_out:
        inputs.append(_unrecorded(left_out))
    return inputs


def _question(one: Input) -> str:
    terms = one.terms
    if terms.forbidden:
        return f"{terms.forbidden}: who permitted it to be passed on, when, and in which words?"
    if not terms.known:
        return f"what may be done with it is not known ({one.licence}): under which licence is it?"
    return ""


def _unrecorded(left_out: int) -> Input:
    what = f"{left_out} readings that the log does not have" if left_out else "files of its own"
    return Input(
        name=UNRECORDED,
        title=f"What the run read beside the catalogue: {what}",
        tier="none",
        licence="not told",
        by="run",
        citation="not told",
        question="the catalogue has no word of what it was made from: under which licence is that?",
    )


def acknowledgement(inputs: Sequence[Input]) -> str:
    """The lines that whoever uses the product owes to what it was made from."""
    told = [
        f"{one.citation} Licence: {one.licence}."
        for one in inputs
        if one.citation != "not told" and not one.synthetic
    ]
    return "\n".join(dict.fromkeys(told))

"""What is kept of a product: a row of the table, as the rest of the service has it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Literal

# `storing` is approved, and its files are on their way: the next start finishes it.
State = Literal["waiting", "changes", "refused", "replaced", "storing", "published", "withdrawn"]
PUBLIC: tuple[State, ...] = ("published", "withdrawn")


@dataclass(frozen=True)
class Kept:
    """A proposal, or the product that it became.

    Attributes
    ----------
    form, inputs, answers, checks, files
        As `wire` has them, in JSON.
    version
        None until it is approved.
    words
        What who decided said; of a withdrawn one, the reason.
    members_only
        Whether only who may open its laboratory sees it; so it was approved.
    doi
        The first that it was given in a repository; empty where it has none.
    """

    id: str
    laboratory: str
    slug: str
    version: int | None
    run: str
    proposed_by: str
    proposed: datetime
    state: State
    title: str
    decided_by: str
    decided: datetime | None
    words: str
    embargo: date | None
    members_only: bool
    form: dict[str, Any]
    inputs: list[dict[str, Any]]
    answers: list[dict[str, Any]]
    checks: list[dict[str, Any]]
    files: list[dict[str, Any]]
    doi: str = ""

    @property
    def available(self) -> bool:
        """Whether its files are given out today."""
        return self.state == "published" and not self.is_held

    @property
    def is_held(self) -> bool:
        """Whether an embargo holds its files back today."""
        return self.embargo is not None and self.embargo > datetime.now(UTC).date()

    @property
    def name(self) -> str:
        """How it is called in the catalogue, with its version."""
        return f"product_{self.laboratory}_{self.slug}_v{self.version}"

    @property
    def entry(self) -> str:
        """The entry that reads it; empty where none does."""
        return self.name if self.available else ""

"""What is asked and told of deposits, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel

from bluecloud_catalogs.descriptions import Description

from ..runs.wire import Asked
from .deposits import KeptDeposit
from .repositories import RepositoryName


class AskDeposit(Asked):
    """Into which repository; with the login of whoever asks."""

    repository: RepositoryName


class Deposit(BaseModel):
    """What became of a version of a product in a repository.

    Attributes
    ----------
    state
        ``interrupted`` was begun by a service that went down: it can be tried again.
    person, at
        Who deposited it, and when.
    draft
        What is left there, unpublished, or may be; empty where nothing is.
    doi, url
        Empty until it is deposited; an item of a catalogue has no DOI.
    words
        Why it failed, or what is left there of an earlier attempt.
    """

    repository: str
    state: Literal["sending", "interrupted", "failed", "deposited"]
    person: str
    at: datetime
    draft: str
    doi: str
    url: str
    words: str

    @classmethod
    def of(cls, kept: KeptDeposit, *, is_at_it: bool) -> Deposit:
        """What is told of one; ``is_at_it`` says whether somebody is sending it now."""
        begun: Literal["sending", "interrupted"] = "sending" if is_at_it else "interrupted"
        said = {name: getattr(kept, name) for name in cls.model_fields if name != "state"}
        return cls(state=begun if kept.state == "begun" else kept.state, **said)


class Parcel(BaseModel):
    """A file that is sent, with the bytes of what is in it."""

    name: str
    bytes: int


class DepositPlan(BaseModel):
    """What would be sent, and whether it can be.

    Attributes
    ----------
    title, address
        What the repository is called, and where it is.
    why_not
        Why it cannot be sent as it is; empty where it can.
    deposit
        What became of it there before.
    """

    repository: str
    title: str
    address: str
    description: Description
    files: list[Parcel]
    why_not: str
    deposit: Deposit | None

"""What is asked and told of releases, over HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ..runs.wire import Asked
from .records import Audience, Compared, Kept, Kind, Move, Origin, State

DIGEST = r"^sha256:[0-9a-f]{64}$"
Digest = Annotated[str, Field(pattern=DIGEST)]


class Candidate(Asked):
    """An image in the registry that is to be checked.

    Attributes
    ----------
    digest
        Of its manifest, in the laboratory's repository.
    message
        What is new, for people.
    based_on
        The release that it was made from.
    """

    digest: Digest
    version: Annotated[str, Field(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}$")]
    message: Annotated[str, Field(max_length=500)] = ""
    based_on: Digest | None = None
    origin: Literal["published", "built", "rebuilt"] = "published"


class Promote(Asked):
    """Whom a release is given to.

    Attributes
    ----------
    current
        The release that they have now, as far as you know; None if none of their own. If it is
        another by then, nothing is changed and the answer is 409.
    """

    to: Audience
    current: Digest | None


class Back(Asked):
    """One step back, or forward again; ``current`` as of `Promote`."""

    to: Audience = "everyone"
    current: Digest | None


class Release(BaseModel):
    """A release; ``words`` say why it stands where it does."""

    laboratory: str
    digest: str
    image: str
    version: str
    message: str
    origin: Origin
    made_by: str
    made: datetime
    based_on: str
    state: State
    since: datetime
    words: str
    has_report: bool

    @classmethod
    def of(cls, kept: Kept) -> Release:
        """What is told of it."""
        known = {name: getattr(kept, name) for name in cls.model_fields if name != "has_report"}
        return cls(**known, has_report=kept.report > 0)


class Detail(Release):
    """A release, whole.

    Attributes
    ----------
    reasons
        What stands against it, where the gate refused it.
    progress
        The last lines of what the gate does, or did.
    ahead
        How many candidates are checked before it, where it waits.
    """

    reasons: list[str]
    progress: list[str]
    ahead: int


class Moved(BaseModel):
    """One change of what people are given; None is what everyone is given."""

    audience: Audience
    kind: Kind
    before: str | None
    after: str | None
    by: str
    at: datetime

    @classmethod
    def of(cls, move: Move) -> Moved:
        """What is told of it."""
        return cls(**{name: getattr(move, name) for name in cls.model_fields})


class Given(BaseModel):
    """What an audience has, and where one step back and one forward lead.

    ``release`` is None of testers who have what everyone has. ``may_go_back`` says whether there
    is a step, since it may lead to None.
    """

    release: str | None
    may_go_back: bool
    back_to: str | None
    may_go_forward: bool
    forward_to: str | None


class Listed(BaseModel):
    """A laboratory's releases, the newest first, for its managers.

    Attributes
    ----------
    registry
        Where images are pushed; empty where the deployment has no registry.
    moves
        The last changes of what people are given, the newest first.
    """

    laboratory: str
    registry: str
    everyone: Given
    testers: Given
    releases: list[Release]
    moves: list[Moved]


class Mine(BaseModel):
    """The release that I am given, beside the one that I run.

    Attributes
    ----------
    digest, version
        Of what the next start takes; empty where laboratories have no images.
    as_tester
        Whether it is the testers' own.
    compared
        With the one that runs: `Compared`.
    words
        What to do; empty where there is nothing.
    notice
        What the laboratory's managers say to everybody now; empty where they say nothing.
    """

    laboratory: str
    digest: str
    version: str
    message: str
    as_tester: bool
    compared: Compared
    words: str
    notice: str

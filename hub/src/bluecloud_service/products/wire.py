"""What is asked and told of products, over HTTP."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, Field, model_validator

from bluecloud_runner.folders import RUN

from ..runs.outputs import Output
from ..runs.wire import Asked
from ..texts import plain
from .checks import Checked
from .deposit_wire import Deposit
from .entries import citation
from .licences import OFFERED
from .lineage import Input
from .records import Kept, State

SLUG = r"^[a-z][a-z0-9_]{1,35}$"
PROPOSAL = r"^[0-9a-f]{20}$"
MOST_FILES = 200
MOST_EMBARGO = timedelta(days=3653)  # ten years: what is held back for ever is not published
_ORCID = re.compile(r"(?:https://orcid\.org/)?([0-9]{4}-[0-9]{4}-[0-9]{4}-[0-9]{3}[0-9X])")


def _orcid(told: str) -> str:
    """The identifier, if its last character is the checksum of ISO 7064 (MOD 11-2)."""
    found = _ORCID.fullmatch(told)
    if found is None:
        raise ValueError("an ORCID is four groups of four, as 0000-0002-1825-0097")
    digits = found[1].replace("-", "")
    total = 0
    for digit in digits[:-1]:
        total = (total + int(digit)) * 2
    last = "0123456789X"[(12 - total % 11) % 11]
    if digits[-1] != last:
        raise ValueError(f"its last character would be {last}: one of the others is mistyped")
    return found[1]


def _one_line(text: str) -> str:
    text = text.strip()
    if not text or not text.isprintable():
        raise ValueError("it is one line of printable characters, and not empty")
    return text


def _offered(spdx: str) -> str:
    if spdx not in OFFERED:
        raise ValueError(f"{spdx!r} is not offered: it is one of {', '.join(OFFERED)} (SPDX)")
    return spdx


def _of_no_version(slug: str) -> str:
    if re.search(r"_v[0-9]+$", slug):
        raise ValueError(f"{slug!r} ends as the name of a version does: leave the v out")
    return slug


def _to_come(day: date) -> date:
    today = datetime.now(UTC).date()
    if not today <= day <= today + MOST_EMBARGO:
        raise ValueError(f"{day} is not a day from {today} (UTC) to {today + MOST_EMBARGO}")
    return day


def _some_text(text: str) -> str:
    text = text.strip()
    if not text or any(not (each.isprintable() or each == "\n") for each in text):
        raise ValueError("it is text of printable characters, and not empty")
    return text


Line = Annotated[str, Field(max_length=200), AfterValidator(_one_line)]
Text = Annotated[str, Field(max_length=5000), AfterValidator(_some_text)]
Words = Annotated[str, Field(max_length=5000), AfterValidator(plain)]
Spdx = Annotated[str, Field(max_length=40), AfterValidator(_offered)]


class Creator(Asked):
    """Who made it; the ORCID without its address."""

    name: Line
    orcid: Annotated[str, Field(max_length=60), AfterValidator(_orcid)] | None = None
    affiliation: Annotated[str, Field(max_length=300), AfterValidator(plain)] = ""


class Propose(Asked):
    """A product that is proposed.

    Attributes
    ----------
    files
        Of the run's outputs; a folder of Zarr by its own name. The first that has data is what
        is read by the product's name.
    slug
        Its name in the laboratory; of its title, where it is not told. If there is a product of
        yours of that name, this is a new version of it.
    licence
        As SPDX names it.
    embargo
        The day from which its files are given out: today (UTC) or within ten years.
    """

    run: Annotated[str, Field(pattern=RUN)]
    files: Annotated[tuple[Annotated[str, Field(max_length=500)], ...], Field(min_length=1)]
    title: Line
    description: Text
    creators: Annotated[tuple[Creator, ...], Field(min_length=1, max_length=50)]
    licence: Spdx
    keywords: Annotated[tuple[Line, ...], Field(max_length=30)] = ()
    slug: Annotated[str, Field(pattern=SLUG), AfterValidator(_of_no_version)] | None = None
    embargo: Annotated[date, AfterValidator(_to_come)] | None = None

    @model_validator(mode="after")
    def _somebody_is_known(self) -> Propose:
        if not any(creator.orcid for creator in self.creators):
            raise ValueError("creators: one of them at least has an ORCID (https://orcid.org)")
        if len(self.files) > MOST_FILES or len(set(self.files)) < len(self.files):
            raise ValueError(f"files: at most {MOST_FILES}, each once")
        return self


class Answer(Asked):
    """What a manager knows of an input: its licence, or who permitted that it is passed on.

    Attributes
    ----------
    input
        Its name, as the proposal has it.
    by, on, words
        Who permitted it, when, and in which words.
    """

    input: Annotated[str, Field(max_length=400)]
    licence: Annotated[str, Field(max_length=200), AfterValidator(plain)] = ""
    by: Annotated[str, Field(max_length=200), AfterValidator(plain)] = ""
    on: date | None = None
    words: Annotated[str, Field(max_length=2000), AfterValidator(plain)] = ""

    @property
    def is_permission(self) -> bool:
        """Whether it tells all that a permission has to."""
        return bool(self.by.strip() and self.on and self.words.strip())


class Decide(Asked):
    """What a manager decides; words are asked for where it is not approved.

    Attributes
    ----------
    open_to_all
        Approved, it is seen by everybody, though its laboratory is its members'.
    """

    decision: Literal["approve", "refuse", "changes"]
    words: Words = ""
    answers: Annotated[tuple[Answer, ...], Field(max_length=1000)] = ()
    open_to_all: bool = False

    @model_validator(mode="after")
    def _reasons(self) -> Decide:
        if self.decision != "approve" and not self.words.strip():
            raise ValueError("words: say why, or what is to be changed")
        return self


class Withdraw(Asked):
    """Why a product is withdrawn: everybody is shown it in its place."""

    reason: Text


class Licence(BaseModel):
    """A licence that is offered, and why a product of these inputs may not have it."""

    spdx: str
    title: str
    why_not: str


class Suggested(BaseModel):
    """The form of a product, as far as it can be filled in from a run.

    Attributes
    ----------
    sizes
        Bytes of each file; a folder of Zarr is one.
    licence
        The first that is allowed; None where there is none.
    """

    run: str
    laboratory: str
    title: str
    slug: str
    description: str
    files: list[str]
    sizes: dict[str, int]
    creators: list[dict[str, str]]
    keywords: list[str]
    licence: str | None
    licences: list[Licence]
    inputs: list[Input]
    acknowledgement: str
    checks: list[Checked]


class Product(BaseModel):
    """A product in a list: a proposal has no version yet.

    Attributes
    ----------
    words
        What who decided said; of a withdrawn one, why.
    citation
        Empty where it has no version.
    entry
        What it is read by in a laboratory; empty where its files are not given out.
    available
        Whether its files are given out now.
    doi
        The first that it was given in a repository; empty where it has none.
    """

    id: str
    laboratory: str
    slug: str
    version: int | None
    title: str
    state: State
    proposed_by: str
    proposed: datetime
    decided_by: str
    decided: datetime | None
    words: str
    description: str
    creators: list[dict[str, Any]]
    keywords: list[str]
    citation: str
    licence: str
    embargo: date | None
    members_only: bool
    available: bool
    entry: str
    doi: str

    @classmethod
    def of(cls, kept: Kept) -> Product:
        """What everybody is told who sees it."""
        told = {name: getattr(kept, name) for name in cls.model_fields if hasattr(kept, name)}
        said = {n: kept.form[n] for n in ("licence", "description", "creators", "keywords")}
        return cls(**told, **said, citation=citation(kept) if kept.version else "")


class Detail(Product):
    """A product or proposal, whole.

    Attributes
    ----------
    notebook
        The name of the file that the run executed; empty where that was not kept.
    deposits
        In which repositories it is; for who made it and its managers, also what did not succeed.
    """

    run: str
    notebook: str
    acknowledgement: str
    inputs: list[Input]
    answers: list[Answer]
    checks: list[Checked]
    files: list[Output]
    versions: list[int]
    deposits: list[Deposit]

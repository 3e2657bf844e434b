"""What is asked of runs and answered about them, as JSON."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from bluecloud_runner.folders import Cause, Limits, Usage

from .outputs import Output
from .state import Name


class Asked(BaseModel):
    """What somebody sends: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid")


class NotebookFile(Asked):
    """A notebook: its file's name, and its content as JSON."""

    name: Annotated[str, Field(min_length=1, max_length=255)]
    content: dict[str, Any]


class Submit(Asked):
    """One submit: a run, or with ``sweep`` as many as it has sets of parameters.

    Attributes
    ----------
    parameters
        Of every run; what a notebook has defaults for may be left out.
    sweep
        What differs: a list of sets; or names with lists of values, of which every combination
        is run.
    folder
        Where relative paths of own files begin, from the person's home.
    size
        One of the laboratory's sizes; its first where none is named.
    seconds
        The time limit of each run.
    key
        Whatever the one who submits chooses: the same key twice is one submit.
    reuse
        Whether an earlier run of the same image, notebook and parameters that succeeded may be
        the answer.
    reuse_age_s
        How long ago it may have read what can have changed since: providers' data, own files.
    """

    laboratory: str
    notebook: NotebookFile
    parameters: dict[str, JsonValue] = {}
    sweep: list[dict[str, JsonValue]] | dict[str, list[JsonValue]] | None = None
    folder: Annotated[str, Field(max_length=1000)] = ""
    size: str | None = None
    seconds: Annotated[int, Field(ge=1, le=7 * 86400)] = 3600
    key: Annotated[str, Field(min_length=1, max_length=200)] | None = None
    title: Annotated[str, Field(max_length=200)] = ""
    reuse: bool = False
    reuse_age_s: Annotated[int, Field(ge=0)] = 0


class Run(BaseModel):
    """A run in a list.

    Attributes
    ----------
    position
        In the queue, from 1; None where it does not wait.
    cells, cells_done
        How many cells there are, and how many have been executed.
    changed
        Of a list and of one run: the parameters that are not the notebook's defaults, or that a
        sweep goes over, as text cut short, and no more than a dozen.
    executed
        Of the same: whether there is a notebook that was executed, be it to its first cell.
    """

    id: str
    submission: str
    laboratory: str
    version: str
    notebook: str
    title: str
    state: Name
    cause: str
    words: str
    position: int | None = None
    cells: int
    cells_done: int
    attempt: int
    submitted: datetime
    started: datetime | None
    ended: datetime | None
    changed: dict[str, str] = {}
    executed: bool = False


class Detail(Run):
    """A run, whole; ``request`` is the name of the request that submitted it, as logs have it."""

    parameters: dict[str, JsonValue]
    image: str
    kernel: str
    notebook_sha256: str
    limits: Limits
    why: Cause | None
    usage: Usage | None
    forked: bool | None
    outputs: list[Output]
    outputs_words: str
    request: str = ""


class Listed(BaseModel):
    """A page of runs, the last submitted first; ``next`` asks for the page after it."""

    runs: list[Run]
    counts: dict[str, int]
    next: str | None


class Submitted(BaseModel):
    """What a submit became.

    Attributes
    ----------
    reused
        Whether earlier runs are the answer.
    words
        Whose and when, or why there is none; empty where it was not asked for.
    """

    submission: str
    runs: list[Run]
    reused: bool = False
    words: str = ""


class Managed(BaseModel):
    """A run as the manager of its laboratory sees it: neither what nor whose files."""

    id: str
    person: str
    notebook: str
    state: Name
    cause: str
    words: str
    submitted: datetime
    started: datetime | None
    ended: datetime | None

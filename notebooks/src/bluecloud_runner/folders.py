"""A run as a folder: what lies where, who writes it, and what each file says.

::

    <submission>/                       one submit: a single run, or a sweep
        submission.json                 who submitted what, under which key
        <number>/                       one run, of four digits
            record/                     the service's alone
                given/                  what the run may read and nobody writes again
                    request.json        a `Request`
                    notebook.ipynb      as it was at submit
                attempts/<n>.json       an `Attempt`: claimed before its unit is started
                events.jsonl            an `Event` a line: what the service did and found
                outputs.json            what lies in ``work/outputs``, as the service measured it
                capsule/                what the service tells of the whole run (RO-Crate)
            work/                       the run's own, which nobody trusts
                events.jsonl            an `Event` a line: cells, lines of log, the end
                executed.ipynb          saved whole and at once, again and again
                accesses.jsonl          each reading of a source (``BLUECLOUD_ACCESS_LOG``)
                environment.json        packages, hardware and settings, as the runner found them
                resources.csv           what was used over time, as the runner saw it
                verdict.json            a `Verdict` in its seal, when the runner has come to one
                staging/                where the notebook works and writes
                outputs/                what it wrote, once it has succeeded

The service reads ``work/`` as one reads a stranger's letter. What it believes of it is the
verdict, if its seal is right: the key of the seal is given to the unit alone and never to the
notebook (see `bluecloud_runner.seal`).
"""

from __future__ import annotations

import errno
import json
import os
import stat
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, BinaryIO, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, JsonValue, ValidationError

SUBMISSION = r"^[0-9a-f]{20}$"
RUN = r"^[0-9a-f]{20}-[0-9]{4}$"
MOST_RUNS = 2000  # of one submit
# In a unit's environment: the name, in the logs, of the request that submitted its runs.
REQUEST_NAME = "BLUECLOUD_UNIT_REQUEST"

# The most bytes that are read of a file which a run wrote.
MOST_OF_A_LINE = 64 * 1024
MOST_OF_A_VERDICT = 256 * 1024

Outcome = Literal["succeeded", "failed", "cancelled"]
CauseKind = Literal[
    "cancelled",
    "cell-failed",
    "credential-missing",
    "disk-full",
    "engine-refused",
    "file-missing",
    "host-restarted",
    "image-missing",
    "kernel-died",
    "kernel-missing",
    "notebook-unusable",
    "out-of-memory",
    "outputs-refused",
    "runner-failed",
    "source-unavailable",
    "time-limit",
    "unit-lost",
]


class Record(BaseModel):
    """What is written once and read by others: unknown fields are an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Limits(Record):
    """What a run may use.

    Attributes
    ----------
    seconds
        Of wall time, for the whole run.
    cpus
        Cores that its unit may use.
    memory_bytes
        Memory of its unit; None where no limit is held, as on engine ``local``.
    output_bytes
        What it may leave in ``outputs`` in all.
    """

    seconds: Annotated[int, Field(ge=1, le=7 * 86400)] = 3600
    cpus: Annotated[float, Field(gt=0, le=64)] = 1.0
    memory_bytes: Annotated[int, Field(ge=2**20)] | None = None
    output_bytes: Annotated[int, Field(ge=0)] = 2 * 2**30


class Request(Record):
    """What one run is to do; frozen when it is submitted.

    Attributes
    ----------
    person
        As the hub calls them.
    notebook
        The name of the notebook's file, for people; its content lies beside this file.
    parameters
        All of them, defaults included, as they were checked.
    image
        What it runs in: ``sha256:…`` or ``name@sha256:…``; empty on engine ``local``.
    """

    id: Annotated[str, Field(pattern=RUN)]
    person: Annotated[str, Field(min_length=1, max_length=255)]
    laboratory: str
    version: str
    notebook: Annotated[str, Field(min_length=1, max_length=255)]
    notebook_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    kernel: str
    parameters: dict[str, JsonValue]
    image: str = ""
    limits: Limits = Limits()
    submitted: datetime

    @property
    def submission(self) -> str:
        """The submit that it is part of."""
        return self.id.partition("-")[0]


class Attempt(Record):
    """One start of a run; the unit's name is what an engine refuses to start twice."""

    number: Annotated[int, Field(ge=1)]
    unit: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,127}$")]
    key: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    claimed: datetime


class Cause(Record):
    """Why a run did not succeed, in words, and what to do next."""

    kind: CauseKind
    words: str
    next_step: str
    details: dict[str, JsonValue] = {}


class Usage(Record):
    """What a run used, all its processes together."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    peak_bytes: int = 0


class Verdict(Record):
    """What the runner found of a run, at its end.

    Attributes
    ----------
    witnessed
        The SHA-256 of the files in ``work`` that the runner itself wrote, by their names.
    """

    run: Annotated[str, Field(pattern=RUN)]
    attempt: int
    outcome: Outcome
    cause: Cause | None = None
    cells: int = 0
    cells_done: int = 0
    forked: bool = False
    usage: Usage = Usage()
    witnessed: dict[str, Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]] = {}
    started: datetime
    ended: datetime


class Event(BaseModel):
    """One thing that happened; ``kind`` says what, and the rest is of that kind."""

    model_config = ConfigDict(frozen=True, extra="allow")

    at: AwareDatetime
    kind: Annotated[str, Field(pattern=r"^[a-z-]{1,40}$")]


class RunFolder:
    """The folder of one run."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.record = path / "record"
        self.given = self.record / "given"
        self.request_file = self.given / "request.json"
        self.notebook = self.given / "notebook.ipynb"
        self.attempts = self.record / "attempts"
        self.events = self.record / "events.jsonl"
        self.measured = self.record / "outputs.json"
        self.capsule = self.record / "capsule"
        self.work = path / "work"
        self.work_events = self.work / "events.jsonl"
        self.executed = self.work / "executed.ipynb"
        self.accesses = self.work / "accesses.jsonl"
        self.environment = self.work / "environment.json"
        self.resources = self.work / "resources.csv"
        self.verdict = self.work / "verdict.json"
        self.staging = self.work / "staging"
        self.outputs = self.work / "outputs"

    def request(self) -> Request:
        """What the run is to do.

        Raises
        ------
        FileNotFoundError
            If there is no such run.
        ValueError
            If its file is not a request.
        """
        return Request.model_validate_json(self.request_file.read_bytes())


def write_whole(path: Path, content: bytes, *, mode: int = 0o644) -> None:
    """Write a file so that a reader sees the old one or the new one, whole, whatever happens.

    Raises
    ------
    OSError
        If it could not be written; what was there before is still there.
    """
    with tempfile.NamedTemporaryFile(dir=path.parent, prefix=".new-", delete=False) as draft:
        try:
            draft.write(content)
            draft.flush()
            os.fsync(draft.fileno())
            os.fchmod(draft.fileno(), mode)
            Path(draft.name).replace(path)
        except BaseException:
            Path(draft.name).unlink(missing_ok=True)
            raise
    sync_folder(path.parent)


def sync_folder(path: Path) -> None:
    """Make the names in a folder durable."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def append(path: Path, kind: str, at: datetime, *, durable: bool = False, **more: Any) -> None:
    """Add one event to a file of events, in one write; durable where its loss would matter.

    A line that a crash or a full disk tore is ended first, so that it takes no other with it.

    Raises
    ------
    OSError
        If it could not be written whole, or there is something else in the file's place.
    """
    line = (json.dumps({"at": at.isoformat(), "kind": kind, **more}, default=str) + "\n").encode()
    flags = os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_NOFOLLOW | os.O_NONBLOCK
    descriptor = os.open(path, flags, 0o644)
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no plain file", str(path))
        end = os.lseek(descriptor, 0, os.SEEK_END)
        if end and os.pread(descriptor, 1, end - 1) != b"\n":
            line = b"\n" + line
        if os.write(descriptor, line) < len(line):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(path))
        if durable:
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_plain(path: Path) -> BinaryIO:
    """Open a file that may be a stranger's for reading; nothing is waited for.

    Raises
    ------
    OSError
        If there is none, or a link, a folder or a pipe in its place.
    """
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise OSError(errno.EINVAL, "it is no plain file", str(path))
    return os.fdopen(descriptor, "rb")


def read_events(
    path: Path, *, after: int = 0, most_bytes: int = 4 * 2**20
) -> Iterator[tuple[int, Event]]:
    """The events from a byte on, each with the byte after it; what is torn or no event is left out.

    A line that does not end yet is not read, so that reading can go on where it stopped.
    """
    for end, line in read_lines(path, after=after, most_bytes=most_bytes):
        try:
            yield end, Event.model_validate_json(line)
        except ValidationError:
            continue


def read_on(
    path: Path, *, after: int, most_bytes: int = 4 * 2**20
) -> tuple[list[tuple[int, Event]], int]:
    """The events of the next piece as `read_events` gives them, and the byte to go on from.

    That byte is beyond what is no event too, so that however much of it there is ends.
    """
    events, at = [], after
    for at, line in read_lines(path, after=after, most_bytes=most_bytes):
        try:
            events.append((at, Event.model_validate_json(line)))
        except ValidationError:
            continue
    return events, at


def read_lines(
    path: Path, *, after: int = 0, most_bytes: int = 4 * 2**20
) -> Iterator[tuple[int, bytes]]:
    """The whole lines of a file that may be a stranger's, each with the byte after it.

    Of a line longer than any of ours come its pieces, empty, and what is after them.
    """
    try:
        opened = open_plain(path)
    except OSError:  # none yet, or something that is not read
        return
    with opened as file:
        file.seek(after)
        at, read = after, 0
        while read < most_bytes:
            line = file.readline(MOST_OF_A_LINE)
            if not line.endswith(b"\n"):
                if len(line) < MOST_OF_A_LINE:
                    return
                at += len(line)  # longer than any of ours: passed over, piece by piece
                read += len(line)
                yield at, b""
                continue
            at += len(line)
            read += len(line)
            yield at, line

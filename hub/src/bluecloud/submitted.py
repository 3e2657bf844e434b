"""A run and a submit of runs, as the service tells of them; `bluecloud.runs` makes both."""

from __future__ import annotations

import json
import re
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any, Literal
from urllib.parse import quote

import httpx

from . import capsules
from .service import Service, ServiceError

ENDED = frozenset({"succeeded", "failed", "cancelled"})
LONG = httpx.Timeout(60, read=None)


@dataclass(repr=False)
class Run:
    """A run as the service last said it is; `now` and `wait` ask again.

    Attributes
    ----------
    state
        ``queued``, ``starting``, ``running``, ``succeeded``, ``failed`` or ``cancelled``.
    cause, words
        Why it did not succeed: a kind, and a sentence.
    changed
        Parameters that are not the notebook's defaults, or that a sweep goes over, as text cut
        short.
    cells, cells_done
        How many cells it has, and how many were executed.
    position
        Its place in the queue, from 1; None where it does not wait.
    """

    id: str
    submission: str
    laboratory: str
    notebook: str
    title: str
    state: str
    cause: str
    words: str
    position: int | None
    cells: int
    cells_done: int
    attempt: int
    submitted: datetime
    started: datetime | None
    ended: datetime | None
    changed: dict[str, str]
    _service: Service

    def __repr__(self) -> str:
        """One line: which, of what, and how it is."""
        why = f": {self.words}" if self.words else ""
        return f"<Run {self.id}, {self.title or self.notebook}, {self.state}{why}>"

    @classmethod
    def told(cls, said: Mapping[str, Any], service: Service) -> Run:
        """A run as the service tells it."""
        known = {name: said.get(name) for name in cls.__dataclass_fields__ if name[0] != "_"}
        times = {
            name: datetime.fromisoformat(said[name]) if said.get(name) else None
            for name in ("submitted", "started", "ended")
        }
        known["changed"] = known["changed"] or {}
        return cls(**{**known, **times}, _service=service)  # type: ignore[arg-type]

    @cached_property
    def whole(self) -> dict[str, Any]:
        """All that the service knows of it: limits, usage, outputs, why it failed."""
        told: dict[str, Any] = self._service.ask("GET", f"/runs/{self.id}")
        return told

    @property
    def parameters(self) -> dict[str, Any]:
        """All its parameters, the defaults of the notebook included."""
        found: dict[str, Any] = self.whole["parameters"]
        return found

    def now(self) -> Run:
        """Itself, as it is now."""
        return self._become(self._service.ask("GET", f"/runs/{self.id}"))

    def _become(self, said: Mapping[str, Any]) -> Run:
        self.__dict__ = vars(Run.told(said, self._service))
        return self

    def wait(
        self, *, timeout: float | None = None, told: Callable[[Run], None] = lambda run: None
    ) -> Run:
        """Itself when it has ended; ``told`` is called with each state of it.

        Raises
        ------
        TimeoutError
            If it has not after ``timeout`` seconds; it goes on.
        """
        for late in _asked_again(timeout):
            told(self.now())
            if self.state in ENDED:
                break
            if late:
                raise TimeoutError(f"run {self.id} is {self.state} after {timeout} s")
        return self

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What happens to it, from its beginning: kind and content, until it has ended."""
        yield from _events_of(self._service, f"/runs/{self.id}/events")

    def cancel(self) -> Run:
        """Ask for its end."""
        return self._become(self._service.ask("POST", f"/runs/{self.id}/cancel"))

    def again(self) -> Submission:
        """Submit it once more, as it was."""
        return submission_of(self._service.ask("POST", f"/runs/{self.id}/again"), self._service)

    def fetch(self, folder: str | Path = ".") -> list[Path]:
        """Bring the executed notebook and all files it left into ``<folder>/<id>``.

        Returns
        -------
        list of Path
            The files, each written whole and at once.

        Raises
        ------
        ServiceError
            If the service does not give one of them.
        OSError
            If one cannot be written.
        """
        into = Path(folder) / self.id
        into.mkdir(parents=True, exist_ok=True)
        told = self.now().whole
        written = [
            self._bring(f"/runs/{self.id}/notebook", into / _safe(str(told["notebook"]))),
        ]
        for output in told["outputs"]:
            path = into / "outputs" / _safe(output["path"])
            path.parent.mkdir(parents=True, exist_ok=True)
            written.append(self._bring(f"/runs/{self.id}/outputs/{quote(output['path'])}", path))
        return written

    def capsule(self, folder: str | Path = ".", *, packed: bool = False) -> Path:
        """Bring all that is left of it, as an RO-Crate: see `bluecloud.capsules.fetch`."""
        return capsules.fetch(self._service, self.id, Path(folder), packed=packed)

    def _bring(self, address: str, path: Path) -> Path:
        draft = path.with_name(f".{path.name[:200]}.part")
        with self._service.stream(address, timeout=LONG) as answer, draft.open("wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
        return draft.replace(path)


@dataclass(repr=False)
class Submission:
    """One submit and its runs, as the service last said they are; `now` and `wait` ask again.

    Attributes
    ----------
    reused
        Whether earlier runs of the same image, notebook and parameters are the answer.
    words
        Where that was asked for: whose they are and when they ended, or why there are none.
    """

    id: str
    runs: Sequence[Run]
    reused: bool
    _service: Service
    words: str = ""

    def __repr__(self) -> str:
        """One line: which, and how many of its runs are how."""
        states = Counter(run.state for run in self.runs)
        told = ", ".join(f"{count} {state}" for state, count in states.items())
        return f"<Submission {self.id}, {counted(len(self.runs))}: {told}>"

    def now(self) -> Submission:
        """Itself, with its runs as they are now."""
        if self.reused:
            self.runs = [run.now() for run in self.runs]
            return self
        found, after = [], None
        while True:
            asked = {"submission": self.id, "limit": 1000, **({"after": after} if after else {})}
            page = self._service.ask("GET", "/runs", params=asked)
            found += [Run.told(said, self._service) for said in page["runs"]]
            after = page["next"]
            if after is None:
                self.runs = sorted(found, key=lambda run: run.id)
                return self

    def wait(
        self,
        *,
        timeout: float | None = None,
        told: Callable[[Submission], None] = lambda submission: None,
    ) -> Submission:
        """Itself when all its runs have ended; ``told`` is called with each state of it.

        Raises
        ------
        TimeoutError
            If they have not after ``timeout`` seconds; they go on.
        """
        for late in _asked_again(timeout):
            told(self.now())
            left = [run for run in self.runs if run.state not in ENDED]
            if not left:
                break
            if late:
                raise TimeoutError(f"{len(left)} runs of {self.id} go on after {timeout} s")
        return self

    def cancel(self) -> Submission:
        """Ask for the end of all its runs."""
        self._service.ask("POST", f"/submissions/{self.id}/cancel")
        return self.now()

    def again(self) -> Submission:
        """Submit those of its runs that failed once more.

        Raises
        ------
        ServiceError
            If none has failed.
        """
        told = self._service.ask("POST", f"/submissions/{self.id}/again")
        return submission_of(told, self._service)


def counted(runs: int) -> str:
    """How many runs, in words."""
    return "1 run" if runs == 1 else f"{runs} runs"


def submission_of(told: Mapping[str, Any], service: Service) -> Submission:
    """A submit as the service tells it when it takes it."""
    runs = [Run.told(said, service) for said in told["runs"]]
    if not told["reused"]:
        runs.sort(key=lambda run: run.id)
    words = str(told.get("words", ""))
    return Submission(str(told["submission"]), runs, bool(told["reused"]), service, words)


def _asked_again(timeout: float | None) -> Iterator[bool]:
    """Twice a second, without an end: whether the time is up, which none is without a timeout."""
    until = None if timeout is None else time.monotonic() + timeout
    while True:
        yield until is not None and time.monotonic() > until
        time.sleep(0.5)


def _events_of(service: Service, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Server-sent events of an address, as kind and content (WHATWG HTML, section 9.2)."""
    with service.stream(path, timeout=LONG) as answer:
        kind, data = "", ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                data = line[6:]
            elif not line and data:
                yield kind, json.loads(data)
                kind, data = "", ""


_FORMS = {"a run": re.compile(r"[0-9a-f]{20}-[0-9]{4}"), "a submit": re.compile(r"[0-9a-f]{20}")}


def part(name: str, what: Literal["a run", "a submit"]) -> str:
    """A name as one part of an address.

    Raises
    ------
    ServiceError
        If nothing of the kind is called so.
    """
    if not _FORMS[what].fullmatch(name):
        raise ServiceError(f"{name!r} is not the name of {what}: a list says what they are called")
    return name


def _safe(path: str) -> Path:
    """A path of a run's file as one below a folder of ours.

    Raises
    ------
    ServiceError
        If it would lead out of there.
    """
    parts = PurePosixPath(path).parts
    if not parts or path.startswith("/") or ".." in parts:
        raise ServiceError(f"the run has a file {path!r}, which lies in no folder of its own")
    return Path(*parts)

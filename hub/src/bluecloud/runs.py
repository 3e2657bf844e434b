"""Runs from Python: submit a notebook with parameters, watch it, fetch what it made.

::

    from bluecloud import runs

    sweep = runs.submit("marine_heatwaves", sweep={"percentile": [90, 95, 99]})
    sweep.wait()
    for run in sweep.runs:
        print(run.id, run.state, run.parameters["percentile"], run.fetch("results"))

A run goes on when the laboratory it was submitted from is stopped.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import quote

import httpx

from . import capsules
from .service import Service, ServiceError

ENDED = frozenset({"succeeded", "failed", "cancelled"})
_LONG = httpx.Timeout(60, read=None)


@dataclass(frozen=True)
class Run:
    """A run as the service last said it is.

    Attributes
    ----------
    state
        ``queued``, ``starting``, ``running``, ``succeeded``, ``failed`` or ``cancelled``.
    cause, words
        Why it did not succeed: a kind, and a sentence.
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
    _service: Service

    @classmethod
    def told(cls, said: Mapping[str, Any], service: Service) -> Run:
        """A run as the service tells it."""
        known = {name: said.get(name) for name in cls.__dataclass_fields__ if name[0] != "_"}
        times = {
            name: datetime.fromisoformat(said[name]) if said.get(name) else None
            for name in ("submitted", "started", "ended")
        }
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
        """The same run, as it is now."""
        return Run.told(self._service.ask("GET", f"/runs/{self.id}"), self._service)

    def wait(
        self, *, timeout: float | None = None, told: Callable[[Run], None] = lambda run: None
    ) -> Run:
        """The run when it has ended; ``told`` is called with each state of it.

        Raises
        ------
        TimeoutError
            If it has not after ``timeout`` seconds; it goes on.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            run = self.now()
            told(run)
            if run.state in ENDED:
                return run
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"run {self.id} is {run.state} after {timeout} s")
            time.sleep(0.5)

    def events(self) -> Iterator[tuple[str, dict[str, Any]]]:
        """What happens to it, from its beginning: kind and content, until it has ended."""
        yield from _events(self._service, f"/runs/{self.id}/events")

    def cancel(self) -> Run:
        """Ask for its end."""
        return Run.told(self._service.ask("POST", f"/runs/{self.id}/cancel"), self._service)

    def again(self) -> Submission:
        """Submit it once more, as it was."""
        return _submission(self._service.ask("POST", f"/runs/{self.id}/again"), self._service)

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
        with self._service.stream(address, timeout=_LONG) as answer, draft.open("wb") as file:
            for piece in answer.iter_bytes():
                file.write(piece)
        return draft.replace(path)


@dataclass(frozen=True)
class Submission:
    """One submit and its runs, as they were when it was asked for.

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

    def now(self) -> Submission:
        """The same submit, with its runs as they are now."""
        if self.reused:
            return replace(self, runs=[run.now() for run in self.runs])
        found, after = [], None
        while True:
            asked = {"submission": self.id, "limit": 1000, **({"after": after} if after else {})}
            page = self._service.ask("GET", "/runs", params=asked)
            found += [Run.told(said, self._service) for said in page["runs"]]
            after = page["next"]
            if after is None:
                return Submission(self.id, sorted(found, key=lambda r: r.id), False, self._service)

    def wait(
        self,
        *,
        timeout: float | None = None,
        told: Callable[[Submission], None] = lambda submission: None,
    ) -> Submission:
        """The submit when all its runs have ended; ``told`` is called with each state of it.

        Raises
        ------
        TimeoutError
            If they have not after ``timeout`` seconds; they go on.
        """
        until = None if timeout is None else time.monotonic() + timeout
        while True:
            now = self.now()
            told(now)
            left = [run for run in now.runs if run.state not in ENDED]
            if not left:
                return now
            if until is not None and time.monotonic() > until:
                raise TimeoutError(f"{len(left)} runs of {self.id} go on after {timeout} s")
            time.sleep(0.5)

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
        return _submission(told, self._service)


def submit(
    notebook: str | Path,
    parameters: Mapping[str, Any] | None = None,
    *,
    sweep: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]] | None = None,
    laboratory: str | None = None,
    size: str | None = None,
    seconds: int = 3600,
    title: str = "",
    key: str | None = None,
    reuse: bool = False,
    reuse_age_s: int = 0,
    service: Service | None = None,
) -> Submission:
    """Submit a run of a notebook, or a sweep of them.

    Parameters
    ----------
    notebook
        A file, or the name of one of this laboratory's analyses.
    parameters
        By name; what is left out has the notebook's default.
    sweep
        Names with lists of values, of which every combination is run; or a list of sets.
    laboratory
        Whose image it runs in; this one's where none is named.
    size
        One of the laboratory's sizes; its first where none is named.
    seconds
        The most that one run may take.
    key
        The same key twice is one submit, so that it is safe to repeat after a broken line.
    reuse
        Whether an earlier run of yours that did the same may be the answer.
    reuse_age_s
        How long ago that may have read what can have changed since: data of providers, and
        files of your own. Samples do not change.

    Returns
    -------
    Submission
        On disk: it goes on whatever happens to this process.

    Raises
    ------
    FileNotFoundError
        If there is no such notebook.
    ServiceError
        If it is refused: a parameter that the notebook does not have or allow, above all.
    """
    body = asked_of(
        notebook,
        parameters=parameters,
        sweep=sweep,
        laboratory=laboratory,
        size=size,
        seconds=seconds,
        title=title,
        key=key,
        reuse=reuse,
        reuse_age_s=reuse_age_s,
    )
    asked = service or Service()
    return _submission(asked.ask("POST", "/runs", json=body, timeout=_LONG), asked)


def asked_of(
    notebook: str | Path,
    *,
    parameters: Mapping[str, Any] | None = None,
    sweep: Mapping[str, Sequence[Any]] | Sequence[Mapping[str, Any]] | None = None,
    laboratory: str | None = None,
    size: str | None = None,
    seconds: int = 3600,
    title: str = "",
    key: str | None = None,
    reuse: bool = False,
    reuse_age_s: int = 0,
) -> dict[str, Any]:
    """What a submit sends to the service; see `submit`."""
    path = find_notebook(notebook)
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise ServiceError(f"{path} is no notebook: {error}") from error
    lab = laboratory or os.environ.get("BLUECLOUD_LAB", "")
    if not lab:
        raise ServiceError("name a laboratory: BLUECLOUD_LAB is not set here")
    return {
        "laboratory": lab,
        "notebook": {"name": path.name, "content": content},
        "parameters": dict(parameters or {}),
        "sweep": _plain(sweep),
        "size": size,
        "seconds": seconds,
        "title": title,
        "key": key,
        "reuse": reuse,
        "reuse_age_s": reuse_age_s,
    }


def find_notebook(notebook: str | Path) -> Path:
    """The file of a notebook: as it is named, or this laboratory's analysis of that name.

    Raises
    ------
    FileNotFoundError
        If there is none.
    """
    path = Path(notebook).expanduser()
    if path.is_file():
        return path
    root, lab = os.environ.get("BLUECLOUD_ROOT"), os.environ.get("BLUECLOUD_LAB")
    if root and lab and path.name == str(notebook):
        curated = Path(root) / "notebooks" / lab
        named = curated / f"{path.name.removesuffix('.ipynb')}.ipynb"
        if named.is_file():
            return named
        known = ", ".join(sorted(each.stem for each in curated.glob("*.ipynb")))
        raise FileNotFoundError(f"{notebook}: no such file, and no analysis of {lab}: {known}")
    raise FileNotFoundError(f"{notebook}: no such file")


def get(run: str, *, service: Service | None = None) -> Run:
    """A run by its id.

    Raises
    ------
    ServiceError
        If there is none that is yours.
    """
    asked = service or Service()
    return Run.told(asked.ask("GET", f"/runs/{_part(run, 'a run')}"), asked)


def submission(name: str, *, service: Service | None = None) -> Submission:
    """A submit by its id.

    Raises
    ------
    ServiceError
        If there is none that is yours.
    """
    asked = service or Service()
    found = Submission(_part(name, "a submit"), (), False, asked).now()
    if not found.runs:
        raise ServiceError(f"you have submitted no {name}", status=404)
    return found


def recent(
    *,
    laboratory: str | None = None,
    state: str | None = None,
    limit: int = 50,
    service: Service | None = None,
) -> list[Run]:
    """Your last runs, the last submitted first."""
    asked = service or Service()
    which = {"laboratory": laboratory, "state": state, "limit": limit}
    page = asked.ask("GET", "/runs", params={k: v for k, v in which.items() if v is not None})
    return [Run.told(said, asked) for said in page["runs"]]


def _submission(told: Mapping[str, Any], service: Service) -> Submission:
    runs = [Run.told(said, service) for said in told["runs"]]
    if not told["reused"]:
        runs.sort(key=lambda run: run.id)
    words = str(told.get("words", ""))
    return Submission(str(told["submission"]), runs, bool(told["reused"]), service, words)


def _plain(sweep: Any) -> Any:
    if sweep is None:
        return None
    if isinstance(sweep, Mapping):
        return {name: list(values) for name, values in sweep.items()}
    return [dict(each) for each in sweep]


def _events(service: Service, path: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Server-sent events of an address, as kind and content (WHATWG HTML, section 9.2)."""
    with service.stream(path, timeout=_LONG) as answer:
        kind, data = "", ""
        for line in answer.iter_lines():
            if line.startswith("event: "):
                kind = line[7:]
            elif line.startswith("data: "):
                data = line[6:]
            elif not line and data:
                yield kind, json.loads(data)
                kind, data = "", ""


def _part(name: str, what: str) -> str:
    """A name as one part of an address, whatever was typed.

    Raises
    ------
    ServiceError
        If nothing was.
    """
    if not name.strip("."):
        raise ServiceError(f"{name!r} is not the name of {what}: a list says what they are called")
    return quote(name, safe="")


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

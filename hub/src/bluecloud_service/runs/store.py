"""The folders of runs: submitted whole, claimed once, cancelled, set aside for another attempt.

``runs/<person>/<submission>/<number>`` is one run, laid out as `bluecloud_runner.folders` says.
A submission appears under its name by one rename, so that there is all of it or nothing, and
its name follows from its key, so that the same submit twice is one. Nothing here is kept in
memory: what the folders say is all there is.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import JsonValue, ValidationError

from bluecloud_hub import tracing
from bluecloud_hub.homes import LABORATORY_GID, LABORATORY_UID, folder_name
from bluecloud_runner.folders import (
    MOST_RUNS,
    Attempt,
    Limits,
    Record,
    Request,
    RunFolder,
    append,
    read_lines,
    sync_folder,
    write_whole,
)

from ..errors import NotAsked, NotThere
from .removal import remove_tree

_DRAFTS = ".drafts"  # locked by whoever has a folder that is not whole yet, or not any more


class Submission(Record):
    """One submit, as it is kept beside its runs; ``request`` is its name in the logs."""

    id: str
    person: str
    laboratory: str
    notebook: str
    key: str | None
    runs: int
    submitted: datetime
    title: str = ""
    asked_sha256: str = ""
    request: str = ""


@dataclass(frozen=True)
class Work:
    """What is to be run, checked: one notebook, and the parameters of each run."""

    laboratory: str
    version: str
    image: str
    notebook: str
    content: bytes
    kernel: str
    parameters: Sequence[Mapping[str, JsonValue]]
    limits: Limits
    title: str = ""

    @property
    def sha256(self) -> str:
        """Of the notebook."""
        return hashlib.sha256(self.content).hexdigest()

    def sameness(self, parameters: Mapping[str, JsonValue]) -> str:
        """See `sameness`."""
        return _same(self.laboratory, self.image or self.version, self.sha256, parameters)

    def fingerprint(self) -> str:
        """What tells one submit from another under the same key."""
        limits = self.limits.model_dump()
        return _same(self.laboratory, self.notebook, self.sha256, list(self.parameters), limits)


class Runs:
    """All runs of a deployment.

    Parameters
    ----------
    folder
        ``BLUECLOUD_STATE/runs``; made where it is not there.
    for_containers
        Whether units run as another account, which must be able to write in ``work``.
    """

    def __init__(self, folder: Path, *, for_containers: bool) -> None:
        self.folder = folder
        self._for_containers = for_containers
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(0o711)  # a person's folder is closed; on the way to it is nothing to list

    def submit(self, person: str, work: Work, *, key: str | None = None) -> Submission:
        """Keep what a person submits; on disk, whole, when this returns.

        Raises
        ------
        NotAsked
            If nothing or too much is submitted, or the key was used for something else.
        OSError
            If it cannot be written; nothing of it is then there.
        """
        if not 1 <= len(work.parameters) <= MOST_RUNS:
            raise NotAsked(f"{len(work.parameters)} runs in one submit: 1 to {MOST_RUNS} can be")
        name = _name(person, key)
        owner = self.folder / folder_name(person)
        owner.mkdir(mode=0o711, exist_ok=True)
        final = owner / name
        submission = Submission(
            id=name,
            person=person,
            laboratory=work.laboratory,
            notebook=work.notebook,
            key=key,
            runs=len(work.parameters),
            submitted=datetime.now(UTC),
            title=work.title,
            asked_sha256=work.fingerprint(),
            request=tracing.current(),
        )
        if not final.exists():
            with self._drafting():
                self._place(final, submission, work)
        kept = self.submission(final)
        if kept.asked_sha256 != submission.asked_sha256:
            raise NotAsked(
                f"key = {key!r}: it was used for another submit, {kept.id}; choose a new one"
            )
        return kept

    def _place(self, final: Path, submission: Submission, work: Work) -> None:
        owner = final.parent
        draft = owner / f".new-{final.name}-{secrets.token_hex(4)}"
        draft.mkdir(mode=0o711)
        try:
            self._write(draft, submission, work)
            sync_folder(draft)
            draft.rename(final)
        except BaseException as error:
            shutil.rmtree(draft, ignore_errors=True)
            if not (isinstance(error, OSError) and final.exists()):  # else another was quicker
                raise
        sync_folder(owner)

    @contextmanager
    def _drafting(self) -> Iterator[None]:
        """Hold off a tidying, which would take a draft for one that was left."""
        held = os.open(self.folder / _DRAFTS, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_SH)
            yield
        finally:
            os.close(held)

    def tidy(self) -> bool:
        """Take away what submits and removals left that were killed.

        False where one of them goes on, here or in another service: it is to be tried later.
        """
        held = os.open(self.folder / _DRAFTS, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
            # Their names are never used again, so that the lock is held for the look alone.
            left = [path for way in (".new-*", ".gone-*") for path in self.folder.glob(f"*/{way}")]
        except BlockingIOError:
            return False
        finally:
            os.close(held)
        for path in left:
            remove_tree(path)
        return True

    def _write(self, draft: Path, submission: Submission, work: Work) -> None:
        shared: Path | None = None
        for number, parameters in enumerate(work.parameters):
            run = RunFolder(draft / f"{number:04d}")
            for made in (run.path, run.record, run.given, run.attempts):
                made.mkdir(mode=0o755)
            request = Request(
                id=f"{submission.id}-{number:04d}",
                person=submission.person,
                laboratory=work.laboratory,
                version=work.version,
                notebook=work.notebook,
                notebook_sha256=work.sha256,
                kernel=work.kernel,
                parameters=dict(parameters),
                image=work.image,
                limits=work.limits,
                submitted=submission.submitted,
            )
            write_whole(run.request_file, request.model_dump_json(indent=1).encode())
            if shared is None:
                write_whole(run.notebook, work.content, mode=0o444)
                shared = run.notebook
            else:
                os.link(shared, run.notebook)
            run.path.chmod(0o711)
            run.record.chmod(0o700)
            run.attempts.chmod(0o700)
        content = submission.model_dump_json(indent=1).encode()
        write_whole(draft / "submission.json", content, mode=0o600)

    def submission(self, folder: Path) -> Submission:
        """What a submission's folder says of it.

        Raises
        ------
        NotThere
            If there is none, or its file is not one.
        """
        try:
            return Submission.model_validate_json((folder / "submission.json").read_bytes())
        except (OSError, ValidationError) as error:
            raise NotThere(f"there is no submission {folder.name}") from error

    def everything(self) -> Iterator[tuple[Submission, list[RunFolder]]]:
        """Every submission with its runs; one whose file cannot be read is passed over."""
        for owner in sorted(self.folder.iterdir()):
            if owner.name.startswith(".") or not owner.is_dir():
                continue
            for path in sorted(owner.iterdir()):
                if path.name.startswith("."):
                    continue
                try:
                    submission = self.submission(path)
                except NotThere:
                    continue
                yield submission, self.runs_of(submission)

    def runs_of(self, submission: Submission) -> list[RunFolder]:
        """The runs of a submission, in their order."""
        return [
            self.run(submission.person, f"{submission.id}-{n:04d}") for n in range(submission.runs)
        ]

    def run(self, person: str, run: str) -> RunFolder:
        """The folder of a run, whether it is there or not."""
        submission, _, number = run.partition("-")
        return RunFolder(self.folder / folder_name(person) / submission / number)

    def claim(self, run: RunFolder, unit: str) -> Attempt | None:
        """Claim the next attempt of a run for a unit; None where somebody else just did.

        Whoever makes the file has the attempt: the file system lets only one.
        """
        number = len(attempts(run)) + 1
        attempt = Attempt(
            number=number, unit=unit, key=secrets.token_hex(32), claimed=datetime.now(UTC)
        )
        draft = run.attempts / f".{number}-{secrets.token_hex(4)}"
        write_whole(draft, attempt.model_dump_json().encode(), mode=0o600)
        try:
            os.link(draft, run.attempts / f"{number}.json")
        except FileExistsError:
            return None
        finally:
            draft.unlink()
        sync_folder(run.attempts)
        self._make_work(run, number)
        return attempt

    def _make_work(self, run: RunFolder, number: int) -> None:
        """A fresh ``work``; what an earlier attempt left is set aside under its number."""
        if run.work.exists():
            run.work.rename(run.path / f"work-{number - 1}")
        run.work.mkdir(mode=0o700)
        if self._for_containers and os.geteuid() == 0:
            os.chown(run.work, LABORATORY_UID, LABORATORY_GID, follow_symlinks=False)

    def note(self, run: RunFolder, kind: str, **more: Any) -> None:
        """Write down what the service did with a run, or found of it; durable."""
        append(run.events, kind, datetime.now(UTC), durable=True, **more)

    def cancel(self, run: RunFolder, by: str) -> None:
        """Ask for a run's end; the unit looks for the file, the keeper for the event."""
        if (run.given / "cancel").exists():
            return  # asked for before: the record is not to grow with each time
        self.note(run, "cancel", by=by)
        self.tell_cancel(run)

    def tell_cancel(self, run: RunFolder) -> None:
        """Make the file that the unit looks for; again, where it was killed after the event."""
        (run.given / "cancel").touch(mode=0o644)

    def remove(self, submission: Submission) -> None:
        """Take a submission and all its runs away: first its name, at once."""
        owner = self.folder / folder_name(submission.person)
        gone = owner / f".gone-{submission.id}-{secrets.token_hex(4)}"
        with self._drafting():
            (owner / submission.id).rename(gone)
            sync_folder(owner)
            remove_tree(gone)


def attempts(run: RunFolder) -> list[Attempt]:
    """The attempts of a run, in their order."""
    found = []
    for path in run.attempts.glob("[0-9]*.json"):
        try:
            found.append(Attempt.model_validate_json(path.read_bytes()))
        except ValidationError:  # ours are whole or not there: somebody else's
            continue
    return sorted(found, key=lambda attempt: attempt.number)


def record_events(run: RunFolder) -> list[dict[str, Any]]:
    """What the service noted of a run; of a line that a crash tore, nothing."""
    events = []
    for _, line in read_lines(run.events):
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict) and "kind" in event:
            events.append(event)
    return events


def sameness(request: Request) -> str:
    """What two runs have in common that do the same: image, notebook and parameters."""
    image = request.image or request.version
    return _same(request.laboratory, image, request.notebook_sha256, request.parameters)


def _same(*said: Any) -> str:
    return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()


def _name(person: str, key: str | None) -> str:
    if key is None:
        return secrets.token_hex(10)
    return hashlib.sha256(json.dumps([person, key]).encode()).hexdigest()[:20]

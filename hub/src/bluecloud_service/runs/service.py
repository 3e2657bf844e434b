"""What can be asked of runs, without a word about HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from typing import BinaryIO
from urllib.parse import quote

from bluecloud_runner.folders import RunFolder

from ..errors import NotAsked, NotThere
from ..homes import Weighing
from ..identity import Person
from .admission import Laboratories
from .answers import Answers, managed
from .capsule.giving import archive
from .capsule.keeping import Capsules
from .engines import Engine, EngineAway
from .index import Row, RunIndex, row_of
from .keeper import Keeper
from .outputs import Measured, open_below
from .paging import row_before, token_of
from .reuse import Earlier, Reuse
from .state import ENDED, state_of
from .store import Runs, Submission, Work, sameness
from .wire import Detail, Listed, Managed, NotebookFile, Run, Submit, Submitted

_MOST_NOTEBOOK = 256 * 2**20


class RunService:
    """Runs, as their people and managers ask for them."""

    def __init__(
        self,
        runs: Runs,
        index: RunIndex,
        engine: Engine,
        keeper: Keeper,
        laboratories: Laboratories,
        capsules: Capsules,
        reuse: Reuse,
        homes: Weighing,
    ) -> None:
        self._runs = runs
        self._index = index
        self._engine = engine
        self._keeper = keeper
        self._laboratories = laboratories
        self._capsules = capsules
        self._reuse = reuse
        self._homes = homes
        self._answers = Answers(runs, index)

    def admit(self, person: Person, asked: Submit) -> None:
        """Check a submit as `submit` does, and keep nothing of it."""
        self._laboratories.admit(person, asked)
        self._homes.refuse(_name(person))

    def submit(self, person: Person, asked: Submit) -> Submitted:
        """Take a submit; it is on disk, whole, when this returns.

        Raises
        ------
        ServiceError
            If it is not admitted, with the reason.
        """
        work = self._laboratories.admit(person, asked)
        earlier = Earlier()
        if asked.reuse:
            earlier = self._reuse.earlier(_name(person), work, age_s=asked.reuse_age_s)
        if earlier.rows:
            return Submitted(
                submission=earlier.rows[0].submission,
                runs=[self._answers.run(row) for row in earlier.rows],
                reused=True,
                words=earlier.words,
            )
        kept = self._keep(person, work, key=asked.key)
        return kept.model_copy(update={"words": earlier.words})

    def _keep(self, person: Person, work: Work, *, key: str | None = None) -> Submitted:
        self._homes.refuse(_name(person))
        submission = self._runs.submit(_name(person), work, key=key)
        rows = self._rows(submission)
        known = {row.id for row in self._index.of(submission=submission.id, limit=len(rows))}
        self._index.put(row for row in rows if row.id not in known)
        self._keeper.wake()
        kept = self._index.of(submission=submission.id, limit=len(rows))
        return Submitted(submission=submission.id, runs=[self._answers.run(row) for row in kept])

    def _rows(self, submission: Submission) -> list[Row]:
        rows = []
        for folder in self._runs.runs_of(submission):
            request = folder.request()
            rows.append(
                row_of(
                    request,
                    state_of(folder),
                    title=submission.title,
                    same=sameness(request),
                )
            )
        return rows

    def listed(
        self,
        person: Person,
        *,
        laboratory: str | None = None,
        submission: str | None = None,
        state: str | None = None,
        limit: int = 100,
        after: str | None = None,
    ) -> Listed:
        """A page of a person's runs, and how many are in each state.

        Raises
        ------
        NotAsked
            If ``after`` is not what an earlier page gave.
        """
        name = _name(person)
        rows = self._index.of(
            person=name,
            laboratory=laboratory,
            submission=submission,
            state=state,
            before=row_before(after) if after else None,
            limit=limit,
        )
        which = {"person": name}
        if laboratory:
            which["laboratory"] = laboratory
        if submission:
            which["submission"] = submission
        more = len(rows) == limit
        return Listed(
            runs=self._answers.all(rows),
            counts=self._index.counts(**which),
            next=token_of(rows[-1]) if more else None,
        )

    def detail(self, person: Person, run: str) -> Detail:
        """One run, whole.

        Raises
        ------
        NotThere
            If the person has no such run.
        """
        row, folder = self._mine(person, run)
        request = folder.request()
        state = state_of(folder)
        measured = _measured(folder)
        verdict = state.verdict
        return Detail(
            **vars(self._answers.seen(row, self._answers.run(row))),
            parameters=request.parameters,
            image=request.image,
            kernel=request.kernel,
            notebook_sha256=request.notebook_sha256,
            limits=request.limits,
            why=state.cause,
            usage=verdict.usage if verdict else None,
            forked=verdict.forked if verdict else None,
            outputs=list(measured.files),
            outputs_words=measured.words,
            request=self._runs.submission(folder.path.parent).request,
        )

    def changes(self, person: Person) -> int:
        """A number that is another one after each change to a person's runs."""
        return self._index.changes(_name(person))

    def run_or_none(self, person: Person, run: str) -> Run | None:
        """One run as a list has it, or None where it is gone."""
        try:
            return self._answers.run(self._mine(person, run)[0])
        except NotThere:
            return None

    def folder(self, person: Person, run: str) -> RunFolder:
        """The folder of a person's run."""
        return self._mine(person, run)[1]

    def cancel(self, person: Person, run: str) -> Run:
        """Ask for a run's end; one that has ended stays as it is.

        Raises
        ------
        NotThere
            If the person has no such run.
        """
        row, folder = self._mine(person, run)
        if row.state not in ENDED:
            self._runs.cancel(folder, _name(person))
            self._keeper.wake()
        return self._answers.run(row)

    def cancel_all(self, person: Person, submission: str) -> Listed:
        """Ask for the end of all runs of a submit."""
        for row in self._of(person, submission):
            if row.state not in ENDED:
                self._runs.cancel(self._runs.run(row.person, row.id), _name(person))
        self._keeper.wake()
        return self.listed(person, submission=submission, limit=1000)

    def again(self, person: Person, runs: Sequence[str]) -> Submitted:
        """Submit runs again, as they were, in the laboratory's present release.

        Raises
        ------
        NotThere
            If the person has no such run.
        """
        rows = [self._mine(person, run) for run in runs]
        requests = [folder.request() for _, folder in rows]
        first, folder = requests[0], rows[0][1]
        asked = Submit(
            laboratory=first.laboratory,
            notebook=NotebookFile(
                name=first.notebook, content=json.loads(folder.notebook.read_bytes())
            ),
            sweep=[dict(request.parameters) for request in requests],
            seconds=first.limits.seconds,
            title=rows[0][0].title,
        )
        work = self._laboratories.admit(person, asked, limits=first.limits)
        return self._keep(person, work)

    def again_failed(self, person: Person, submission: str) -> Submitted:
        """Submit those of a sweep again that failed.

        Raises
        ------
        NotAsked
            If none did.
        """
        failed = [row.id for row in self._of(person, submission) if row.state == "failed"]
        if not failed:
            raise NotAsked(f"no run of {submission} has failed: there is nothing to run again")
        return self.again(person, sorted(failed))

    def remove(self, person: Person, submission: str) -> None:
        """Take a submit away, with all that its runs left.

        Raises
        ------
        NotAsked
            If one of its runs has not ended.
        """
        rows = self._of(person, submission)
        going = [row.id for row in rows if row.state not in ENDED]
        if going:
            raise NotAsked(f"run {going[0]} has not ended: cancel it first")
        folder = self._runs.run(rows[0].person, rows[0].id).path.parent
        self._runs.remove(self._runs.submission(folder))
        self._index.remove([row.id for row in rows])

    def notebook(self, person: Person, run: str) -> bytes:
        """The executed notebook as far as it got, or the one that was submitted."""
        _, folder = self._mine(person, run)
        for path in (folder.executed, folder.notebook):
            try:
                with open_below(path.parent, path.name) as file:
                    return file.read(_MOST_NOTEBOOK)
            except NotThere:
                continue
        raise NotThere(f"run {run} has no notebook")

    def output(self, person: Person, run: str, path: str) -> tuple[BinaryIO, int, str]:
        """One of the files that a run left: open, its bytes, and its name as a header has it.

        Raises
        ------
        NotThere
            If it is none of those that were measured.
        """
        _, folder = self._mine(person, run)
        known = {output.path: output for output in _measured(folder).files}
        if path not in known:
            raise NotThere(f"run {run} left no file {path!r}")
        file = open_below(folder.outputs, path)
        return file, known[path].bytes, quote(PurePosixPath(path).name)

    def capsule(self, person: Person, run: str) -> Iterator[bytes]:
        """The pieces of an archive of all that is left of a run.

        Raises
        ------
        NotThere
            If the person has no such run, or it has not ended.
        """
        row, folder = self._mine(person, run)
        self._capsules.make(folder, row.title)
        return archive(folder)

    def last_lines(self, person: Person, run: str) -> list[str]:
        """What the unit of a run wrote of itself, the last lines."""
        row, _ = self._mine(person, run)
        if not row.unit:
            return []
        try:
            return self._engine.last_lines(row.unit)
        except EngineAway as error:
            return [f"(the engine does not answer: {error})"]

    def managed(self, laboratory: str, *, state: str | None, limit: int) -> list[Managed]:
        """The runs of a laboratory as its managers see them."""
        rows = self._index.of(laboratory=laboratory, state=state, limit=limit)
        return [managed(row) for row in rows]

    def _mine(self, person: Person, run: str) -> tuple[Row, RunFolder]:
        row = self._index.get(run)
        if row is None or row.person != _name(person):
            raise NotThere(f"you have no run {run}")
        return row, self._runs.run(row.person, run)

    def _of(self, person: Person, submission: str) -> list[Row]:
        rows = self._index.of(person=_name(person), submission=submission, limit=10_000)
        if not rows:
            raise NotThere(f"you have submitted no {submission}")
        return rows


def _name(person: Person) -> str:
    if person.name is None:
        raise NotThere("nobody has no runs")
    return person.name


def _measured(folder: RunFolder) -> Measured:
    try:
        return Measured.model_validate_json(folder.measured.read_bytes())
    except FileNotFoundError:
        return Measured()

"""What a product is made of: a run that succeeded, the files that it left, and what it read."""

from __future__ import annotations

import threading
from collections.abc import Iterable

from bluecloud_runner.folders import RunFolder

from ..errors import NotAsked, NotNow
from ..identity import Person
from ..runs.capsule.keeping import Capsules
from ..runs.capsule.told import accesses
from ..runs.outputs import Output
from ..runs.service import RunService
from ..runs.wire import Detail as Run
from .checks import Checked, Checks
from .drafts import Drafts
from .entries import citation
from .forms import things
from .lineage import Declared, Input, inputs_of
from .records import PUBLIC
from .shown import Shown
from .store import Products

_MOST_AT_ONCE = 4  # checks wait for one another, and each holds a thread of the service's


class FromRuns:
    """Looks at people's runs, as those who could be published."""

    def __init__(
        self,
        runs: RunService,
        capsules: Capsules,
        checks: Checks,
        drafts: Drafts,
        store: Products,
        shown: Shown,
    ) -> None:
        self._runs = runs
        self._capsules = capsules
        self._checks = checks
        self._drafts = drafts
        self._store = store
        self._shown = shown
        self._turns = threading.BoundedSemaphore(_MOST_AT_ONCE)

    def succeeded(self, person: Person, run: str) -> tuple[Run, RunFolder]:
        """A person's run and its folder, its capsule made.

        Raises
        ------
        NotThere
            If the person has no such run.
        NotAsked
            If it has not succeeded, or left nothing.
        """
        detail, folder = self._runs.detail(person, run), self._runs.folder(person, run)
        if detail.state != "succeeded":
            raise NotAsked(f"run {run} has {detail.state}: a product is made of one that succeeded")
        if not detail.outputs:
            raise NotAsked(f"run {run} left no file that could be published")
        self._capsules.make(folder, detail.title)
        return detail, folder

    def checked(
        self, draft: str, run: RunFolder, detail: Run, names: Iterable[str]
    ) -> tuple[list[Checked], list[Output]]:
        """What is found of a copy of these outputs, which is then the draft.

        Raises
        ------
        NotAsked
            If the run left no such file, or one whose name is not to be shown.
        NotNow
            If too many are being checked.
        """
        left = things(detail.outputs)
        wanted = [*names]
        for name in wanted:
            if name not in left:
                there = ", ".join(left) or "none"
                raise NotAsked(f"files: run {detail.id} left no {name!r}; there are {there}")
        outputs = [output for name in wanted for output in left[name]]
        if odd := [output.path for output in outputs if not output.path.isprintable()]:
            raise NotAsked(f"files: {odd[0]!r} has characters that are none of a name: rename it")
        if not self._turns.acquire(blocking=False):
            raise NotNow("files of other products are being checked: try again in a minute")
        try:
            folder = self._drafts.stage(draft, run, outputs)
            return self._checks.check(folder, wanted, run.request().image), outputs
        except BaseException:
            self._drafts.discard(draft)
            raise
        finally:
            self._turns.release()

    def inputs(self, person: Person, run: RunFolder) -> list[Input]:
        """What a run read, with licences and citations."""
        found = accesses(run)
        return inputs_of(found.kept, self._declared(person), left_out=found.left_out)

    def _declared(self, person: Person) -> dict[str, Declared]:
        """What is known of each entry by others than the run: of sources and of products."""
        from bluecloud_catalogs.tree import read_sources

        known = {
            name: Declared(entry.licence.name, entry.citation, entry.declaration.title)
            for name, entry in read_sources().entries.items()
        }
        for one in filter(self._shown.to(person), self._store.in_state(*PUBLIC)):
            said = Declared(one.form["licence"], citation(one), one.title)
            known[one.name] = said
            known.setdefault(one.name.rpartition("_v")[0], said)
        return known

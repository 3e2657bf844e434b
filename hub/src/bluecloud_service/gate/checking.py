"""A candidate's checks, one after the other, and the report of them."""

from __future__ import annotations

import contextlib
import fcntl
import importlib.metadata
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from bluecloud_hub.labs import Laboratory

from . import judging
from .errors import EngineSilent, GateBusy
from .files import ImageFiles
from .held import Held
from .notebooks import NoNotebook, fault_of_executed, faults_of_parameters, given
from .packages import differences, packages
from .remembered import Remembered
from .report import CHECKS, Check, CheckName, EntryRead, NotebookRun, Package, Report
from .seen import Image
from .told import NotebookTold, believed

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Times:
    """Seconds: the longest that each step may take, and all of them together."""

    server: int = 120
    entries: int = 300
    notebook: int = 300
    whole: int = 2400


@contextlib.contextmanager
def only_check(state: Path) -> Iterator[None]:
    """Hold a deployment's lock, which the kernel takes from a process that is killed.

    Raises
    ------
    GateBusy
        If another process holds it.
    """
    path = state / "gate.lock"
    state.mkdir(parents=True, exist_ok=True)
    with path.open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise GateBusy(f"another candidate is being checked: {path} is locked") from None
        yield


def remove_leftovers(state: Path, deployment: str) -> None:
    """Remove what a check that was killed has left, unless one goes on now.

    For the start of a service: an engine that does not answer is asked again by the next check.
    """
    with contextlib.suppress(GateBusy, EngineSilent), only_check(state):
        Held(deployment, pids_limit=0).sweep()


def check_candidate(
    name: str,
    laboratory: Laboratory,
    held: Held,
    *,
    current: str | None = None,
    hub_version: str | None = None,
    times: Times | None = None,
    only: Collection[CheckName] = CHECKS,
    remembered: Path | None = None,
    tell: Tell = lambda _: None,
) -> Report:
    """Check an image, and report; what a killed check has left is removed first.

    Call it under `only_check`.

    Parameters
    ----------
    name
        The candidate: an image id, or a name with a digest.
    current
        The current release's image.
    hub_version
        The JupyterHub that it has to fit; by default the one that is installed here.
    only
        The checks to do. The others are in the report as not done, and it is not green.
    remembered
        A folder of the service's own in which the packages of images are remembered.
    tell
        Told each check as it begins and ends.

    Raises
    ------
    GateError
        If the candidate could not be checked. What is wrong with it is in the report.
    """
    held.sweep()
    image = held.image(name)
    before = held.image(current) if current else None
    began, started = datetime.now(UTC), time.monotonic()
    tell(f"reading the files of {image.id}")
    work = _Work(
        image,
        laboratory,
        held,
        files=held.files(image),
        hub=hub_version or importlib.metadata.version("jupyterhub"),
        times=times or Times(),
        only=frozenset(only),
        tell=tell,
        give_up=started + (times or Times()).whole,
    )
    work.found = packages(work.files.content)
    known = Remembered(remembered)
    known.keep(image.id, work.found)
    work.look()
    work.start()
    work.read()
    work.run()
    different = None
    if "comparison" in work.only:
        if before:
            old_packages = known.packages(before.id)
            if old_packages is None:
                tell("reading the files of the current release")
                old_packages = packages(held.files(before).content)
                known.keep(before.id, old_packages)
            different = differences(old_packages, work.found)
        old = before.size_bytes if before else None
        work.add(judging.comparison_check(image.size_bytes, old, different))
    return Report(
        slug=laboratory.slug,
        image=image.id,
        name=name,
        version=laboratory.version,
        current=before.id if before else None,
        hub_version=work.hub,
        began=began,
        seconds=time.monotonic() - started,
        size_bytes=image.size_bytes,
        current_size_bytes=before.size_bytes if before else None,
        checks=work.all_checks(),
        notebooks=tuple(work.runs),
        entries=work.entries,
        packages=work.found,
        differences=different,
    )


@dataclass
class _Work:
    """One candidate while it is being checked."""

    image: Image
    laboratory: Laboratory
    held: Held
    files: ImageFiles
    hub: str
    times: Times
    only: frozenset[CheckName]
    tell: Tell
    give_up: float
    found: tuple[Package, ...] = ()
    checks: dict[CheckName, Check] = field(default_factory=dict)
    runs: list[NotebookRun] = field(default_factory=list)
    entries: tuple[EntryRead, ...] = ()

    def add(self, check: Check) -> None:
        """Keep a check's finding, if it was asked for."""
        if check.name in self.only:
            self.checks[check.name] = check
            self.tell(f"{check.state}: {check.name}: {check.sentence}")

    def all_checks(self) -> tuple[Check, ...]:
        """Every check there is, in order; those without a finding were not done."""
        left = "It was left out of this check."
        return tuple(self.checks.get(name) or judging.not_done(name, left) for name in CHECKS)

    def look(self) -> None:
        """What can be said without starting anything."""
        self.add(judging.laboratory_check(self.image, self.laboratory, self.files))
        self.add(judging.user_check(self.image))
        self.add(judging.packages_check(self.found))

    def start(self) -> None:
        """The single-user server, and what it loads."""
        if not self.only & {"server", "extensions"}:
            return
        faults = judging.faults_before_start(self.image, self.files, self.found, self.hub)
        if faults:
            self.add(judging.failed("server", faults))
            self.add(judging.not_done("extensions", "The server was not started."))
            return
        seconds = self._seconds(self.times.server)
        if not seconds:
            self._out_of_time("server", "extensions")
            return
        self.tell("starting its server")
        order = {
            "step": "server",
            "hub_version": self.hub,
            "command": list(self.image.command),
        }
        ended = self.held.run(self.image, self.laboratory, order, seconds=seconds)
        self.add(judging.server_check(ended, self.hub))
        self.add(judging.extensions_check(ended, self.files, self.laboratory.slug))

    def read(self) -> None:
        """The entries of its catalogue."""
        if "catalogue" not in self.only:
            return
        try:
            names = judging.entry_names(self.files, self.laboratory.slug)
        except ValueError as error:
            self.add(judging.failed("catalogue", [str(error)]))
            return
        seconds = self._seconds(self.times.entries)
        if not seconds:
            self._out_of_time("catalogue")
            return
        self.tell(f"reading {len(names)} entries of its catalogue")
        decoy = f"entry_{secrets.token_hex(6)}"
        asked = [*names, decoy]
        secrets.SystemRandom().shuffle(asked)
        order = {"step": "entries", "entries": asked}
        ended = self.held.run(self.image, self.laboratory, order, seconds=seconds)
        check, self.entries = judging.catalogue_check(ended, names, decoy)
        self.add(check)

    def run(self) -> None:
        """Its curated notebooks, one after the other."""
        if "notebooks" not in self.only:
            return
        folder = f"opt/bluecloud/notebooks/{self.laboratory.slug}"
        curated = self.files.below(folder, ".ipynb")
        for path in self.files.passed_over:
            if path.startswith(f"{folder}/"):
                fault = "it is no plain file, or too long"
                self.runs.append(NotebookRun(name=path, state="failed", fault=fault))
        for name in sorted(curated):
            seconds = self._seconds(self.times.notebook)
            if not seconds:
                fault = f"the {self.times.whole} s of the whole check were over"
                self.runs.append(NotebookRun(name=name, state="not done", fault=fault))
                continue
            self.tell(f"running {name}")
            run = self._notebook(name, curated[name], seconds)
            self.runs.append(run)
            self.tell(f"  {run.seconds:.1f} s, {run.peak_bytes / 1e6:.0f} MB  {run.fault}".rstrip())
        self.add(judging.notebooks_check(self.runs))

    def _notebook(self, name: str, source: bytes, seconds: int) -> NotebookRun:
        try:
            faults = faults_of_parameters(source)
            notebook = given(source)
        except NoNotebook as error:
            return NotebookRun(name=name, state="failed", fault=str(error))
        ended = self.held.run(
            self.image,
            self.laboratory,
            {"step": "notebook"},
            given={"given.ipynb": notebook.content},
            output="work/executed.ipynb",
            seconds=seconds,
        )
        told = believed(NotebookTold, ended.told)
        stopped = judging.step_fault(ended)
        fault = stopped or fault_of_executed(ended.output, notebook)
        if not fault and told is None:
            fault = "its run told nothing that can be believed"
        elif not fault and told is not None and told.status != 0:
            fault = f"papermill ended with exit status {told.status}"
        elif fault and not stopped and ended.output is None and told is not None:
            fault = f"{fault}: {told.tail.strip()[-1000:]}"
        fault = fault or "; ".join(faults)
        return NotebookRun(
            name=name,
            state="failed" if fault else "passed",
            seconds=ended.seconds,
            peak_bytes=max(ended.peak_bytes, told.peak_bytes if told else 0),
            cells=len(notebook.cells) - 1,
            fault=fault,
        )

    def _seconds(self, most: int) -> int:
        """What a step may take: its own time, or what is left of the whole."""
        return max(0, min(most, int(self.give_up - time.monotonic())))

    def _out_of_time(self, *names: CheckName) -> None:
        for name in names:
            said = f"The {self.times.whole} s of the whole check were over."
            self.add(judging.not_done(name, said))

"""Whether an earlier run is the answer to a submit: the same work, of data that are the same.

The same work is the same image, notebook and parameters. Which data it reads is known only when
it has run. So an earlier run is held against what it read: samples are part of the image, and are
as they were. What was read of a provider or of a file of the person's own may have changed since,
and nobody can tell without reading it again; it counts only as far back as the person allows.
What a notebook opens by other ways than the catalogue is told by nobody.

Only the person's own runs are looked at: another's are not theirs to see.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from bluecloud_runner.environment import SETTINGS, Environment
from bluecloud_runner.folders import RunFolder

from ..errors import NotThere
from .capsule import told
from .capsule.keeping import Capsules
from .index import Row, RunIndex
from .store import Runs, Work


@dataclass(frozen=True)
class Earlier:
    """Earlier runs that are the answer, none where there is no answer; ``words`` say why."""

    rows: Sequence[Row] = ()
    words: str = ""


class Reuse:
    """Looks for earlier runs.

    Parameters
    ----------
    settings
        What runs are told of the deployment's environment now: tiers, and sources' addresses.
    """

    def __init__(
        self, runs: Runs, index: RunIndex, capsules: Capsules, settings: Mapping[str, str]
    ) -> None:
        self._runs = runs
        self._index = index
        self._capsules = capsules
        self._settings = {n: v for n, v in settings.items() if SETTINGS.match(n)}

    def earlier(self, person: str, work: Work, *, age_s: int) -> Earlier:
        """The earlier runs of all sets of parameters, if there is one of every set."""
        found = []
        for parameters in work.parameters:
            row = self._index.alike(work.sameness(parameters), person)
            if row is None:
                return Earlier(words="no earlier run of yours did all of this")
            why_not = self._why_not(row, age_s)
            if why_not:
                return Earlier(words=f"{row.id} did the same, but {why_not}")
            found.append(row)
        last = max(found, key=lambda row: row.ended or 0)
        ended = datetime.fromtimestamp(last.ended or 0, UTC)
        which = last.id if len(found) == 1 else f"{len(found)} runs, the last of them {last.id},"
        words = f"answered by {which} of {person}, which ended {ended:%Y-%m-%d %H:%M} UTC"
        return Earlier(found, words)

    def _why_not(self, row: Row, age_s: int) -> str:
        """Why a run that did the same is not the answer; empty where it is."""
        run = self._runs.run(row.person, row.id)
        try:
            self._capsules.make(run, row.title)
            given = (run.capsule / "environment.json").read_bytes()
            then = Environment.model_validate_json(given).settings
        except (NotThere, FileNotFoundError, ValidationError):
            return "it is not known in what it was run"
        names = {name for name in {**then, **self._settings} if _says_what_is_read(name)}
        for name in sorted(names):
            if then.get(name) != self._settings.get(name):
                return f"with {name}={then.get(name, '')!r}, which is now otherwise"
        return _changeable(run, row, age_s)


def _says_what_is_read(name: str) -> bool:
    return name == "BLUECLOUD_TIERS" or name.endswith("_URL")


def _changeable(run: RunFolder, row: Row, age_s: int) -> str:
    """What a run read that may be other data now, if that is longer ago than is allowed."""
    read = told.kept(Path(run.capsule / "accesses.jsonl"))
    if told.accesses(run).left_out:
        return "its log of accesses is not whole, so that it is not known what it read"
    started = datetime.fromtimestamp(row.started or 0, UTC)
    if (datetime.now(UTC) - started).total_seconds() <= age_s:
        return ""
    for access in read:
        if access.source == "own" or access.tier != "sample":
            what = "a file of yours" if access.source == "own" else f"{access.tier} data"
            return f"it read {access.entry}, {what}, on {started:%Y-%m-%d %H:%M} UTC"
    return ""

"""Runs, capsules and schedules: what the table says and what the folders say."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

from pydantic import ValidationError
from sqlalchemy import select

from bluecloud_hub.homes import folder_name
from bluecloud_runner.folders import RunFolder

from ...runs.capsule.parts import METADATA
from ...runs.index import RUNS
from ...runs.store import Submission
from ...schedules.store import SCHEDULES
from ..deployment import Deployment
from ..findings import Told, check, fault, not_applicable, ok, warning

_NEW_S = 60.0  # it may be in the table in a moment
_CAPSULE_S = 900.0  # how long a capsule may wait for its turn
_OVERDUE_S = 600.0
_READ = 200  # capsules that are opened: the last
_DATABASE = "see what service-database and service-tables say"


@check("runs", unanswered=_DATABASE)
def runs(of: Deployment) -> Iterator[Told]:
    """Each row has its folder, and each folder its row."""
    with of.service_database.connect() as connection:
        found = connection.execute(select(RUNS.c.id, RUNS.c.person))
        rows = {str(run): str(person) for run, person in found}
    folders, now = set(), time.time()
    for path, submission in _submissions(of):
        if submission is None:
            yield fault(f"{path} has no submission.json that can be read", f"move {path} away")
            continue
        for number in range(submission.runs):
            run, name = RunFolder(path / f"{number:04d}"), f"{submission.id}-{number:04d}"
            folders.add(name)
            if not run.request_file.is_file():
                yield fault(f"{run.path} is not whole", f"move {path} away, or bluecloud restore")
            elif name not in rows and now - submission.submitted.timestamp() > _NEW_S:
                yield fault(f"the table has no run {name}", "restart the service, which adds it")
    for name in rows.keys() - folders:
        place = of.state / "runs" / folder_name(rows[name]) / name.replace("-", "/")
        fix = "bring the folder back (bluecloud restore); a restart of the service forgets the run"
        if not place.exists():
            yield fault(f"run {name} of {rows[name]} has no folder", fix)
    yield ok(f"{len(folders)} runs")


def _submissions(of: Deployment) -> Iterator[tuple[Path, Submission | None]]:
    for path in sorted((of.state / "runs").glob("[!.]*/[!.]*")):
        try:
            yield path, Submission.model_validate_json((path / "submission.json").read_bytes())
        except (OSError, ValidationError):
            yield path, None


@check("capsules", unanswered=_DATABASE)
def capsules(of: Deployment) -> Iterator[Told]:
    """Each run that has ended has its capsule, which can be read."""
    asked = (
        select(RUNS.c.id, RUNS.c.person, RUNS.c.ended)
        .where(RUNS.c.settled == 1)
        .order_by(RUNS.c.ended.desc())
    )
    with of.service_database.connect() as connection:
        ended = connection.execute(asked).all()
    if not ended:
        yield not_applicable("no run has ended")
        return
    late = time.time() - _CAPSULE_S
    for number, (name, person, when) in enumerate(ended):
        run = RunFolder(of.state / "runs" / folder_name(person) / name.replace("-", "/"))
        metadata = run.capsule / METADATA
        if not run.path.is_dir():
            continue  # which is told above
        if not metadata.is_file():
            if (when or 0) < late:
                fix = "restart the service, which writes it; its log says why it cannot"
                yield warning(f"run {name} has no capsule", fix)
        elif number < _READ and not _is_crate(metadata):
            fix = f"remove {run.capsule}; the service writes it anew"
            yield fault(f"the capsule of {name} cannot be read", fix)
    yield ok(f"{len(ended)} runs have ended")


def _is_crate(metadata: Path) -> bool:
    try:
        return isinstance(json.loads(metadata.read_bytes())["@graph"], list)
    except (OSError, ValueError, KeyError, TypeError):
        return False


@check("schedules", unanswered=_DATABASE)
def schedules(of: Deployment) -> Iterator[Told]:
    """What is due is submitted."""
    with of.service_database.connect() as connection:
        rows = connection.execute(select(SCHEDULES)).mappings().all()
    if not rows:
        yield not_applicable("nobody has any")
        return
    for row in rows:
        late = time.time() - float(row["due"])
        if late > _OVERDUE_S:
            said = f"{row['id']} of {row['person']} is due since {late / 60:.0f} minutes"
            yield fault(said, "see what keeper says; restart the service")
        elif row["last_fault"]:
            said = f"{row['id']} of {row['person']} was not submitted: {row['last_fault']}"
            yield warning(said, "tell its person: bluecloud schedules list")
    yield ok(f"{len(rows)} schedules")

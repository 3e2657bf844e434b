"""One run, in the process that is its own: from its request to what was found of it."""

from __future__ import annotations

import os
import resource
import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

import nbformat

from bluecloud_runner import causes, evidence
from bluecloud_runner.checks import check
from bluecloud_runner.errors import NotebookError
from bluecloud_runner.execution.notebook import Execution, Findings
from bluecloud_runner.execution.telling import Telling
from bluecloud_runner.folders import Cause, Outcome, Request, RunFolder, Usage, Verdict
from bluecloud_runner.injection import with_parameters
from bluecloud_runner.parameters import parameter_form
from bluecloud_runner.redaction import Secrets, secrets_given
from bluecloud_runner.staging import OutputsRefused, give_out
from bluecloud_runner.unit.witness import Witness, redact_accesses

_told_to_stop = False


def execute(run: RunFolder, request: Request, attempt: int) -> Verdict:
    """Execute a run, and say what was found; what failed is in the verdict."""
    signal.signal(signal.SIGTERM, _note_stop)
    started = datetime.now(UTC)
    secrets = secrets_given()
    found = Findings(how="failed")
    witness = Witness(run)
    before = evidence.memory()
    try:
        _make_ready(run, attempt)
        notebook = _notebook(run, request)
        witness.write_environment(request)
        os.chdir(run.staging)
        os.environ["BLUECLOUD_ACCESS_LOG"] = str(run.accesses)
        os.environ["BLUECLOUD_RUN"] = request.id
        found = Execution(
            notebook,
            kernel=request.kernel,
            folder=run.staging,
            executed=run.executed,
            events=run.work_events,
            seconds=request.limits.seconds,
            secrets=secrets,
            stop=lambda: _told_to_stop or (run.given / "cancel").exists(),
        ).run()
        witness.write_resources(found.samples)
        redact_accesses(run, secrets)
        cause = _cause(found, request, before, run)
        if cause is None:
            give_out(
                run.staging,
                run.outputs,
                most_bytes=request.limits.output_bytes,
                secrets=secrets,
            )
    except NotebookError as error:
        cause = causes.notebook_unusable(str(error))
    except OutputsRefused as error:
        cause = causes.outputs_refused(str(error))
    except OSError as error:
        full = evidence.is_full(run.work)
        cause = causes.disk_full() if full else causes.runner_failed(f"{error}")
    verdict = _verdict(run, request, attempt, started, found, cause, secrets)
    return verdict.model_copy(update={"witnessed": witness.sums})


def _note_stop(_number: int, _frame: object) -> None:
    global _told_to_stop
    _told_to_stop = True


def _make_ready(run: RunFolder, attempt: int) -> None:
    """Put an earlier attempt's work aside, and make the folder to work in."""
    left = [run.work_events, run.executed, run.accesses, run.environment, run.resources]
    left.append(run.staging)
    if attempt > 1 and any(path.exists() for path in left):
        aside = run.work / f"attempt-{attempt - 1}"
        aside.mkdir(exist_ok=True)
        for path in left:
            if path.exists():
                path.rename(aside / path.name)
    if run.outputs.exists():
        shutil.rmtree(run.outputs)  # of an attempt whose verdict was never written
    run.staging.mkdir(exist_ok=True)


def _notebook(run: RunFolder, request: Request) -> nbformat.NotebookNode:
    """The notebook with its parameters in it.

    Raises
    ------
    NotebookError
        If it is none, or cannot take them.
    """
    try:
        given = nbformat.reads(run.notebook.read_text(encoding="utf-8"), as_version=4)
        nbformat.validate(given)
    except (ValueError, KeyError, TypeError, AttributeError, nbformat.ValidationError) as error:
        raise NotebookError(f"it is no notebook: {error}") from error
    tagged = [cell for cell in given.cells if "parameters" in cell.metadata.get("tags", [])]
    if len(tagged) > 1:
        raise NotebookError(f"{len(tagged)} cells are tagged 'parameters', and one is allowed")
    if not request.parameters:
        return given
    if not tagged:
        raise NotebookError("no cell is tagged 'parameters': values have nowhere to go")
    wrong = check(parameter_form(given).schema, request.parameters)
    if wrong:
        said = "; ".join(f"{error.field}: {error.message}" for error in wrong)
        raise NotebookError(f"its parameters are not allowed: {said}")
    return nbformat.from_dict(with_parameters(given, request.parameters))


def _cause(
    found: Findings, request: Request, before: evidence.Memory, run: RunFolder
) -> Cause | None:
    """Why it did not succeed, in the order of what is surest; None if it did."""
    if found.how == "cancelled":
        return causes.cancelled()
    if found.how == "time-limit":
        return causes.time_limit(request.limits.seconds, found.number)
    if found.how == "kernel-missing":
        return causes.kernel_missing(request.kernel)
    after = evidence.memory()
    killed = (after.oom_kills or 0) > (before.oom_kills or 0)
    if killed and found.how in {"failed", "kernel-died"}:
        limit = request.limits.memory_bytes or after.limit_bytes
        peak = max(_within(limit, found.peak_bytes), after.peak_bytes or 0)
        return causes.out_of_memory(limit=limit, peak=peak, number=found.number)
    if found.how == "kernel-died":
        if evidence.is_full(run.work):
            return causes.disk_full("The kernel ended")
        return causes.kernel_died(found.exit_code, found.number)
    if found.error is not None:
        return causes.of_cell(found.error)
    if found.unsaved is not None:
        return causes.disk_full(error=str(found.unsaved))
    return None


def _verdict(
    run: RunFolder,
    request: Request,
    attempt: int,
    started: datetime,
    found: Findings,
    cause: Cause | None,
    secrets: Secrets,
) -> Verdict:
    if cause is not None:
        cause = Cause.model_validate_json(secrets.redact(cause.model_dump_json()))
    outcome: Outcome = "succeeded"
    if cause is not None:
        outcome = "cancelled" if cause.kind == "cancelled" else "failed"
    ended = datetime.now(UTC)
    usage = _usage(found, (ended - started).total_seconds(), request.limits.memory_bytes)
    Telling(run.work_events, secrets).tell(
        "ended",
        durable=True,
        outcome=outcome,
        cause=cause.kind if cause else None,
        words=cause.words if cause else "",
    )
    return Verdict(
        run=request.id,
        attempt=attempt,
        outcome=outcome,
        cause=cause,
        cells=found.cells,
        cells_done=found.cells_done,
        forked=found.forked,
        usage=usage,
        started=started,
        ended=ended,
    )


def _usage(found: Findings, wall_s: float, limit: int | None) -> Usage:
    """Of this process, the kernel it waited for, and the kernel that was forked elsewhere."""
    own, children = (
        resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    )
    spent = own.ru_utime + own.ru_stime + children.ru_utime + children.ru_stime
    return Usage(
        wall_s=round(wall_s, 3),
        cpu_s=round(spent + found.cpu_s, 3),
        peak_bytes=_within(limit, max(found.peak_bytes, children.ru_maxrss * 1024)),
    )


def _within(limit: int | None, peak: int) -> int:
    """The most that was seen, of which no more can be true than is allowed.

    What processes share is counted for each of them: two hundred forks of a kernel make
    gigabytes of what is there once.
    """
    return min(peak, limit) if limit else peak


def folder(path: str) -> RunFolder:
    """The folder of a run, by a path as the unit is given it."""
    return RunFolder(Path(path).absolute())

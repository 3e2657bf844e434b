"""The notebook of a capsule executed again, as a run of its own, with what it was given then."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bluecloud_runner.environment import SETTINGS, Environment
from bluecloud_runner.errors import RunnerError
from bluecloud_runner.folders import Limits, Request, RunFolder, Verdict, write_whole
from bluecloud_runner.seal import KEYS, read_verdict


class CapsuleError(RunnerError):
    """A folder cannot be run again: it is no capsule, or lacks what a run needs."""


@dataclass(frozen=True)
class Capsule:
    """What a capsule says of its run.

    Attributes
    ----------
    days
        Those on which it was executed, as ``2026-11-25``.
    environment
        None where it does not say.
    """

    path: Path
    run: str
    end: str
    days: frozenset[str]
    request: Request
    environment: Environment | None


def read_capsule(path: Path) -> Capsule:
    """Read what a capsule says of its run.

    Raises
    ------
    CapsuleError
        If it does not say enough.
    """
    try:
        facts = json.loads((path / "run.json").read_bytes())
        values = json.loads((path / "parameters.json").read_bytes())["values"]
        content = (path / "notebook.ipynb").read_bytes()
        limits = Limits.model_validate({**facts["limits"], "memory_bytes": None})
        request = Request(
            id=f"{secrets.token_hex(10)}-0000",
            person=facts["person"],
            laboratory=facts["laboratory"],
            version=facts["version"],
            notebook=facts["notebook"],
            notebook_sha256=hashlib.sha256(content).hexdigest(),
            kernel=facts["kernel"],
            parameters=values,
            limits=limits,
            submitted=datetime.now(UTC),
        )
        end = ended(facts["state"], facts["cause"])
        run = str(facts["id"])
        moments = [str(facts[name])[:10] for name in ("submitted", "started", "ended")]
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CapsuleError(f"{path} is no capsule that can be run again: {error}") from error
    environment = read_environment(path / "environment.json")
    return Capsule(path, run, end, frozenset(moments), request, environment)


def read_environment(path: Path) -> Environment | None:
    """The environment that a file tells; None where there is none."""
    try:
        return Environment.model_validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return None


def ended(outcome: str, cause: Mapping[str, Any] | None) -> str:
    """An end in a word, with its cause and the cell: what is the same if it is the same end."""
    if not cause:
        return outcome
    cell = (cause.get("details") or {}).get("cell")
    return f"{outcome}: {cause['kind']}" + (f" in cell {cell}" if cell else "")


def execute_again(capsule: Capsule, folder: Path) -> tuple[RunFolder, str]:
    """Execute a capsule's notebook in a new folder; the run's folder, and how it ended.

    Raises
    ------
    CapsuleError
        If it was not executed.
    """
    run, request = RunFolder(folder / "run"), capsule.request
    run.given.mkdir(parents=True)
    run.work.mkdir()
    write_whole(run.notebook, (capsule.path / "notebook.ipynb").read_bytes())
    write_whole(run.request_file, request.model_dump_json().encode())
    key = secrets.token_hex(32)
    settings = capsule.environment.settings if capsule.environment else {}
    done = subprocess.run(
        [sys.executable, "-m", "bluecloud_runner.unit", str(run.path)],
        env={
            **os.environ,
            **{name: value for name, value in settings.items() if SETTINGS.match(name)},
            KEYS: json.dumps({request.id: {"attempt": 1, "key": key}}),
        },
        stdin=subprocess.DEVNULL,
        stdout=sys.stderr,
        check=False,
    )
    verdict: Verdict | None = read_verdict(run.verdict, key, run=request.id, attempt=1)
    if verdict is None:
        raise CapsuleError(f"it was not executed: the runner ended with {done.returncode}")
    return run, ended(verdict.outcome, verdict.cause.model_dump() if verdict.cause else None)

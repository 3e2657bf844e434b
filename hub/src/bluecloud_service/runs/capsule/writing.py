"""What goes into a capsule, and whose word it is; written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from bluecloud_runner import NotebookError, parameter_form
from bluecloud_runner.environment import Environment
from bluecloud_runner.folders import RunFolder, sync_folder, write_whole

from ...errors import NotThere
from ..outputs import Measured, open_below
from ..state import ENDED, State, state_of
from . import told
from .crate import Known, crate
from .pages import Pages
from .parts import METADATA, OUTPUTS, Part, Teller

_MOST_WITNESSED = 4 * 2**20
_MOST_EXECUTED = 256 * 2**20


def write(run: RunFolder, title: str, pages: Pages) -> None:
    """Write the capsule of a run that has ended.

    Raises
    ------
    NotThere
        If there is none, or it has not ended.
    OSError
        If it could not be written; nothing of it is then there.
    """
    try:
        state = state_of(run)
    except FileNotFoundError as error:
        raise NotThere("there is no such run") from error
    if state.name not in ENDED or not state.settled:
        raise NotThere("the run has not ended: it has no capsule yet")
    draft = run.record / f".capsule-{secrets.token_hex(4)}"
    draft.mkdir(mode=0o700)
    try:
        _fill(draft, run, state, title, pages)
        sync_folder(draft)
        draft.rename(run.capsule)
    except OSError:
        if not run.capsule.is_dir():  # else another service was quicker
            raise
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    sync_folder(run.record)


def _fill(draft: Path, run: RunFolder, state: State, title: str, pages: Pages) -> None:
    request = run.request()
    words: list[str] = []
    written: list[Part] = []

    def put(name: str, content: bytes, by: Teller) -> None:
        write_whole(draft / name, content, mode=0o600)
        written.append(_part(name, content, by))

    schema = _schema(run)
    put("run.json", _json(_facts(state, request.model_dump(mode="json"), title)), "service")
    put("parameters.json", _json({"values": request.parameters, "schema": schema}), "service")
    witnessed = state.verdict.witnessed if state.verdict else {}
    environment: Environment | None = None
    for name in ("environment.json", "resources.csv"):
        content = _witnessed(run, name, witnessed)
        if content is None:
            words.append(f"{name} is not there as the runner wrote it, and is left out.")
            continue
        put(name, content, "runner")
        if name == "environment.json":
            with suppress(ValidationError):
                environment = Environment.model_validate_json(content)
    found = told.accesses(run)
    if found.left_out:
        words.append(f"{found.left_out} lines of its log of accesses are left out.")
    put("accesses.jsonl", found.jsonl(), "notebook")
    put("log.txt", told.log(run), "notebook")
    executed = _executed(run)
    if executed is not None and pages.render(run, draft / "executed.html"):
        written.append(_read_part(draft, "executed.html", "notebook"))
    elif executed is not None:
        words.append("The executed notebook could not be made a page.")
    measured = _outputs(run)
    if measured.words:
        words.append(f"Of the outputs, {measured.words}.")
    parts = [
        _read_part(run.given, run.notebook.name, "person"),
        *([executed] if executed else []),
        *written,
        *(
            Part(path=f"{OUTPUTS}{o.path}", bytes=o.bytes, sha256=o.sha256, by="notebook")
            for o in measured.files
        ),
    ]
    known = Known(request, state, title, schema, environment, found.kept, parts, words)
    write_whole(draft / METADATA, crate(known), mode=0o600)
    write_whole(draft / ".parts.json", _json([p.model_dump() for p in parts]), mode=0o600)


def parts_of(run: RunFolder) -> list[Part]:
    """The files of a capsule that is there, its metadata first."""
    told_parts = json.loads((run.capsule / ".parts.json").read_bytes())
    metadata = _part(METADATA, (run.capsule / METADATA).read_bytes(), "service")
    return [metadata, *(Part.model_validate(part) for part in told_parts)]


def _facts(state: State, request: dict[str, Any], title: str) -> dict[str, Any]:
    """What the service knows of a run by itself, and of its verdict."""
    verdict = state.verdict
    return {
        **{name: value for name, value in request.items() if name != "parameters"},
        "title": title,
        "state": state.name,
        "cause": state.cause.model_dump() if state.cause else None,
        "attempt": state.attempt.number if state.attempt else 0,
        "started": state.started.isoformat() if state.started else None,
        "ended": state.ended.isoformat() if state.ended else None,
        "cells": verdict.cells if verdict else None,
        "cells_done": verdict.cells_done if verdict else None,
        "usage": verdict.usage.model_dump() if verdict else None,
    }


def _schema(run: RunFolder) -> Mapping[str, Any]:
    try:
        return parameter_form(json.loads(run.notebook.read_bytes())).schema
    except (NotebookError, ValueError, KeyError, TypeError, AttributeError):
        return {}  # it was submitted without parameters, and may then be anything


def _witnessed(run: RunFolder, name: str, sums: Mapping[str, str]) -> bytes | None:
    """A file that the runner wrote, or None where it is not there or no longer that."""
    try:
        with open_below(run.work, name) as file:
            content = file.read(_MOST_WITNESSED)
    except NotThere:
        return None
    return content if hashlib.sha256(content).hexdigest() == sums.get(name) else None


def _executed(run: RunFolder) -> Part | None:
    """The executed notebook, where there is one that a notebook can be."""
    try:
        with open_below(run.work, run.executed.name) as file:
            if os.fstat(file.fileno()).st_size > _MOST_EXECUTED:
                return None
        return _read_part(run.work, run.executed.name, "notebook")
    except NotThere:
        return None


def _read_part(folder: Path, name: str, by: Teller) -> Part:
    digest, size = hashlib.sha256(), 0
    with open_below(folder, name) as file:
        while piece := file.read(2**20):
            digest.update(piece)
            size += len(piece)
    return Part(path=name, bytes=size, sha256=digest.hexdigest(), by=by)


def _part(name: str, content: bytes, by: Teller) -> Part:
    return Part(path=name, bytes=len(content), sha256=hashlib.sha256(content).hexdigest(), by=by)


def _outputs(run: RunFolder) -> Measured:
    try:
        return Measured.model_validate_json(run.measured.read_bytes())
    except FileNotFoundError:
        return Measured()


def _json(told_of: Mapping[str, Any] | Iterable[Any]) -> bytes:
    return json.dumps(told_of, indent=1, ensure_ascii=False).encode("utf-8", "replace")

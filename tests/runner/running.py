"""Runs in folders, executed by a unit as the service would start one."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import nbformat

from bluecloud_runner.folders import Event, Limits, Request, RunFolder, Verdict, read_events
from bluecloud_runner.seal import KEYS, read_verdict


def notebook(*cells: str, parameters: str = "", kernel: str = "python3") -> nbformat.NotebookNode:
    """A notebook of these cells; one cell of parameters goes before, if there are any."""
    made = [nbformat.v4.new_markdown_cell("# Title")]
    if parameters:
        made.append(nbformat.v4.new_code_cell(parameters, metadata={"tags": ["parameters"]}))
    made += [nbformat.v4.new_code_cell(cell) for cell in cells]
    language = "R" if kernel == "ir" else "python"
    spec = {"name": kernel, "display_name": kernel, "language": language}
    return nbformat.v4.new_notebook(cells=made, metadata={"kernelspec": spec})


@dataclass
class Run:
    """A run's folder and the key of its verdict."""

    folder: RunFolder
    id: str
    key: str

    def verdict(self) -> Verdict:
        """What its unit came to, under the right seal."""
        found = read_verdict(self.folder.verdict, self.key, run=self.id, attempt=1)
        assert found is not None, "no verdict under the right seal"
        return found

    def executed(self) -> nbformat.NotebookNode:
        """The notebook as it was saved last."""
        return nbformat.read(self.folder.executed, as_version=4)

    def events(self) -> list[Event]:
        """What was told as it ran."""
        return [event for _, event in read_events(self.folder.work_events)]

    def statuses(self) -> list[str]:
        """What became of each cell of code."""
        return [
            cell.metadata.papermill.status
            for cell in self.executed().cells
            if cell.cell_type == "code"
        ]

    def printed(self) -> str:
        """All that its cells wrote to a stream."""
        return "".join(
            output.text
            for cell in self.executed().cells
            for output in cell.get("outputs", [])
            if output.output_type == "stream"
        )


def made(
    folder: Path,
    given: nbformat.NotebookNode | str,
    *,
    number: int = 0,
    parameters: Mapping[str, Any] | None = None,
    kernel: str = "python3",
    **limits: Any,
) -> Run:
    """A run as the service makes it."""
    text = given if isinstance(given, str) else nbformat.writes(given)
    submission = hashlib.sha256(str(folder).encode()).hexdigest()[:20]
    run = RunFolder(folder / submission / f"{number:04}")
    run.given.mkdir(parents=True)
    run.work.mkdir()
    run.notebook.write_text(text)
    request = Request(
        id=f"{submission}-{number:04}",
        person="ada",
        laboratory="environment",
        version="0.1.0",
        notebook="a.ipynb",
        notebook_sha256=hashlib.sha256(text.encode()).hexdigest(),
        kernel=kernel,
        parameters=dict(parameters or {}),
        limits=Limits(**limits),
        submitted=datetime.now(UTC),
    )
    run.request_file.write_text(request.model_dump_json())
    return Run(run, request.id, secrets.token_hex(32))


def started(runs: Sequence[Run], *, slots: int = 1, **options: Any) -> subprocess.Popen[bytes]:
    """A unit of these runs, under way."""
    keys = json.dumps({run.id: {"attempt": 1, "key": run.key} for run in runs})
    environment = {
        **os.environ,
        KEYS: keys,
        "BLUECLOUD_UNIT_SLOTS": str(slots),
        **options.pop("environment", {}),
    }
    return subprocess.Popen(
        [
            *options.pop("within", ()),
            sys.executable,
            "-m",
            "bluecloud_runner.unit",
            *(str(run.folder.path) for run in runs),
        ],
        env=environment,
        start_new_session=True,
        **options,
    )


def finished(*runs: Run, slots: int = 1, **options: Any) -> int:
    """Execute these runs to their end; the unit's exit code."""
    return started(runs, slots=slots, **options).wait(timeout=120)

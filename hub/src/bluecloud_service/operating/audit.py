"""The command ``bluecloud audit``: who did what to whom, and whether that is as it was written."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Annotated

import typer

from bluecloud_hub.audit import FIELDS, Audit, Line, chosen

from .deployment import deployment
from .doctor import ENV_FILE_HELP
from .tables import moment, write_csv

app = typer.Typer(help="Show who did what to whom, and verify the log of it.")


@app.callback(invoke_without_command=True)
def audit(
    since: Annotated[str | None, typer.Option(help="From this day or moment on (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Until then, not included (UTC).")] = None,
    actor: Annotated[str | None, typer.Option(help="What one person or program did.")] = None,
    form: Annotated[str, typer.Option("--format", help="csv or jsonl.")] = "csv",
    verify: Annotated[
        bool, typer.Option("--verify", help="Only hold each line against its seal.")
    ] = False,
    env_file: Annotated[Path | None, typer.Option(help=ENV_FILE_HELP)] = None,
) -> None:
    """Write the audit log to standard output; its chain of seals is held against it first.

    The status is 0 if the log is as it was written, 1 if a line is not, with what is wrong on
    standard error, 2 if nothing could be read.
    """
    if form not in ("csv", "jsonl"):
        raise typer.BadParameter(f"--format = {form!r}: csv or jsonl")
    begin, end = moment(since, "--since"), moment(until, "--until")
    try:
        with deployment(os.environ, env_file) as of:
            log = Audit(of.state)
            faults = log.verify()
            count = sum(1 for _ in log.lines())
            if not verify:
                _write(form, list(chosen(log.lines(), since=begin, until=end, actor=actor)))
    except OSError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    for fault in faults:
        typer.echo(fault, err=True)
    if verify and not faults:
        last = next((line.seal for line in reversed(list(log.lines())) if line), "")
        typer.echo(f"{count} lines, each as it was written; the last one's seal: {last}")
    if faults:
        raise typer.Exit(1)


def _write(form: str, lines: Sequence[Line]) -> None:
    if form == "jsonl":
        for line in lines:
            sys.stdout.write(json.dumps(vars(line)) + "\n")
        return
    rows = ({**vars(line), "details": _words(line.details)} for line in lines)
    write_csv(sys.stdout, FIELDS, rows)


def _words(details: Mapping[str, str]) -> str:
    return "; ".join(f"{name}={value}" for name, value in details.items())

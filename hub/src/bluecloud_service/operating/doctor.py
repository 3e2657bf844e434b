"""The command ``bluecloud doctor``: what is wrong with a deployment, and what to do about it."""

from __future__ import annotations

import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from . import checks  # noqa: F401 -- makes them known
from .deployment import deployment
from .findings import CHECKS, Finding, examined, status

_COLOURS = {"ok": "green", "warning": "yellow", "fault": "red", "not applicable": "dim"}
ENV_FILE_HELP = "The file of its settings, as deploy/.env; the environment goes before it."
UNUSABLE = 3

app = typer.Typer(help="Examine a deployment: what is wrong, and how it is put right.")


@app.callback(invoke_without_command=True)
def doctor(
    names: Annotated[
        list[str] | None,
        typer.Option("--only", metavar="CHECK", help="This check alone; again for more."),
    ] = None,
    env_file: Annotated[Path | None, typer.Option(help=ENV_FILE_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="All findings, for programs.")] = False,
) -> None:
    """Look at everything a deployment consists of, and change nothing.

    It runs where the deployment does, as an account that may read its state, and asks nobody
    outside. The status is 0 if all is well, 1 with warnings, 2 with faults.
    """
    unknown = [name for name in names or () if name not in CHECKS]
    if unknown:
        typer.echo(f"no check {', '.join(unknown)}: there are {', '.join(CHECKS)}", err=True)
        raise typer.Exit(UNUSABLE)
    try:
        with deployment(os.environ, env_file) as of:
            found = list(examined(of, names or ()))
    except OSError as error:
        typer.echo(f"{env_file} cannot be read: {error}", err=True)
        raise typer.Exit(UNUSABLE) from None
    worst = status(found)
    if as_json:
        told = {"status": worst, "findings": [asdict(each) for each in found]}
        typer.echo(json.dumps(told, indent=1))
    else:
        _tell(found)
    raise typer.Exit(worst)


def _tell(found: list[Finding]) -> None:
    table = Table("check", "verdict", "found, and what to do", box=None)
    for each in found:
        colour = _COLOURS[each.verdict]
        said = escape(each.found) + (f"\n[bold]fix:[/] {escape(each.fix)}" if each.fix else "")
        table.add_row(each.check, f"[{colour}]{each.verdict}[/]", said)
    Console().print(table)
    number = {verdict: sum(each.verdict == verdict for each in found) for verdict in _COLOURS}
    typer.echo(", ".join(f"{number[verdict]} {verdict}" for verdict in _COLOURS))

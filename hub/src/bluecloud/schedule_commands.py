"""The command ``bluecloud schedules``: have runs submitted again and again."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from . import schedules
from .arguments import named_values, said, swept_values
from .service import Service

app = typer.Typer(
    help="Runs that are submitted again and again: add, list, remove.", no_args_is_help=True
)


@app.command("add")
@said
def add(
    cron: Annotated[str, typer.Argument(help="When, in cron's five fields, as '0 6 * * 1'.")],
    notebook: Annotated[str, typer.Argument(help="A file, or the name of an analysis.")],
    timezone: Annotated[str, typer.Option(help="In whose hours.")] = "UTC",
    parameter: Annotated[
        list[str] | None,
        typer.Option("-p", "--parameter", metavar="NAME=VALUE", help="A value is JSON, or text."),
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option(
            "-s", "--sweep", metavar="NAME=LIST", help="A JSON list, or values with commas between."
        ),
    ] = None,
    title: Annotated[str, typer.Option(help="A name for people.")] = "",
) -> None:
    """Submit a notebook again and again, as it is now."""
    made = schedules.add(
        notebook,
        cron,
        timezone=timezone,
        parameters=named_values(parameter),
        sweep=swept_values(sweep),
        title=title,
    )
    typer.echo(f"{made.id}: first on {made.due:%Y-%m-%d %H:%M} UTC")


@app.command("list")
@said
def listed() -> None:
    """Your schedules, the next due first."""
    table = Table("schedule", "what", "when", "next (UTC)", "last", box=None)
    for one in schedules.mine(Service()):
        last = one.last_fault or one.last_submission or "not yet"
        missed = f" ({one.missed} more were missed)" if one.missed else ""
        table.add_row(
            one.id,
            one.title or one.notebook,
            f"{one.cron} {one.timezone}",
            f"{one.due:%Y-%m-%d %H:%M}",
            last + missed,
        )
    Console().print(table)


@app.command("remove")
@said
def remove(schedule: Annotated[str, typer.Argument(help="Its name in the list.")]) -> None:
    """Remove a schedule; what it submitted stays."""
    schedules.remove(schedule)
    typer.echo(f"{schedule}: removed")

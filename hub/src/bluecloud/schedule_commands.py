"""The command ``bluecloud schedules``: have runs submitted again and again."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from . import schedules
from .arguments import SWEEP_HELP, check_apart, named_values, said, swept_values
from .names import whole_name
from .service import Service

_MOST_SHOWN = 60  # characters of a parameter with its value

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
        typer.Option("-s", "--sweep", metavar="NAME=LIST", help=SWEEP_HELP),
    ] = None,
    title: Annotated[str, typer.Option(help="A name for people.")] = "",
) -> None:
    """Submit a notebook again and again, as it is now."""
    given, swept = named_values(parameter), swept_values(sweep)
    check_apart(given, swept)
    made = schedules.add(
        notebook,
        cron,
        timezone=timezone,
        parameters=given,
        sweep=swept,
        title=title,
    )
    typer.echo(f"{made.id}: first on {made.due:%Y-%m-%d %H:%M} UTC")


@app.command("list")
@said
def listed() -> None:
    """Your schedules, the next due first."""
    table = Table("schedule", "what", "with", "when", "next (UTC)", "last", box=None)
    with Service() as service:
        mine = schedules.mine(service)
    for one in mine:
        last = one.last_fault or one.last_submission or "not yet"
        missed = f" ({one.missed} more were missed)" if one.missed else ""
        table.add_row(
            one.id,
            Text(one.title or one.notebook),
            Text("\n".join(_given(one))),
            f"{one.cron} {one.timezone}",
            f"{one.due:%Y-%m-%d %H:%M}",
            last + missed,
        )
    Console().print(table)


def _given(one: schedules.Schedule) -> Iterator[str]:
    """What is submitted each time but for the notebook's defaults, a parameter a line."""
    for name, value in one.parameters.items():
        yield _cut(f"{name} {_text(value)}")
    if isinstance(one.sweep, list):
        yield f"{len(one.sweep)} sets of parameters"
    else:
        for name, values in (one.sweep or {}).items():
            yield _cut(f"{name} {', '.join(map(_text, values))}")


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[: _MOST_SHOWN - 1]}…"


@app.command("remove")
@said
def remove(
    schedule: Annotated[str, typer.Argument(help="Its name in the list, or the first letters.")],
) -> None:
    """Remove a schedule; what it submitted stays."""
    with Service() as service:
        known = {one.id for one in schedules.mine(service)}
        whole = whole_name(schedule, known, "a schedule", listed_by="bluecloud schedules list")
        schedules.remove(whole, service)
    typer.echo(f"{whole}: removed")

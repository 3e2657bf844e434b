"""The commands ``bluecloud run``, which submits, and ``bluecloud runs``, which asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from . import runs
from .arguments import named_values, said, swept_values
from .service import ServiceError

run = typer.Typer(
    help="Run a notebook with parameters; it goes on without you.",
    context_settings={"allow_interspersed_args": True},  # options after the notebook too
)
ask = typer.Typer(help="Your runs: list, show, watch, cancel, again, fetch.", no_args_is_help=True)


@run.callback(invoke_without_command=True)
@said
def submit(
    notebook: Annotated[str, typer.Argument(help="A file, or the name of an analysis.")],
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
    sets: Annotated[
        Path | None,
        typer.Option("--sets", metavar="FILE", help="JSON: a list of sets of parameters."),
    ] = None,
    laboratory: Annotated[str | None, typer.Option(help="Whose image it runs in.")] = None,
    size: Annotated[str | None, typer.Option(help="One of the laboratory's sizes.")] = None,
    minutes: Annotated[
        float, typer.Option(min=1 / 60, max=7 * 24 * 60, help="The most that one run may take.")
    ] = 60.0,
    title: Annotated[str, typer.Option(help="A name for people.")] = "",
    key: Annotated[str | None, typer.Option(help="The same key twice is one submit.")] = None,
    reuse: Annotated[
        bool, typer.Option("--reuse", help="An earlier run of yours that did the same will do.")
    ] = False,
    data_age: Annotated[
        float | None,
        typer.Option(
            min=0, max=10**6, help="With --reuse: hours since it may have read what can change."
        ),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Stay until it has ended.")] = False,
) -> None:
    """Run a notebook with parameters, or a sweep of it."""
    swept: Any = swept_values(sweep)
    if sets is not None:
        if swept:
            raise ServiceError("--sweep and --sets exclude one another")
        try:
            swept = json.loads(sets.read_text(encoding="utf-8"))
        except (ValueError, RecursionError) as error:
            raise ServiceError(f"{sets} is no JSON: {error}") from error
        if not isinstance(swept, list) or not all(isinstance(each, dict) for each in swept):
            raise ServiceError(f"{sets}: it is a list of objects, one for each run")
    if data_age is not None and not reuse:
        raise ServiceError("--data-age says which earlier run will do: it goes with --reuse")
    submitted = runs.submit(
        notebook,
        named_values(parameter),
        sweep=swept,
        laboratory=laboratory,
        size=size,
        seconds=round(minutes * 60),
        title=title,
        key=key,
        reuse=reuse,
        reuse_age_s=round((data_age or 0) * 3600),
    )
    what = "not executed again" if submitted.reused else "submitted"
    typer.echo(f"{submitted.id}: {len(submitted.runs)} run(s), {what}")
    if submitted.words:
        typer.echo(f"reuse: {submitted.words}")
    if watch:
        _watch(submitted)


@ask.command("list")
@said
def listed(
    laboratory: Annotated[str | None, typer.Option(help="Of one laboratory.")] = None,
    state: Annotated[str | None, typer.Option(help="In one state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """Your last runs, the last submitted first."""
    table = Table("run", "notebook", "state", "cells", "submitted", "why", box=None)
    for each in runs.recent(laboratory=laboratory, state=state, limit=limit):
        place = f" (number {each.position})" if each.position else ""
        table.add_row(
            each.id,
            each.title or each.notebook,
            f"{each.state}{place}",
            f"{each.cells_done}/{each.cells}" if each.cells else "",
            f"{each.submitted.astimezone():%Y-%m-%d %H:%M}",
            each.words,
        )
    Console().print(table)


@ask.command()
@said
def show(name: Annotated[str, typer.Argument(metavar="RUN")]) -> None:
    """All that is known of a run, as JSON."""
    typer.echo(json.dumps(runs.get(name).whole, indent=2))


@ask.command()
@said
def watch(name: Annotated[str, typer.Argument(metavar="RUN|SUBMIT")]) -> None:
    """Stay with a run or a submit until it has ended."""
    _watch(runs.submission(name.partition("-")[0]), only=name if "-" in name else None)


@ask.command()
@said
def log(name: Annotated[str, typer.Argument(metavar="RUN")]) -> None:
    """What a run prints, as it does."""
    for kind, event in runs.get(name).events():
        if kind == "log":
            typer.echo(str(event.get("text", "")).rstrip("\n"))
        elif kind == "run" and event["state"] in runs.ENDED:
            typer.echo(f"{event['state']}: {event['words']}" if event["words"] else event["state"])


@ask.command()
@said
def cancel(name: Annotated[str, typer.Argument(metavar="RUN|SUBMIT")]) -> None:
    """End a run, or all runs of a submit."""
    if "-" in name:
        runs.get(name).cancel()
    else:
        runs.submission(name).cancel()
    typer.echo(f"{name}: its end is asked for")


@ask.command()
@said
def again(name: Annotated[str, typer.Argument(metavar="RUN|SUBMIT")]) -> None:
    """Run a run once more, or those of a submit that failed."""
    new = runs.get(name).again() if "-" in name else runs.submission(name).again()
    typer.echo(f"{new.id}: {len(new.runs)} run(s), submitted")


@ask.command()
@said
def fetch(
    name: Annotated[str, typer.Argument(metavar="RUN|SUBMIT")],
    folder: Annotated[Path, typer.Option("--into", help="Where to.")] = Path("runs"),
    capsule: Annotated[
        bool, typer.Option("--capsule", help="All that is left of each, as an RO-Crate.")
    ] = False,
    packed: Annotated[bool, typer.Option("--zip", help="The same, as one file.")] = False,
) -> None:
    """Bring executed notebooks and what they made into a folder."""
    found = [runs.get(name)] if "-" in name else runs.submission(name).runs
    for each in found:
        if capsule or packed:
            typer.echo(str(each.capsule(folder, packed=packed)))
            continue
        for path in each.fetch(folder):
            typer.echo(str(path))


def _watch(submitted: runs.Submission, *, only: str | None = None) -> None:
    """A bar of cells for one run, of runs for a sweep; status 1 if one did not succeed."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("waiting", total=None)

        def told_of_one(one: runs.Run) -> None:
            place = f", number {one.position}" if one.position else ""
            described, total = f"{one.state}{place}", one.cells or None
            progress.update(bar, description=described, completed=one.cells_done, total=total)

        def told(now: runs.Submission) -> None:
            if len(now.runs) == 1:
                told_of_one(now.runs[0])
                return
            done = sum(one.state in runs.ENDED for one in now.runs)
            going = sum(one.state == "running" for one in now.runs)
            described = f"{going} running"
            progress.update(bar, description=described, completed=done, total=len(now.runs))

        if only is None:
            ended = list(submitted.wait(told=told).runs)
        else:
            ended = [runs.get(only).wait(told=told_of_one)]
    for one in ended:
        if one.state != "succeeded":
            typer.echo(f"{one.id} {one.state}: {one.words}", err=True)
    good = sum(one.state == "succeeded" for one in ended)
    typer.echo(f"{good} of {len(ended)} succeeded")
    if good < len(ended):
        raise typer.Exit(1)

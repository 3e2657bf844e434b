"""The commands ``bluecloud run``, which submits, and ``bluecloud runs``, which asks."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from . import runs
from .arguments import SWEEP_HELP, check_apart, named_values, said, swept_values
from .names import whole_name
from .service import ServiceError
from .submitted import counted

run = typer.Typer(
    help="Run a notebook with parameters; it goes on without you.",
    context_settings={"allow_interspersed_args": True},  # options after the notebook too
)
ask = typer.Typer(help="Your runs: list, show, watch, cancel, again, fetch.")
_BEGUN = "Its name, or the first letters of it that no other begins with."
_WHOLE = 20  # letters of a submit's name


@run.callback(invoke_without_command=True)
@said
def submit(
    notebook: Annotated[
        str | None,
        typer.Argument(help="A file, or the name of an analysis; without one they are listed."),
    ] = None,
    parameter: Annotated[
        list[str] | None,
        typer.Option(
            "-p",
            "--parameter",
            metavar="NAME=VALUE",
            help="A value is text, a number, or a list as '[3, 39, 4, 41]'.",
        ),
    ] = None,
    sweep: Annotated[
        list[str] | None,
        typer.Option("-s", "--sweep", metavar="NAME=LIST", help=SWEEP_HELP),
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
    """Run a notebook with parameters, or a sweep of it; without a notebook, list the analyses."""
    if notebook is None:
        _list_analyses()
        return
    given = named_values(parameter)
    swept: Any = swept_values(sweep)
    check_apart(given, swept)
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
        given,
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
    typer.echo(f"{submitted.id}: {counted(len(submitted.runs))}, {what}")
    if submitted.words:
        typer.echo(f"reuse: {submitted.words}")
    if watch:
        _watch(submitted)


def _list_analyses() -> None:
    table = Table("analysis", "what it is", box=None)
    for path in runs.analyses():
        table.add_row(path.stem, Text(runs.title_of(path)))
    Console().print(table)


@ask.callback(invoke_without_command=True)
@said
def asked(context: typer.Context) -> None:
    """Your runs: list, show, watch, cancel, again, fetch; without a word, list."""
    if context.invoked_subcommand is None:
        listed()


@ask.command("list")
@said
def listed(
    laboratory: Annotated[str | None, typer.Option(help="Of one laboratory.")] = None,
    state: Annotated[str | None, typer.Option(help="In one state.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=1000)] = 20,
) -> None:
    """Your last runs, the last submitted first."""
    table = Table("run", "notebook", "with", "state", "cells", "submitted", "why", box=None)
    for each in runs.recent(laboratory=laboratory, state=state, limit=limit):
        place = f" (number {each.position})" if each.position else ""
        table.add_row(
            each.id,
            Text(each.title or each.notebook),
            Text("\n".join(f"{name} {value}" for name, value in each.changed.items())),
            f"{each.state}{place}",
            f"{each.cells_done}/{each.cells}" if each.cells else "",
            f"{each.submitted.astimezone():%Y-%m-%d %H:%M}",
            Text(each.words),
        )
    Console().print(table)


@ask.command()
@said
def show(name: Annotated[str, typer.Argument(metavar="RUN", help=_BEGUN)]) -> None:
    """All that is known of a run, as JSON."""
    typer.echo(json.dumps(runs.get(_one(name)).whole, indent=2))


@ask.command()
@said
def watch(name: Annotated[str, typer.Argument(metavar="RUN|SUBMIT", help=_BEGUN)]) -> None:
    """Stay with a run or a submit until it has ended."""
    whole = _whole(name)
    _watch(runs.submission(whole.partition("-")[0]), only=whole if "-" in whole else None)


@ask.command()
@said
def log(name: Annotated[str, typer.Argument(metavar="RUN", help=_BEGUN)]) -> None:
    """What a run prints, as it does."""
    for kind, event in runs.get(_one(name)).events():
        if kind == "log":
            typer.echo(str(event.get("text", "")).rstrip("\n"))
        elif kind == "run" and event["state"] in runs.ENDED:
            typer.echo(f"{event['state']}: {event['words']}" if event["words"] else event["state"])


@ask.command()
@said
def cancel(name: Annotated[str, typer.Argument(metavar="RUN|SUBMIT", help=_BEGUN)]) -> None:
    """End a run, or all runs of a submit."""
    whole = _whole(name)
    left = [runs.get(whole)] if "-" in whole else list(runs.submission(whole).runs)
    if all(each.state in runs.ENDED for each in left):
        typer.echo(f"{whole}: it has ended already, {left[0].state}")
        return
    if "-" in whole:
        left[0].cancel()
    else:
        runs.submission(whole).cancel()
    typer.echo(f"{whole}: its end is asked for")


@ask.command()
@said
def again(name: Annotated[str, typer.Argument(metavar="RUN|SUBMIT", help=_BEGUN)]) -> None:
    """Run a run once more, or those of a submit that failed."""
    whole = _whole(name)
    new = runs.get(whole).again() if "-" in whole else runs.submission(whole).again()
    typer.echo(f"{new.id}: {counted(len(new.runs))}, submitted")


@ask.command()
@said
def fetch(
    name: Annotated[str, typer.Argument(metavar="RUN|SUBMIT", help=_BEGUN)],
    folder: Annotated[Path, typer.Option("--into", help="Where to.")] = Path("runs"),
    capsule: Annotated[
        bool, typer.Option("--capsule", help="All that is left of each, as an RO-Crate.")
    ] = False,
    packed: Annotated[bool, typer.Option("--zip", help="The same, as one file.")] = False,
) -> None:
    """Bring executed notebooks and what they made into a folder."""
    whole = _whole(name)
    found = [runs.get(whole)] if "-" in whole else runs.submission(whole).runs
    for each in found:
        if capsule or packed:
            typer.echo(str(each.capsule(folder, packed=packed)))
            continue
        for path in each.fetch(folder):
            typer.echo(str(path))


def _whole(name: str) -> str:
    """The name of a run or a submit, of which the first letters were typed."""
    begun, dash, number = name.partition("-")
    if len(begun) < _WHOLE and begun.isalnum():
        known = {each.submission for each in runs.recent(limit=1000)}
        begun = whole_name(begun, known, "a submit", listed_by="bluecloud runs")
    return f"{begun}{dash}{number:0>4}" if dash else begun


def _one(name: str) -> str:
    """The name of a run; that of a submit will do where it has one run."""
    whole = _whole(name)
    if len(whole) != _WHOLE:  # a run's name, or none
        return whole
    found = runs.submission(whole).runs
    if len(found) > 1:
        raise ServiceError(f"{whole} has {len(found)} runs: say which, as {whole}-0")
    return found[0].id


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
            described = f"{going} running" if done < len(now.runs) else "all ended"
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
    if good:
        typer.echo(f"bluecloud runs fetch {only or submitted.id} brings what was made")
    if good < len(ended):
        raise typer.Exit(1)

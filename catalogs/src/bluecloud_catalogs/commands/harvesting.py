"""``bluecloud data harvest``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from . import command

if TYPE_CHECKING:
    from ..discovery.index_writing import Writer
    from ..discovery.postgres_writing import PostgresWriter


@command
def harvest(
    source: Annotated[list[str] | None, typer.Argument(help="Which; all without any.")] = None,
    holdings: Annotated[
        Path, typer.Option(envvar="BLUECLOUD_HOLDINGS", help="The folder of records and index.")
    ] = Path("holdings"),
    full: Annotated[bool, typer.Option(help="Everything, not only what changed.")] = False,
    accept_loss: Annotated[
        bool, typer.Option(help="Let --full take away more than half of what was known.")
    ] = False,
    rebuild: Annotated[bool, typer.Option(help="Make the index anew from the records.")] = False,
    tier: Annotated[str, typer.Option(help="live, or sample to try it out.")] = "live",
) -> None:
    """Ask sources what they hold; goes on where it was cut off.

    The index is in the folder, or in the database that BLUECLOUD_INDEX_URL names.
    """
    from ..discovery.harvesting import Holdings
    from ..errors import ParameterError, SourceError
    from ..harvest import HARVESTERS
    from ..places import place_of
    from ..tree import read_sources

    unknown = set(source or ()) - set(HARVESTERS)
    if unknown:
        raise ParameterError(
            f"{', '.join(sorted(unknown))}: no source that can be harvested; "
            f"there are {', '.join(sorted(HARVESTERS)) or 'none'}"
        )
    if tier not in {"live", "sample"}:
        raise ParameterError(f"tier {tier!r}: it is live or sample")
    kept, entries = Holdings(holdings), read_sources().entries
    failed = []
    console = Console(stderr=True)
    shown = Progress(
        SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn(), console=console
    )
    with _writer(kept.search) as writer, shown as progress:
        typer.echo(f"entries: {kept.keep_entries(writer)} new or changed")
        for name in source or sorted(HARVESTERS):
            harvester = HARVESTERS[name]
            place = place_of(entries[harvester.entry], tier)  # type: ignore[arg-type]
            if place is None:
                continue
            task = progress.add_task(name, total=None)

            def tell(got: int, bad: int, name: str = name, task: TaskID = task) -> None:
                progress.update(task, description=f"{name}: {got} records, {bad} put aside")

            try:
                done = kept.harvest(
                    harvester, place, writer=writer, full=full, accept_loss=accept_loss, tell=tell
                )
            except SourceError as error:
                failed.append(name)
                typer.echo(f"{name}: {type(error).__name__}: {error}", err=True)
                continue
            typer.echo(
                f"{name}: {done.got} got, {done.changed} new or changed, {done.gone} gone, "
                f"{done.quarantined} put aside"
            )
        if rebuild:
            typer.echo(f"index: {kept.rebuild(writer)} records")
    if failed:
        raise typer.Exit(1)


def _writer(folder: Path) -> Writer | PostgresWriter:
    """The index that is written to; an address has a password, so it is no option."""
    if url := os.environ.get("BLUECLOUD_INDEX_URL"):
        from ..discovery.postgres_writing import PostgresWriter

        return PostgresWriter(url)
    from ..discovery.index_writing import Writer

    return Writer(folder)

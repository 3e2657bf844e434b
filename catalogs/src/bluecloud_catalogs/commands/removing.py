"""``bluecloud data remove``."""

from __future__ import annotations

from typing import Annotated

import typer

from ..own.store import Visibility
from . import command


@command
def remove(
    name: Annotated[str, typer.Argument(help="Of its entry, as own_cast7.")],
    laboratory: Annotated[
        bool, typer.Option(help="Of the laboratory's data, not of one's own alone.")
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Without being asked.")] = False,
) -> None:
    """Take a file of your own out of the catalogue, and the copy that was kept of it."""
    from ..own import remove_data, require_data

    visibility: Visibility = "laboratory" if laboratory else "private"
    require_data(name, visibility=visibility)  # nobody is asked about what is not there
    whose = "that of all in the laboratory" if laboratory else "your own"
    if not yes and not typer.confirm(f"Remove {name}, {whose}, and the copy that was kept of it?"):
        typer.echo("Nothing was removed.")
        raise typer.Exit(1)
    gone = remove_data(name, visibility=visibility)
    typer.echo(f"{name} is removed; {gone} is no longer there")

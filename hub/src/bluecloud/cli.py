"""The one command line, ``bluecloud``.

Commands come from whatever packages are installed, by the entry-point group
``bluecloud.commands``: each names a Typer application, and the name is its first word. So no
package imports another for it, and a laboratory has the commands of what it has. A package
that cannot be loaded costs its own commands and no others; they say why when they are called.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.metadata import EntryPoint, entry_points

import typer

GROUP = "bluecloud.commands"


def application(words: Sequence[str] = ()) -> typer.Typer:
    """The commands that are installed; of words that begin with one, that one alone.

    What a command needs is loaded with it, and takes longer than most commands do.
    """
    app = typer.Typer(
        name="bluecloud",
        help="Blue-Cloud laboratories from the command line.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_nothing)  # so that a single command keeps its first word
    points = sorted(entry_points(group=GROUP), key=lambda each: each.name)
    asked = [point for point in points if [point.name] == list(words[:1])]
    for point in asked or points:
        try:
            commands = point.load()
        except Exception as error:  # noqa: BLE001 - whatever it is, the other commands work
            commands = _broken(point, error)
        app.add_typer(commands, name=point.name)
    return app


def _nothing() -> None:
    """Blue-Cloud laboratories from the command line."""


def _broken(point: EntryPoint, error: Exception) -> typer.Typer:
    told = f"the commands of {point.value.partition(':')[0]} cannot be loaded: {error}"
    broken = typer.Typer(
        help=f"Not usable here: {told}",
        invoke_without_command=True,
        context_settings={"ignore_unknown_options": True, "allow_extra_args": True},
    )

    @broken.callback()
    def say() -> None:
        sys.stderr.write(f"bluecloud {point.name}: {told}\n")
        raise typer.Exit(1)

    return broken


def main() -> None:
    """Run the command line."""
    application(sys.argv[1:])()

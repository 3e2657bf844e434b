"""The commands ``bluecloud data``: find, read, add, harvest, health, verify.

They need Typer and Rich, which come with the package ``bluecloud`` that has the command line;
nothing else of this package does.
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec

import typer

from ..errors import DataError

P = ParamSpec("P")

app = typer.Typer(help="Find, read, add, harvest and check data.", no_args_is_help=True)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Add a command; what goes wrong with data is a sentence and status 1, no traceback."""

    @functools.wraps(function)
    def said(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except DataError as error:
            typer.echo(f"{type(error).__name__}: {error}", err=True)
            raise typer.Exit(1) from None
        except BrokenPipeError:  # whoever read has read enough
            raise
        except OSError as error:  # a folder that is not there, a disk that is full
            typer.echo(f"{error}", err=True)
            raise typer.Exit(1) from None

    app.command()(said)
    return function


from . import adding, checking, finding, harvesting  # noqa: E402, F401 -- each adds its commands

"""The commands ``bluecloud data``: find, read, add, remove, harvest, health, verify.

They need Typer and Rich, which come with the package ``bluecloud`` that has the command line;
nothing else of this package does.
"""

from __future__ import annotations

import functools
import sys
import warnings
from collections.abc import Callable
from typing import ParamSpec, TextIO

import typer

from ..errors import DataError
from ..tiers import TierWarning

P = ParamSpec("P")

app = typer.Typer(help="Find, read, add, remove, harvest and check data.", no_args_is_help=True)


def command(function: Callable[P, None]) -> Callable[P, None]:
    """Add a command; what goes wrong with data is a sentence and status 1, no traceback.

    A warning of ours is a sentence too, without the file and line of the program.
    """

    @functools.wraps(function)
    def said(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            with warnings.catch_warnings():
                warnings.simplefilter("always", TierWarning)
                warnings.showwarning = _show
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


def _show(
    message: Warning | str,
    category: type[Warning],
    filename: str,
    lineno: int,
    file: TextIO | None = None,
    line: str | None = None,
) -> None:
    if issubclass(category, TierWarning):
        typer.echo(str(message), err=True)
    else:
        sys.stderr.write(warnings.formatwarning(message, category, filename, lineno, line))


from . import adding, checking, finding, harvesting, removing  # noqa: E402, F401 -- each adds its commands

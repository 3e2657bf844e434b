"""What the commands take: parameters as NAME=VALUE, and what goes wrong as a sentence."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Sequence
from typing import Any, ParamSpec

import typer

from .service import ServiceError

P = ParamSpec("P")


def said(function: Callable[P, None]) -> Callable[P, None]:
    """What goes wrong is a sentence and status 1, no traceback."""

    @functools.wraps(function)
    def saying(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except ServiceError as error:
            typer.echo(str(error), err=True)
            for fault in error.fields[1:]:
                typer.echo(f"{fault['field']}: {fault['error']}", err=True)
            raise typer.Exit(1) from None
        except BrokenPipeError:
            raise
        except OSError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None

    return saying


def named_values(given: Sequence[str] | None) -> dict[str, Any]:
    """Values by name; each is JSON, or text."""
    return {name: _value(value) for name, value in map(_pair, given or [])}


def swept_values(given: Sequence[str] | None) -> dict[str, list[Any]] | None:
    """Lists of values by name: a JSON list, or values with commas between; None without any."""
    return {name: _values(value) for name, value in map(_pair, given or [])} or None


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ServiceError(f"{text!r}: it is NAME=VALUE")
    return name.strip(), value


def _value(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _values(text: str) -> list[Any]:
    value = _value(text)
    return value if isinstance(value, list) else [_value(part) for part in text.split(",")]

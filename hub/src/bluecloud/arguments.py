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
    """Values by name; each is JSON, or text.

    Raises
    ------
    ServiceError
        If one is no NAME=VALUE, or a name is given twice.
    """
    return {name: _value(value) for name, value in _pairs(given).items()}


def swept_values(given: Sequence[str] | None) -> dict[str, list[Any]] | None:
    """Lists of values by name: a JSON list, or values with commas between; None without any.

    Raises
    ------
    ServiceError
        If one is no NAME=LIST, or a name is given twice.
    """
    return {name: _values(value) for name, value in _pairs(given).items()} or None


def _pairs(given: Sequence[str] | None) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in map(_pair, given or []):
        if name in found:
            raise ServiceError(f"{name} is given twice, as {found[name]!r} and {value!r}")
        found[name] = value
    return found


def _pair(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name.strip():
        raise ServiceError(f"{text!r}: it is NAME=VALUE")
    return name.strip(), value


def _value(text: str) -> Any:
    try:
        value = json.loads(text)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):  # text; NaN and Infinity too, which are no JSON
        return text
    return value


def _values(text: str) -> list[Any]:
    value = _value(text)
    return value if isinstance(value, list) else [_value(part) for part in text.split(",")]

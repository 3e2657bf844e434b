"""What the commands take: parameters as NAME=VALUE, and what goes wrong as a sentence."""

from __future__ import annotations

import functools
import json
import re
from collections.abc import Callable, Collection, Sequence
from decimal import Decimal
from typing import Any, ParamSpec

import typer

from .service import ServiceError

P = ParamSpec("P")

SWEEP_HELP = (
    "A JSON list, values with commas between, or a range as 1:3 or 10:50:10, ends included."
)
_NUMBER = r"[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?"
_RANGE = re.compile(rf"\s*({_NUMBER}):({_NUMBER})(?::({_NUMBER}))?\s*")
_MOST_OF_A_RANGE = 2000  # as many runs as one submit can have


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
    """Lists of values by name: JSON lists, values with commas between, or ranges; None without any.

    Raises
    ------
    ServiceError
        If one is no NAME=LIST, a range has no values or too many, or a name is given twice.
    """
    return {name: _values(name, value) for name, value in _pairs(given).items()} or None


def check_apart(one_value: Collection[str], swept: Collection[str] | None) -> None:
    """See that no parameter is given one value and several.

    Raises
    ------
    ServiceError
        If one is.
    """
    both = [name for name in one_value if name in (swept or ())]
    if both:
        raise ServiceError(
            f"{', '.join(both)}: given with -p and with -s; one value or several, not both"
        )


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


def _values(name: str, text: str) -> list[Any]:
    value = _value(text)
    if isinstance(value, list):
        return value
    return [each for part in text.split(",") for each in _part(name, part)]


def _part(name: str, text: str) -> list[Any]:
    """One value, or the numbers of a range with both its ends."""
    found = _RANGE.fullmatch(text)
    if found is None:
        return [_value(text)]
    first, last, step = (Decimal(each or 1) for each in found.groups())
    if step <= 0 or last < first:
        raise ServiceError(f"{name}={text}: a range is FIRST:LAST or FIRST:LAST:STEP, upwards")
    count = int((last - first) / step) + 1
    if count > _MOST_OF_A_RANGE:
        raise ServiceError(f"{name}={text}: {count} values, and {_MOST_OF_A_RANGE} can be")
    numbers = [first + each * step for each in range(count)]
    whole = all(re.fullmatch(r"\s*[+-]?\d+\s*", each) for each in text.split(":"))
    return [int(number) if whole else float(number) for number in numbers]

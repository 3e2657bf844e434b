"""Rows as CSV that a spreadsheet opens without executing what somebody named themselves."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from typing import TextIO

import typer

_FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what OWASP's "CSV Injection" names


def plain(value: object) -> str:
    """A cell; text that a spreadsheet would take for a formula has an apostrophe before it."""
    if isinstance(value, int | float):
        return f"{value:.6g}" if isinstance(value, float) else str(value)
    text = str(value)
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def write_csv(to: TextIO, names: Sequence[str], rows: Iterable[Mapping[str, object]]) -> None:
    """Write rows under a header."""
    out = csv.writer(to, lineterminator="\n")
    out.writerow(names)
    for row in rows:
        out.writerow([plain(row[name]) for name in names])


def moment(told: str | None, option: str) -> datetime | None:
    """A day or a moment as an option tells it, in UTC where it says no zone.

    Raises
    ------
    typer.BadParameter
        If it is neither.
    """
    if told is None:
        return None
    try:
        at = datetime.fromisoformat(told)
    except ValueError as error:
        words = f"{option} = {told!r}: a day or a moment, as 2026-03-01 or 2026-03-01T08:30"
        raise typer.BadParameter(words) from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)

"""``bluecloud lab usage``: how much a laboratory is used, as CSV."""

from __future__ import annotations

import csv
import sys
from typing import Annotated, Any
from urllib.parse import quote

import typer

from .service import Service

_COLUMNS = ("month", "analyses", "failed", "sources", "readings", "products", "people")


def usage(
    slug: Annotated[str, typer.Argument(help="The laboratory, such as environment.")],
    first: Annotated[str | None, typer.Option("--from", help="The first month: 2026-03.")] = None,
    last: Annotated[str | None, typer.Option("--to", help="The last month, included.")] = None,
) -> None:
    """Analyses run, sources read and people, month by month, as CSV; no names."""
    params = {name: month for name, month in (("first", first), ("last", last)) if month}
    path = f"/laboratories/{quote(slug, safe='')}/usage"
    with Service() as service:
        months: list[dict[str, Any]] = service.ask("GET", path, params=params)
    rows = csv.DictWriter(sys.stdout, ["laboratory", *_COLUMNS], lineterminator="\n")
    rows.writeheader()
    for month in months:
        rows.writerow({"laboratory": slug, **{name: month[name] for name in _COLUMNS}})

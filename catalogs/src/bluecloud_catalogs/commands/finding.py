"""``bluecloud data find`` and ``read``."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from ..errors import ParameterError
from . import command


@command
def find(
    text: Annotated[
        list[str] | None, typer.Argument(help="Words, all of which a record must have.")
    ] = None,
    bbox: Annotated[str, typer.Option(help="West,south,east,north in degrees.")] = "",
    time: Annotated[str, typer.Option(help="As 2015/2020.")] = "",
    depth: Annotated[str, typer.Option(help="Shallowest,deepest in metres.")] = "",
    variable: Annotated[list[str] | None, typer.Option(help="P02, P01, CF name or word.")] = None,
    taxon: Annotated[list[str] | None, typer.Option(help="AphiaID or name.")] = None,
    source: Annotated[list[str] | None, typer.Option(help="As argogdac.")] = None,
    limit: Annotated[int, typer.Option(help="How many to show.")] = 20,
    as_json: Annotated[bool, typer.Option("--json", help="One record a line, as JSON.")] = False,
    save: Annotated[Path | None, typer.Option(help="Write all as STAC-GeoParquet.")] = None,
) -> None:
    """Find data of all sources."""
    from .. import find as find_

    found = find_(
        " ".join(text or ()) or None,
        bbox=_numbers("bbox", bbox),
        time=time or None,
        depth=_numbers("depth", depth),  # type: ignore[arg-type]
        variables=variable or (),
        taxa=taxon or (),
        sources=source or (),
        limit=limit,
    )
    if save is not None:
        typer.echo(f"{found.to_geoparquet(save)} records in {save}")
        return
    if as_json:
        for record in found:
            typer.echo(record.model_dump_json(exclude_defaults=True))
        return
    console = Console()
    if len(found):
        # Names are copied from here into the next command: they are folded, never cut.
        table = Table()
        table.add_column("title", ratio=2, overflow="fold")
        table.add_column("from", no_wrap=True)
        table.add_column("id, and the entry that reads it", ratio=3, overflow="fold")
        for record in found:
            first = record.time[0].date() if record.time and record.time[0] else ""
            named = "\n".join(name for name in (record.id, record.entry) if name)
            table.add_row(*map(escape, (record.title, str(first), named)))
        console.print(table)
    shown = f", the first {len(found)} shown" if len(found) < found.total else ""
    console.print(f"{found.total} found in {found.where}{shown}", markup=False)
    if found.suggestion:
        console.print(f"did you mean {found.suggestion}?", markup=False)
    for facet, values in found.facets.items():
        if values:
            told = ", ".join(f"{value} {number}" for value, number in list(values.items())[:6])
            console.print(f"{facet}: {told}", markup=False)


@command
def read(
    entry: Annotated[str, typer.Argument(help="The name of an entry of the catalogue.")],
    request: Annotated[
        list[str] | None, typer.Argument(help="name=value, the value as JSON or plain text.")
    ] = None,
    save: Annotated[Path | None, typer.Option(help="Write what was read to a file.")] = None,
) -> None:
    """Read an entry, and say where the data came from."""
    from ..catalogue import EntryReader
    from ..discovery.opening import readable
    from ..errors import UnknownEntry
    from ..nearest import nearest

    entries = readable()
    if entry not in entries:
        raise UnknownEntry(f"there is no entry {entry!r}: {nearest(entry, entries)}")
    asked = dict(map(_parameter, request or ()))
    declared = entries[entry]
    if not asked and declared.declaration.example:
        told = " ".join(
            f"{name}={json.dumps(v)}" for name, v in declared.declaration.example.items()
        )
        typer.echo(f"nothing asked for: this is its example, {told}", err=True)
    data: Any = EntryReader(declared, "any")(**(asked or declared.declaration.example)).read()
    typer.echo(_shown(data))
    for name in (
        "entry",
        "request",
        "tier",
        "access_time",
        "licence",
        "citation",
        "checksum",
        "synthetic",
    ):
        typer.echo(f"{name}: {data.attrs.get(name, '')}")
    if save is not None:
        _write(data, save)
        typer.echo(f"written to {save}")


def _shown(data: Any) -> str:
    """What was read as text; of a table every column, where pandas would show two or three."""
    if not hasattr(data, "columns"):
        return str(data)
    import pandas as pd

    with pd.option_context("display.max_columns", None, "display.max_colwidth", 40):
        return str(data)


def _write(data: Any, path: Path) -> None:
    kinds = {".nc": "to_netcdf", ".csv": "to_csv", ".parquet": "to_parquet"}
    method = getattr(data, kinds.get(path.suffix, ""), None)
    if method is None:
        raise ParameterError(
            f"{path}: a {type(data).__name__} is written as "
            f"{' or '.join(suffix for suffix, name in kinds.items() if hasattr(data, name))}"
        )
    try:
        method(path)
    except OSError as error:
        raise ParameterError(f"{path}: it cannot be written: {error}") from error


def _parameter(told: str) -> tuple[str, Any]:
    name, equals, value = told.partition("=")
    if not equals:
        raise ParameterError(f"{told!r} is no name=value")
    try:
        return name, json.loads(value)
    except ValueError:
        return name, value


def _numbers(name: str, told: str) -> tuple[float, ...] | None:
    try:
        return tuple(float(part) for part in told.split(",")) if told else None
    except ValueError:
        raise ParameterError(f"{name} {told!r}: it is numbers with commas between") from None

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
    text: Annotated[str, typer.Argument(help="Words, all of which a record must have.")] = "",
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
        text or None,
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
    table = Table()
    for head in ("id", "title", "when", "read with"):
        table.add_column(head, overflow="fold")  # an id that is cut cannot be used
    for record in found:
        first = record.time[0].date() if record.time and record.time[0] else ""
        table.add_row(*map(escape, (record.id, record.title, str(first), record.entry or "")))
    console = Console()
    console.print(table)
    console.print(f"{found.total} found in {found.where}", markup=False)
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
    from ..errors import UnknownEntry
    from ..own import own_entries
    from ..tree import Entry, read_sources

    own = {name: each for name, each in own_entries().items() if isinstance(each, Entry)}
    entries = {**own, **read_sources().entries}
    if entry not in entries:
        raise UnknownEntry(f"there is no entry {entry!r}: there are {', '.join(sorted(entries))}")
    asked = dict(map(_parameter, request or ()))
    declared = entries[entry]
    data: Any = EntryReader(declared, "any")(**(asked or declared.declaration.example)).read()
    typer.echo(str(data))
    for name in ("entry", "tier", "access_time", "licence", "citation", "checksum", "synthetic"):
        typer.echo(f"{name}: {data.attrs.get(name, '')}")
    if save is not None:
        _write(data, save)
        typer.echo(f"written to {save}")


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

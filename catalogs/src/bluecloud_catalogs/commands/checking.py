"""``bluecloud data health`` and ``verify``."""

from __future__ import annotations

import warnings
from collections import Counter
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from . import command


@command
def health(
    laboratory: Annotated[str, typer.Option(help="Only this laboratory's entries.")] = "",
    source: Annotated[str, typer.Option(help="Only this source's entries.")] = "",
) -> None:
    """Read every entry for real, with its example, and say which tier answered."""
    from .. import tiers
    from ..errors import DataError

    table = Table("entry", "source", "tier", "what happened")
    failed = 0
    answered: Counter[str] = Counter()
    chosen = _entries(laboratory, source)
    for entry in track(chosen, "reading", console=Console(stderr=True), transient=True):
        with warnings.catch_warnings(record=True) as said:
            warnings.simplefilter("always")
            try:
                data: Any = tiers.read(entry, _request(entry), lazy=entry.reader.lazy)
            except DataError as error:
                failed += 1
                table.add_row(
                    *map(
                        escape,
                        (entry.name, entry.source, "none", f"{type(error).__name__}: {error}"),
                    )
                )
                continue
        # A warning's first line says what follows for a notebook, its second what happened.
        told = [
            str(each.message).partition("\n")[2].partition(", because ")[2] or str(each.message)
            for each in said
            if each.category is tiers.TierWarning
        ]
        answered[str(data.attrs["tier"])] += 1
        table.add_row(
            *map(escape, (entry.name, entry.source, data.attrs["tier"], "; ".join(told) or "read"))
        )
    Console().print(table)
    by_tier = ", ".join(f"{number} from {tier}" for tier, number in answered.items())
    typer.echo(
        f"{len(chosen) - failed} of {len(chosen)} entries were read"
        + (f": {by_tier}" if by_tier else "")
    )
    if failed:
        raise typer.Exit(1)


@command
def verify(
    source: Annotated[str, typer.Option(help="Only this source's entries.")] = "",
) -> None:
    """Compare what providers answer today with what entries declare of them.

    Each entry that a provider serves is read from the provider alone. Its variables must come
    under the names declared, and its answer in the form declared. A provider that cannot be
    reached is named, and is no difference.
    """
    from .. import tiers
    from ..errors import DataError, SourceUnavailable
    from ..places import place_of

    table = Table("entry", "evidence", "verified live", "now")
    different = silent = 0
    chosen = [entry for entry in _entries("", source) if "live" in entry.tiers]
    for entry in track(chosen, "asking", console=Console(stderr=True), transient=True):
        place = place_of(entry, "live")
        try:
            if place is None:
                continue
            reading = tiers.read_from(place, entry, _request(entry), lazy=entry.reader.lazy)
            found = _differences(entry, reading.data)
            now = "; ".join(found) or f"as declared, {reading.count} found"
            different += bool(found)
        except SourceUnavailable as error:
            silent += 1
            now = f"not reachable: {error}"
        except DataError as error:
            different += 1
            now = f"{type(error).__name__}: {error}"
        declared = entry.declaration
        table.add_row(
            *map(escape, (entry.name, declared.evidence, str(declared.live_verified), now))
        )
    Console().print(table)
    typer.echo(
        f"{len(chosen) - silent} of {len(chosen)} entries were compared, {different} differ from "
        f"what is declared; {silent} could not be reached"
    )
    if different:
        raise typer.Exit(1)


def _entries(laboratory: str, source: str) -> list[Any]:
    from ..errors import ParameterError
    from ..tree import read_laboratory, read_sources

    sources = read_sources()
    for problem in [*sources.unreadable, *sources.broken.values()]:
        typer.echo(f"cannot be used: {problem}", err=True)
    names = read_laboratory(laboratory).entries if laboratory else sorted(sources.entries)
    known = {entry.source for entry in sources.entries.values()}
    if source and source not in known:
        raise ParameterError(f"no source {source!r}: there are {', '.join(sorted(known))}")
    entries = [sources.entries[name] for name in names if name in sources.entries]
    return [entry for entry in entries if not source or entry.source == source]


def _request(entry: Any) -> Any:
    """The entry's example as a request."""
    declared = entry.declaration
    return entry.reader.request.model_validate({**declared.parameters, **declared.example})


def _differences(entry: Any, data: Any) -> list[str]:
    """What of the declaration is not so in the data."""
    kind = f"{type(data).__module__.split('.')[0]}:{type(data).__name__}"
    if kind != entry.reader.makes:
        return [f"a {kind} came, a {entry.reader.makes} is declared"]
    names = set(map(str, getattr(data, "variables", None) or data.columns))
    absent = [each.name for each in entry.declaration.variables if each.name not in names]
    return [f"variables missing: {', '.join(absent)}"] if absent else []

"""The command ``bluecloud metering``: what laboratories, people and sources used, as CSV."""

from __future__ import annotations

import os
import sys
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Any

import typer
from sqlalchemy.exc import SQLAlchemyError

from ..metering import Metering
from .deployment import deployment
from .doctor import ENV_FILE_HELP
from .errors import OperatingError
from .tables import moment, write_csv

_HOUR_S, _GB = 3600.0, 1e9
USED = (
    "server_hours",
    "server_cpu_hours",
    "server_gb_hours",
    "runs",
    "run_hours",
    "run_cpu_hours",
    "run_gb_hours",
)
READ = ("runs", "reads", "bytes")

app = typer.Typer(help="What laboratories, people and sources used, as CSV.")


@app.callback(invoke_without_command=True)
def metering(
    by: Annotated[
        str, typer.Option(help="laboratory, person, or source; several with commas between.")
    ] = "laboratory,person",
    since: Annotated[str | None, typer.Option(help="From this day or moment on (UTC).")] = None,
    until: Annotated[str | None, typer.Option(help="Until then, not included (UTC).")] = None,
    env_file: Annotated[Path | None, typer.Option(help=ENV_FILE_HELP)] = None,
) -> None:
    """Write what was used to standard output: the last thirty days where no time is told.

    Hours of servers are those between start and the minute they were last seen; their CPU-hours
    and GB-hours (10^9 bytes) are of what they might use. Those of runs are what they did use: the
    processor's time, and the most memory held for as long as they ran. With ``source`` it is what
    runs say they read from each tier, with the bytes of the files behind it.
    """
    keys = tuple(dict.fromkeys(by.split(",")))
    if not keys or set(keys) - {"laboratory", "person", "source"}:
        raise typer.BadParameter(f"--by = {by!r}: laboratory, person, source")
    end = moment(until, "--until") or datetime.now(UTC)
    begin = moment(since, "--since") or end - timedelta(days=30)
    if begin >= end:
        raise typer.BadParameter(f"--since = {begin}, --until = {end}: the first is before")
    try:
        with deployment(os.environ, env_file) as of:
            told = Metering(of.service_database)
            span = begin.timestamp(), end.timestamp()
            if "source" in keys:
                keys = (*keys, "tier")
                write_csv(sys.stdout, (*keys, *READ), of_sources(told.reads(*span), keys))
            else:
                rows = used(told.servers(*span), told.runs(*span), keys)
                write_csv(sys.stdout, (*keys, *USED), rows)
    except (OperatingError, SQLAlchemyError, OSError) as error:
        typer.echo(f"metering cannot be read: {error}", err=True)
        raise typer.Exit(2) from None


def used(
    servers: Iterable[Mapping[str, Any]], runs: Iterable[Mapping[str, Any]], keys: tuple[str, ...]
) -> list[dict[str, object]]:
    """What servers and runs used, summed for each value of the keys."""
    sums: defaultdict[tuple[str, ...], dict[str, float]] = defaultdict(
        lambda: dict.fromkeys(USED, 0.0)
    )
    for server in servers:
        into = sums[tuple(server[key] for key in keys)]
        hours = (server["seen"] - server["started"]) / _HOUR_S
        into["server_hours"] += hours
        into["server_cpu_hours"] += hours * server["cpus"]
        into["server_gb_hours"] += hours * server["memory_bytes"] / _GB
    for run in runs:
        into = sums[tuple(run[key] for key in keys)]
        into["runs"] += 1
        into["run_hours"] += run["wall_s"] / _HOUR_S
        into["run_cpu_hours"] += run["cpu_s"] / _HOUR_S
        into["run_gb_hours"] += run["wall_s"] / _HOUR_S * run["memory_bytes"] / _GB
    return [
        {**dict(zip(keys, of, strict=True)), **some, "runs": int(some["runs"])}
        for of, some in sorted(sums.items())
    ]


def of_sources(
    reads: Iterable[Mapping[str, Any]], keys: tuple[str, ...]
) -> list[dict[str, object]]:
    """What was read, summed for each value of the keys."""
    sums: defaultdict[tuple[str, ...], tuple[set[str], list[int]]] = defaultdict(
        lambda: (set(), [0, 0])
    )
    for read in reads:
        runs, amounts = sums[tuple(read[key] for key in keys)]
        runs.add(read["run"])
        amounts[0] += read["reads"]
        amounts[1] += int(read["bytes"])
    return [
        {**dict(zip(keys, of, strict=True)), "runs": len(runs), "reads": some[0], "bytes": some[1]}
        for of, (runs, some) in sorted(sums.items())
    ]

"""``bluecloud data add``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from . import command


@command
def add(
    file: Annotated[Path, typer.Argument(help="NetCDF, ODV text, CNV or CSV.")],
    laboratory: Annotated[
        bool, typer.Option(help="Seen by all of the laboratory, not by oneself alone.")
    ] = False,
    title: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    name: Annotated[str | None, typer.Option(help="The name of its entry.")] = None,
    licence: Annotated[
        str, typer.Option(help="all rights reserved, CC0 1.0, CC BY 4.0 or CC BY-NC 4.0.")
    ] = "all rights reserved",
    citation: Annotated[str | None, typer.Option(help="Whom others must name.")] = None,
    unit: Annotated[
        list[str] | None, typer.Option(help="Of a column of a CSV: TEMP=degree_Celsius.")
    ] = None,
    standard_name: Annotated[
        list[str] | None, typer.Option(help="Of a column: TEMP=sea_water_temperature.")
    ] = None,
    time: Annotated[str | None, typer.Option(help="When a cast was made, in UTC.")] = None,
    position: Annotated[
        tuple[float, float] | None, typer.Option(help="Where: latitude longitude.")
    ] = None,
    replace: Annotated[bool, typer.Option(help="In the place of what has its name.")] = False,
) -> None:
    """Check a file of your own, and make it found and read as all other data."""
    from ..own import add_data

    added = add_data(
        file,
        visibility="laboratory" if laboratory else "private",
        title=title,
        name=name,
        licence=licence,  # type: ignore[arg-type]
        citation=citation,
        units=_pairs("unit", unit),
        names=_pairs("standard-name", standard_name),
        time=time,
        position=position,
        replace=replace,
    )
    typer.echo(str(added))


def _pairs(option: str, told: list[str] | None) -> dict[str, str] | None:
    from ..errors import ParameterError

    wrong = [each for each in told or () if "=" not in each]
    if wrong:
        raise ParameterError(f"--{option} {wrong[0]}: it must be COLUMN=VALUE")
    return dict(each.split("=", 1) for each in told) if told else None

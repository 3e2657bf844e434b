"""``bluecloud lab survey``: switch a laboratory's survey on and off, and read what was answered."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from . import survey as surveys
from .service import Service, ServiceError


class Act(StrEnum):
    """What is done with a survey."""

    on = "on"
    off = "off"
    show = "show"


def survey(
    slug: Annotated[str, typer.Argument(help="The laboratory, such as environment.")],
    act: Annotated[Act, typer.Argument(help="Switch it on or off, or show what was answered.")],
    as_csv: Annotated[bool, typer.Option("--csv", help="With show: as CSV.")] = False,
) -> None:
    """A small survey of those who use the laboratory: on, off, or what was answered; no names."""
    if as_csv and act is not Act.show:
        raise ServiceError(f"--csv goes with show, and not with {act.value}")
    with Service() as service:
        if as_csv:
            sys.stdout.write(surveys.results_csv(slug, service))
        elif act is Act.show:
            _show(slug, surveys.results(slug, service))
        else:
            surveys.switch(slug, on=act is Act.on, service=service)
            typer.echo(f"{slug}: the survey is {act.value}")


def _show(slug: str, found: list[surveys.Results]) -> None:
    if not found:
        typer.echo(f"{slug} had no survey yet: bluecloud lab survey {slug} on")
    for each in found:
        ended = f"{each.ended.astimezone():%Y-%m-%d %H:%M}" if each.ended else "now"
        typer.echo(f"{each.begun.astimezone():%Y-%m-%d %H:%M} to {ended}: {each.answers} answers")
        if each.score is None:
            continue
        typer.echo(f"  score {each.score:.0f} of 100")
        for figures in each.figures:
            counts = " ".join(f"{degree}:{count}" for degree, count in enumerate(figures.counts, 1))
            typer.echo(f"  {figures.sentence} {figures.mean:.1f} of 7 ({counts})")
        if each.in_words:
            typer.echo(f"  {each.question}")
        for words in each.in_words:
            typer.echo("  - " + words.replace("\n", "\n    "))

"""How releases and reports are shown to people: tables, a check as it goes on, uploads."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any, ParamSpec

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, DownloadColumn, Progress, TaskID, TextColumn
from rich.table import Table

from .arguments import said
from .lab.errors import LabError
from .lab.releases import Listed, Release, Releases

P = ParamSpec("P")
_COLOURS = {"green": "green", "refused": "red", "waiting": "yellow", "checking": "yellow"}


def lab_said(function: Callable[P, None]) -> Callable[P, None]:
    """What goes wrong with a laboratory's release is a sentence and status 1."""

    @said
    @functools.wraps(function)
    def saying(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            function(*args, **kwargs)
        except LabError as error:
            typer.echo(str(error), err=True)
            raise typer.Exit(1) from None

    return saying


def show_list(listed: Listed) -> None:
    """A laboratory's releases, the newest first, and who has which."""
    named = ("release", "version", "state", "who has it", "made", "by", "what is new")
    table = Table(*named, box=None)
    testers = listed.testers.release or listed.everyone.release
    for one in listed.releases:
        has = [
            audience
            for audience, digest in (("everyone", listed.everyone.release), ("testers", testers))
            if digest == one.digest
        ]
        colour = _COLOURS.get(one.state, "default")
        table.add_row(
            one.short,
            one.version,
            f"[{colour}]{one.state}[/]",
            ", ".join(has),
            f"{one.made:%Y-%m-%d %H:%M}",
            escape(one.made_by),
            escape(one.message),
        )
    console = Console()
    console.print(table)
    if not listed.registry:
        console.print(
            "this deployment has no registry, so nothing is released here (make up starts one)",
            style="dim",
        )
    elif not listed.releases:
        console.print(
            f"{listed.laboratory} has no release yet: bluecloud lab build {listed.laboratory}",
            style="dim",
        )
    for audience in ("everyone", "testers"):
        given = listed.given(audience)
        if given.may_go_back:
            to = _short(given.back_to) or "what everyone has"
            console.print(f"{audience}: rollback leads to {to}", style="dim")
        if given.may_go_forward:
            to = _short(given.forward_to) or "what everyone has"
            console.print(f"{audience}: forward leads to {to}", style="dim")


def _short(digest: str | None) -> str:
    return (digest or "").removeprefix("sha256:")[:12]


@contextmanager
def sending(what: str) -> Iterator[Callable[[str, int, int], None]]:
    """A bar of what is sent; it hears of a part's name, bytes sent and bytes altogether."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        parts: dict[str, TaskID] = {}

        def told(part: str, done: int, whole: int) -> None:
            if part not in parts:
                for task in parts.values():
                    progress.remove_task(task)
                parts.clear()
                parts[part] = progress.add_task(f"{what}: {part}", total=None)
            progress.update(parts[part], completed=done, total=whole or None)

        yield told


def watch(releases: Releases, slug: str, digest: str) -> Release:
    """Wait until the gate is through with a release, and show what it does and found."""
    console = Console(stderr=True)
    seen: dict[str, Any] = {"lines": (), "words": ""}

    def told(release: Release) -> None:
        words = release.words
        if release.state == "waiting" and release.ahead:
            words = f"{release.ahead} before it. {words}".strip()
        if words and words != seen["words"] and not release.is_decided:
            console.print(f"{release.state}: {escape(words)}", style="yellow", highlight=False)
        lines = release.progress if release.state == "checking" else ()
        for line in lines[_overlap(seen["lines"], lines) :]:
            console.print(escape(line), style="dim", highlight=False)
        seen.update(lines=lines, words=words)

    decided = releases.decided(slug, digest, told)
    show_decided(releases, decided)
    return decided


def _overlap(before: tuple[str, ...], now: tuple[str, ...]) -> int:
    """How many of the lines of now were shown before."""
    for start in range(len(before)):
        if before[start:] == now[: len(before) - start]:
            return len(before) - start
    return 0


def show_decided(releases: Releases, release: Release) -> None:
    """What the gate found of a release, and what is next."""
    console = Console()
    if release.has_report:
        report = json.loads(releases.report(release.laboratory, release.digest))
        table = Table("notebook", "time", "most memory", "", box=None)
        for run in report["notebooks"]:
            fault = f"[red]{escape(run['fault'].partition(chr(10))[0][:200])}[/]"
            table.add_row(
                escape(run["name"]),
                f"{run['seconds']:.1f} s",
                f"{run['peak_bytes'] / 1e6:,.0f} MB",
                fault if run["fault"] else "",
            )
        console.print(table)
    colour = _COLOURS.get(release.state, "default")
    if release.state == "server":
        told = "was made on the server by 'make images', and is checked by no gate"
        console.print(f"{release.version} ({release.short}) {told}")
    else:
        console.print(f"{release.version} ({release.short}) is [{colour}]{release.state}[/]")
    for reason in release.reasons:
        console.print(f"- {escape(reason)}", highlight=False)
    if release.state == "green":
        console.print(
            f"next: bluecloud lab promote {release.laboratory} {release.short}", style="dim"
        )

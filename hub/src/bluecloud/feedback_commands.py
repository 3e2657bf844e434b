"""The command ``bluecloud feedback``: write to the managers of a laboratory, and answer."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated

import typer

from . import feedback
from .arguments import said
from .names import whole_name
from .service import Service

app = typer.Typer(
    help="A word to the managers of a laboratory, and their answers.", no_args_is_help=True
)
_BEGUN = "Its name, or the first letters of it that no other begins with."


class Standing(StrEnum):
    """How a thread stands."""

    open = "open"
    answered = "answered"
    closed = "closed"


@app.command("send")
@said
def send(
    text: Annotated[str, typer.Argument(help="A sentence, or a few.")],
    laboratory: Annotated[str | None, typer.Option(help="To whose managers.")] = None,
    notebook: Annotated[str, typer.Option(help="The notebook that it is about.")] = "",
    run: Annotated[str, typer.Option(help="The run of yours that it is about.")] = "",
) -> None:
    """Write to the managers of this laboratory; its version is sent along."""
    with Service() as service:
        thread = feedback.send(
            text, laboratory=laboratory, notebook=notebook, run=run, service=service
        )
    typer.echo(f"{thread.id}: sent to the managers of {thread.laboratory}")


@app.command("list")
@said
def listed(
    laboratory: Annotated[
        str | None, typer.Option(help="What people wrote to this laboratory, for its managers.")
    ] = None,
    state: Annotated[
        Standing | None, typer.Option(help="With --laboratory: how it stands.")
    ] = None,
) -> None:
    """Your threads with what was answered, the last changed first."""
    with Service() as service:
        if laboratory is None:
            found = [each for each in feedback.mine(service) if state in {None, each.state}]
        else:
            asked: feedback.State | None = state.value if state else None
            found = feedback.to_managers(laboratory, state=asked, service=service)
    if not found:
        typer.echo("no thread: 'bluecloud feedback send' begins one", err=True)
    _show(found)


@app.command("write")
@said
def write(
    thread: Annotated[str, typer.Argument(help=_BEGUN)],
    text: Annotated[str, typer.Argument(help="What to add, or to answer.")],
    laboratory: Annotated[
        str | None, typer.Option(help="As a manager, to a thread of this laboratory.")
    ] = None,
) -> None:
    """Write to a thread: more of your own, or an answer."""
    with Service() as service:
        changed = feedback.write(_whole(thread, laboratory, service), text, service)
    typer.echo(f"{changed.id}: {changed.state}")


@app.command("close")
@said
def close(
    thread: Annotated[str, typer.Argument(help=_BEGUN)],
    laboratory: Annotated[
        str | None, typer.Option(help="As a manager, a thread of this laboratory.")
    ] = None,
) -> None:
    """Close a thread; whoever writes to it opens it again."""
    with Service() as service:
        closed = feedback.close(_whole(thread, laboratory, service), service)
    typer.echo(f"{closed.id}: closed")


@app.command("remove")
@said
def remove(thread: Annotated[str, typer.Argument(help=_BEGUN)]) -> None:
    """Take a thread of yours away, with all that was written."""
    with Service() as service:
        whole = _whole(thread, None, service)
        feedback.remove(whole, service)
    typer.echo(f"{whole}: removed")


def _whole(begun: str, laboratory: str | None, service: Service) -> str:
    if laboratory is None:
        known = feedback.mine(service)
    else:
        known = feedback.to_managers(laboratory, service=service)
    names = [each.id for each in known]
    return whole_name(begun, names, "a thread", listed_by="bluecloud feedback list")


def _show(threads: Iterable[feedback.Thread]) -> None:
    for thread in threads:
        parts = (thread.version, thread.notebook, thread.run)
        about = ", ".join(part for part in (thread.laboratory, *parts) if part)
        new = ", with a new answer" if thread.news else ""
        typer.echo(f"{thread.id}  {thread.state}{new}  ({about})")
        for words in thread.words:
            who = f"{words.author}, manager" if words.is_manager else words.author
            typer.echo(f"  {words.at.astimezone():%Y-%m-%d %H:%M} {who}:")
            for line in words.text.splitlines():
                typer.echo(f"    {line}")

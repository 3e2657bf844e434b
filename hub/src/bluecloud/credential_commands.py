"""The command ``bluecloud credentials``: store a login at a provider once, list, and forget."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from . import credentials
from .arguments import said
from .service import Service, ServiceError

app = typer.Typer(
    help="Your logins at providers: add, list, remove. What is stored is never shown again.",
    no_args_is_help=True,
)


@app.command("add")
@said
def add(
    source: Annotated[str, typer.Argument(help="Whose login it is, such as cmems.")],
    token: Annotated[bool, typer.Option("--token", help="Ask for a token.")] = False,
    username: Annotated[str | None, typer.Option(help="The name; else it is asked for.")] = None,
) -> None:
    """Store a login; the secret is asked for, or read from a pipe, and is no argument."""
    if token:
        login = {"token": _secret("Token")}
    else:
        name = username or (typer.prompt("Name") if sys.stdin.isatty() else None)
        if not name:
            raise ServiceError("--username: there is nobody here to ask for the name")
        login = {"username": name, "password": _secret("Password")}
    service = Service()
    kept = credentials.store(service, source, **login)
    until = f", which ends {kept.expires:%Y-%m-%d %H:%M} UTC" if kept.expires else ""
    typer.echo(f"{source}: a {kept.kind} is stored{until}")
    with suppress(ServiceError):  # outside a laboratory there is nowhere to bring it
        credentials.bring(service)


@app.command("list")
@said
def listed() -> None:
    """Which logins are stored; not what they are."""
    table = Table("source", "kind", "name", "stored", "ends", "last fetched", box=None)
    for one in credentials.stored(Service()):
        ends = f"{one.expires:%Y-%m-%d %H:%M}" if one.expires else "not known"
        table.add_row(
            one.source,
            "store it anew" if one.kind == "unreadable" else one.kind,
            one.username or "",
            f"{one.stored:%Y-%m-%d %H:%M}",
            f"{ends} (it has ended)" if one.expired else ends,
            f"{one.fetched:%Y-%m-%d %H:%M}" if one.fetched else "never",
        )
    Console().print(table)


@app.command("remove")
@said
def remove(source: Annotated[str, typer.Argument(help="Whose login it is.")]) -> None:
    """Forget a login, here and in the deployment."""
    credentials.remove(Service(), source)
    typer.echo(f"{source}: forgotten; change it with the provider too, if others may know it")


def _secret(name: str) -> str:
    if sys.stdin.isatty():
        return str(typer.prompt(name, hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")

"""``bluecloud products deposit``: publish a product in a repository, after it was shown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from . import products
from .service import Service, ServiceError


class Repository(StrEnum):
    """Where a product can go."""

    B2SHARE = "b2share"
    ZENODO = "zenodo"
    D4SCIENCE = "d4science"


def deposit(
    name: Annotated[
        str, typer.Argument(help="LABORATORY/PRODUCT, with /VERSION if it is not the newest.")
    ],
    to: Annotated[Repository, typer.Option("--to", help="The repository.")],
    yes: Annotated[
        bool, typer.Option("--yes", "-y", help="Do not ask; it cannot be undone.")
    ] = False,
) -> None:
    """Publish a product in a repository with your login there; what is sent is shown first."""
    with Service() as service:
        if name.count("/") == 1:
            name = f"{name}/{products.shown(name, service)['version']}"
        plan = products.deposit_plan(name, to.value, service)
        there = plan["deposit"]
        if there is None or there["state"] != "deposited":
            _show(plan)
            if plan["why_not"]:
                raise ServiceError(plan["why_not"])
            if not yes and not typer.confirm(
                f"Publish it at {plan['title']}, for everybody and for good?"
            ):
                raise ServiceError("nothing was sent")
            there = products.deposit(name, to.value, service)
    typer.echo(f"{name}: {in_words(there)}")


def in_words(one: Mapping[str, Any]) -> str:
    """What became of a product in a repository."""
    left = f" The draft {one['draft']} may be left there." if one["draft"] else ""
    if one["state"] == "deposited":
        where = f"https://doi.org/{one['doi']}" if one["doi"] else one["url"]
        return f"in {one['repository']}, by {one['person']}: {where}. {one['words']}".strip()
    if one["state"] == "failed":
        return f"{one['repository']} failed: {one['words']}{left}"
    if one["state"] == "sending":
        return f"on its way to {one['repository']}, by {one['person']}"
    left = left or " A draft may be left there that nobody knows of."
    return f"{one['repository']} was interrupted: deposit it again.{left}"


def _show(plan: Mapping[str, Any]) -> None:
    table = Table(box=None, show_header=False)
    for label, text in _lines(plan):
        table.add_row(label, Text(text))
    Console().print(table)


def _lines(plan: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    said = plan["description"]
    yield "to", f"{plan['title']}, {plan['address']}"
    yield "title", said["title"]
    yield "version", said["version"]
    yield "about", said["description"]
    for one in said["creators"]:
        names = (one["family_name"], one["given_name"])
        orcid = f" <{one['orcid']}>" if one["orcid"] else ""
        yield "by", ", ".join(each for each in names if each) + orcid
    yield "licence", said["licence"]
    yield "published", f"{said['published']}, {said['publisher']}"
    yield "keywords", ", ".join(said["keywords"])
    yield from ((_RELATIONS[one["relation"]], one["identifier"]) for one in said["related"])
    yield from (("file", f"{one['name']} ({one['bytes']} bytes)") for one in plan["files"])
    if plan["deposit"]:
        yield "before", in_words(plan["deposit"])


_RELATIONS = {
    "isderivedfrom": "made from",
    "isnewversionof": "follows",
    "isidenticalto": "the same as",
}

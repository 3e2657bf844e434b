"""The command ``bluecloud products``: find, publish, approve and withdraw what runs left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from . import products, runs
from .arguments import said
from .names import whole_name
from .product_deposit import deposit, in_words
from .product_files import fetch_files, proposal_of
from .service import Service, ServiceError

_CREATOR = re.compile(r"(?P<name>[^<>]+?)\s*(?:<(?P<orcid>[^<>]*)>)?")
_PARTS = ("input", "by", "on", "words")

app = typer.Typer(
    help="Products: list, show, fetch, propose, approve, refuse, withdraw, deposit. Read one in "
    'a notebook with bluecloud_catalogs.open_entry("product_...").',
    no_args_is_help=True,
)

Proposal = Annotated[str, typer.Argument(help="A proposal, or the first letters of its name.")]
Message = Annotated[str, typer.Option("-m", "--message", help="Why, for people.")]
Lab = Annotated[str | None, typer.Option("--lab", help="Of this laboratory.")]


@app.command("list")
@said
def listed(
    laboratory: Lab = None,
    mine: Annotated[bool, typer.Option("--mine", help="What you proposed.")] = False,
    proposed: Annotated[
        bool, typer.Option("--proposed", help="What was proposed in --lab, for its managers.")
    ] = False,
) -> None:
    """What is published; or what was proposed, and where that stands."""
    if proposed and not laboratory:
        raise ServiceError("--proposed: name the laboratory with --lab")
    with Service() as service:
        if mine or proposed:
            found = products.proposals(laboratory if proposed else None, service)
            table = Table("proposal", "product", "title", "by", "state", "words", box=None)
            for one in found:
                words, title = Text(one["words"]), Text(one["title"])
                name = f"{one['laboratory']}/{one['slug']}"
                table.add_row(one["id"], name, title, one["proposed_by"], one["state"], words)
        else:
            table = Table("product", "title", "by", "licence", "read it as", box=None)
            for one in products.published(laboratory, service):
                reads = one["entry"] or f"under embargo until {one['embargo']}"
                title = Text(one["title"])
                table.add_row(_name(one), title, one["proposed_by"], one["licence"], reads)
    Console().print(table)


@app.command("show")
@said
def show(
    name: Annotated[
        str, typer.Argument(help="LABORATORY/PRODUCT, with /VERSION if need be; or a proposal.")
    ],
) -> None:
    """All that is known of a product or proposal: from what it was made, and what was found."""
    with Service() as service:
        one = products.shown(name if "/" in name else proposal_of(name, service), service)
    _show(one)


@app.command("propose")
@said
def propose(
    run: Annotated[str, typer.Argument(help="A run of yours that succeeded.")],
    files: Annotated[
        list[str] | None, typer.Argument(help="Of what it left; all of it, where none is named.")
    ] = None,
    title: Annotated[str | None, typer.Option(help="What it is called.")] = None,
    description: Annotated[str | None, typer.Option(help="What it is, in sentences.")] = None,
    creator: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME <ORCID>'", help="Who made it; one at least with an ORCID."),
    ] = None,
    licence: Annotated[str | None, typer.Option(help="As SPDX names it.")] = None,
    keyword: Annotated[list[str] | None, typer.Option(help="A word it is found by.")] = None,
    slug: Annotated[
        str | None, typer.Option(help="Its name; that of a product of yours: a new version.")
    ] = None,
    embargo: Annotated[
        str | None, typer.Option(metavar="YYYY-MM-DD", help="From when its files are given out.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Show the form and what is found; propose nothing.")
    ] = False,
) -> None:
    """Propose what a run left as a product; what is not told is filled in from the run."""
    with Service() as service:
        known = {one.id for one in runs.recent(limit=1000, service=service)}
        whole = whole_name(run, known, "a run", listed_by="bluecloud runs")
        form = products.suggested(whole, files or (), service)
        if check:
            _show_form(form)
            return
        told = {
            "title": title,
            "description": description,
            "creators": [_creator(each) for each in creator or ()],
            "licence": licence,
            "keywords": keyword,
            "slug": slug or ("" if title else form["slug"]),
            "embargo": embargo,
        }
        if not creator:
            raise ServiceError("--creator 'NAME <ORCID>': say who made it")
        if not (licence or form["licence"]):
            raise ServiceError("the licences of its inputs exclude one another: see --check")
        given = {name: value for name, value in told.items() if value}
        if title and not slug:
            form["slug"] = None  # of the title
        made = products.propose(form, service, **given)
    _show(made)
    typer.echo(f"{made['id']}: proposed; a manager of {made['laboratory']} decides")


@app.command("approve")
@said
def approve(
    proposal: Proposal,
    message: Message = "",
    licence: Annotated[
        list[str] | None,
        typer.Option(metavar="INPUT=LICENCE", help="Of an input whose licence is not known."),
    ] = None,
    permission: Annotated[
        list[str] | None,
        typer.Option(
            metavar="'INPUT; WHO; YYYY-MM-DD; WORDS'",
            help="Who permitted that an input is passed on, when, and in which words.",
        ),
    ] = None,
    open_to_all: Annotated[
        bool,
        typer.Option(
            "--open-to-all", help="Seen by everybody, though its laboratory is its members'."
        ),
    ] = False,
) -> None:
    """Publish a proposal, as a manager of its laboratory."""
    answers = [*map(_licence, licence or ()), *map(_permission, permission or ())]
    made = _decide(proposal, "approve", message, answers, open_to_all=open_to_all)
    typer.echo(f"{_name(made)}: published; it is read as {made['entry'] or 'nothing yet'}")


@app.command("refuse")
@said
def refuse(
    proposal: Proposal,
    message: Message,
    changes: Annotated[
        bool, typer.Option("--changes", help="Ask for changes, after which it may be.")
    ] = False,
) -> None:
    """Refuse a proposal, or ask for changes, as a manager of its laboratory."""
    made = _decide(proposal, "changes" if changes else "refuse", message, ())
    typer.echo(f"{made['id']}: {'sent back' if changes else 'refused'}; {made['words']}")


@app.command("withdraw")
@said
def withdraw(
    name: Annotated[str, typer.Argument(help="LABORATORY/PRODUCT/VERSION.")],
    message: Message,
) -> None:
    """Take a product's files away for ever; what is known of it stays, with the reason."""
    with Service() as service:
        gone = products.withdraw(name, message, service)
    typer.echo(f"{name}: withdrawn")
    for one in gone["deposits"]:
        if one["state"] == "deposited":
            typer.echo(f"it stays {in_words(one)} Ask there for its withdrawal.")


app.command("fetch")(said(fetch_files))
app.command("deposit")(said(deposit))


def _decide(
    proposal: str,
    decision: str,
    words: str,
    answers: Sequence[Mapping[str, str]],
    *,
    open_to_all: bool = False,
) -> Any:
    with Service() as service:
        whole = proposal_of(proposal, service)
        return products.decide(
            whole,
            decision,
            words=words,
            answers=answers,
            open_to_all=open_to_all,
            service=service,
        )


def _creator(told: str) -> dict[str, str]:
    found = _CREATOR.fullmatch(told.strip())
    if found is None:
        raise ServiceError(f"--creator {told!r}: it is 'NAME <ORCID>'")
    return {name: value for name, value in found.groupdict().items() if value}


def _licence(told: str) -> dict[str, str]:
    name, is_told, licence = told.partition("=")
    if not is_told:
        raise ServiceError(f"--licence {told!r}: it is INPUT=LICENCE")
    return {"input": name, "licence": licence}


def _permission(told: str) -> dict[str, str]:
    parts = [part.strip() for part in told.split(";", 3)]
    if len(parts) < len(_PARTS):
        raise ServiceError(f"--permission {told!r}: it is 'INPUT; WHO; YYYY-MM-DD; WORDS'")
    return dict(zip(_PARTS, parts, strict=True))


def _name(one: Mapping[str, Any]) -> str:
    return f"{one['laboratory']}/{one['slug']}/{one['version']}"


def _show(one: Mapping[str, Any]) -> None:
    lines = [
        ("title", one["title"]),
        ("state", f"{one['state']} {one['words']}".strip()),
        ("read it as", one["entry"] or "not to be read"),
        ("about", one["description"]),
        ("by", "; ".join(map(_told, one["creators"]))),
        ("licence", one["licence"]),
        *(
            [("embargo", f"its files are given out from {one['embargo']} on")]
            * bool(one["embargo"])
        ),
        ("cite", one["citation"] or "when it is published"),
        *(("deposited", in_words(each)) for each in one["deposits"]),
        *(("made from", f"{each['title']} ({each['licence']})") for each in one["inputs"]),
        *(("to answer", f"{each['name']}: {each['question']}") for each in _open(one)),
        *_found(one["checks"]),
    ]
    _print(lines)


def _show_form(form: Mapping[str, Any]) -> None:
    lines = [
        ("title", form["title"]),
        ("slug", form["slug"]),
        ("about", form["description"]),
        ("keywords", ", ".join(form["keywords"])),
        *(("made from", f"{each['title']} ({each['licence']})") for each in form["inputs"]),
        *(("to answer", f"{each['name']}: {each['question']}") for each in _open(form)),
        *(("licence", each["spdx"]) for each in form["licences"] if not each["why_not"]),
        *(
            ("not", f"{each['spdx']}: {each['why_not']}")
            for each in form["licences"]
            if each["why_not"]
        ),
        *_found(form["checks"]),
    ]
    _print(lines)


def _open(one: Mapping[str, Any]) -> list[Any]:
    """The inputs that nobody has answered for."""
    answered = {answer["input"] for answer in one.get("answers", ())}
    return [each for each in one["inputs"] if each["question"] and each["name"] not in answered]


def _found(checks: Iterable[Mapping[str, Any]]) -> Iterable[tuple[str, str]]:
    for one in checks:
        yield "file", f"{one['path']} ({one['kind']})"
        yield from (("error", words) for words in one["errors"])
        yield from (("warning", words) for words in one["warnings"])


def _told(creator: Mapping[str, Any]) -> str:
    return f"{creator['name']} <{creator['orcid']}>" if creator.get("orcid") else creator["name"]


def _print(lines: Iterable[tuple[str, str]]) -> None:
    table = Table(box=None, show_header=False)
    for label, text in lines:
        table.add_row(label, Text(str(text)))
    Console().print(table)

"""The command ``bluecloud lab``: build, check, publish, promote and take back a laboratory.

In a laboratory it finds the deployment by itself. On another machine ``BLUECLOUD_SERVICE_URL`` is
the service's address and ``JUPYTERHUB_API_TOKEN`` a token that was made on the hub's token page.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.status import Status

from .lab import Registry, building
from .lab.contents import Differences, contents_of, differences
from .lab.errors import LabError, RegistryError, TreeError
from .lab.images import digest
from .lab.publish import check_environment, publish_to, read_current, repository_of
from .lab.releases import Audience, Listed, Release, Releases
from .lab.saved import Known, push_saved
from .lab_showing import lab_said, sending, show_decided, show_list, watch
from .lab_survey import survey
from .lab_usage import usage

app = typer.Typer(
    help="Releases of the laboratory that you manage: publish, check, promote, go back.",
    no_args_is_help=True,
)
REGISTRY = "BLUECLOUD_REGISTRY_URL"

Slug = Annotated[str, typer.Argument(help="The laboratory, such as environment.")]
Named = Annotated[
    str | None,
    typer.Argument(help="The first letters of its digest, or its version; else the newest."),
]
Tree = Annotated[Path, typer.Option(help="The checkout that has notebooks, catalogs and hub/labs.")]
Message = Annotated[str, typer.Option("-m", "--message", help="What is new, for people.")]
Version = Annotated[
    str | None, typer.Option(help="What it calls itself; else what its declaration says.")
]
Wait = Annotated[bool, typer.Option(help="Wait for the gate, and show what it finds.")]


ToWhom = Annotated[Audience, typer.Option(help="Whom it is given to.")]


app.command("usage")(lab_said(usage))
app.command("survey")(lab_said(survey))


@app.command("list")
@lab_said
def listed(slug: Slug) -> None:
    """Releases, the newest first, and who has which."""
    with Releases() as releases:
        show_list(releases.listed(slug))


@app.command()
@lab_said
def publish(
    slug: Slug,
    tree: Tree = Path(),
    message: Message = "",
    version: Version = None,
    on: Annotated[
        str | None, typer.Option(help="The release it is put on; else what everyone has.")
    ] = None,
    wait: Wait = True,
) -> None:
    """Publish changed notebooks, catalogue and declaration as one layer; needs no Docker."""
    with Releases() as releases:
        now = releases.listed(slug)
        current = _current(now, on)
        with _registry(releases, now) as registry:
            before = read_current(registry, slug, current.digest)
            check_environment(slug, tree, before.config)
            found = contents_of(registry, repository_of(slug), before.manifest, slug)
            _show_differences(differences(tree, slug, found))
            with sending(slug) as told:
                name = publish_to(
                    registry,
                    slug,
                    tree,
                    version or _version(tree, slug),
                    current=current.digest,
                    revision=building.revision_of(tree),
                    told=told,
                )
        made = releases.propose(
            slug,
            name,
            version=version or _version(tree, slug),
            message=message,
            based_on=current.digest,
            origin="published",
        )
        _until_decided(releases, made, wait=wait)


@app.command()
@lab_said
def build(
    slug: Slug,
    tree: Tree = Path(),
    message: Message = "",
    version: Version = None,
    base: Annotated[str, typer.Option(help="The image it stands on.")] = "bluecloud/base",
    tools: Annotated[str, typer.Option(help="The image that installs.")] = "bluecloud/tools",
    wait: Wait = True,
) -> None:
    """Build a changed environment with Docker on this machine, and publish it."""
    with Releases() as releases:
        now = releases.listed(slug)
        version = version or _version(tree, slug)
        revision = building.revision_of(tree)
        with Console(stderr=True).status(f"building {slug}") as status:
            image = building.build(
                slug,
                tree,
                version=version,
                revision=revision,
                base=base,
                tools=tools,
                told=_shown(status),
            )
        made = _send_built(releases, now, image, version, message, "built", Known())
        _until_decided(releases, made, wait=wait)


@app.command()
@lab_said
def rebuild(
    slugs: Annotated[list[str] | None, typer.Argument(help="The laboratories.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Every one that you manage.")] = False,
    tree: Tree = Path(),
    message: Message = "rebuilt with the updates of its base",
    base_image: Annotated[str, typer.Option(help="What the base stands on.")] = building.BASE_IMAGE,
    pull: Annotated[bool, typer.Option(help="Fetch the newest of it.")] = True,
    base: Annotated[
        str | None, typer.Option(help="A base that is built already; then none is built.")
    ] = None,
    wait: Wait = True,
) -> None:
    """Build a new base, with today's updates, and a candidate of each laboratory on it."""
    with Releases() as releases:
        there = _managed(releases, tree, slugs, every=every)
        revision = building.revision_of(tree)
        known, made = Known(), []
        with Console(stderr=True).status("building the base") as status:
            on, tools = (
                (base, "bluecloud/tools")
                if base
                else building.build_base(
                    tree,
                    revision=revision,
                    base_image=base_image,
                    pull=pull,
                    told=_shown(status),
                )
            )
        for slug, now in there.items():
            version = _version(tree, slug)
            with Console(stderr=True).status(f"building {slug}") as status:
                image = building.build(
                    slug,
                    tree,
                    version=version,
                    revision=revision,
                    base=on,
                    tools=tools,
                    told=_shown(status),
                )
            made.append(_send_built(releases, now, image, version, message, "rebuilt", known))
        _until_decided(releases, *made, wait=wait)


@app.command()
@lab_said
def check(
    slug: Slug,
    release: Named = None,
    again: Annotated[bool, typer.Option(help="Check it once more.")] = False,
    report: Annotated[
        Path | None, typer.Option(help="Save the report here: .html, .json or .cdx.json.")
    ] = None,
) -> None:
    """What the gate found of a release; one that is being checked is waited for."""
    with Releases() as releases:
        named = releases.listed(slug).called(release)
        if again and named.is_decided:
            named = releases.check(slug, named.digest)
        if named.is_decided:
            decided = releases.one(slug, named.digest)
            show_decided(releases, decided)
        else:
            decided = watch(releases, slug, named.digest)
        if report is not None:
            report.write_bytes(releases.report(slug, named.digest, _form(report)))
            typer.echo(f"the report is in {report}")
        if decided.state == "refused":
            raise typer.Exit(1)


@app.command()
@lab_said
def promote(slug: Slug, release: Named = None, to: ToWhom = "testers") -> None:
    """Give a green release to the testers, and with --to everyone to all after them."""
    with Releases() as releases:
        now = releases.listed(slug)
        named = now.called(release)
        releases.promote(slug, named.digest, to, current=now.given(to).release)
        typer.echo(
            f"{slug}: {_has(to)} {named.version} ({named.short}) at the next start; whoever "
            "has the laboratory open is told"
        )


@app.command()
@lab_said
def rollback(slug: Slug, to: ToWhom = "everyone") -> None:
    """Give them the release that they had before."""
    _step(slug, "rollback", to)


@app.command()
@lab_said
def forward(slug: Slug, to: ToWhom = "everyone") -> None:
    """Take a rollback back."""
    _step(slug, "forward", to)


def _step(slug: str, way: Literal["rollback", "forward"], to: Audience) -> None:
    with Releases() as releases:
        before = releases.listed(slug).given(to).release
        now = releases.step(slug, way, to, current=before).given(to).release
        named = next((one for one in releases.listed(slug).releases if one.digest == now), None)
        have = f"{named.version} ({named.short})" if named else "what everyone has"
        typer.echo(f"{slug}: {_has(to)} {have} at the next start")


def _until_decided(releases: Releases, *made: Release, wait: bool) -> None:
    """Say what was made a candidate, and wait for the gate; status 1 if one is refused."""
    for one in made:
        typer.echo(f"{one.laboratory}: {one.version} ({one.short}) is {one.state}")
    if not wait:
        return
    decided = [watch(releases, one.laboratory, one.digest) for one in made]
    if any(one.state == "refused" for one in decided):
        raise typer.Exit(1)


def _send_built(
    releases: Releases,
    now: Listed,
    image: str,
    version: str,
    message: str,
    origin: Literal["built", "rebuilt"],
    known: Known,
) -> Release:
    """Send an image of this machine to the registry, and have it checked."""
    slug = now.laboratory
    current = next((one for one in now.releases if one.digest == now.everyone.release), None)
    with (
        _registry(releases, now) as registry,
        building.saved_image(image) as archive,
        sending(slug) as told,
    ):
        if current and "@" in current.image:
            there = read_current(registry, slug, current.digest)
            known.add(repository_of(slug), there.manifest, there.config)
        name = push_saved(
            archive,
            registry,
            repository_of(slug),
            known,
            lambda number, of, done, whole: told(f"layer {number} of {of}", done, whole),
        )
    return releases.propose(
        slug,
        name,
        version=version,
        message=message,
        based_on=current.digest if current and "@" in current.image else None,
        origin=origin,
    )


def _registry(releases: Releases, now: Listed) -> Registry:
    address = os.environ.get(REGISTRY) or now.registry
    if not address:
        raise RegistryError("this deployment has no registry of releases: an operator sets it up")
    service = releases.service
    return Registry(address, service.token, exchange=f"{service.address}/registry/token")


def _current(now: Listed, on: str | None) -> Release:
    """The release that a layer is put on."""
    if on is None and now.everyone.release is None:
        raise LabError(
            f"{now.laboratory} has no release to put a layer on: "
            f"bluecloud lab build {now.laboratory} first"
        )
    named = now.called(on or now.everyone.release)
    if "@" not in named.image:
        raise LabError(
            f"release {named.version} ({named.short}) was made on the server and is not in the "
            f"registry, so that nothing can be put on it: 'bluecloud lab build {now.laboratory}'"
        )
    digest(named.digest)
    return named


def _managed(
    releases: Releases, tree: Path, slugs: list[str] | None, *, every: bool
) -> dict[str, Listed]:
    """The laboratories that are meant, of those that this person manages."""
    if bool(slugs) == every:
        raise LabError("name the laboratories, or --all")
    if slugs:
        return {slug: releases.listed(slug) for slug in slugs}
    found = {}
    for path in sorted((tree / "hub" / "labs").glob("*.toml")):
        answer = releases.managed(path.stem)
        if answer is not None:
            found[path.stem] = answer
    if not found:
        raise LabError(f"you manage none of the laboratories in {tree / 'hub' / 'labs'}")
    return found


def _shown(status: Status) -> Callable[[str], None]:
    return lambda line: status.update(escape(line[:100]))


def _has(to: Audience) -> str:
    return "everyone has" if to == "everyone" else "its testers have"


def _version(tree: Path, slug: str) -> str:
    path = tree / "hub" / "labs" / f"{slug}.toml"
    try:
        return str(tomllib.loads(path.read_text(encoding="utf-8"))["version"])
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, KeyError) as error:
        raise TreeError(f"{path} does not say a version: {error}") from error


def _form(path: Path) -> str:
    if path.name.endswith(".cdx.json"):
        return "bill"
    return "html" if path.suffix == ".html" else "json"


def _show_differences(found: Differences) -> None:
    console = Console(stderr=True)
    for word, names in (
        ("new", found.added),
        ("changed", found.changed),
        ("gone", found.removed),
    ):
        for name in names:
            console.print(f"{word:8} {escape(name)}", style="dim", highlight=False)
    if not found:
        console.print("nothing differs from the release it is put on", style="yellow")

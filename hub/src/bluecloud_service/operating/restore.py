"""The command ``bluecloud restore``: a deployment back from a backup, or a backup checked."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bluecloud_hub.audit import Audit, account

from .deployment import deployment
from .doctor import ENV_FILE_HELP
from .errors import OperatingError
from .kept.restoring import restore as bring_back
from .kept.unpacking import checked

_SHOWN = 20

app = typer.Typer(
    help="Bring a deployment back from a backup.",
    context_settings={"allow_interspersed_args": True},
)


@app.callback(invoke_without_command=True)
def restore(
    file: Annotated[Path, typer.Argument(help="What bluecloud backup made.")],
    check: Annotated[
        bool, typer.Option("--check", help="Only see whether it is whole; change nothing.")
    ] = False,
    replace: Annotated[
        bool, typer.Option("--replace", help="Also where there is one, which is kept aside.")
    ] = False,
    env_file: Annotated[Path | None, typer.Option(help=ENV_FILE_HELP)] = None,
) -> None:
    """Bring a deployment back, while hub and service are stopped.

    Every file is held against its checksum before anything changes. The status is 0 if it is back,
    2 if not, and then everything is as it was.
    """
    try:
        typer.echo("  checking", err=True)
        manifest = checked(file)
        typer.echo(
            f"{file}: whole; {manifest.deployment} ({manifest.engine}) of {manifest.made}, "
            f"{len(manifest.members)} files and folders, {manifest.size / 2**20:.1f} MiB"
        )
        if check:
            return
        with deployment(os.environ, env_file) as of:
            done = bring_back(
                of,
                file,
                manifest,
                replace=replace,
                tell=lambda said: typer.echo(f"  {said}", err=True),
            )
    except (OperatingError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    Audit(of.state).write(account(), "restore", str(file))
    typer.echo(f"{of.state}: it is back. Start it, and look: bluecloud doctor")
    if done.before:
        typer.echo(f"what was there before is in {done.before}; remove it when all is well")
    if done.settings:
        typer.echo(
            "Logins are sealed with the former BLUECLOUD_SERVICE_KEY, which this deployment is not "
            f"told: take it from {done.settings}, behind yours and a comma, and remove that file"
        )
    for image in done.missing[:_SHOWN]:
        typer.echo(f"not on this server: {image}")
    if done.missing:
        typer.echo("make images, or docker pull what the registry has, before people start them")

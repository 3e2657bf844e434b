"""The command ``bluecloud backup``: a whole deployment in one file, while it goes on."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from bluecloud_hub.audit import Audit, account

from .deployment import deployment
from .doctor import ENV_FILE_HELP
from .errors import OperatingError
from .kept.backing_up import back_up, file_for, remove_older

_SHOWN = 20

app = typer.Typer(
    help="Back a whole deployment up, into one file.",
    context_settings={"allow_interspersed_args": True},  # options after the folder too
)


@app.callback(invoke_without_command=True)
def backup(
    to: Annotated[Path, typer.Argument(help="A folder, or a new file, outside the state folder.")],
    index: Annotated[bool, typer.Option("--index", help="With what was harvested.")] = False,
    images: Annotated[
        bool, typer.Option("--images", help="With the images that are cited and here.")
    ] = False,
    keep: Annotated[
        int | None, typer.Option(min=1, help="How many backups of a folder stay, this one too.")
    ] = None,
    env_file: Annotated[Path | None, typer.Option(help=ENV_FILE_HELP)] = None,
) -> None:
    """Back a deployment up while it goes on; nobody notices.

    The file is secret: it holds everybody's files, and keys, passwords' hashes and stored logins
    with what opens them. It is readable by its owner alone. The status is 0 if all was copied, 1 if
    some files could not be, 2 if there is no backup.
    """
    if keep is not None and not to.is_dir():
        typer.echo(f"--keep is for a folder, and {to} is none", err=True)
        raise typer.Exit(2)
    try:
        with deployment(os.environ, env_file) as of:
            path = file_for(of, to)
            made = back_up(
                of,
                path,
                with_index=index,
                with_images=images,
                tell=lambda said: typer.echo(f"  {said}", err=True),
            )
            removed = remove_older(of, path, keep) if keep else []
    except (OperatingError, OSError) as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(2) from None
    Audit(of.state).write(account(), "backup", str(path))
    manifest = made.manifest
    typer.echo(f"{path}: {made.bytes / 2**20:.1f} MiB, {len(manifest.members)} files and folders")
    typer.echo("It is secret: it holds keys, logins and everybody's files.")
    if manifest.images and not manifest.saved:
        typer.echo(f"{len(manifest.images)} images are cited and not in it (--images)")
    for each in removed:
        typer.echo(f"removed {each}")
    for name, why in list(manifest.left_out.items())[:_SHOWN]:
        typer.echo(f"left out: {name!r}: {why}", err=True)
    if manifest.left_out:
        typer.echo(f"{len(manifest.left_out)} were left out", err=True)
        raise typer.Exit(1)

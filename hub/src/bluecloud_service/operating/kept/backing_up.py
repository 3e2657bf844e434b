"""Makes a backup of a deployment, which goes on meanwhile."""

from __future__ import annotations

import contextlib
import fcntl
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..deployment import Deployment
from ..errors import OperatingError, engine_told
from . import databases
from .contents import cited_images, is_made_again, secret_lines
from .manifest import DATABASES, DEPLOYMENT, IMAGES, SETTINGS, STATE, Manifest, now
from .noted import Note, write_note
from .packing import Packing, packing

ENDING = ".tar.gz"


@dataclass(frozen=True)
class Made:
    """A backup that is whole."""

    path: Path
    bytes: int
    manifest: Manifest


def file_for(of: Deployment, told: Path) -> Path:
    """The file to write: as told, or named after deployment and time in the folder that is told.

    Raises
    ------
    OperatingError
        If it is in the state folder, is there already, or its folder is not.
    """
    path = told.absolute()
    if path.is_dir():
        path /= f"{of.settings.name}-{datetime.now(UTC):%Y%m%dT%H%M%SZ}{ENDING}"
    if not path.parent.is_dir():
        raise OperatingError(f"{path.parent} is no folder")
    if path.exists():
        raise OperatingError(f"{path} is there: a backup takes no other's place")
    if path.parent.resolve().is_relative_to(of.state.resolve()):
        raise OperatingError(f"{path} lies in the state folder, with which it would be lost")
    return path


@engine_told()
def back_up(
    of: Deployment,
    path: Path,
    *,
    with_index: bool = False,
    with_images: bool = False,
    tell: Callable[[str], None] = lambda _: None,
) -> Made:
    """Write a backup of a deployment to a new file.

    Parameters
    ----------
    with_index
        With what was harvested, which ``make harvest`` brings again.
    with_images
        With the images that are cited and on this server.
    tell
        Told what is being done.

    Raises
    ------
    OperatingError
        If something that a deployment needs cannot be read.
    OSError
        If the file cannot be written; nothing is then left of it.
    """
    _check_state(of)
    with (
        tempfile.TemporaryDirectory(dir=path.parent, prefix=".bluecloud-") as drafts,
        packing(path) as pack,
    ):
        names = _databases(of, pack, Path(drafts), tell)
        images = cited_images(of)
        if secrets := secret_lines(of):
            pack.folder(DEPLOYMENT)
            pack.content(SETTINGS, secrets)
        saved = _images(of, pack, images, Path(drafts), tell) if with_images else []
        tell("files of the state folder")
        with _passwords(of):
            pack.tree(STATE, of.state, lambda each: is_made_again(each, with_index=with_index))
        manifest = Manifest(
            made=now(),
            deployment=of.settings.name,
            engine=of.settings.engine,
            databases=names,
            images=images,
            saved=saved,
            left_out=pack.left_out,
            members=pack.members,
        )
        pack.finish(manifest)
    size = path.stat().st_size
    made = datetime.fromisoformat(manifest.made)
    write_note(of.state, Note(at=made, file=str(path), bytes=size, left_out=len(pack.left_out)))
    return Made(path, size, manifest)


def remove_older(of: Deployment, path: Path, keep: int) -> list[Path]:
    """Remove the deployment's oldest backups of a folder, so that as many are left."""
    named = sorted(path.parent.glob(f"{of.settings.name}-????????T??????Z{ENDING}"))
    old = [each for each in named if each != path][: max(0, len(named) - keep)]
    for each in old:
        each.unlink()
    return old


def _check_state(of: Deployment) -> None:
    if not (of.state / "hub").is_dir() or not (of.state / "service").is_dir():
        raise OperatingError(f"{of.state} is no deployment's: it has no folders hub and service")
    for each in of.state.iterdir():
        if each.is_symlink():
            raise OperatingError(
                f"{each} is a link, of which nothing would be kept: mount it there"
            )


def _databases(
    of: Deployment, pack: Packing, drafts: Path, tell: Callable[[str], None]
) -> list[str]:
    pack.folder(DATABASES)
    names = []
    for part in databases.parts(of):
        tell(f"database {part.name}")
        draft = drafts / part.name
        databases.copy(of, part, draft)
        pack.file(f"{DATABASES}/{part.name}", draft)
        draft.unlink()
        names.append(part.name)
    return names


def _images(
    of: Deployment, pack: Packing, images: list[str], drafts: Path, tell: Callable[[str], None]
) -> list[str]:
    """Save those that are on this server, each as a file; no two of the same image."""
    from docker.errors import ImageNotFound

    pack.folder(IMAGES)
    saved: dict[str, str] = {}
    for image in images:
        try:
            identifier = str(of.docker.inspect_image(image)["Id"])
        except ImageNotFound:
            pack.left_out[image] = "the image is not on this server"
            continue
        if identifier in saved.values():
            saved[image] = identifier
            continue
        tell(f"image {image}")
        draft = drafts / "image.tar"
        with draft.open("wb") as file:
            for piece in of.docker.get_image(identifier):
                file.write(piece)
        pack.file(f"{IMAGES}/{identifier.removeprefix('sha256:')}.tar", draft)
        draft.unlink()
        saved[image] = identifier
    return list(saved)


@contextlib.contextmanager
def _passwords(of: Deployment) -> Iterator[None]:
    """Hold the file of passwords, which is not whole while one is changed."""
    path = of.state / "hub" / "passwords.lock"
    if not path.exists():
        yield
        return
    held = os.open(path, os.O_RDONLY)
    try:
        fcntl.flock(held, fcntl.LOCK_SH)
        yield
    finally:
        os.close(held)

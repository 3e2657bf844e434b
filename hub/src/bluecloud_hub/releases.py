"""What a laboratory is started from: the release that ``releases/<slug>.json`` names.

An image tag can be moved under a running deployment; what a release names cannot. A release
made on this server is pinned by its image id and marked ``local``; one from a registry is
pinned by ``name@sha256:...``. The file is replaced whole, never edited, so that a reader sees
the old release or the new one. People of the group ``<slug>-testers`` are given the release of
``releases/<slug>.testers.json`` where there is one. Whoever writes holds `writing`.

As a program, ``python -m bluecloud_hub.releases SLUG`` records the image that was just built,
unless the laboratory's managers have promoted a release of their own; with ``--image
NAME@sha256:...`` one that is in a registry, as a cluster needs it.
"""

from __future__ import annotations

import argparse
import fcntl
import os
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import docker
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from bluecloud_hub.errors import HubError, ReleaseError
from bluecloud_hub.labs import Laboratory, read_laboratory
from bluecloud_hub.settings import read_settings


class Release(BaseModel):
    """One published state of a laboratory's image.

    ``image`` is what is started: an image id (``sha256:...``) where ``local``, else a name with
    its digest.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    slug: str
    version: str
    image: Annotated[str, Field(pattern=r"^(\S+@)?sha256:[0-9a-f]{64}$")]
    local: bool
    released: datetime

    @property
    def digest(self) -> str:
        """What names it in the history of releases: ``sha256:...``."""
        return f"sha256:{self.image.rpartition('sha256:')[2]}"

    @property
    def name(self) -> str:
        """How a person reads it: ``0.1.0 (3f2a91c0d4e5)``."""
        return f"{self.version} ({self.digest.removeprefix('sha256:')[:12]})"


def release_path(releases: Path, slug: str, *, testers: bool = False) -> Path:
    """Where a laboratory's current release is written, everyone's or its testers' own."""
    return releases / (f"{slug}.testers.json" if testers else f"{slug}.json")


def release_for(releases: Path, slug: str, groups: Iterable[str]) -> Release:
    """The release that somebody in these groups is given now.

    Raises
    ------
    ReleaseError
        If there is none, or its file is not one.
    """
    if f"{slug}-testers" in groups and release_path(releases, slug, testers=True).exists():
        return read_release(releases, slug, testers=True)
    return read_release(releases, slug)


def read_release(releases: Path, slug: str, *, testers: bool = False) -> Release:
    """The release a laboratory is started from now.

    Raises
    ------
    ReleaseError
        If there is none, or its file is not one.
    """
    path = release_path(releases, slug, testers=testers)
    try:
        return Release.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReleaseError(
            f"laboratory {slug!r} has no release: {path} does not exist; 'make images' writes it"
        ) from None
    except (OSError, ValidationError) as error:
        raise ReleaseError(f"{path} does not name a release: {error}") from error


@contextmanager
def writing(releases: Path) -> Iterator[None]:
    """Hold the releases of a deployment against other processes that write them."""
    releases.mkdir(parents=True, exist_ok=True)
    # Only read, since another account may have made it: hub, service and operator all write here.
    lock = os.open(releases / ".lock", os.O_RDONLY | os.O_CREAT, 0o644)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def write_release(releases: Path, release: Release, *, testers: bool = False) -> Path:
    """Make a release the current one, at once and whole."""
    releases.mkdir(parents=True, exist_ok=True)
    path = release_path(releases, release.slug, testers=testers)
    with tempfile.NamedTemporaryFile(
        "w", dir=releases, prefix=f".{release.slug}.", delete=False, encoding="utf-8"
    ) as draft:
        draft.write(release.model_dump_json(indent=2) + "\n")
        draft.flush()
        os.fsync(draft.fileno())
    Path(draft.name).chmod(0o644)
    Path(draft.name).replace(path)
    return path


def local_release(laboratory: Laboratory, image: str | None = None) -> Release:
    """The release that an image of this server would be.

    Raises
    ------
    ReleaseError
        If no such image is on this server.
    """
    name = image or laboratory.image
    client = docker.from_env()
    try:
        built = str(client.images.get(name).id)
    except docker.errors.ImageNotFound as error:
        raise ReleaseError(
            f"image {name!r} is not on this server; 'make images' builds it"
        ) from error
    finally:
        client.close()
    return Release(
        slug=laboratory.slug,
        version=laboratory.version,
        image=built,
        local=True,
        released=datetime.now(UTC),
    )


def registry_release(laboratory: Laboratory, image: str) -> Release:
    """The release that an image of a registry is, which is not asked for it.

    Raises
    ------
    ReleaseError
        If the image is not named by its digest.
    """
    if "@" not in image:
        raise ReleaseError(f"image {image!r} is not NAME@sha256:..., which no tag can move")
    try:
        return Release(
            slug=laboratory.slug,
            version=laboratory.version,
            image=image,
            local=False,
            released=datetime.now(UTC),
        )
    except ValidationError as error:
        raise ReleaseError(f"image {image!r} is not NAME@sha256: and 64 digits") from error


def main(arguments: list[str] | None = None) -> int:
    """Record the image of each named laboratory as its current release."""
    parser = argparse.ArgumentParser(
        prog="python -m bluecloud_hub.releases", description=main.__doc__
    )
    parser.add_argument("slugs", nargs="+", metavar="SLUG")
    parser.add_argument(
        "--replace", action="store_true", help="also in the place of what its managers promoted"
    )
    parser.add_argument(
        "--image", help="one of a registry, NAME@sha256:..., and not the one that was built here"
    )
    parser.add_argument("--testers", action="store_true", help="with --image: for testers only")
    chosen = parser.parse_args(arguments)
    if (chosen.image and len(chosen.slugs) != 1) or (chosen.testers and not chosen.image):
        parser.error("--image is of one laboratory, and --testers of an --image")
    settings = read_settings()
    releases = settings.state_folder / "releases"
    try:
        for slug in chosen.slugs:
            laboratory = read_laboratory(settings.labs_folder / f"{slug}.toml")
            if chosen.image:
                release = registry_release(laboratory, chosen.image)
                with writing(releases):
                    write_release(releases, release, testers=chosen.testers)
                sys.stdout.write(f"{slug} {release.name}\n")
                continue
            release = local_release(laboratory)
            with writing(releases):
                kept = None if chosen.replace else _promoted(releases, slug)
                if kept is None:
                    write_release(releases, release)
            told = f"keeps {kept.name}, which its managers promoted" if kept else release.name
            sys.stdout.write(f"{slug} {told}\n")
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def _promoted(releases: Path, slug: str) -> Release | None:
    """The release that is from the registry, which an image of this server is not to replace."""
    if not release_path(releases, slug).exists():
        return None
    found = read_release(releases, slug)
    return None if found.local else found


if __name__ == "__main__":
    raise SystemExit(main())

"""What a laboratory is started from: the release that ``releases/<slug>.json`` names.

An image tag can be moved under a running deployment; what a release names cannot. A release
made on this server is pinned by its image id and marked ``local``; one from a registry is
pinned by ``name@sha256:...``. The file is replaced whole, never edited, so that a reader sees
the old release or the new one.

As a program, ``python -m bluecloud_hub.releases SLUG`` records the image that was just built.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
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
    def name(self) -> str:
        """How a person reads it: ``0.1.0 (3f2a91c0d4e5)``."""
        return f"{self.version} ({self.image.rpartition('sha256:')[2][:12]})"


def release_path(releases: Path, slug: str) -> Path:
    """Where a laboratory's current release is written."""
    return releases / f"{slug}.json"


def read_release(releases: Path, slug: str) -> Release:
    """The release a laboratory is started from now.

    Raises
    ------
    ReleaseError
        If there is none, or its file is not one.
    """
    path = release_path(releases, slug)
    try:
        return Release.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ReleaseError(
            f"laboratory {slug!r} has no release: {path} does not exist; 'make images' writes it"
        ) from None
    except (OSError, ValidationError) as error:
        raise ReleaseError(f"{path} does not name a release: {error}") from error


def write_release(releases: Path, release: Release) -> Path:
    """Make a release the current one, at once and whole."""
    releases.mkdir(parents=True, exist_ok=True)
    path = release_path(releases, release.slug)
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


def main(arguments: list[str] | None = None) -> int:
    """Record the image of each named laboratory as its current release."""
    parser = argparse.ArgumentParser(
        prog="python -m bluecloud_hub.releases", description=main.__doc__
    )
    parser.add_argument("slugs", nargs="+", metavar="SLUG")
    chosen = parser.parse_args(arguments)
    settings = read_settings()
    try:
        for slug in chosen.slugs:
            release = local_release(read_laboratory(settings.labs_folder / f"{slug}.toml"))
            path = write_release(settings.state_folder / "releases", release)
            sys.stdout.write(f"{slug} {release.name} -> {path}\n")
    except HubError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

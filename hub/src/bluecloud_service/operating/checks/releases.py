"""Releases: the files from which the hub starts laboratories, and the images that they name."""

from __future__ import annotations

from collections.abc import Iterator

from bluecloud_hub.errors import ReleaseError
from bluecloud_hub.releases import Release, read_release, release_path

from ...errors import ServiceError
from ...registry.signing import KEY, signer_of
from ...releases.store import Releases
from ..deployment import Deployment
from ..findings import Told, check, fault, not_applicable, ok, warning


def given(of: Deployment) -> Iterator[tuple[str, bool, Release | ReleaseError]]:
    """What each laboratory is started from, by slug and whether its testers' own."""
    for slug in of.laboratories:
        for testers in (False, True):
            is_there = release_path(of.state / "releases", slug, testers=testers).exists()
            if not is_there and (testers or not of.in_containers):
                continue
            try:
                yield slug, testers, read_release(of.state / "releases", slug, testers=testers)
            except ReleaseError as error:
                yield slug, testers, error


@check("releases", unanswered="see what service-database says")
def releases(of: Deployment) -> Iterator[Told]:
    """Each laboratory's release file can be read, and is what the history says."""
    store, number = Releases(of.service_database), 0
    for slug, testers, release in given(of):
        if isinstance(release, ReleaseError):
            yield fault(str(release), "make images; or bluecloud lab promote by its managers")
            continue
        number += 1
        kept = store.given(slug, "testers" if testers else "everyone")
        if kept and kept.image != release.image and store.written(slug) != kept.image:
            fix = f"open the desk of {slug}: the service brings file and history together"
            yield warning(f"{slug}: file {release.name}, history {kept.name}", fix)
    yield ok(f"{number} files") if number else not_applicable("engine local needs none")


@check("release-images", unanswered="start the Docker engine; see what docker says")
def images(of: Deployment) -> Iterator[Told]:
    """The image of each release is on this server, from which it is started."""
    if not of.in_containers:
        yield not_applicable("engine local starts no images")
        return
    from docker.errors import ImageNotFound

    number = 0
    for slug, _, release in given(of):
        if isinstance(release, ReleaseError):
            continue
        number += 1
        try:
            of.docker.inspect_image(release.image)
        except ImageNotFound:
            where, fix = _elsewhere(of, slug, release)
            yield fault(f"the image of {slug} {release.name} is not on this server{where}", fix)
    yield ok(f"{number} images")


def _elsewhere(of: Deployment, slug: str, release: Release) -> tuple[str, str]:
    """Whether the registry has it, and what follows."""
    registry, folder = of.service.registry, of.state / "service"
    if release.local or registry is None or not (folder / KEY).is_file():
        return "", "make images, or docker load what bluecloud backup --images saved"
    from ...releases.docker_images import DockerImages

    try:
        images = DockerImages(registry, of.registry_address, signer_of(folder))
        images.check_published(slug, release.digest)
    except ServiceError as error:
        return f" ({error})", f"bluecloud lab rollback {slug}, or make images"
    return ", the registry has it", f"docker pull {release.image}; nothing is pulled at a start"

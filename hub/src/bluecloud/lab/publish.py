"""Publish a laboratory's content: one layer on the image of its current release.

Everything is sent under its digest, the image last, so that whoever is killed on the way leaves
nothing that anybody sees. No tag is moved: what is published is a digest, which the service checks
and may then make a release. The same tree on the same image gives the same digest.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, Literal

from .contents import Differences, contents_of, differences
from .environment import LABEL, changed_lists
from .errors import NeedsBuild, Refused, TreeError
from .images import Config, Descriptor, Digest, Manifest, digest, digest_of
from .layer import Layer, pack
from .registry import Registry

CREATED_BY = "bluecloud lab publish"
Step = Literal["release", "tree", "layer", "config", "image", "done"]
Told = Callable[[Step, int, int], None]
_SLUG = re.compile(r"[a-z][a-z0-9]{1,29}")
_WORD = re.compile(r"[0-9A-Za-z][0-9A-Za-z.+_-]{0,63}")


def _nothing(_step: Step, _done: int, _whole: int) -> None:
    pass


@dataclass(frozen=True)
class Current:
    """The release that a layer is put on: its image, and the image's config."""

    manifest: Manifest
    config: Config


def repository_of(slug: str) -> str:
    """The repository of a laboratory's images.

    Raises
    ------
    TreeError
        If no laboratory can be called so.
    """
    if not _SLUG.fullmatch(slug):
        raise TreeError(f"{slug!r:.60} is no laboratory: letters and digits, a letter first")
    return f"bluecloud/{slug}"


def read_current(registry: Registry, slug: str, current: str) -> Current:
    """The image of a release, by its digest.

    Raises
    ------
    RegistryError
        If it is not there, or is not what its digest says.
    """
    repository = repository_of(slug)
    manifest = registry.manifest(repository, digest(current.rpartition("@")[2]))
    body = registry.blob(repository, manifest.config)
    return Current(manifest, Config.read(body, layers=len(manifest.layers)))


def compare(slug: str, tree: Path, registry: Registry, *, current: str) -> Differences:
    """How a tree differs from the current release.

    Raises
    ------
    NeedsBuild
        If it asks for another environment.
    LabError
        If the tree or the release cannot be read.
    """
    now = read_current(registry, slug, current)
    check_environment(slug, tree, now.config)
    return differences(tree, slug, contents_of(registry, repository_of(slug), now.manifest, slug))


def check_environment(slug: str, tree: Path, config: Config) -> None:
    """Refuse a tree whose environment is not that of the release.

    Raises
    ------
    NeedsBuild
        Naming the lists that are others.
    """
    told = config.labels.get(LABEL, "")
    found = changed_lists(told, tree, slug)
    if not found:
        return
    lists = " and ".join(found)
    why = (
        f"{lists}: not what the current release was built from"
        if told
        else f"the current release does not say from which {lists} it was built"
    )
    raise NeedsBuild(f"{why}; this needs 'bluecloud lab build {slug}'")


def publish(
    slug: str,
    tree: Path,
    registry: str,
    token: str | None,
    version: str,
    *,
    current: str,
    revision: str = "",
    created: datetime | None = None,
    exchange: str | None = None,
    told: Told = _nothing,
) -> Digest:
    """Publish a laboratory's content, and give the digest of the image that has it.

    Parameters
    ----------
    tree
        The folder that has ``hub/labs``, ``catalogs`` and ``notebooks``; where it has
        ``images/<slug>`` too, that has to be what the current release was built from.
    registry, token, exchange
        See `registry.Registry`.
    version, revision
        What the image calls itself, and the commit that it is from.
    current
        The digest of the current release, in the laboratory's repository.
    created
        What the image says of its time; None leaves that of the current release, so that the digest
        follows from what is published alone.
    told
        Hears of each step, with bytes sent and bytes altogether.

    Raises
    ------
    NeedsBuild
        If the tree asks for another environment.
    TreeError
        If the tree cannot be published as it stands.
    Refused
        If the person may not push there.
    RegistryError
        If the registry did not do what was asked; nothing that anybody sees has changed.
    """
    with Registry(registry, token, exchange=exchange) as reached:
        return publish_to(
            reached,
            slug,
            tree,
            version,
            current=current,
            revision=revision,
            created=created,
            told=told,
        )


def publish_to(
    registry: Registry,
    slug: str,
    tree: Path,
    version: str,
    *,
    current: str,
    revision: str = "",
    created: datetime | None = None,
    told: Told = _nothing,
) -> Digest:
    """Publish to a registry that is reached already; see `publish`."""
    repository = repository_of(slug)
    for name, value in {"version": version, "revision": revision or "unknown"}.items():
        if not _WORD.fullmatch(value):
            raise TreeError(f"{name} = {value!r:.80}: it is letters, digits and .+_-, at most 64")
    told("release", 0, 0)
    now = read_current(registry, slug, current)
    check_environment(slug, tree, now.config)
    told("tree", 0, 0)
    with tempfile.TemporaryFile() as file:
        layer = pack(tree, slug, file)
        config, manifest = _with_layer(
            now,
            layer,
            labels={
                "org.opencontainers.image.title": repository,
                "org.opencontainers.image.version": version,
                "org.opencontainers.image.revision": revision or "unknown",
            },
            created=_moment(created) if created else now.config.created,
            step=f"{CREATED_BY} {slug}",
        )
        try:
            registry.push_blob(
                repository, layer.digest, file, lambda done, whole: told("layer", done, whole)
            )
            told("config", 0, len(config))
            registry.push_blob(repository, digest_of(config), BytesIO(config))
            told("image", 0, len(manifest.body))
            registry.push_manifest(repository, manifest)
        except Refused as error:
            raise Refused(
                f"{slug}: its managers (group {slug}-managers) and operators publish it: {error}"
            ) from error
    told("done", 1, 1)
    return manifest.digest


def _with_layer(
    now: Current, layer: Layer, *, labels: dict[str, str], created: str, step: str
) -> tuple[bytes, Manifest]:
    """The config and the image that have a layer on top, in the place of one that we put there."""
    history, diff_ids, layers = now.config.history, now.config.diff_ids, list(now.manifest.layers)
    last = next((n for n in reversed(range(len(history))) if not history[n].get("empty_layer")), -1)
    if last >= 0 and str(history[last].get("created_by", "")).startswith(CREATED_BY):
        del history[last]
        del diff_ids[-1]
        del layers[-1]
    made: dict[str, Any] = {"created": created, "created_by": step}
    descriptor = Descriptor(now.manifest.layer_type, layer.digest, layer.size)
    config = now.config.changed(
        diff_ids=[*diff_ids, layer.diff_id],
        history=[*history, made],
        labels={**now.config.labels, **labels, "org.opencontainers.image.created": created},
        created=created,
    )
    named = Descriptor(now.manifest.config.media_type, digest_of(config), len(config))
    return config, now.manifest.changed(named, [*layers, descriptor])


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

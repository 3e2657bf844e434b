"""An archive of Docker's (``docker save``) as an image of a registry.

Docker 20.10 gives layers unpacked, as ``<id>/layer.tar``; newer ones give them below ``blobs``, and
packed where they keep them so. What an image is, is told by its config: the digest of each layer
unpacked. Layers are packed so that the same layer has the same digest each time, and one that the
registry has already is neither packed nor sent.
"""

from __future__ import annotations

import gzip
import hashlib
import json
import shutil
import tarfile
import tempfile
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from .errors import Damaged, Refused
from .images import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    Config,
    Descriptor,
    Digest,
    Manifest,
    digest_of,
    digest_of_file,
    encoded,
)
from .registry import Registry

_LEVEL = 3  # a gigabyte in half a minute; the best one takes three
_PIECE = 2**20
# Layer of how many, bytes sent and of how many.
Told = Callable[[int, int, int, int], None]


@dataclass
class Known:
    """Layers that a registry has: unpacked digest to what a manifest calls them, and where."""

    layers: MutableMapping[Digest, Descriptor] = field(default_factory=dict)
    repositories: MutableMapping[Digest, str] = field(default_factory=dict)

    def add(self, repository: str, manifest: Manifest, config: Config) -> None:
        """Take in the layers of an image that is there."""
        for name, layer in zip(config.diff_ids, manifest.layers, strict=True):
            self.layers[name] = layer
            self.repositories[name] = repository


def push_saved(
    archive: Path,
    registry: Registry,
    repository: str,
    known: Known | None = None,
    told: Told = lambda *_: None,
) -> Digest:
    """Send an image to a registry under its digest, and give that.

    Raises
    ------
    Damaged
        If the archive is none of one image, or a layer is not what the config says.
    RegistryError
        If the registry does not do it; nothing that anybody sees has changed.
    """
    known = known or Known()
    with _opened(archive) as tar:
        body, paths = _described(tar)
        config = Config.read(body, layers=len(paths))
        layers = []
        for number, (name, path) in enumerate(zip(config.diff_ids, paths, strict=True), start=1):
            layer = _there(registry, repository, name, known)
            if layer is None:
                layer = _sent(
                    tar,
                    path,
                    name,
                    registry,
                    repository,
                    partial(told, number, len(paths)),
                )
            else:
                told(number, len(paths), layer.size, layer.size)
            layers.append(layer)
    registry.push_blob(repository, digest_of(body), BytesIO(body))
    named = Descriptor(DOCKER_CONFIG, digest_of(body), len(body))
    manifest = Manifest.read(
        encoded(
            {
                "schemaVersion": 2,
                "mediaType": DOCKER_MANIFEST,
                "config": named.written(),
                "layers": [layer.written() for layer in layers],
            }
        ),
        DOCKER_MANIFEST,
    )
    registry.push_manifest(repository, manifest)
    known.add(repository, manifest, config)
    return manifest.digest


def _opened(archive: Path) -> tarfile.TarFile:
    try:
        return tarfile.open(archive)
    except tarfile.TarError as error:
        raise Damaged(f"{archive} is no archive: {error}") from error


def _described(tar: tarfile.TarFile) -> tuple[bytes, list[str]]:
    """The config's bytes, and the layers' names in the archive, the lowest first."""
    try:
        told = json.loads(_read(tar, "manifest.json"))
        (image,) = told
        return _read(tar, image["Config"]), [str(each) for each in image["Layers"]]
    except (ValueError, KeyError, TypeError) as error:
        raise Damaged(f"what Docker gave is no archive of one image: {error!r}") from error


def _read(tar: tarfile.TarFile, name: str) -> bytes:
    with _file(tar, name) as file:
        return file.read()


def _file(tar: tarfile.TarFile, name: str) -> BinaryIO:
    """A file of the archive; what it is a link to, where it is one."""
    try:
        found = tar.extractfile(name)
    except KeyError:
        found = None
    if found is None:
        raise Damaged(f"what Docker gave has no file {name}")
    return found  # type: ignore[return-value]


def _there(registry: Registry, repository: str, name: Digest, known: Known) -> Descriptor | None:
    """A layer that the repository has already, or can take from another one."""
    layer = known.layers.get(name)
    if layer is None:
        return None
    layer = Descriptor(DOCKER_LAYER, layer.digest, layer.size)
    source = known.repositories[name]
    if registry.has_blob(repository, layer.digest):
        return layer
    with suppress(Refused):  # of another laboratory, to whoever may not read it
        if source != repository and registry.mount(repository, layer.digest, source=source):
            return layer
    return None


def _sent(
    tar: tarfile.TarFile,
    path: str,
    name: Digest,
    registry: Registry,
    repository: str,
    told: Callable[[int, int], None],
) -> Descriptor:
    with tempfile.TemporaryFile() as packed:
        found = hashlib.sha256()
        with _file(tar, path) as plain:
            is_packed = plain.read(2) == b"\x1f\x8b"
            plain.seek(0)
            if is_packed:  # as Docker's newer store keeps it
                shutil.copyfileobj(plain, packed, _PIECE)
                packed.seek(0)
                with gzip.GzipFile(fileobj=packed) as unpacked:
                    while piece := unpacked.read(_PIECE):
                        found.update(piece)
            else:
                with gzip.GzipFile("", "wb", _LEVEL, packed, mtime=0) as zipped:
                    while piece := plain.read(_PIECE):
                        found.update(piece)
                        zipped.write(piece)
        if f"sha256:{found.hexdigest()}" != name:
            raise Damaged(f"{path} in what Docker gave is not the layer {name}")
        digest = digest_of_file(packed)
        size = packed.tell()
        packed.seek(0)
        registry.push_blob(repository, digest, packed, told)
    return Descriptor(DOCKER_LAYER, digest, size)

"""Images as a registry keeps them: manifest, config and index, in OCI's words and in Docker's.

A manifest is known by the digest of its very bytes. So bytes are kept as they came, and what is
made anew keeps every field that it does not change.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, BinaryIO, NewType

from .errors import Damaged

Digest = NewType("Digest", str)
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")

OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"
DOCKER_INDEX = "application/vnd.docker.distribution.manifest.list.v2+json"
DOCKER_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
DOCKER_CONFIG = "application/vnd.docker.container.image.v1+json"
DOCKER_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
MANIFESTS = frozenset({OCI_MANIFEST, DOCKER_MANIFEST})
INDEXES = frozenset({OCI_INDEX, DOCKER_INDEX})


def digest_of(content: bytes) -> Digest:
    """The digest that names some bytes."""
    return Digest(f"sha256:{hashlib.sha256(content).hexdigest()}")


def digest_of_file(file: BinaryIO) -> Digest:
    """The digest of a file's bytes, from its beginning; it stands at their end then."""
    file.seek(0)
    found = hashlib.sha256()
    while piece := file.read(2**20):
        found.update(piece)
    return Digest(f"sha256:{found.hexdigest()}")


def digest(text: object) -> Digest:
    """A digest that came from elsewhere.

    Raises
    ------
    Damaged
        If it is none.
    """
    if not isinstance(text, str) or not _DIGEST.fullmatch(text):
        raise Damaged(f"{text!r:.90} is no digest: it is sha256: and 64 digits of base 16")
    return Digest(text)


@dataclass(frozen=True)
class Descriptor:
    """What names a blob or a manifest: type, digest and length; ``more`` is all else it says."""

    media_type: str
    digest: Digest
    size: int
    more: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def read(cls, said: object) -> Descriptor:
        """One that stands in a manifest.

        Raises
        ------
        Damaged
            If it lacks a part, or one is not allowed.
        """
        if not isinstance(said, dict):
            raise Damaged(f"{said!r:.90} is no descriptor")
        size = said.get("size")
        if type(size) is not int or size < 0:
            raise Damaged(f"a descriptor's size is {size!r:.40}: it is a number of bytes")
        more = {k: v for k, v in said.items() if k not in {"mediaType", "digest", "size"}}
        return cls(str(said.get("mediaType", "")), digest(said.get("digest")), size, more)

    def written(self) -> dict[str, Any]:
        """As it stands in a manifest."""
        said = {"mediaType": self.media_type, "digest": self.digest, "size": self.size}
        return {**said, **self.more}


@dataclass(frozen=True)
class Manifest:
    """One image: its config and its layers, the lowest first."""

    media_type: str
    body: bytes
    config: Descriptor
    layers: tuple[Descriptor, ...]

    @classmethod
    def read(cls, body: bytes, media_type: str) -> Manifest:
        """A manifest from its bytes.

        Raises
        ------
        Damaged
            If it is none, or of another type than it is served as.
        """
        said = _object(body, "manifest")
        if said.get("mediaType", media_type) != media_type:
            raise Damaged(
                f"it is served as {media_type} and calls itself {said['mediaType']!r:.90}"
            )
        if media_type not in MANIFESTS or "manifests" in said or said.get("schemaVersion") != 2:
            raise Damaged(
                f"a manifest of {media_type or 'no type'}: it is one of {sorted(MANIFESTS)}"
            )
        layers = said.get("layers")
        if not isinstance(layers, list):
            raise Damaged("a manifest has a list of layers, and this one has none")
        return cls(
            media_type,
            body,
            Descriptor.read(said.get("config")),
            tuple(Descriptor.read(layer) for layer in layers),
        )

    @property
    def digest(self) -> Digest:
        """What it is called by."""
        return digest_of(self.body)

    @property
    def layer_type(self) -> str:
        """The type of a layer that is added: OCI's in an OCI image, Docker's in one of Docker's."""
        return OCI_LAYER if self.media_type == OCI_MANIFEST else DOCKER_LAYER

    def changed(self, config: Descriptor, layers: Iterable[Descriptor]) -> Manifest:
        """The same with another config and other layers."""
        said = _object(self.body, "manifest")
        said["config"] = config.written()
        said["layers"] = [layer.written() for layer in layers]
        return Manifest.read(encoded(said), self.media_type)


def amd64_of(body: bytes) -> Digest:
    """Of an index, the image that our servers run.

    Raises
    ------
    Damaged
        If there is none, or it is no index.
    """
    listed = _object(body, "index").get("manifests")
    if not isinstance(listed, list):
        raise Damaged("an index has a list of manifests, and this one has none")
    for each in listed:
        platform = each.get("platform") if isinstance(each, dict) else None
        if isinstance(platform, dict) and (platform.get("os"), platform.get("architecture")) == (
            "linux",
            "amd64",
        ):
            return Descriptor.read(each).digest
    raise Damaged("the index names no image for linux/amd64")


@dataclass(frozen=True)
class Config:
    """An image's config; ``whole`` is all that it says."""

    whole: Mapping[str, Any]

    @classmethod
    def read(cls, body: bytes, *, layers: int) -> Config:
        """The config of an image that has so many layers.

        Raises
        ------
        Damaged
            If it is none, or tells of another number of layers.
        """
        whole = _object(body, "config")
        found = whole.get("rootfs")
        diff_ids = found.get("diff_ids") if isinstance(found, dict) else None
        if not isinstance(diff_ids, list) or len(diff_ids) != layers:
            told = len(diff_ids) if isinstance(diff_ids, list) else "no"
            raise Damaged(f"the config tells of {told} layers, and the manifest of {layers}")
        for each in diff_ids:
            digest(each)
        history = whole.get("history", [])
        if not isinstance(history, list) or not all(isinstance(one, dict) for one in history):
            raise Damaged("the config's history is no list of steps")
        if sum(not one.get("empty_layer") for one in history) > layers:
            raise Damaged("the config's history tells of more layers than there are")
        inner = whole.get("config", {})
        labels = (inner.get("Labels") if isinstance(inner, dict) else None) or {}
        if not isinstance(inner, dict) or not isinstance(labels, dict):
            raise Damaged("the config's labels are no object")
        return cls(whole)

    @property
    def diff_ids(self) -> list[Digest]:
        """What each layer is, unpacked; the lowest first."""
        return list(self.whole["rootfs"]["diff_ids"])

    @property
    def history(self) -> list[dict[str, Any]]:
        """How it was made, step by step."""
        return list(self.whole.get("history", []))

    @property
    def labels(self) -> dict[str, str]:
        """Its labels."""
        return dict(self.whole.get("config", {}).get("Labels") or {})

    @property
    def created(self) -> str:
        """When it was made (RFC 3339), as far as it says."""
        return str(self.whole.get("created") or "1970-01-01T00:00:00Z")

    def changed(
        self,
        *,
        diff_ids: list[Digest],
        history: list[dict[str, Any]],
        labels: Mapping[str, str],
        created: str,
    ) -> bytes:
        """The same with other layers, as bytes."""
        return encoded(
            {
                **self.whole,
                "created": created,
                "config": {**self.whole.get("config", {}), "Labels": dict(labels)},
                "rootfs": {**self.whole["rootfs"], "diff_ids": diff_ids},
                "history": history,
            }
        )


def encoded(said: Mapping[str, Any]) -> bytes:
    """JSON whose bytes follow from what it says alone."""
    return json.dumps(said, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def _object(body: bytes, what: str) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Damaged(f"a {what} that is no JSON: {error}") from error
    if not isinstance(said, dict):
        raise Damaged(f"a {what} that is no object of JSON")
    return said

"""A tiny image and a tiny laboratory; and images read back, file by file, as OCI says."""

from __future__ import annotations

import gzip
import json
import tarfile
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

import httpx

from bluecloud.lab import Registry
from bluecloud.lab.environment import LABEL, environment_of
from bluecloud.lab.images import (
    DOCKER_CONFIG,
    DOCKER_LAYER,
    DOCKER_MANIFEST,
    OCI_CONFIG,
    OCI_LAYER,
    OCI_MANIFEST,
    Config,
    Descriptor,
    Digest,
    Manifest,
    digest_of,
)
from tests.discovery.service import TLS

KINDS = {
    "oci": (OCI_MANIFEST, OCI_CONFIG, OCI_LAYER),
    "docker": (DOCKER_MANIFEST, DOCKER_CONFIG, DOCKER_LAYER),
}
NOTEBOOK = '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}'


def laboratory(tree: Path, slug: str = "environment", **more: str) -> Path:
    """A laboratory's tree; ``more`` are further files of its notebooks' folder."""
    files = {
        f"hub/labs/{slug}.toml": 'title = "A laboratory"\n',
        f"catalogs/{slug}.yaml": "sources: {}\n",
        f"notebooks/{slug}/first.ipynb": NOTEBOOK,
        f"notebooks/{slug}/figures/view.svg": "<svg/>",
        f"images/{slug}/apt.txt": "",
        f"images/{slug}/requirements.txt": "numpy==2.4.6\n",
        **{f"notebooks/{slug}/{name}": text for name, text in more.items()},
    }
    for name, text in files.items():
        (tree / name).parent.mkdir(parents=True, exist_ok=True)
        (tree / name).write_text(text)
    return tree


def archive(files: dict[str, str]) -> bytes:
    """A layer of some files."""
    made = BytesIO()
    with tarfile.open(fileobj=made, mode="w") as tar:
        for name, text in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(text.encode())
            tar.addfile(entry, BytesIO(text.encode()))
    return made.getvalue()


BUILT = (
    {"etc/hello": "hello", "opt/bluecloud/notebooks/other/kept.ipynb": "kept"},
    {
        "opt/bluecloud/hub/labs/environment.toml": "as it was built",
        "opt/bluecloud/catalogs/environment.yaml": "as it was built",
        "opt/bluecloud/catalogs/samples/kept.nc": "kept",
        "opt/bluecloud/notebooks/environment/first.ipynb": "as it was built",
        "opt/bluecloud/notebooks/environment/gone.ipynb": "as it was built",
        "opt/bluecloud/notebooks/environment/old/deep.txt": "as it was built",
    },
)


def push_image(
    registry: Registry,
    tree: Path,
    *,
    repository: str = "bluecloud/environment",
    kind: str = "oci",
    label: bool = True,
    layers: tuple[dict[str, str], ...] = BUILT,
) -> Manifest:
    """An image of some layers, as one that was built from a tree's environment."""
    manifest_type, config_type, layer_type = KINDS[kind]
    plain = [archive(files) for files in layers]
    environment = {LABEL: environment_of(tree, "environment")} if label else {}
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "created": "2026-11-01T00:00:00Z",
            "config": {"User": "1000", "Env": ["A=1"], "Labels": {"kept": "yes", **environment}},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(each) for each in plain]},
            "history": [
                *({"created_by": f"COPY {n}"} for n in range(len(plain))),
                {"created_by": "USER 1000", "empty_layer": True},
            ],
        }
    ).encode()
    packed = [gzip.compress(each, mtime=0) for each in plain]
    for blob in (config, *packed):
        registry.push_blob(repository, digest_of(blob), BytesIO(blob))
    named = [Descriptor(layer_type, digest_of(each), len(each)).written() for each in packed]
    body = json.dumps(
        {
            "schemaVersion": 2,
            "mediaType": manifest_type,
            "config": Descriptor(config_type, digest_of(config), len(config)).written(),
            "layers": named,
        }
    ).encode()
    manifest = Manifest.read(body, manifest_type)
    registry.push_manifest(repository, manifest)
    return manifest


def push_on(registry: Registry, name: Digest, files: dict[str, str]) -> Digest:
    """An image that somebody built on another one, with a layer of some files more."""
    repository = "bluecloud/environment"
    below = registry.manifest(repository, name)
    config = Config.read(registry.blob(repository, below.config), layers=len(below.layers))
    plain = archive(files)
    layer = gzip.compress(plain, mtime=0)
    body = config.changed(
        diff_ids=[*config.diff_ids, digest_of(plain)],
        history=[*config.history, {"created_by": "COPY later"}],
        labels=config.labels,
        created=config.created,
    )
    for blob in (layer, body):
        registry.push_blob(repository, digest_of(blob), BytesIO(blob))
    named = Descriptor(below.config.media_type, digest_of(body), len(body))
    top = Descriptor(below.layer_type, digest_of(layer), len(layer))
    return registry.push_manifest(repository, below.changed(named, [*below.layers, top]))


@dataclass
class Image:
    """An image as it is when it is unpacked."""

    manifest: dict[str, Any]
    config: dict[str, Any]
    files: dict[str, bytes]

    def texts(self, folder: str) -> dict[str, str]:
        """The files below a folder."""
        inside = (name for name in self.files if name.startswith(f"{folder}/"))
        return {name.removeprefix(f"{folder}/"): self.files[name].decode() for name in inside}


def read_image(address: str, digest: str, repository: str = "bluecloud/environment") -> Image:
    """Fetch an image and unpack it, by the image specification and none of the code under test."""
    with httpx.Client(base_url=f"{address}/v2/{repository}", trust_env=False, verify=TLS) as client:
        accept = {"Accept": f"{OCI_MANIFEST}, {DOCKER_MANIFEST}"}
        manifest = client.get(f"manifests/{digest}", headers=accept).raise_for_status().json()
        config = client.get(f"blobs/{manifest['config']['digest']}").raise_for_status().json()
        files: dict[str, bytes] = {}
        pairs = zip(manifest["layers"], config["rootfs"]["diff_ids"], strict=True)
        for layer, diff_id in pairs:
            plain = gzip.decompress(client.get(f"blobs/{layer['digest']}").content)
            assert digest_of(plain) == diff_id
            files = _over(files, plain)
    return Image(manifest, config, files)


def _over(below: dict[str, bytes], layer: bytes) -> dict[str, bytes]:
    """What shows when a layer is put over some files."""
    added: dict[str, bytes] = {}
    with tarfile.open(fileobj=BytesIO(layer)) as tar:
        for member in tar:
            folder, _, name = member.name.rpartition("/")
            if name == ".wh..wh..opq":
                below = {n: b for n, b in below.items() if not n.startswith(f"{folder}/")}
            elif name.startswith(".wh."):
                gone = f"{folder}/{name[4:]}"
                below = {n: b for n, b in below.items() if f"{n}/".find(f"{gone}/") != 0}
            elif file := tar.extractfile(member):
                added[member.name] = file.read()
    return {**below, **added}

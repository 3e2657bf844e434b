"""The client against Debian's docker-registry: what comes and goes is what its digest says."""

from __future__ import annotations

import json
import os
from io import BytesIO
from pathlib import Path

import httpx
import pytest

from bluecloud.lab import Damaged, Missing, Registry, RegistryError, Unreachable
from bluecloud.lab.images import OCI_INDEX, Descriptor, digest, digest_of
from bluecloud_hub.demo import free_port
from tests.registry.made import laboratory, push_image
from tests.registry.serving import Served

HERE = "bluecloud/environment"
NONE = digest(f"sha256:{'0' * 64}")


def put_by_hand(served: Served, reference: str, body: bytes, kind: str) -> None:
    address = f"{served.address}/v2/{HERE}/manifests/{reference}"
    headers = {"Content-Type": kind}
    httpx.put(address, content=body, headers=headers, trust_env=False).raise_for_status()


@pytest.mark.parametrize("size", [0, 1, 2, 999, 1000, 1001, 2000, 2001, 3500])
def test_a_blob_that_is_sent_in_pieces_comes_back_whole(served: Served, size: int) -> None:
    body, heard = os.urandom(size), list[tuple[int, int]]()
    wanted = Descriptor("", digest_of(body), size)
    with Registry(served.address, piece=1000) as registry:
        assert not registry.has_blob(HERE, wanted.digest)
        registry.push_blob(HERE, wanted.digest, BytesIO(body), lambda *at: heard.append(at))
        assert registry.has_blob(HERE, wanted.digest)
        assert registry.blob(HERE, wanted) == body
        into = BytesIO(b"of another blob, which was longer" * 200)
        registry.fetch(HERE, wanted, into)
    assert into.read() == body
    assert heard[0] == (0, size)
    assert heard[-1] == (size, size)


def test_what_is_there_is_not_sent_again(registry: Registry, served: Served) -> None:
    registry.push_blob(HERE, digest_of(b"once"), BytesIO(b"once"))
    kept = served.stored(digest_of(b"once")).stat().st_mtime_ns
    registry.push_blob(HERE, digest_of(b"once"), BytesIO(b"once"))
    assert served.stored(digest_of(b"once")).stat().st_mtime_ns == kept


def test_bytes_that_are_not_what_they_are_called_are_not_sent(registry: Registry) -> None:
    with pytest.raises(Damaged, match="is to be sent, and these bytes are"):
        registry.push_blob(HERE, digest_of(b"one"), BytesIO(b"other"))
    assert not registry.has_blob(HERE, digest_of(b"other"))


def test_a_blob_is_taken_from_another_repository(registry: Registry) -> None:
    name = digest_of(b"a layer")
    assert not registry.mount(HERE, name, source="bluecloud/base")
    registry.push_blob("bluecloud/base", name, BytesIO(b"a layer"))
    assert registry.mount(HERE, name, source="bluecloud/base")
    assert registry.blob(HERE, Descriptor("", name, 7)) == b"a layer"


@pytest.mark.parametrize("kind", ["oci", "docker"])
def test_an_image_is_found_by_digest_by_tag_and_in_an_index(
    registry: Registry, served: Served, tmp_path: Path, kind: str
) -> None:
    image = push_image(registry, laboratory(tmp_path), kind=kind)
    assert served.tags(HERE) == []
    assert registry.has_manifest(HERE, image.digest)
    put_by_hand(served, "v1", image.body, image.media_type)
    named = Descriptor(image.media_type, image.digest, len(image.body)).written()
    others = [{"os": "linux", "architecture": "arm64"}, {"os": "unknown", "architecture": "amd64"}]
    listed = [{**named, "platform": each} for each in others]
    listed.append({**named, "platform": {"os": "linux", "architecture": "amd64"}})
    index = {"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": listed}
    put_by_hand(served, "all", json.dumps(index).encode(), OCI_INDEX)
    for reference in (image.digest, "v1", "all", digest_of(json.dumps(index).encode())):
        assert registry.manifest(HERE, reference) == image


def test_what_is_not_there_is_missing(registry: Registry) -> None:
    assert not registry.has_manifest(HERE, NONE)
    with pytest.raises(Missing, match="manifest unknown"):
        registry.manifest(HERE, NONE)
    with pytest.raises(Missing, match="blob unknown"):
        registry.blob(HERE, Descriptor("", NONE, 1))


def test_an_image_of_which_a_part_is_missing_is_not_taken(
    registry: Registry, tmp_path: Path
) -> None:
    image = push_image(registry, laboratory(tmp_path))
    other = image.changed(image.config, [*image.layers, Descriptor("", NONE, 1)])
    with pytest.raises(RegistryError, match="blob unknown"):
        registry.push_manifest(HERE, other)
    assert not registry.has_manifest(HERE, other.digest)


def test_other_bytes_than_a_digest_says_are_not_believed(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    image = push_image(registry, laboratory(tmp_path))
    for name in (image.digest, image.config.digest, image.layers[0].digest):
        stored = served.stored(name)
        body = bytearray(stored.read_bytes())
        body[-3] ^= 1
        stored.write_bytes(body)
    with pytest.raises(RegistryError):
        registry.manifest(HERE, image.digest)
    with pytest.raises(Damaged, match="gave other bytes for the blob"):
        registry.blob(HERE, image.config)
    with pytest.raises(Damaged, match="gave other bytes for the blob"):
        registry.fetch(HERE, image.layers[0], BytesIO())


def test_a_blob_that_is_longer_than_it_was_called_is_not_believed(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    layer = push_image(registry, laboratory(tmp_path)).layers[0]
    with served.stored(layer.digest).open("ab") as stored:
        stored.write(b"more")
    with pytest.raises(Damaged, match="more bytes"):
        registry.fetch(HERE, layer, BytesIO())


def test_a_registry_that_is_not_there_is_said_with_its_name() -> None:
    address = f"127.0.0.1:{free_port()}"
    refused = pytest.raises(Unreachable, match=f"the registry {address} does not answer")
    with Registry(address, patience=(0.01,)) as registry, refused:
        registry.has_blob(HERE, NONE)


@pytest.mark.parametrize("repository", ["", "../x", "Bluecloud/x", "a//b", "a/../b", "a?b", "a b"])
def test_a_name_that_is_no_repository_is_asked_for_nowhere(
    registry: Registry, repository: str
) -> None:
    with pytest.raises(RegistryError, match="is no repository"):
        registry.has_blob(repository, NONE)


@pytest.mark.parametrize("address", ["ftp://x", "https://", "https://x/v2", "file:///etc"])
def test_an_address_that_is_no_registry_is_refused(address: str) -> None:
    with pytest.raises(RegistryError, match="is no registry: it is as"):
        Registry(address)

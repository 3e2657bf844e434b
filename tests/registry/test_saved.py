"""An image that Docker built, sent from its archive: as Docker 20.10 and as newer ones give it."""

from __future__ import annotations

import gzip
import json
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from bluecloud.lab import Damaged, Registry
from bluecloud.lab.images import Config, Digest, digest_of
from bluecloud.lab.saved import Known, push_saved
from tests.registry.made import BUILT, archive, read_image
from tests.registry.serving import Served

HERE = "bluecloud/environment"
Change = Callable[[dict[str, bytes]], None]


def nothing(_files: dict[str, bytes]) -> None:
    pass


def saved(
    folder: Path, *, packed: bool = False, links: bool = False, change: Change = nothing
) -> Path:
    """An archive of two layers; ``links`` has the second as a link to a layer beside it."""
    layers = [archive(files) for files in BUILT]
    config = json.dumps(
        {
            "architecture": "amd64",
            "os": "linux",
            "config": {"User": "1000"},
            "rootfs": {"type": "layers", "diff_ids": [digest_of(each) for each in layers]},
        }
    ).encode()
    names = ["one/layer.tar", "two/layer.tar"]
    files = {"config.json": config}
    for name, layer in zip(names, layers, strict=True):
        files[name] = gzip.compress(layer, mtime=0) if packed else layer
    told = [{"Config": "config.json", "Layers": names, "RepoTags": None}]
    files["manifest.json"] = json.dumps(told).encode()
    change(files)
    path = folder / "image.tar"
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            entry = tarfile.TarInfo(name)
            if links and name == names[1]:
                entry.name = "real/layer.tar"
                link = tarfile.TarInfo(name)
                link.type, link.linkname = tarfile.SYMTYPE, "../real/layer.tar"
                tar.addfile(link)
            entry.size = len(content)
            tar.addfile(entry, BytesIO(content))
    return path


@pytest.mark.parametrize(("packed", "links"), [(False, False), (True, False), (False, True)])
def test_the_image_is_there_whole_and_under_no_tag(
    registry: Registry, served: Served, tmp_path: Path, packed: bool, links: bool
) -> None:
    digest = push_saved(saved(tmp_path, packed=packed, links=links), registry, HERE)
    image = read_image(served.address, digest)
    assert image.config["config"]["User"] == "1000"
    assert image.files["etc/hello"] == b"hello"
    assert image.files["opt/bluecloud/hub/labs/environment.toml"] == b"as it was built"
    assert served.tags(HERE) == []


def test_the_same_image_is_the_same_digest(registry: Registry, tmp_path: Path) -> None:
    assert push_saved(saved(tmp_path), registry, HERE) == push_saved(
        saved(tmp_path), registry, HERE
    )


def sent(registry: Registry, path: Path, repository: str, known: Known) -> tuple[Digest, set[int]]:
    """The digest, and the layers of which bytes were sent."""
    heard: dict[int, list[int]] = {}
    digest = push_saved(
        path,
        registry,
        repository,
        known,
        lambda number, _of, done, _whole: heard.setdefault(number, []).append(done),
    )
    return digest, {number for number, done in heard.items() if len(done) > 1}


def test_layers_that_are_there_are_not_sent_again(registry: Registry, tmp_path: Path) -> None:
    known = Known()
    first, layers = sent(registry, saved(tmp_path), HERE, known)
    assert layers == {1, 2}
    assert sent(registry, saved(tmp_path), HERE, known) == (first, set())
    # Taken from the other repository, inside the registry.
    assert sent(registry, saved(tmp_path), "bluecloud/genomics", known) == (first, set())
    assert registry.has_manifest("bluecloud/genomics", first)


def test_what_is_known_of_a_registry_that_lost_it_is_sent_again(
    registry: Registry, tmp_path: Path
) -> None:
    known = Known()
    push_saved(saved(tmp_path), registry, HERE, known)
    manifest = registry.manifest(HERE, push_saved(saved(tmp_path), registry, HERE, known))
    there = Known()
    config = Config.read(registry.blob(HERE, manifest.config), layers=2)
    there.add("bluecloud/nowhere", manifest, config)
    _, layers = sent(registry, saved(tmp_path), "bluecloud/fisheries", there)
    assert layers == {1, 2}


def other_layer(files: dict[str, bytes]) -> None:
    files["two/layer.tar"] = archive({"etc/other": "not what the config says"})


def two_images(files: dict[str, bytes]) -> None:
    files["manifest.json"] = json.dumps(json.loads(files["manifest.json"]) * 2).encode()


def no_layer(files: dict[str, bytes]) -> None:
    del files["two/layer.tar"]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (other_layer, "two/layer.tar in what Docker gave is not the layer sha256:"),
        (two_images, "no archive of one image"),
        (no_layer, "has no file two/layer.tar"),
    ],
)
def test_an_archive_that_is_not_what_it_says_is_refused_and_nothing_is_there(
    registry: Registry, served: Served, tmp_path: Path, change: Change, told: str
) -> None:
    with pytest.raises(Damaged, match=told):
        push_saved(saved(tmp_path, change=change), registry, HERE)
    assert served.images(HERE) == set()


def test_what_is_no_archive_is_said(registry: Registry, tmp_path: Path) -> None:
    (tmp_path / "image.tar").write_bytes(b"no archive at all")
    with pytest.raises(Damaged, match="is no archive"):
        push_saved(tmp_path / "image.tar", registry, HERE)

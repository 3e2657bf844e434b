"""A laboratory's content on its current release: what is in the image then, and what is not."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bluecloud.lab import Digest, Missing, NeedsBuild, Registry, TreeError, compare, publish
from bluecloud.lab.images import digest_of
from tests.registry.made import BUILT, laboratory, push_image, push_on, read_image
from tests.registry.serving import Served

HERE = "bluecloud/environment"


def published(served: Served, tree: Path, current: str, version: str = "0.2.0") -> Digest:
    return publish("environment", tree, served.address, None, version, current=current)


@pytest.mark.parametrize("kind", ["oci", "docker"])
def test_the_image_has_the_tree_and_all_else_of_the_release(
    registry: Registry, served: Served, tmp_path: Path, kind: str
) -> None:
    tree = laboratory(tmp_path / "tree", **{"new/näme.ipynb": "new"})
    current = push_image(registry, tree, kind=kind)
    made = datetime(2026, 11, 26, 12, 30, tzinfo=UTC)
    digest = publish(
        "environment",
        tree,
        served.address,
        None,
        "0.2.0",
        current=f"bluecloud/environment@{current.digest}",
        revision="20e4e93",
        created=made,
    )
    image = read_image(served.address, digest)
    assert image.texts("opt/bluecloud/notebooks/environment") == {
        "first.ipynb": (tree / "notebooks/environment/first.ipynb").read_text(),
        "figures/view.svg": "<svg/>",
        "new/näme.ipynb": "new",
    }
    assert image.files["opt/bluecloud/hub/labs/environment.toml"] == b'title = "A laboratory"\n'
    assert image.files["opt/bluecloud/catalogs/environment.yaml"] == b"sources: {}\n"
    assert image.files["opt/bluecloud/catalogs/samples/kept.nc"] == b"kept"
    assert image.files["opt/bluecloud/notebooks/other/kept.ipynb"] == b"kept"
    assert image.files["etc/hello"] == b"hello"
    before = read_image(served.address, current.digest)
    assert image.manifest["layers"][:2] == before.manifest["layers"]
    assert image.config["config"]["User"] == "1000"
    assert image.config["config"]["Env"] == ["A=1"]
    assert image.config["created"] == "2026-11-26T12:30:00Z"
    assert image.config["config"]["Labels"] == {
        **before.config["config"]["Labels"],
        "org.opencontainers.image.title": "bluecloud/environment",
        "org.opencontainers.image.version": "0.2.0",
        "org.opencontainers.image.revision": "20e4e93",
        "org.opencontainers.image.created": "2026-11-26T12:30:00Z",
    }
    assert image.config["history"] == [
        *before.config["history"],
        {"created": "2026-11-26T12:30:00Z", "created_by": "bluecloud lab publish environment"},
    ]


def test_no_tag_is_made_or_moved(registry: Registry, served: Served, tmp_path: Path) -> None:
    tree = laboratory(tmp_path / "tree")
    published(served, tree, push_image(registry, tree).digest)
    assert served.tags(HERE) == []


def test_the_same_tree_is_the_same_digest_and_sends_nothing_again(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    tree = laboratory(tmp_path / "tree")
    current = push_image(registry, tree).digest
    first = published(served, tree, current)
    again = laboratory(tmp_path / "another" / "tree")
    assert published(served, again, current) == first
    assert published(served, again, first) == first
    assert served.images(HERE) == {current, first}
    assert published(served, again, first, version="0.3.0") not in {current, first}


def test_layers_do_not_pile_up(registry: Registry, served: Served, tmp_path: Path) -> None:
    tree = laboratory(tmp_path / "tree")
    latest = push_image(registry, tree).digest
    for number in range(4):
        (tree / "notebooks/environment/first.ipynb").write_text(f"{number}")
        (tree / f"notebooks/environment/only{number}.ipynb").write_text(f"{number}")
        (tree / f"notebooks/environment/only{number - 1}.ipynb").unlink(missing_ok=True)
        latest = published(served, tree, latest)
    image = read_image(served.address, latest)
    assert len(image.manifest["layers"]) == len(BUILT) + 1
    assert len(image.config["history"]) == len(BUILT) + 2
    assert sorted(image.texts("opt/bluecloud/notebooks/environment")) == [
        "figures/view.svg",
        "first.ipynb",
        "only3.ipynb",
    ]


def test_a_layer_that_somebody_put_on_ours_stays(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    tree = laboratory(tmp_path / "tree")
    ours = published(served, tree, push_image(registry, tree).digest)
    on_it = push_on(registry, ours, {"etc/later": "by a build on it"})
    image = read_image(served.address, published(served, tree, on_it))
    assert image.files["etc/later"] == b"by a build on it"
    assert len(image.manifest["layers"]) == len(BUILT) + 3


def test_what_would_change_is_told_before(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    tree = laboratory(tmp_path / "tree")
    current = push_image(registry, tree).digest
    told = compare("environment", tree, registry, current=current)
    assert told.added == ("notebooks/environment/figures/view.svg",)
    assert told.changed == (
        "catalogs/environment.yaml",
        "hub/labs/environment.toml",
        "notebooks/environment/first.ipynb",
    )
    assert told.removed == (
        "notebooks/environment/gone.ipynb",
        "notebooks/environment/old/deep.txt",
    )
    assert told.whole
    latest = published(served, tree, current)
    told = compare("environment", tree, registry, current=latest)
    assert not told
    assert told.whole
    (tree / "notebooks/environment/first.ipynb").write_text("corrected")
    told = compare("environment", tree, registry, current=latest)
    assert (told.added, told.removed) == ((), ())
    assert told.changed == ("notebooks/environment/first.ipynb",)


def test_a_whiteout_of_a_built_layer_is_seen(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    tree = laboratory(tmp_path / "tree")
    gone = {"opt/bluecloud/notebooks/environment/.wh.old": "", "opt/bluecloud/.wh.catalogs": ""}
    current = push_image(registry, tree, layers=(*BUILT, gone)).digest
    told = compare("environment", tree, registry, current=current)
    assert told.removed == ("notebooks/environment/gone.ipynb",)
    assert "catalogs/environment.yaml" in told.added
    image = read_image(served.address, published(served, tree, current))
    assert image.files["opt/bluecloud/catalogs/environment.yaml"] == b"sources: {}\n"
    assert "opt/bluecloud/catalogs/samples/kept.nc" not in image.files


def test_another_environment_needs_a_build(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    tree = laboratory(tmp_path / "tree")
    current = push_image(registry, tree).digest
    (tree / "images/environment/requirements.txt").write_text("numpy==2.5.0\n")
    told = "images/environment/requirements.txt: not what .* 'bluecloud lab build environment'"
    with pytest.raises(NeedsBuild, match=told):
        published(served, tree, current)
    with pytest.raises(NeedsBuild, match=told):
        compare("environment", tree, registry, current=current)
    assert served.images(HERE) == {current}


def test_a_release_that_does_not_say_its_environment_needs_a_build(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    tree = laboratory(tmp_path / "tree")
    current = push_image(registry, tree, label=False).digest
    with pytest.raises(NeedsBuild, match="does not say from which .*apt.txt and .*'bluecloud lab"):
        published(served, tree, current)


def test_a_release_that_is_not_there_is_missing(
    served: Served, registry: Registry, tmp_path: Path
) -> None:
    with pytest.raises(Missing, match="manifest unknown|name unknown|NAME_UNKNOWN|not known"):
        published(served, laboratory(tmp_path / "tree"), digest_of(b"nothing"))


@pytest.mark.parametrize("slug", ["Environment", "../x", "a", "en vironment", "x" * 31, ""])
def test_a_slug_that_is_none_reaches_no_registry(tmp_path: Path, slug: str) -> None:
    with pytest.raises(TreeError, match="is no laboratory"):
        publish(slug, tmp_path, "127.0.0.1:1", None, "0.1.0", current=digest_of(b""))


@pytest.mark.parametrize("version", ["", "0.1\n", "-1", "x" * 65, "0 1"])
def test_a_version_that_is_none_reaches_no_registry(tmp_path: Path, version: str) -> None:
    with pytest.raises(TreeError, match="version = "):
        publish("environment", tmp_path, "127.0.0.1:1", None, version, current=digest_of(b""))


def test_two_who_publish_at_once_have_each_their_own(
    registry: Registry, served: Served, tmp_path: Path
) -> None:
    first = laboratory(tmp_path / "first", **{"mine.ipynb": "first"})
    second = laboratory(tmp_path / "second", **{"mine.ipynb": "second"})
    current = push_image(registry, first).digest
    trees = (first, second) * 4
    with ThreadPoolExecutor(len(trees)) as pool:
        digests = list(pool.map(lambda tree: published(served, tree, current), trees))
    assert len(set(digests)) == 2
    assert served.images(HERE) == {current, *digests}
    for digest, text in zip(digests[:2], ("first", "second"), strict=True):
        files = read_image(served.address, digest).texts("opt/bluecloud/notebooks/environment")
        assert files["mine.ipynb"] == text

"""A laboratory's content as a layer: the same bytes for the same files, and nothing else's."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest

from bluecloud.lab import TreeError
from bluecloud.lab.environment import changed_lists, environment_of
from bluecloud.lab.images import Digest, digest_of
from bluecloud.lab.layer import MOST_BYTES, own_files, own_folder, pack
from bluecloud_hub.settings import checkout
from tests.registry.made import laboratory

HERE = "notebooks/environment"


def packed(tree: Path, slug: str = "environment") -> tuple[Digest, list[tarfile.TarInfo], bytes]:
    file = BytesIO()
    layer = pack(tree, slug, file)
    assert layer.digest == digest_of(file.getvalue())
    assert layer.size == len(file.getvalue())
    with tarfile.open(fileobj=BytesIO(file.getvalue())) as tar:
        return layer.digest, tar.getmembers(), file.getvalue()


def test_the_same_files_are_the_same_layer_wherever_and_whenever(tmp_path: Path) -> None:
    first = laboratory(tmp_path / "one", **{"b.ipynb": "b", "a.ipynb": "ä"})
    second = laboratory(tmp_path / "two" / "deeper", **{"a.ipynb": "ä", "b.ipynb": "b"})
    for path in second.rglob("*.ipynb"):
        path.chmod(0o700)
        os.utime(path, (1, 1))
    (second / HERE / ".ipynb_checkpoints").mkdir()
    (second / HERE / ".ipynb_checkpoints" / "a-checkpoint.ipynb").write_text("older")
    (second / "README.md").write_text("not the laboratory's")
    assert packed(first)[2] == packed(second)[2]
    (second / HERE / "a.ipynb").write_text("other")
    assert packed(first)[0] != packed(second)[0]


def test_each_entry_is_roots_and_of_one_day_with_every_folder_on_the_way(tmp_path: Path) -> None:
    _, members, _ = packed(laboratory(tmp_path))
    assert [member.name for member in members] == [
        "opt",
        "opt/bluecloud",
        "opt/bluecloud/catalogs",
        "opt/bluecloud/catalogs/environment.yaml",
        "opt/bluecloud/hub",
        "opt/bluecloud/hub/labs",
        "opt/bluecloud/hub/labs/environment.toml",
        "opt/bluecloud/notebooks",
        "opt/bluecloud/notebooks/environment",
        "opt/bluecloud/notebooks/environment/.wh..wh..opq",
        "opt/bluecloud/notebooks/environment/figures",
        "opt/bluecloud/notebooks/environment/figures/view.svg",
        "opt/bluecloud/notebooks/environment/first.ipynb",
    ]
    for member in members:
        assert (member.uid, member.gid, member.mtime) == (0, 0, 315532800)
        assert member.mode == (0o755 if member.isdir() else 0o644)


def test_it_lies_where_a_built_image_has_it() -> None:
    recipe = (checkout() / "images" / "lab.Dockerfile").read_text()
    declaration, catalogue = own_files("${LAB}")
    assert f"COPY {declaration} /opt/bluecloud/hub/labs/\n" in recipe
    assert f"COPY {catalogue} /opt/bluecloud/catalogs/\n" in recipe
    assert f"COPY {own_folder('${LAB}')}/ /opt/bluecloud/{own_folder('${LAB}')}/\n" in recipe


@pytest.mark.parametrize("slug", [path.stem for path in (checkout() / "hub/labs").glob("*.toml")])
def test_every_laboratory_of_the_project_is_one_layer(slug: str) -> None:
    _, members, body = packed(checkout(), slug)
    assert any(member.name.endswith(".ipynb") for member in members)
    assert len(body) < 20 * 2**20


def linked_file(tree: Path) -> None:
    (tree / HERE / "secret.ipynb").symlink_to("/etc/passwd")


def linked_folder(tree: Path) -> None:
    (tree / HERE / "secret").symlink_to("/etc")


def linked_on_the_way(tree: Path) -> None:
    (tree / "notebooks").rename(tree / "elsewhere")
    (tree / "notebooks").symlink_to("elsewhere")


def pipe(tree: Path) -> None:
    os.mkfifo(tree / HERE / "pipe.ipynb")


def whiteout(tree: Path) -> None:
    (tree / HERE / ".wh.first.ipynb").write_text("")


def line_end(tree: Path) -> None:
    (tree / HERE / "a\nb.ipynb").write_text("")


def no_text(tree: Path) -> None:
    (tree / HERE / os.fsdecode(b"\xff.ipynb")).write_text("")


def no_catalogue(tree: Path) -> None:
    (tree / "catalogs/environment.yaml").unlink()


def no_notebook(tree: Path) -> None:
    (tree / HERE / "first.ipynb").unlink()


def folder_for_file(tree: Path) -> None:
    no_catalogue(tree)
    (tree / "catalogs/environment.yaml").mkdir()


def too_long(tree: Path) -> None:
    with (tree / HERE / "data.nc").open("wb") as file:
        file.truncate(MOST_BYTES + 1)  # holes alone: it takes no room


def too_many(tree: Path) -> None:
    for number in range(5000):
        (tree / HERE / f"{number}").touch()


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (linked_file, "secret.ipynb is a link: only files and folders"),
        (linked_folder, "secret is a link"),
        (linked_on_the_way, "notebooks is a link"),
        (pipe, "pipe.ipynb is neither a file nor a folder"),
        (whiteout, "takes files away"),
        (line_end, r"a\\nb.ipynb.*letters that can be shown"),
        (no_text, "its name is no text"),
        (no_catalogue, "catalogs/environment.yaml is not in"),
        (no_notebook, "notebooks/environment has no notebook"),
        (folder_for_file, "catalogs/environment.yaml is a folder"),
        (too_long, "at most 5000 files and 256 MiB"),
        (too_many, "at most 5000 files and 256 MiB"),
    ],
)
def test_what_no_layer_may_hold_is_refused(
    tmp_path: Path, spoil: Callable[[Path], None], told: str
) -> None:
    tree = laboratory(tmp_path)
    spoil(tree)
    with pytest.raises(TreeError, match=told):
        packed(tree)


def test_a_list_of_packages_that_is_another_is_named(tmp_path: Path) -> None:
    tree = laboratory(tmp_path)
    built = environment_of(tree, "environment")
    assert changed_lists(built, tree, "environment") == []
    (tree / "images/environment/apt.txt").write_text("gdal-bin\n")
    assert changed_lists(built, tree, "environment") == ["images/environment/apt.txt"]
    shutil.rmtree(tree / "images")
    assert changed_lists(built, tree, "environment") == []

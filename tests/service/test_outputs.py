"""What a run left is measured by the service, and no link is followed on the way."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from bluecloud_service.errors import NotThere
from bluecloud_service.runs.outputs import measure, open_below


def test_plain_files_are_measured(tmp_path: Path) -> None:
    (tmp_path / "maps").mkdir()
    (tmp_path / "maps" / "sst 1.nc").write_bytes(b"abc")
    (tmp_path / "table.csv").write_bytes(b"")
    measured = measure(tmp_path, most_bytes=100)
    assert [(file.path, file.bytes) for file in measured.files] == [
        ("table.csv", 0),
        ("maps/sst 1.nc", 3),
    ]
    assert measured.files[1].sha256 == hashlib.sha256(b"abc").hexdigest()
    assert (measured.bytes, measured.words) == (3, "")


def test_links_and_special_files_are_left_out(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "key").write_text("k")
    left = tmp_path / "outputs"
    left.mkdir()
    (left / "file").symlink_to(secret / "key")
    (left / "folder").symlink_to(secret)
    os.mkfifo(left / "pipe")
    measured = measure(left, most_bytes=100)
    assert measured.files == ()
    assert measured.words == "3 links or special files are left out"


def test_more_than_is_allowed_is_said(tmp_path: Path) -> None:
    for name in "abc":
        (tmp_path / name).write_bytes(b"12345")
    measured = measure(tmp_path, most_bytes=11)
    assert [file.path for file in measured.files] == ["a", "b"]
    assert "more than 11 bytes" in measured.words


def test_nothing_left_is_nothing(tmp_path: Path) -> None:
    assert measure(tmp_path / "none", most_bytes=1).files == ()


@pytest.mark.parametrize(
    "path",
    ["../secret", "/etc/passwd", "", "link", "folder/key", "a/../b", "none", "sub", "a\0b", "pipe"],
)
def test_nothing_but_a_plain_file_below_is_opened(tmp_path: Path, path: str) -> None:
    (tmp_path / "secret").write_text("k")
    left = tmp_path / "outputs"
    (left / "sub").mkdir(parents=True)
    (left / "link").symlink_to(tmp_path / "secret")
    (left / "folder").symlink_to(tmp_path)
    os.mkfifo(left / "pipe")
    with pytest.raises(NotThere):
        open_below(left, path)


def test_outputs_that_are_a_link_are_not_looked_into(tmp_path: Path) -> None:
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "a.txt").write_text("a")
    left = tmp_path / "outputs"
    left.symlink_to(tmp_path / "others")
    assert measure(left, most_bytes=100).files == ()


def test_folders_whose_name_is_no_text_are_left_out(tmp_path: Path) -> None:
    folder = tmp_path / "m\udce5ned"  # Latin 1, as Python has the name
    folder.mkdir()
    (folder / "a.txt").write_text("a")
    (tmp_path / "b.txt").write_text("b")
    measured = measure(tmp_path, most_bytes=100)
    assert [file.path for file in measured.files] == ["b.txt"]
    assert measured.words

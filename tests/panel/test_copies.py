"""The person's copies follow the curated notebooks until the person changes them."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bluecloud_panel.copies import Copies
from bluecloud_panel.errors import HomeNotWritable


@pytest.fixture
def curated(tmp_path: Path) -> Path:
    path = tmp_path / "curated" / "a.ipynb"
    path.parent.mkdir()
    path.write_text("first")
    return path


@pytest.fixture
def copies(tmp_path: Path) -> Copies:
    (tmp_path / "home").mkdir()
    return Copies(tmp_path / "home", "lab")


def test_a_copy_is_made_with_its_folder(copies: Copies, curated: Path, tmp_path: Path) -> None:
    assert copies.make(curated) == tmp_path / "home" / "lab" / "a.ipynb"
    assert copies.make(curated).read_text() == "first"


def test_an_unchanged_copy_follows_the_curated_notebook(copies: Copies, curated: Path) -> None:
    copies.make(curated)
    curated.write_text("second")
    copies.make_all([curated])
    assert copies.make(curated).read_text() == "second"


def test_a_changed_copy_is_never_written_again(copies: Copies, curated: Path) -> None:
    copies.make(curated).write_text("mine")
    curated.write_text("second")
    copies.make_all([curated])
    assert copies.make(curated).read_text() == "mine"
    state = copies.state(curated)
    assert (state.changed, state.curated_is_newer) == (True, True)


def test_a_changed_copy_of_the_same_curated_notebook_is_not_behind(
    copies: Copies, curated: Path
) -> None:
    copies.make(curated).write_text("mine")
    assert copies.state(curated).curated_is_newer is False


def test_a_deleted_copy_comes_back_only_when_opened(copies: Copies, curated: Path) -> None:
    path = copies.make(curated)
    path.unlink()
    copies.make_all([curated])
    assert not path.exists()
    assert copies.make(curated).read_text() == "first"


@pytest.mark.parametrize("record", ["", "{", "[1]"])
def test_without_a_record_what_is_there_counts_as_changed(
    copies: Copies, curated: Path, tmp_path: Path, record: str
) -> None:
    copies.make(curated)
    (tmp_path / "home" / ".bluecloud" / "lab" / "curated.json").write_text(record)
    curated.write_text("second")
    copies.make_all([curated])
    assert copies.make(curated).read_text() == "first"


def test_the_record_keeps_every_notebook(copies: Copies, curated: Path, tmp_path: Path) -> None:
    other = curated.with_name("b.ipynb")
    other.write_text("b")
    copies.make_all([curated, other])
    record = json.loads((tmp_path / "home" / ".bluecloud" / "lab" / "curated.json").read_text())
    assert sorted(record) == ["a", "b"]


def test_fresh_notebooks_take_no_name_that_exists(copies: Copies) -> None:
    paths = {copies.write_fresh("a", b"x") for _ in range(3)}
    assert len(paths) == 3


def test_no_unfinished_file_is_left(copies: Copies, curated: Path, tmp_path: Path) -> None:
    copies.make(curated)
    copies.write_fresh("a", b"x")
    left = [path.name for path in (tmp_path / "home").rglob(".*") if path.is_file()]
    assert left == []


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path, curated: Path) -> None:
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "lab").write_text("a file where the folder would be")
    with pytest.raises(HomeNotWritable, match="Nothing can be written"):
        Copies(tmp_path / "home", "lab").make(curated)

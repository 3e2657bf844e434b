"""Homes, releases and the ends of servers: what a deployment keeps in its state."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bluecloud_hub import exits
from bluecloud_hub.errors import ReleaseError
from bluecloud_hub.homes import folder_name, make_home, make_shared
from bluecloud_hub.releases import (
    Release,
    main,
    read_release,
    release_for,
    write_release,
)

DIGEST = "sha256:" + "3f" * 32


@given(st.text(min_size=1, max_size=80))
def test_a_name_is_always_one_folder_and_never_a_path(name: str) -> None:
    folder = folder_name(name)
    assert Path(folder).parts == (folder,)
    assert folder not in (".", "..")
    assert len(folder) <= 63


@given(st.lists(st.text(min_size=1, max_size=40), min_size=2, max_size=2, unique=True))
def test_two_people_never_share_a_folder(names: list[str]) -> None:
    assert folder_name(names[0]) != folder_name(names[1])


def test_a_plain_name_is_its_folder() -> None:
    assert folder_name("ada.lovelace") == "ada.lovelace"
    assert folder_name("Ada@example.org").startswith("ada-example.org--")


def test_a_home_is_private(tmp_path: Path) -> None:
    (tmp_path / "homes").mkdir()
    made = make_home(tmp_path, "ada", for_container=False)
    assert made.stat().st_mode & 0o777 == 0o700


def test_a_shared_folder_is_its_group_s(tmp_path: Path) -> None:
    (tmp_path / "shared").mkdir()
    made = make_shared(tmp_path, "environment", for_container=True)
    assert made.stat().st_mode & 0o7777 == 0o2770
    inside = made / "data"
    inside.mkdir()
    assert inside.stat().st_gid == made.stat().st_gid
    assert make_shared(tmp_path, "environment", for_container=True) == made


def test_a_disk_that_is_not_there_is_no_empty_home(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="is its disk mounted"):
        make_home(tmp_path, "ada", for_container=False)


def test_a_link_in_place_of_a_home_is_refused(tmp_path: Path) -> None:
    (tmp_path / "homes").mkdir()
    (tmp_path / "homes" / "ada").symlink_to("/etc")
    with pytest.raises(NotADirectoryError, match="cannot be a home"):
        make_home(tmp_path, "ada", for_container=True)


def release(version: str = "0.1.0") -> Release:
    return Release(
        slug="environment",
        version=version,
        image=DIGEST,
        local=True,
        released=datetime(2026, 11, 22, tzinfo=UTC),
    )


def test_a_release_is_read_as_it_was_written(tmp_path: Path) -> None:
    write_release(tmp_path, release("0.1.0"))
    write_release(tmp_path, release("0.2.0"))
    assert read_release(tmp_path, "environment") == release("0.2.0")
    assert [path.name for path in tmp_path.iterdir()] == ["environment.json"]


def test_a_laboratory_never_released_says_how_to(tmp_path: Path) -> None:
    with pytest.raises(ReleaseError, match="'genomics' has no release.*make images"):
        read_release(tmp_path, "genomics")


def test_a_tag_is_no_release(tmp_path: Path) -> None:
    text = release().model_dump_json().replace(DIGEST, "bluecloud/environment:latest")
    (tmp_path / "environment.json").write_text(text)
    with pytest.raises(ReleaseError, match="image"):
        read_release(tmp_path, "environment")


def test_an_end_is_kept_until_the_next_start(tmp_path: Path) -> None:
    end = exits.now("environment", ("It ended.", "Start it again."), ["a", "b"])
    exits.keep(tmp_path, "ada", end)
    assert exits.last(tmp_path, "ada", "environment") == end
    assert exits.last(tmp_path, "ben", "environment") is None
    exits.forget(tmp_path, "ada", "environment")
    assert exits.last(tmp_path, "ada", "environment") is None


def test_only_the_last_lines_are_kept() -> None:
    end = exits.now("environment", ("", ""), [str(line) for line in range(100)])
    assert end.log[0] == "70"


def test_an_endless_line_is_cut() -> None:
    assert len(exits.now("environment", ("", ""), ["x" * 6_000_000]).log[0]) == 500


def test_a_log_cannot_write_into_the_page() -> None:
    end = exits.now("environment", ("<b>", ""), ["<script>alert(1)</script>"])
    assert "<script>" not in exits.as_html(end)
    assert "<b>" not in exits.as_html(end)


@pytest.mark.parametrize(
    ("code", "oom", "error", "said"),
    [
        (137, True, "", "more memory than its limit of 2 GB"),
        (137, False, "", "killed from outside"),
        # A kernel of it ran out of memory once; that is not why the server ended.
        (1, True, "", "exit code 1"),
        (1, False, "", "exit code 1"),
        (0, False, "", "was stopped, or ended by itself"),
        (None, False, "", "without a trace"),
        (127, False, "no such executable.", "could not run it: no such executable."),
    ],
)
def test_a_cause_is_said_in_plain_words(code: int | None, oom: bool, error: str, said: str) -> None:
    words = exits.cause(exit_code=code, out_of_memory=oom, memory_limit="2 GB", engine_error=error)
    assert said in words[0]
    assert words[1]


def test_what_went_while_the_hub_was_away_was_stopped_with_it() -> None:
    words = exits.cause(exit_code=None, out_of_memory=False, memory_limit="", was_away=True)
    assert words[0] == "It was stopped together with the whole platform."


def test_testers_are_given_their_own_release_and_others_are_not(tmp_path: Path) -> None:
    write_release(tmp_path, release("0.1.0"))
    testers = ["environment", "environment-testers"]
    assert release_for(tmp_path, "environment", testers) == release("0.1.0")
    write_release(tmp_path, release("0.2.0"), testers=True)
    assert release_for(tmp_path, "environment", testers) == release("0.2.0")
    assert release_for(tmp_path, "environment", ["genomics-testers"]) == release("0.1.0")


def test_an_image_of_a_registry_is_recorded_by_its_digest(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("BLUECLOUD_STATE", str(tmp_path))
    image = f"registry.example.org/bluecloud/environment@{DIGEST}"
    assert main(["environment", "--image", image]) == 0
    assert main(["environment", "--image", image.replace("3f", "4a"), "--testers"]) == 0
    made = read_release(tmp_path / "releases", "environment")
    assert (made.image, made.local) == (image, False)
    of_testers = release_for(tmp_path / "releases", "environment", ["environment-testers"])
    assert of_testers.image.endswith("4a" * 32)

    for wrong in ("registry.example.org/bluecloud/environment:0.1.0", DIGEST, f"a@{DIGEST}0"):
        assert main(["environment", "--image", wrong]) == 1
        assert "NAME@sha256" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        main(["environment", "genomics", "--image", image])
    assert read_release(tmp_path / "releases", "environment") == made

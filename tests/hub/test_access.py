"""Groups open laboratories, and nothing else does."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluecloud_hub.access import open_to
from bluecloud_hub.labs import Laboratory, read_laboratory
from tests.hub.test_labs import DECLARATION, declare


@pytest.fixture
def members_only(tmp_path: Path) -> Laboratory:
    return read_laboratory(declare(tmp_path, "genomics"))


@pytest.mark.parametrize("group", ["genomics", "genomics-testers", "genomics-managers"])
def test_a_laboratorys_groups_open_it(members_only: Laboratory, group: str) -> None:
    assert members_only.admits([group])


@pytest.mark.parametrize("groups", [[], ["fisheries"], ["genomics-"], ["fisheries-managers"]])
def test_other_groups_do_not(members_only: Laboratory, groups: list[str]) -> None:
    assert not members_only.admits(groups)


def test_an_operator_may_open_all(members_only: Laboratory) -> None:
    assert members_only.admits([], is_operator=True)


def test_one_for_everyone_is_open_to_all(tmp_path: Path) -> None:
    text = DECLARATION.replace('"members"', '"everyone"')
    laboratory = read_laboratory(declare(tmp_path, "environment", text))
    assert open_to({"environment": laboratory}, []) == [laboratory]

"""What a home may hold, since when it holds more, and what is said of it."""

from __future__ import annotations

from pathlib import Path

import pytest

from bluecloud_hub.errors import SettingsError
from bluecloud_hub.homes import folder_name
from bluecloud_hub.quotas import Quota, held, is_enforced, keep, quota_of, words
from bluecloud_hub.settings import read_settings

NOW = 1_774_000_000.0  # 2026-03-20
DAY = 86400.0
QUOTA = Quota(20 * 10**9, 7 * DAY)


def test_the_days_of_grace_begin_when_it_is_first_too_much(tmp_path: Path) -> None:
    folder = folder_name("Zoë Müller")
    assert held(tmp_path, "Zoë Müller") is None
    keep(tmp_path, folder, 19 * 10**9, QUOTA, now=NOW)
    keep(tmp_path, folder, 23 * 10**9, QUOTA, now=NOW + DAY)
    keep(tmp_path, folder, 24 * 10**9, QUOTA, now=NOW + 2 * DAY)
    found = held(tmp_path, "Zoë Müller")
    assert found is not None
    assert (found.bytes, found.over_since) == (24 * 10**9, NOW + DAY)
    assert not is_enforced(found, QUOTA, now=NOW + 7.9 * DAY)
    assert is_enforced(found, QUOTA, now=NOW + 8 * DAY)
    assert words(found, QUOTA, now=NOW + 3 * DAY) == (
        "Your home holds 24.0 GB, and should hold 20.0 GB at most. If it still holds more "
        "after 2026-03-28 09:46 UTC, no runs are taken until it does not."
    )
    assert words(found, QUOTA, now=NOW + 9 * DAY) == (
        "Your home holds 24.0 GB, and should hold 20.0 GB at most. It has held more since "
        "2026-03-21: no runs are taken until it holds less."
    )


def test_whoever_makes_room_begins_anew(tmp_path: Path) -> None:
    keep(tmp_path, "ada", 23 * 10**9, QUOTA, now=NOW)
    assert keep(tmp_path, "ada", 20 * 10**9, QUOTA, now=NOW + 9 * DAY).over_since is None
    found = keep(tmp_path, "ada", 21 * 10**9, QUOTA, now=NOW + 10 * DAY)
    assert found.over_since == NOW + 10 * DAY
    assert not is_enforced(found, QUOTA, now=NOW + 11 * DAY)


def test_a_quota_that_was_taken_away_or_raised_holds_nobody(tmp_path: Path) -> None:
    found = keep(tmp_path, "ada", 23 * 10**9, QUOTA, now=NOW)
    late = NOW + 30 * DAY
    assert is_enforced(found, QUOTA, now=late)
    for other in (None, Quota(30 * 10**9, 0.0)):
        assert not is_enforced(found, other, now=late)
        assert words(found, other, now=late) == ""


def test_what_is_no_record_says_nothing(tmp_path: Path) -> None:
    keep(tmp_path, "ada", 23 * 10**9, QUOTA, now=NOW)
    (tmp_path / "quotas" / "ada.json").write_text("{")
    assert held(tmp_path, "ada") is None
    assert keep(tmp_path, "ada", 23 * 10**9, QUOTA, now=NOW + DAY).over_since == NOW + DAY


def test_the_settings_say_how_much_and_how_long() -> None:
    assert quota_of(read_settings({})) is None
    told = {"BLUECLOUD_HOME_QUOTA": "500M", "BLUECLOUD_HOME_GRACE_DAYS": "0.5"}
    assert quota_of(read_settings(told)) == Quota(500 * 10**6, DAY / 2)
    for wrong in ("20", "20 GB", "0G", "-1G"):
        with pytest.raises(SettingsError, match="BLUECLOUD_HOME_QUOTA"):
            read_settings({"BLUECLOUD_HOME_QUOTA": wrong})

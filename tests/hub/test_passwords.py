"""Passwords are kept as hashes, compared whole, and survive being written all at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bluecloud_hub.errors import PeopleError
from bluecloud_hub.passwords import Passwords


@pytest.fixture
def passwords(tmp_path: Path) -> Passwords:
    (tmp_path / "hub").mkdir()
    return Passwords(tmp_path)


def test_only_the_whole_password_matches(passwords: Passwords) -> None:
    passwords.keep("ada", "a-long-password")
    assert passwords.match("ada", "a-long-password")
    assert not passwords.match("ada", "a-long-passwor")
    assert not passwords.match("ada", "")
    assert not passwords.match("ben", "a-long-password")


def test_before_anybody_has_one_nobody_matches(passwords: Passwords) -> None:
    assert not passwords.match("ada", "a-long-password")


def test_what_bcrypt_would_cut_is_refused(passwords: Passwords) -> None:
    passwords.keep("ada", "x" * 72)
    assert not passwords.match("ada", "x" * 73)
    with pytest.raises(PeopleError, match="72 bytes at most; this one has 73"):
        passwords.keep("ada", "x" * 73)


@pytest.mark.parametrize("word", ["", "short", " " * 15])
def test_a_short_one_is_refused(passwords: Passwords, word: str) -> None:
    with pytest.raises(PeopleError, match="12 characters at least"):
        passwords.keep("ada", word)


def test_a_forgotten_one_no_longer_matches(passwords: Passwords) -> None:
    passwords.keep("ada", "a-long-password")
    passwords.forget("ada")
    passwords.forget("ada")
    assert not passwords.match("ada", "a-long-password")


def test_nobody_is_lost_when_many_write_at_once(passwords: Passwords, tmp_path: Path) -> None:
    code = """
import sys
from pathlib import Path
from bluecloud_hub.passwords import Passwords
kept = Passwords(Path(sys.argv[1]))
for number in range(5):
    kept.keep(f"{sys.argv[2]}{number}", "a-long-password")
    kept.match("nobody", "a-long-password")
"""
    writers = [
        subprocess.Popen([sys.executable, "-c", code, str(tmp_path), name]) for name in "abc"
    ]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    names = [f"{name}{number}" for name in "abc" for number in range(5)]
    assert all(passwords.match(name, "a-long-password") for name in names)

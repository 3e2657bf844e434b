"""Guessing passwords takes ever longer and keeps nobody out for long; whose address is believed."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from tornado.httputil import HTTPHeaders

from bluecloud_hub.addresses import Trusted, sender
from bluecloud_hub.attempts import Attempts


class Clock:
    """A clock that is put on by hand."""

    def __init__(self) -> None:
        self.at = 1000.0

    def __call__(self) -> float:
        return self.at


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    return Attempts(clock)


def guess(attempts: Attempts, times: int, name: str = "ada", address: str = "10.0.0.1") -> None:
    for _ in range(times):
        attempts.begin(name, address)


def test_pauses_begin_after_five_and_double_to_a_quarter_of_an_hour(
    attempts: Attempts, clock: Clock
) -> None:
    guess(attempts, 4)
    assert attempts.pause_s("ada", "10.0.0.1") == 0
    pauses = []
    for _ in range(11):
        guess(attempts, 1)
        pauses.append(attempts.pause_s("ada", "10.0.0.1"))
        clock.at += pauses[-1]
        assert attempts.pause_s("ada", "10.0.0.1") == 0
    assert pauses == [2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


def test_who_guesses_keeps_the_person_out_of_no_other_address(attempts: Attempts) -> None:
    guess(attempts, 20)
    assert attempts.pause_s("ada", "10.0.0.1") == 900
    assert attempts.pause_s("ada", "10.0.0.2") == 0


def test_guesses_from_many_addresses_cost_the_person_a_minute_at_most(attempts: Attempts) -> None:
    for number in range(200):
        guess(attempts, 1, address=f"10.0.1.{number}")
    assert attempts.pause_s("ada", "10.9.9.9") == 60


def test_many_names_from_one_address_wait_too(attempts: Attempts) -> None:
    for number in range(210):
        guess(attempts, 1, name=f"n{number}")
    assert attempts.pause_s("new", "10.0.0.1") == 300
    assert attempts.pause_s("new", "10.0.0.2") == 0


def test_who_is_right_begins_anew(attempts: Attempts) -> None:
    guess(attempts, 4)
    attempts.begin("ada", "10.0.0.1")
    attempts.was_right("ada", "10.0.0.1")
    guess(attempts, 4)
    assert attempts.pause_s("ada", "10.0.0.1") == 0


def test_what_is_remembered_has_an_end(attempts: Attempts) -> None:
    for number in range(20_000):
        guess(attempts, 1, name=f"n{number}", address=f"a{number}")
    assert len(attempts._wrong) <= 10_003


@pytest.mark.parametrize(
    ("told", "address"),
    [
        ("", "172.18.0.9"),
        ("203.0.113.7", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7", "203.0.113.7"),
        ("203.0.113.7, 10.0.0.5", "203.0.113.7"),
        ("1.2.3.4, 203.0.113.7, 10.0.0.5", "203.0.113.7"),
        ("1.2.3.4, nonsense, 10.0.0.5", "172.18.0.9"),
        ("10.0.0.5", "172.18.0.9"),
        ("203.0.113.7, 127.0.0.1", "203.0.113.7"),  # one that is trusted by its name
    ],
)
def test_only_trusted_proxies_say_where_a_request_comes_from(told: str, address: str) -> None:
    headers = HTTPHeaders({"X-Forwarded-For": told, "X-Real-Ip": "6.6.6.6"})
    connection = SimpleNamespace(context=SimpleNamespace(address=("172.18.0.9", 1)))
    request = SimpleNamespace(headers=headers, connection=connection)
    assert sender(request, Trusted(["10.0.0.5/32", "localhost"])) == address

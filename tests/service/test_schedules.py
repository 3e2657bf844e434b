"""Runs that are submitted again and again: when, once each time, and as whom."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from typer.testing import CliRunner

from bluecloud import schedule_commands
from bluecloud_service.errors import NotAsked
from bluecloud_service.schedules.times import check_times, missed_times, next_time
from tests.service.serving import PEOPLE, Serving, four_people, serving_runs, until
from tests.service.work import notebook

OSLO = "Europe/Oslo"


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("cron", "after", "due"),
    [
        ("0 6 * * 1", "2026-11-25T12:00", "2026-11-30T05:00"),  # Mondays, in winter
        ("0 6 * * *", "2026-07-01T12:00", "2026-07-02T04:00"),  # in summer
        ("30 2 * * *", "2026-03-28T12:00", "2026-03-29T01:00"),  # an hour that is skipped
        ("30 2 * * *", "2026-10-24T12:00", "2026-10-25T00:30"),  # an hour that comes twice
        ("30 2 * * *", "2026-10-25T00:30", "2026-10-26T01:30"),  # and is due once
        ("0 0 29 2 *", "2026-11-25T12:00", "2028-02-28T23:00"),
    ],
)
def test_it_is_due_in_the_hours_of_its_zone(cron: str, after: str, due: str) -> None:
    assert next_time(cron, OSLO, utc(after)) == utc(due)


@pytest.mark.parametrize(
    ("cron", "zone", "told"),
    [
        ("0 6 * * *", "Oslo", "'Oslo'.*Europe/Oslo"),
        ("0 6 * *", "UTC", "five fields"),
        ("0 0 6 * * *", "UTC", "five fields"),
        ("61 6 * * *", "UTC", "61 6.*minute"),
        ("0 0 31 2 *", "UTC", "31 2"),
        ("* * * * *", "UTC", "after 5 minutes"),
        ("0,1 6 * * *", "UTC", "after 5 minutes"),
        ("0,10,20,21 * * * *", "UTC", "after 5 minutes"),
        ("@daily", "UTC", "five fields"),
    ],
)
def test_what_is_no_time_is_refused_with_what_is(cron: str, zone: str, told: str) -> None:
    with pytest.raises(NotAsked, match=told):
        check_times(cron, zone, utc("2026-11-25T05:59"))


@pytest.mark.parametrize("cron", ["0 2,3 * * *", "0 0 29 2 *", "*/5 * * * *"])
def test_what_clocks_do_in_spring_makes_no_time_too_often(cron: str) -> None:
    check_times(cron, OSLO, utc("2026-03-28T12:00"))


def test_times_that_passed_are_counted() -> None:
    due = utc("2026-11-25T06:00")
    assert missed_times("0 * * * *", "UTC", due, due) == 0
    assert missed_times("0 * * * *", "UTC", due, due + timedelta(hours=3, minutes=5)) == 3
    assert missed_times("*/5 * * * *", "UTC", due, due + timedelta(days=365)) == 1000


@pytest.fixture
def hub() -> Iterator[str]:
    with four_people() as address:
        yield address


def serving(hub: str, state: Path) -> Any:
    return serving_runs(hub, state, JUPYTERHUB_API_TOKEN="the service's own")


def planned(service: Serving, person: str = "ada", **more: Any) -> httpx.Response:
    body = {
        "submit": {
            "laboratory": "environment",
            "notebook": {"name": "daily.ipynb", "content": notebook("n")},
            "parameters": {"n": 4},
        },
        "cron": "0 6 * * *",
        "timezone": OSLO,
        **more,
    }
    with service.client(person) as client:
        return client.post("/schedules", json=body)


def schedules(service: Serving, person: str = "ada") -> list[dict[str, Any]]:
    with service.client(person) as client:
        found: list[dict[str, Any]] = client.get("/schedules").json()
        return found


def runs(service: Serving, person: str = "ada") -> list[dict[str, Any]]:
    with service.client(person) as client:
        found: list[dict[str, Any]] = client.get("/runs").json()["runs"]
        return found


def let_pass(state: Path, days: float) -> None:
    """Have a schedule be due so many days earlier, as if they had passed."""
    with sqlite3.connect(state / "service" / "service.sqlite", timeout=20) as database:
        database.execute("UPDATE schedules SET due = ?", (time.time() - days * 86400,))


def test_what_is_due_is_submitted_once_and_is_due_again(hub: str, tmp_path: Path) -> None:
    with serving(hub, tmp_path) as service:
        made = planned(service)
        assert made.status_code == 201, made.text
        assert datetime.fromisoformat(made.json()["due"]) > datetime.now(UTC)
        time.sleep(2.5)
        assert runs(service) == []
        let_pass(tmp_path, 3)
        (told,) = until(lambda: [s for s in schedules(service) if s["last_submission"]])
        assert (told["missed"], told["last_fault"]) == (3, "")
        assert datetime.fromisoformat(told["due"]) > datetime.now(UTC)
        (run,) = runs(service)
        assert run["submission"] == told["last_submission"]
        until(lambda: runs(service)[0]["state"] == "succeeded")
        service.process.kill()
    # One that was killed before it noted what it had submitted submits nothing twice.
    earlier = datetime.fromisoformat(told["last_due"]).timestamp()
    with sqlite3.connect(tmp_path / "service" / "service.sqlite", timeout=20) as database:
        database.execute("UPDATE schedules SET due = ?, last_submission = ''", (earlier,))
    with serving(hub, tmp_path) as service:
        (told,) = until(lambda: [s for s in schedules(service) if s["last_submission"]])
        assert told["last_submission"] == run["submission"]
        assert len(runs(service)) == 1


def test_it_submits_with_the_rights_of_that_moment(
    hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    labs = tmp_path / "labs"
    labs.mkdir()
    declared = (Path(__file__).parents[2] / "hub" / "labs" / "environment.toml").read_text()
    (labs / "restricted.toml").write_text(declared.replace('"everyone"', '"members"'))
    state = tmp_path / "state"
    with serving_runs(
        hub, state, BLUECLOUD_LABS=str(labs), JUPYTERHUB_API_TOKEN="the service's own"
    ) as service:
        asked = {
            "laboratory": "restricted",
            "notebook": {"name": "daily.ipynb", "content": notebook("n")},
        }
        assert planned(service, "ben", submit=asked).status_code == 403
        assert planned(service, submit=asked).status_code == 201
        monkeypatch.setitem(PEOPLE, "ada", {"groups": ["environment"]})
        let_pass(state, 0.1)
        (told,) = until(lambda: [s for s in schedules(service) if s["last_fault"]])
        assert re.search("may not open.*restricted", told["last_fault"])
        assert runs(service) == []


def test_a_clock_that_was_years_ahead_puts_nothing_off_for_years(hub: str, tmp_path: Path) -> None:
    with serving(hub, tmp_path) as service:
        due = planned(service).json()["due"]
        service.process.kill()
    let_pass(tmp_path, -900)
    with serving(hub, tmp_path) as service:
        until(lambda: [s for s in schedules(service) if s["due"] == due], 20)
        assert runs(service) == []


def test_one_that_cannot_be_read_keeps_no_other_from_its_time(hub: str, tmp_path: Path) -> None:
    with serving(hub, tmp_path) as service:
        one, _ = (planned(service).json()["id"] for _ in range(2))
        with sqlite3.connect(tmp_path / "service" / "service.sqlite", timeout=20) as database:
            database.execute("UPDATE schedules SET asked = '{}' WHERE id = ?", (one,))
        let_pass(tmp_path, 0.1)
        until(lambda: [s for s in schedules(service) if s["last_submission"]], 20)


def test_schedules_of_one_notebook_are_told_apart_and_removed_by_their_first_letters(
    hub: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "ada")
    with serving(hub, tmp_path) as service:
        monkeypatch.setenv("BLUECLOUD_SERVICE_URL", service.address)
        asked = {
            "laboratory": "environment",
            "notebook": {"name": "daily.ipynb", "content": notebook("n")},
        }
        for more in ({"parameters": {"n": 4}}, {"sweep": {"n": [5, 6]}}, {"sweep": [{"n": 7}]}):
            assert planned(service, submit={**asked, **more}).status_code == 201
        listed = CliRunner().invoke(schedule_commands.app, ["list"])
        assert listed.exit_code == 0, listed.output
        for told in ("  n 4  ", "  n 5, 6  ", "  1 sets of parameters  "):
            assert listed.stdout.count(told) == 1, listed.stdout
        one = schedules(service)[0]["id"]
        removed = CliRunner().invoke(schedule_commands.app, ["remove", one[:9]])
        assert (removed.exit_code, removed.stdout) == (0, f"{one}: removed\n"), removed.output
        assert one not in [each["id"] for each in schedules(service)]
        unknown = CliRunner().invoke(schedule_commands.app, ["remove", "zz"])
        assert "'zz' is not the name of a schedule" in unknown.stderr
        assert len(schedules(service)) == 2


def test_a_schedule_is_its_persons_own(hub: str, tmp_path: Path) -> None:
    with serving(hub, tmp_path) as service:
        one = planned(service).json()["id"]
        assert [s["id"] for s in schedules(service)] == [one]
        for name in ("ben", "mia", "olga"):
            assert schedules(service, name) == []
            with service.client(name) as other:
                assert other.delete(f"/schedules/{one}").status_code == 404
        with service.client("ada") as ada:
            assert ada.delete(f"/schedules/{one}").status_code == 204
        assert schedules(service) == []
        refused = planned(service, cron="never")
        assert (refused.status_code, refused.json()["code"]) == (400, "NotAsked")

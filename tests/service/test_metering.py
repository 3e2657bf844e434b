"""What was used, by hand: hours of servers and runs, and bytes a source, as CSV for operators."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from bluecloud.cli import application
from bluecloud_hub.labs import read_laboratories
from bluecloud_hub.settings import checkout
from bluecloud_service.database import open_database
from bluecloud_service.desk.hub import HubDesk
from bluecloud_service.metering import Ended, Metering, Read, Seeing, Seen
from bluecloud_service.operating.tables import plain
from bluecloud_service.settings import ServiceSettings
from tests.service.desk_hub import OWN, DeskHub, desk_hub, server
from tests.service.serving import PEOPLE

LAB = "environment"
MARCH = 1772323200.0  # 2026-03-01T00:00:00Z
HOUR = 3600.0


@pytest.fixture
def metering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Metering]:
    (tmp_path / "service").mkdir()
    database = open_database(f"sqlite:///{tmp_path / 'service' / 'service.sqlite'}")
    monkeypatch.setenv("BLUECLOUD_STATE", str(tmp_path))
    yield Metering(database)
    database.dispose()


def told(*words: str) -> list[dict[str, str]]:
    done = CliRunner().invoke(
        application(), ["metering", "--since", "2026-03-01", "--until", "2026-04-01", *words]
    )
    assert done.exit_code == 0, done.output
    return list(csv.DictReader(io.StringIO(done.stdout)))


def test_hours_are_those_between_start_and_the_last_sight_within_the_time(
    metering: Metering,
) -> None:
    ada = Seen("ada", LAB, MARCH - HOUR, 2.0, 4e9)
    for hours in (1, 2, 3):
        metering.see([ada], MARCH + hours * HOUR)
    metering.see([Seen("ada", LAB, MARCH + 10 * HOUR, 1.0, 1e9)], MARCH + 11 * HOUR)
    metering.see([Seen("ben", "genomics", MARCH + 10 * HOUR, 1.0, 1e9)], MARCH + 12 * HOUR)
    rows = told("--by", "laboratory,person")
    # 3 h of 2 cores and 4 GB since the month began, and 1 h of 1 and 1.
    assert rows[0] == {
        "laboratory": LAB, "person": "ada", "server_hours": "4", "server_cpu_hours": "7",
        "server_gb_hours": "13", "runs": "0", "run_hours": "0", "run_cpu_hours": "0",
        "run_gb_hours": "0",
    }  # fmt: skip
    assert [(r["laboratory"], r["server_hours"]) for r in told("--by", "laboratory")] == [
        (LAB, "4"),
        ("genomics", "2"),
    ]


def test_runs_and_what_they_read_are_summed_once(metering: Metering) -> None:
    run = Ended("r" * 20 + "-0000", "ada", LAB, MARCH + HOUR, 1800.0, 5400.0, 2e9)
    reads = [Read("argogdac", "live", 3, 2500), Read("icos", "sample", 1, 10)]
    for _ in range(2):  # told twice, counted once
        metering.end(run, reads)
    metering.end(Ended("s" * 20 + "-0000", "ben", LAB, MARCH - 1, 1.0, 1.0, 1.0), reads)
    (row,) = told("--by", "person")
    assert {name: row[name] for name in ("person", "runs", "run_hours", "run_cpu_hours")} == {
        "person": "ada", "runs": "1", "run_hours": "0.5", "run_cpu_hours": "1.5",
    }  # fmt: skip
    assert row["run_gb_hours"] == "1"
    assert told("--by", "source") == [
        {"source": "argogdac", "tier": "live", "runs": "1", "reads": "3", "bytes": "2500"},
        {"source": "icos", "tier": "sample", "runs": "1", "reads": "1", "bytes": "10"},
    ]


def test_rows_go_when_they_are_older_than_a_year_and_a_month(metering: Metering) -> None:
    metering.see([Seen("ada", LAB, MARCH, 1.0, 1.0)], MARCH + HOUR)
    metering.end(Ended("r" * 20 + "-0000", "ada", LAB, MARCH, 1.0, 1.0, 1.0), [])
    metering.forget(MARCH + 399 * 86400)
    assert len(metering.servers(0, 2 * MARCH) + metering.runs(0, 2 * MARCH)) == 2
    metering.forget(MARCH + 402 * 86400)
    assert metering.servers(0, 2 * MARCH) + metering.runs(0, 2 * MARCH) == []


def test_servers_that_run_are_seen_with_the_limits_of_their_size(metering: Metering) -> None:
    laboratories = read_laboratories(checkout() / "hub" / "labs")
    size = list(laboratories[LAB].sizes)[-1]
    chosen = {**server(), "user_options": {"size": size}}
    hub = DeskHub(PEOPLE, servers={"ada": {LAB: chosen}, "ben": {LAB: server("spawn")}})
    with desk_hub(hub) as address:
        desk = HubDesk(ServiceSettings(hub_api=address, hub_token=OWN))
        seeing = Seeing(metering, desk, laboratories, keeps=lambda: True)
        seeing.turn(1767601800.0 + HOUR)  # an hour after it started, 2026-01-05T08:30Z
        desk.close()
    (row,) = metering.servers(0, 2 * MARCH)
    assert (row["person"], row["seen"] - row["started"]) == ("ada", HOUR)
    assert row["cpus"] == laboratories[LAB].sizes[size].cpu_limit


@pytest.mark.parametrize("name", ["=cmd|' /C calc'!A0", "+1", "-1", "@x", "\t=1", " =1"])
def test_no_cell_is_a_formula(name: str) -> None:
    assert plain(name) == f"'{name}"
    assert plain("ada") == "ada"
    assert plain(-1.5) == "-1.5"

"""How much a laboratory is used: runs and sources in counts, and nobody's name."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import Engine, text
from typer.testing import CliRunner

from bluecloud.cli import application
from bluecloud_service.database import open_database
from bluecloud_service.keys import Keys
from bluecloud_service.runs.index import Row, RunIndex
from bluecloud_service.usage import Month, Read, Usage
from tests.service.desk_hub import Browser, DeskHub, desk_hub
from tests.service.serving import PEOPLE, Serving, serving_runs, until
from tests.service.work import notebook

LAB = "environment"
MARCH, APRIL = (datetime(2026, month, 10, tzinfo=UTC).timestamp() for month in (3, 4))
READ = {"ada": [("argogdac", "live"), ("argogdac", "live"), ("icos", "sample")]}


@pytest.fixture
def database(tmp_path: Path) -> Engine:
    return open_database(f"sqlite:///{tmp_path / 'service.sqlite'}")


@pytest.fixture
def usage(database: Engine) -> Usage:
    return Usage(database, Keys(["k" * 32]), lambda row: READ.get(row.person, []))


def ended(number: int, person: str = "ada", state: str = "succeeded", at: float = MARCH) -> Row:
    """A run that ended."""
    return Row(
        id=f"{number:020x}-0000", submission=f"{number:020x}", person=person, laboratory=LAB,
        notebook="n.ipynb", title="", version="1", same="", cpus=1, memory_bytes=0, state=state,
        settled=1, cause="", words="", unit="", attempt=1, cells=1, cells_done=1,
        submitted=at, started=at, ended=at,
    )  # fmt: skip


def test_months_are_counted_apart_and_cancelled_runs_not_at_all(usage: Usage) -> None:
    for row in (
        ended(1), ended(2, state="failed"), ended(3, "ben", "cancelled"), ended(4, at=APRIL),
        replace(ended(5), laboratory="genomics"),
    ):  # fmt: skip
        usage.note(row)
        usage.note(row)  # told twice, counted once
    march = Month("2026-03", 2, 1, 2, 4, 0, "<5")
    april = Month("2026-04", 1, 0, 2, 2, 0, "<5")
    assert usage.months(LAB, "1970-01", "9999-12") == [march, april]
    assert usage.months(LAB, "2026-04", "2026-04") == [april]
    assert usage.months(LAB, "2026-05", "2026-06") == []


def test_people_are_a_number_from_five_on_and_no_name_is_kept(
    usage: Usage, database: Engine
) -> None:
    for number, person in enumerate(["ada", "ben", "cleo", "dora", "ada"]):
        usage.note(ended(number, person))
    assert usage.months(LAB, "2026-03", "2026-03")[0].people == "<5"
    usage.note(ended(9, "emil"))
    assert usage.months(LAB, "2026-03", "2026-03")[0].people == "5"
    usage.note(ended(10, "ada", at=APRIL))
    with database.connect() as connection:
        kept = connection.execute(text("SELECT person, month FROM usage_runs")).all()
    assert not {"ada", "ben", "cleo", "dora", "emil"} & {person for person, _ in kept}
    assert len({person for person, _ in kept}) == 6  # another one in each month


def test_sources_are_told_by_tier_with_their_last_live_reading(usage: Usage) -> None:
    usage.note(ended(1))
    usage.note(ended(2, at=APRIL))
    since = datetime(2026, 3, 1, tzinfo=UTC)
    assert usage.read_since(LAB, since) == [
        Read("argogdac", {"live": 2}, datetime(2026, 4, 10, tzinfo=UTC)),
        Read("icos", {"sample": 2}, None),
    ]
    assert usage.read_since(LAB, datetime(2026, 5, 1, tzinfo=UTC)) == []


def test_what_ended_while_nobody_counted_is_counted_later(usage: Usage, database: Engine) -> None:
    RunIndex(database).put([ended(1), ended(2, "ben", "cancelled")])
    usage.fill()
    usage.fill()
    assert [month.analyses for month in usage.months(LAB, "1970-01", "9999-12")] == [1]


def test_readings_of_products_are_counted(database: Engine) -> None:
    counted = Usage(database, Keys(["k" * 32]), lambda _: [("icos", "live"), ("products", "live")])
    counted.note(ended(1))
    counted.note(ended(2))
    (month,) = counted.months(LAB, "1970-01", "9999-12")
    assert (month.readings, month.products) == (4, 2)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    hub = DeskHub(PEOPLE)
    with (
        desk_hub(hub) as address,
        serving_runs(
            address, tmp_path_factory.mktemp("state"), JUPYTERHUB_API_TOKEN="the service's own"
        ) as served,
    ):
        yield served


def test_a_run_is_in_the_figures_of_the_desk_and_of_the_terminal_when_it_is_gone(
    service: Serving, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = {"laboratory": LAB, "notebook": {"name": "own.ipynb", "content": notebook("1")}}
    with service.client("ada") as ada:
        sent = ada.post("/runs", json=body).json()
        run = sent["runs"][0]["id"]
        until(lambda: ada.get(f"/runs/{run}").json()["state"] == "succeeded")
        with Browser(service, "mia") as mia:
            path = f"/desk/{LAB}/usage.csv"
            until(lambda: len(mia.get(path).text.splitlines()) == 2)
            ada.delete(f"/submissions/{sent['submission']}").raise_for_status()
            (row,) = csv.DictReader(io.StringIO(mia.get(path).text))
    assert (row["laboratory"], row["analyses"], row["people"]) == (LAB, "1", "<5")
    monkeypatch.setenv("BLUECLOUD_SERVICE_URL", service.address)
    monkeypatch.setenv("JUPYTERHUB_API_TOKEN", "mia")
    words = ["lab", "usage", LAB, "--from", row["month"], "--to", row["month"]]
    told = CliRunner().invoke(application(), words)
    assert told.exit_code == 0, told.output
    assert list(csv.DictReader(io.StringIO(told.stdout))) == [row]
    wrong = CliRunner().invoke(application(), ["lab", "usage", LAB, "--from", "spring"])
    assert wrong.exit_code == 1
    assert "first = 'spring'" in wrong.output

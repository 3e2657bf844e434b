"""On a machine that is full people wait, see their place, and get in when somebody stops."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from bluecloud_hub.admission import WAITING_PERCENT
from tests.platform.deployments import LABORATORY, Local, running
from tests.platform.person import Person


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A hub whose machine has room for one small laboratory."""
    made = Local(tmp_path_factory.mktemp("full"), BLUECLOUD_LABORATORIES_MEMORY="2G")
    with running(made) as deployment:
        yield deployment


async def place(person: Person) -> str:
    """Start the laboratory, and give what the waiting page is told first."""
    answer = await person.start(LABORATORY, size="small")
    assert answer.status_code == 200
    assert "It is being opened" in answer.text
    requested, stage = await person.watch(LABORATORY, until=WAITING_PERCENT)
    assert requested.progress == 0
    return stage.message


async def test_who_waits_sees_their_place_and_gets_in_when_another_stops(full: Local) -> None:
    async with (
        await full.person("ada") as ada,
        await full.person("ben") as ben,
        await full.person("cleo") as cleo,
    ):
        await ada.start(LABORATORY, size="small")
        assert (await ada.watch(LABORATORY))[-1].ready

        # A hub that was started again still counts what runs.
        await asyncio.to_thread(full.restart_hub)
        assert "No room: you are next" in await place(ben)
        assert "No room: 1 is before you" in await place(cleo)

        assert (await ada.stop(LABORATORY)).is_success
        stages = await ben.watch(LABORATORY)
        assert stages[-1].ready
        words = [stage.message for stage in stages]
        assert words[1].startswith("No room: you are next")
        assert words[2].startswith("Preparing your files")
        assert (await ben.run(LABORATORY, "print(6 * 7)")).strip() == "42"

        last = asyncio.create_task(cleo.watch(LABORATORY))
        assert (await ben.stop(LABORATORY)).is_success
        waited = await last
        assert waited[-1].ready
        assert [stage.message for stage in waited[1:3]] == [
            "No room: 1 is before you; a place is free when somebody stops a laboratory",
            "No room: you are next; a place is free when somebody stops a laboratory",
        ]
        assert (await cleo.stop(LABORATORY)).is_success


async def test_a_size_that_never_has_room_is_refused_at_once(full: Local) -> None:
    async with await full.person("dora") as dora:
        answer = await dora.start(LABORATORY, size="medium")
        assert answer.status_code == 503
        assert "This size needs 4 GB of memory" in answer.text
        assert "choose a smaller size" in answer.text
        assert f'data-laboratory="{LABORATORY}" data-state="stopped"' in await dora.home()

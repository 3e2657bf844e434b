"""Who waits for a place, what they are told, and that a place is always given back."""

from __future__ import annotations

import asyncio
import copy
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bluecloud_hub.admission import Admission, Refusal, Server
from bluecloud_hub.labs import read_laboratories
from tests.hub import cluster_api as cluster
from tests.hub.cluster_api import ClusterApi
from tests.hub.cluster_hub import People, release, settings_of

GB = 2**30
LABS = Path(__file__).parents[2] / "hub" / "labs"


class Start:
    """One person's start: it waits for its place, and starts until it is told that it answers."""

    def __init__(self, admission: Admission, number: int, gigabytes: int = 1) -> None:
        self.server: Server = (number, "environment")
        self.said: list[str] = []
        self.is_in = False
        self.answers = asyncio.Event()
        self.task = asyncio.create_task(self._start(admission, gigabytes * GB))

    async def _start(self, admission: Admission, memory: int) -> None:
        async with admission.place(self.server, memory, lambda _, words: self.said.append(words)):
            self.is_in = True
            await self.answers.wait()

    async def fails(self) -> None:
        self.task.cancel()
        await asyncio.wait({self.task})

    async def ready(self) -> None:
        self.answers.set()
        await self.task


async def settle() -> None:
    """Let everybody go as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


@asynccontextmanager
async def starts(admission: Admission, *gigabytes: int) -> AsyncIterator[list[Start]]:
    """People who come one after the other."""
    made = [Start(admission, number, size) for number, size in enumerate(gigabytes, 1)]
    try:
        await settle()
        yield made
    finally:
        for each in made:
            await each.fails()


def inside(people: list[Start]) -> list[bool]:
    return [each.is_in for each in people]


async def test_so_many_start_at_once_and_others_in_the_order_of_coming() -> None:
    async with starts(Admission(2, None, 60), 1, 1, 1, 1, 1) as people:
        assert inside(people) == [True, True, False, False, False]
        assert people[0].said == []
        assert people[2].said == ["You are next: other laboratories are just starting"]
        assert people[3].said == ["1 other starts before you"]
        assert people[4].said == ["2 others start before you"]
        await people[1].ready()
        await settle()
        assert inside(people) == [True, True, True, False, False]
        assert people[4].said == ["2 others start before you", "1 other starts before you"]


async def test_memory_is_held_until_a_laboratory_is_stopped() -> None:
    admission = Admission(20, 4 * GB, 60)
    async with starts(admission, 2, 2, 2, 1) as people:
        assert inside(people) == [True, True, False, False]
        await people[0].ready()
        await settle()
        assert not people[2].is_in, "it runs, and has its memory"
        free = "a place is free when somebody stops a laboratory"
        assert people[2].said == [f"No room: you are next; {free}"]
        assert people[3].said == [f"No room: 1 is before you; {free}"]
        admission.release(people[0].server)
        admission.release(people[0].server)  # once more is no more room
        await settle()
        assert inside(people) == [True, True, True, False]
        assert people[3].said[-1] == f"No room: you are next; {free}"


async def test_whoever_needs_less_does_not_pass_who_was_first() -> None:
    admission = Admission(20, 4 * GB, 60)
    async with starts(admission, 3, 2, 1) as people:
        assert inside(people) == [True, False, False]
        await people[0].fails()
        await settle()
        assert inside(people)[1:] == [True, True]


async def test_a_start_that_fails_or_is_broken_off_gives_back_its_place_and_memory() -> None:
    admission = Admission(1, 4 * GB, 60)
    async with starts(admission, 4, 4, 4, 4) as people:
        await people[2].fails()  # while it waits
        await people[0].fails()  # while it starts
        await settle()
        assert inside(people) == [True, True, False, False]
        assert people[3].said[-1].startswith("No room: you are next")
        await people[1].fails()
        await settle()
        assert people[3].is_in
    assert admission.held((4, "environment")) is None


async def test_whoever_is_broken_off_as_their_turn_comes_holds_nothing() -> None:
    admission = Admission(1, None, 60)
    async with starts(admission, 1, 1, 1) as people:
        people[0].task.cancel()
        people[1].task.cancel()
        await settle()
        assert inside(people) == [True, False, True]


async def test_whoever_is_let_in_and_broken_off_before_they_know_holds_nothing() -> None:
    admission = Admission(1, None, 60)
    async with starts(admission, 1, 1, 1) as people:
        people[0].answers.set()
        await asyncio.sleep(0)  # it gives its place on, and nobody has gone further yet
        assert admission.held(people[1].server) == GB
        assert not people[1].is_in
        people[1].task.cancel()
        await settle()
        assert admission.held(people[1].server) is None
        assert inside(people) == [True, False, True]


async def test_a_size_larger_than_all_room_is_refused_at_once() -> None:
    async with starts(Admission(20, 4 * GB, 60), 8, 1) as people:
        with pytest.raises(Refusal, match="needs 8 GB.*may use 4 GB.*smaller size") as refused:
            await people[0].task
        assert refused.value.status_code == 503
        assert people[1].is_in


async def test_a_wait_that_took_too_long_says_how_long_and_what_to_do() -> None:
    admission = Admission(20, 4 * GB, 0.2)
    admission.hold((9, "environment"), 3 * GB)
    async with starts(admission, 2, 2) as people:
        for each in people:
            with pytest.raises(Refusal, match="waited .* seconds.*stop a laboratory"):
                await each.task
        async with starts(admission, 1) as later:
            assert inside(later) == [True], "nothing is left of those who went"


async def test_a_copy_is_the_same_admission() -> None:
    admission = Admission(1, None, 60)
    assert copy.deepcopy({"in": admission})["in"] is admission


async def test_a_laboratory_holds_its_memory_while_it_runs_and_after_a_restart_of_the_hub(
    people: People, cluster_api: ClusterApi, tmp_path: Path
) -> None:
    settings = settings_of(tmp_path, BLUECLOUD_LABORATORIES_MEMORY="2G")
    cluster_api.outcome = cluster.runs
    hub = People(settings, read_laboratories(LABS))
    release(tmp_path, "environment")
    try:
        spawner = hub.spawner("environment", groups=["environment"], size="small")
        admission = spawner.deployment.admission
        other = hub.spawner("environment", name="ben", groups=["environment"], size="small")
        assert other.deployment.admission is admission
        assert admission.held(spawner._as_admitted) is None

        state = {"memory": 2 * GB, "pod_name": spawner.pod_name}
        spawner.load_state(state)
        assert admission.held(spawner._as_admitted) == spawner.mem_limit == 2 * GB
        assert spawner.get_state()["memory"] == 2 * GB
        waits = asyncio.create_task(other.start())
        await settle()
        assert other._stages.said[-1]["message"].startswith("No room: you are next")
        waits.cancel()
        await asyncio.wait({waits})

        assert await spawner.poll() is not None, "there is no pod of it"
        assert admission.held(spawner._as_admitted) is None
        assert "memory" not in spawner.get_state()

        spawner.load_state({"pod_name": spawner.pod_name})  # of a hub that did not keep it
        assert admission.held(spawner._as_admitted) == 2 * GB
        await spawner.stop(now=True)
        assert admission.held(spawner._as_admitted) is None
    finally:
        hub.session.close()


async def test_whoever_loses_their_right_while_they_wait_is_not_let_in(
    people: People, tmp_path: Path
) -> None:
    laboratory = read_laboratories(LABS)["environment"]
    members = {"environment": laboratory.model_copy(update={"access": "members"})}
    hub = People(settings_of(tmp_path, BLUECLOUD_STARTS_AT_ONCE="1"), members)
    try:
        spawner = hub.spawner("environment", groups=["environment"])
        async with starts(spawner.deployment.admission, 1) as (first,):
            waits = asyncio.create_task(spawner.start())
            await settle()
            hub.spawner("environment", groups=[])
            await first.ready()
            with pytest.raises(Refusal, match="not open to ada"):
                await waits
    finally:
        hub.session.close()

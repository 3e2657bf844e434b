"""Two hundred people log in, open a laboratory, look around, search and submit runs, on loopback.

Ours is the hub of ``make demo`` with the service beside it; its peer is JupyterHub without our
code, with the same login (bcrypt), database (SQLite) and proxy. Servers of both are light
stand-ins, so that hub and service are what is measured. Somebody comes every 1.5 seconds and
pauses one to three seconds between two pages; two processors serve all of them, the runs, and
whoever measures. Nobody may get an error, and every run must succeed. Hub and service are looked
at after each fifty people. Last, ten people start real containers at once.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench.load.journey import Seconds, arrive, one_by_one, succeeded, work
from tests.bench.load.places import Place, ours, plain
from tests.bench.ratio import Ratio
from tests.platform.deployments import LABORATORY, Docker, running
from tests.platform.person import Person

_PEOPLE, _STEP, _CONTAINERS = 200, 50, 10
_RUNS_S = 1200  # until the last of them has ended
_PAGE_S, _SEARCH_S = 0.5, 0.15
Costs = dict[str, tuple[float, float]]


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


@dataclass
class _Measured:
    seconds: Seconds
    arriving: list[Costs]
    working: list[Costs]


async def _measure(place: Place, *, works: bool) -> _Measured:
    measured = _Measured(Seconds(), [place.costs()], [])
    seconds = measured.seconds
    people = [place.person(number) for number in range(_PEOPLE)]
    steps = range(0, _PEOPLE, _STEP)
    for first in steps:
        await one_by_one(
            people[first : first + _STEP],
            first,
            lambda person, number: arrive(place, person, number, seconds),
        )
        measured.arriving.append(place.costs())
    if works:
        measured.working.append(place.costs())
        tokens: list[str] = []
        for first in steps:
            tokens += await one_by_one(
                people[first : first + _STEP],
                first,
                lambda person, number: work(place, person, number, seconds),
            )
            measured.working.append(place.costs())
        async with asyncio.timeout(_RUNS_S):
            for person, token in zip(people, tokens, strict=True):
                while not await succeeded(person, token):
                    await asyncio.sleep(1)
    for person in people:
        await person.client.aclose()
    return measured


def _curve(costs: Sequence[Mapping[str, tuple[float, float]]]) -> str:
    """How memory and processor time grew, at 0, 50, ... people."""
    told = []
    for name in costs[0]:
        memory = ", ".join(f"{each[name][0]:.0f}" for each in costs)
        spent = ", ".join(f"{each[name][1]:.0f}" for each in costs)
        told.append(f"{name}: {memory} MB; {spent} s of a processor")
    steps = ", ".join(str(number) for number in range(0, _PEOPLE + 1, _STEP))
    return f"with {steps} people: {'; '.join(told)}"


async def _containers(docker: Docker) -> tuple[float, float]:
    """Seconds until ten answer that were started at once, and until one does."""
    people = [await docker.person(f"many{number}") for number in range(_CONTAINERS)]

    async def start(person: Person) -> None:
        await person.start(LABORATORY, size="small")
        last = (await person.watch(LABORATORY))[-1]
        assert last.ready, last.message

    took = []
    for those in (people[:1], people):
        began = time.perf_counter()
        await asyncio.gather(*map(start, those))
        took.append(time.perf_counter() - began)
        for person in those:
            await person.stop(LABORATORY)
    for person in people:
        await person.client.aclose()
    one, together = took
    return together, one


def run() -> list[Ratio]:
    """Ninety-fifth percentiles, means, and what two hundred people cost."""
    with tempfile.TemporaryDirectory() as folder:
        with ours(Path(folder) / "ours", _PEOPLE) as place:
            mine = asyncio.run(_measure(place, works=True))
        with plain(Path(folder) / "plain") as place:
            theirs = asyncio.run(_measure(place, works=False))
        with running(Docker(Path(folder) / "docker", BLUECLOUD_START_TIMEOUT="180")) as docker:
            together, one = asyncio.run(_containers(docker))
    took, their = mine.seconds.taken, theirs.seconds.taken
    note = f"{_PEOPLE} people, no error"
    peer = "JupyterHub alone"
    compared = [
        Ratio(
            f"{what}, mean",
            peer,
            statistics.mean(took[key]),
            statistics.mean(their[key]),
            "s",
            1.10,
            f"{len(took[key])} of them; {note}",
        )
        for what, key in (("a page of the hub", "page"), ("a login", "login"), ("a start", "start"))
    ]
    bars = [
        Ratio(
            f"{what}, 95 %", "the bar", _p95(took[key]), bar, "s", 1.0, f"{len(took[key])} of them"
        )
        for what, key, bar in (
            ("a page of the hub", "page", _PAGE_S),
            ("a page of the hub beside runs", "page beside runs", _PAGE_S),
            ("a search beside runs", "search", _SEARCH_S),
            ("a list of one's runs", "runs", _PAGE_S),
            ("a submit", "submit", _PAGE_S),
        )
    ]
    grew = [each.arriving[-1]["hub"][0] - each.arriving[0]["hub"][0] for each in (mine, theirs)]
    curve = f"who come: {_curve(mine.arriving)}; who work: {_curve(mine.working)}"
    return [
        *bars,
        *compared,
        Ratio("memory that people add to the hub", peer, *grew, "MB", 1.10, curve),
        Ratio(
            "ten containers started at once", "one after another",
            together, _CONTAINERS * one, "s", 1.0, "from the buttons until all answer; none failed",
        ),
    ]  # fmt: skip

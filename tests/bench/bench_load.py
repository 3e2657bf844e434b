"""Two hundred people: they log in, open a laboratory, look around and search. On loopback only.

Ours is the hub of ``make demo`` with the service beside it; its peer is JupyterHub without our
code, with the same login (bcrypt), database (SQLite) and proxy. Servers of both are light
stand-ins, so that hub and service are what is measured. Twenty people are on their way at a time;
two processors serve all of them and whoever measures. Nobody may get an error. Hub and service are
looked at after each fifty people. Last, ten people start real containers at once.
"""

from __future__ import annotations

import asyncio
import statistics
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.bench.load.journey import Seconds, all_of
from tests.bench.load.places import Place, ours, plain
from tests.bench.ratio import Ratio
from tests.platform.deployments import LABORATORY, Docker, running
from tests.platform.person import Person

_PEOPLE, _STEP, _CONTAINERS = 200, 50, 10
_PAGE_S, _SEARCH_S = 0.5, 0.15
Costs = dict[str, tuple[float, float]]


def _p95(seconds: Sequence[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def _measured(place: Place) -> tuple[Seconds, list[Costs]]:
    seconds, costs = Seconds(), [place.costs()]
    for first in range(0, _PEOPLE, _STEP):
        people = [place.person(number) for number in range(first, first + _STEP)]
        asyncio.run(all_of(place, people, first, seconds))
        costs.append(place.costs())
    return seconds, costs


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
            mine, my_costs = _measured(place)
        with plain(Path(folder) / "plain") as place:
            theirs, their_costs = _measured(place)
        with running(Docker(Path(folder) / "docker", BLUECLOUD_START_TIMEOUT="180")) as docker:
            together, one = asyncio.run(_containers(docker))
    pages, searches = mine.taken["page"], mine.taken["search"]
    note = f"{_PEOPLE} people, 20 at a time, no error"
    peer = "JupyterHub alone"
    compared = [
        Ratio(
            f"{what}, mean",
            peer,
            statistics.mean(mine.taken[key]),
            statistics.mean(theirs.taken[key]),
            "s",
            1.10,
            f"{len(mine.taken[key])} of them; {note}",
        )
        for what, key in (("a page of the hub", "page"), ("a login", "login"), ("a start", "start"))
    ]
    grew = [each[-1]["hub"][0] - each[0]["hub"][0] for each in (my_costs, their_costs)]
    return [
        Ratio("a page of the hub, 95 %", "the bar", _p95(pages), _PAGE_S, "s", 1.0, note),
        Ratio("a search, 95 %", "the bar", _p95(searches), _SEARCH_S, "s", 1.0, note),
        *compared,
        Ratio("memory that people add to the hub", peer, *grew, "MB", 1.10, _curve(my_costs)),
        Ratio(
            "ten containers started at once", "one after another",
            together, _CONTAINERS * one, "s", 1.0, "from the buttons until all answer; none failed",
        ),
    ]  # fmt: skip

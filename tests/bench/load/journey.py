"""What one person does: logs in, opens a laboratory, looks around; then searches, submits a run.

People come one after another and take their time between two pages, as people do: who asks without
a pause measures the queue they make themselves.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import httpx

from tests.bench.load.places import Place
from tests.platform.person import Person
from tests.service.work import notebook

SEARCHES = ["oxygen", "temperature", "plankton", "sea surface height", "species occurrence"]
SERVICE = "/services/bluecloud"
EVERY_S = 1.5  # somebody comes
PAUSE_S = (1.0, 3.0)  # between two pages
T = TypeVar("T")


@dataclass
class Seconds:
    """How long each answer was waited for, by what was asked."""

    taken: dict[str, list[float]] = field(default_factory=dict)

    @asynccontextmanager
    async def of(self, what: str) -> AsyncIterator[None]:
        """Count one."""
        began = time.perf_counter()
        yield
        self.taken.setdefault(what, []).append(time.perf_counter() - began)


async def arrive(place: Place, person: Person, number: int, seconds: Seconds) -> None:
    """Log in, open a laboratory, and look around; whatever is refused ends the measurement.

    Raises
    ------
    RuntimeError
        If a server does not start.
    httpx.HTTPStatusError
        If an answer is an error.
    """
    pauses = random.Random(number)  # noqa: S311 - the same pauses at both hubs
    async with seconds.of("login"):
        answer = await person.log_in()
    answer.raise_for_status()
    for _ in range(3):
        await _pause(pauses)
        await page(person, "/hub/home", seconds)
    async with seconds.of("start"):
        await start(place, person)
    for path in ("/hub/home", "/hub/token", "/hub/home"):
        await _pause(pauses)
        await page(person, path, seconds)


async def work(place: Place, person: Person, number: int, seconds: Seconds) -> str:
    """Search twice, submit a run, and look at one's runs and the home page while it waits.

    Returns
    -------
    str
        The token by which the person's runs can be seen.

    Raises
    ------
    httpx.HTTPStatusError
        If an answer is an error.
    """
    pauses = random.Random(number)  # noqa: S311 - as above
    token = await person.token(scopes=["access:services!service=bluecloud"])
    headers = {"Authorization": f"token {token}"}
    for word in (SEARCHES[number % len(SEARCHES)], SEARCHES[(number + 1) % len(SEARCHES)]):
        await _pause(pauses)
        async with seconds.of("search"):
            found = await person.client.get(
                f"{SERVICE}/stac/search", params={"q": word, "limit": 10}, headers=headers
            )
        found.raise_for_status()
        assert found.json()["features"], f"nothing was found of {word!r}"
    await _pause(pauses)
    asked = {
        "laboratory": place.server,
        "notebook": {"name": "sum.ipynb", "content": notebook("print(sum(range(n)))")},
        "parameters": {"n": number + 1},
    }
    async with seconds.of("submit"):
        submitted = await person.client.post(f"{SERVICE}/runs", json=asked, headers=headers)
    submitted.raise_for_status()
    await _pause(pauses)
    async with seconds.of("runs"):
        listed = await person.client.get(f"{SERVICE}/runs", headers=headers)
    listed.raise_for_status()
    assert len(listed.json()["runs"]) == 1, f"{person.name} has one run, not {listed.text}"
    await page(person, "/hub/home", seconds, "page beside runs")
    return token


async def succeeded(person: Person, token: str) -> bool:
    """Whether this person's run has ended, as it must.

    Raises
    ------
    AssertionError
        If it ended otherwise.
    """
    answer = await person.client.get(f"{SERVICE}/runs", headers={"Authorization": f"token {token}"})
    answer.raise_for_status()
    (run,) = answer.json()["runs"]
    assert run["state"] not in ("failed", "cancelled"), f"{person.name}: {run}"
    return bool(run["state"] == "succeeded")


async def _pause(pauses: random.Random) -> None:
    await asyncio.sleep(pauses.uniform(*PAUSE_S))


async def page(person: Person, path: str, seconds: Seconds, what: str = "page") -> None:
    """Look at one of the hub's pages."""
    async with seconds.of(what):
        answer = await person.client.get(path)
    answer.raise_for_status()
    assert answer.url.path == path, f"{path} led to {answer.url.path}"


async def start(place: Place, person: Person) -> None:
    """Press the button, and wait until the server answers."""
    named = f"/{place.server}" if place.server else ""
    xsrf = await person.xsrf()
    pressed = await person.client.post(
        f"/hub/spawn/{person.name}{named}", params={"_xsrf": xsrf}, data={}, follow_redirects=False
    )
    if pressed.status_code >= httpx.codes.BAD_REQUEST:
        pressed.raise_for_status()
    path = f"/hub/api/users/{person.name}/server" + (f"s{named}" if named else "")
    async with person.client.stream("GET", f"{path}/progress", params={"_xsrf": xsrf}) as events:
        events.raise_for_status()
        async for line in events.aiter_lines():
            if '"ready": true' in line:
                return
            if '"failed": true' in line:
                raise RuntimeError(line)
    raise RuntimeError(f"the server of {person.name} said nothing of its end")


async def one_by_one(
    people: Sequence[Person], first: int, does: Callable[[Person, int], Coroutine[Any, Any, T]]
) -> list[T]:
    """All these people, one coming each so many seconds; what became of each."""
    async with asyncio.TaskGroup() as group:
        tasks = []
        for number, person in enumerate(people, first):
            tasks.append(group.create_task(does(person, number)))
            await asyncio.sleep(EVERY_S)
    return [task.result() for task in tasks]

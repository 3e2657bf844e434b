"""What one person does: logs in, opens a laboratory, looks around, searches, submits a run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx

from tests.bench.load.places import Place
from tests.platform.person import Person

SEARCHES = ["oxygen", "temperature", "plankton", "sea surface height", "species occurrence"]
AT_ONCE = 20


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


async def journey(place: Place, person: Person, number: int, seconds: Seconds) -> None:
    """Go through it all; whatever is refused ends the measurement.

    Raises
    ------
    RuntimeError
        If a server does not start.
    httpx.HTTPStatusError
        If an answer is an error.
    """
    async with seconds.of("login"):
        answer = await person.log_in()
    answer.raise_for_status()
    for _ in range(3):
        await page(person, "/hub/home", seconds)
    async with seconds.of("start"):
        await start(place, person)
    for path in ("/hub/home", "/hub/token", "/hub/home"):
        await page(person, path, seconds)
    if place.searches:
        token = await person.token(scopes=["access:services!service=bluecloud"])
        headers = {"Authorization": f"token {token}"}
        for word in (SEARCHES[number % len(SEARCHES)], SEARCHES[(number + 1) % len(SEARCHES)]):
            async with seconds.of("search"):
                found = await person.client.get(
                    "/services/bluecloud/stac/search",
                    params={"q": word, "limit": 10},
                    headers=headers,
                )
            found.raise_for_status()


async def page(person: Person, path: str, seconds: Seconds) -> None:
    """Look at one of the hub's pages."""
    async with seconds.of("page"):
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


async def all_of(place: Place, people: Sequence[Person], first: int, seconds: Seconds) -> None:
    """All these journeys, so many at once."""
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int, person: Person) -> None:
        async with gate, person:
            await journey(place, person, first + number, seconds)

    await asyncio.gather(*(one(number, person) for number, person in enumerate(people)))

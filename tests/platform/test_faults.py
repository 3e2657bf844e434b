"""Each part of a deployment killed without warning: it is back by itself, and nothing is lost."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest

from tests.platform.deployments import LABORATORY, Docker
from tests.platform.person import Person
from tests.platform.test_runs import Runs, asked

pytestmark = pytest.mark.docker

PARTS = ["fence", "registry", "proxy", "service", "hub", "database"]
LONGEST_S = 180
SLOW = """
import time
from pathlib import Path
time.sleep(12)
Path("done.txt").write_text("done")
"""
QUICK = "print(6 * 7)"


@dataclass(frozen=True)
class AtWork:
    """Somebody in their laboratory, with a kernel that remembers something."""

    person: Person
    kernel: str
    runs: Runs


@pytest.fixture(scope="module")
async def ines(docker: Docker) -> AsyncIterator[AtWork]:
    async with await docker.person("ines") as person:
        await person.start(LABORATORY, size="small")
        assert (await person.watch(LABORATORY))[-1].ready
        kernel = await person.start_kernel(LABORATORY)
        code = "x = 41; open('kept.txt', 'w').write('kept')"
        await person.run(LABORATORY, code, kernel=kernel)
        yield AtWork(person, kernel, await Runs.of(person, docker))
        await person.stop(LABORATORY)


def state_of(docker: Docker, part: str) -> dict[str, Any]:
    """What Docker says of a part's container."""
    (container,) = docker.compose("ps", "--quiet", part).split()
    words = ["docker", "inspect", "--format", "{{json .State}}", container]
    told = subprocess.run(words, capture_output=True, check=True).stdout
    found: dict[str, Any] = json.loads(told)
    return found


async def back(docker: Docker, part: str, before: dict[str, Any]) -> None:
    """Return when a part runs anew, and is healthy where it says so."""
    end = asyncio.get_running_loop().time() + LONGEST_S
    while True:
        now = state_of(docker, part)
        is_new = now["Running"] and now["StartedAt"] != before["StartedAt"]
        if is_new and now.get("Health", {}).get("Status", "healthy") == "healthy":
            return
        assert asyncio.get_running_loop().time() < end, f"{part} is not back: {now}"
        await asyncio.sleep(0.5)


def faults(docker: Docker) -> set[str]:
    """The checks of ``bluecloud doctor`` that find a fault."""
    words = ("run", "--rm", "--no-deps", "-T", "service", "bluecloud", "doctor", "--json")
    try:
        told = docker.compose(*words)
    except AssertionError as error:  # its status is 1 with warnings, 2 with faults
        told = str(error)
    findings = json.loads(told[told.index("{\n") : told.rindex("\n}") + 2])["findings"]
    return {each["check"] for each in findings if each["verdict"] == "fault"}


async def goes(ines: AtWork) -> None:
    """Whoever was at work goes on: same kernel, same files, and the pages answer."""
    end = asyncio.get_running_loop().time() + LONGEST_S
    while True:
        try:
            page = await ines.person.client.get("/hub/home")
            if page.status_code == httpx.codes.OK and await ines.runs.ask("GET", "/runs"):
                break
        except (httpx.HTTPError, AssertionError):
            pass
        assert asyncio.get_running_loop().time() < end, "the pages do not answer"
        await asyncio.sleep(0.5)
    assert "data-laboratory" in page.text, "the session is still theirs"
    code = "print(x + 1, open('kept.txt').read())"
    told = await ines.person.run(LABORATORY, code, kernel=ines.kernel)
    assert told.strip() == "42 kept"


@pytest.mark.parametrize("part", PARTS)
async def test_a_part_that_is_killed_is_back_by_itself_with_nothing_lost(
    docker: Docker, ines: AtWork, part: str
) -> None:
    already = faults(docker)
    run = await ines.runs.submit_cells(SLOW)
    while (await ines.runs.ask("GET", f"/runs/{run}"))["state"] in {"queued", "starting"}:
        await asyncio.sleep(0.2)
    before = state_of(docker, part)
    os.kill(before["Pid"], signal.SIGKILL)
    await back(docker, part, before)
    await goes(ines)
    told = await ines.runs.ended(run)
    assert (told["state"], told["attempt"]) == ("succeeded", 1), told
    assert [output["path"] for output in told["outputs"]] == ["done.txt"]
    end = asyncio.get_running_loop().time() + LONGEST_S
    while new := faults(docker) - already:
        assert asyncio.get_running_loop().time() < end, f"doctor finds {new}"
        await asyncio.sleep(2)


async def test_a_database_that_restarts_under_load_loses_nothing_that_was_accepted(
    docker: Docker, ines: AtWork
) -> None:
    accepted: list[str] = []
    refused: list[int] = []
    ending = asyncio.Event()

    async def submit() -> None:
        while not ending.is_set():
            answer = await ines.runs.answer("POST", "/runs", asked(QUICK))
            if answer.status_code == httpx.codes.CREATED:
                accepted.append(answer.json()["runs"][0]["id"])
            else:
                refused.append(answer.status_code)
            await asyncio.sleep(1)

    async def look() -> None:
        while not ending.is_set():
            answer = await ines.person.client.get("/hub/home")
            if answer.is_error:
                refused.append(answer.status_code)
            await asyncio.sleep(0.1)

    working = [asyncio.create_task(each()) for each in (submit, look, look)]
    await asyncio.sleep(3)
    before = state_of(docker, "database")
    await asyncio.to_thread(docker.compose, "restart", "database")
    await back(docker, "database", before)
    await asyncio.sleep(3)
    ending.set()
    await asyncio.gather(*working)
    await goes(ines)
    assert len(accepted) >= 3
    assert all(status >= httpx.codes.INTERNAL_SERVER_ERROR for status in refused), refused
    ended = [await ines.runs.ended(run) for run in accepted]
    assert {one["state"] for one in ended} == {"succeeded"}, ended

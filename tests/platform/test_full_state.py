"""The disk of a deployment is full to the last byte: it says so, keeps what it has, and goes on."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import psutil
import pytest

from bluecloud_hub.audit import Audit
from tests.platform.deployments import Local, running
from tests.platform.operating import Copy, environment_of
from tests.platform.person import Person
from tests.platform.test_runs import Runs, asked
from tests.service.publishing import GRID, READ, form

WAITS = """
import time
from pathlib import Path
while not Path({go!r}).exists():
    time.sleep(0.1)
Path("done.bin").write_bytes(bytes(100_000))
"""
NO_ROOM = re.compile("No space left on device|no room is left")


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Local]:
    """A deployment whose state is a disk of its own, of some mebibytes."""
    if os.geteuid():
        pytest.skip("a disk of its own is mounted by root")
    state = tmp_path_factory.mktemp("small")
    words = ["mount", "-t", "tmpfs", "-o", "size=160m,mode=0755", "bctest", str(state)]
    subprocess.run(words, check=True)
    try:
        with running(Local(state)) as deployment:
            yield deployment
    finally:
        subprocess.run(["umount", "--lazy", str(state)], check=True)


@contextmanager
def full(state: Path) -> Iterator[None]:
    """A disk without room; what is freed on it is taken at once, until the end."""
    filling, ending = state / "filling.bin", threading.Event()

    def fill() -> None:
        with filling.open("wb", buffering=0) as file:
            while not ending.wait(0.005):
                for size in (1 << 20, 1 << 12, 1):
                    with contextlib.suppress(OSError):
                        while file.write(bytes(size)):
                            pass

    thread = threading.Thread(target=fill)
    thread.start()
    try:
        while os.statvfs(state).f_bavail:
            time.sleep(0.01)
        yield
    finally:
        ending.set()
        thread.join()
        filling.unlink()


def faults(deployment: Local) -> dict[str, str]:
    """The checks of ``bluecloud doctor`` that find a fault, with what they say."""
    found = Copy(deployment.state, environment_of(deployment)).find()
    return {each.check: each.found for each in found if each.verdict == "fault"}


def units(deployment: Local, run: str) -> Iterator[psutil.Process]:
    """The processes that execute a run."""
    submission = str(deployment.state / "runs" / "sid" / run.partition("-")[0])
    for process in psutil.process_iter(["cmdline"]):
        if any(submission in word for word in process.info["cmdline"] or ()):
            yield process


async def kept(runs: Runs) -> list[Any]:
    """What a person is told that the service has of theirs, and what it finds."""
    told = [await runs.ask("GET", path) for path in ("/proposals", "/schedules", "/stac/search")]
    return [*told, [each["id"] for each in (await runs.ask("GET", "/runs"))["runs"]]]


async def test_a_full_disk_is_said_and_nothing_is_lost(small: Local, tmp_path: Path) -> None:
    already = faults(small)
    async with await small.person("sid") as sid, Person(small.address, "sid", "") as nobody:
        runs = await Runs.of(sid, small)
        done = await runs.submit_cells(READ, GRID)
        now, later = tmp_path / "now", tmp_path / "later"
        first, second = [
            await runs.submit_cells(WAITS.format(go=str(each))) for each in (now, later)
        ]
        assert (await runs.ended(done))["state"] == "succeeded"
        for each in (first, second):
            while (await runs.ask("GET", f"/runs/{each}"))["state"] in {"queued", "starting"}:
                await asyncio.sleep(0.1)
        submit = asked("1")
        changes: list[tuple[str, str, Any]] = [
            ("POST", "/runs", submit),
            ("POST", "/proposals", form(done)),
            ("POST", "/schedules", {"cron": "0 6 * * 1", "timezone": "UTC", "submit": submit}),
            ("PUT", "/credentials/cmems", {"username": "sid", "password": "at the sea"}),
        ]
        before = await kept(runs)
        with full(small.state):
            for change in changes:
                refused = await runs.answer(*change)
                said = (refused.status_code, refused.json()["description"])
                assert said[0] == httpx.codes.SERVICE_UNAVAILABLE, said
                assert NO_ROOM.search(said[1]), said
            page = await nobody.client.get("/hub/login")
            assert "No room is left on this deployment" in page.text
            assert await kept(runs) == before
            now.touch()
            while [*units(small, first)]:
                await asyncio.sleep(0.1)
            told = set(await asyncio.to_thread(faults, small)) - set(already)
            assert {"disk-state"} <= told <= {"disk-state", "keeper"}, told
        ended = await runs.ended(first)
        assert (ended["state"], ended["cause"], ended["attempt"]) == ("failed", "disk-full", 1), (
            ended
        )
        assert "no room is left on disk" in ended["words"]
        later.touch()
        ended = await runs.ended(second)
        assert (ended["state"], ended["attempt"]) == ("succeeded", 1), ended
        for change in changes:
            answer = await runs.answer(*change)
            assert answer.is_success, answer.text
        assert len(await runs.ask("GET", "/proposals")) == 1
        assert "No room is left" not in await sid.home(), "and she is still logged in"
    assert faults(small) == already
    assert Audit(small.state).verify() == []
    assert not [*small.state.rglob(".new-*"), *small.state.glob("runs/.drafts/*")]

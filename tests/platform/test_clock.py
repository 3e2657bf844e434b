"""A clock that is set hours forward, or back, while people work: nothing is lost or repeated."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.platform.deployments import LABORATORY, running
from tests.platform.jumping import Clock, Jumping
from tests.platform.operating import environment_of
from tests.platform.person import Person
from tests.platform.test_failures import until_stopped
from tests.platform.test_runs import Runs, asked

HOUR_S = 3600
# Longer than any loop of hub and service waits until it looks again, but the culler's.
LOOKED_AT_S = 6
WAITS = """
import time
from pathlib import Path
Path("begun").touch()
while not Path({go!r}).exists():
    time.sleep(0.1)
"""


@dataclass(frozen=True)
class AtWork:
    """Somebody in their laboratory, in a deployment whose clock can be set."""

    deployment: Jumping
    clock: Clock
    person: Person
    kernel: str
    runs: Runs

    @asynccontextmanager
    async def culling(self, log: Path, *words: str) -> AsyncIterator[None]:
        """The deployment's culler once more, which looks every second; from its first look on."""
        told = environment_of(self.deployment)
        token = (self.deployment.state / "hub" / "people.token").read_text().strip()
        command = [sys.executable, "-m", "bluecloud_hub.culler", "--cull-every=1"]
        command.append("--Application.log_level=DEBUG")
        environment = {**os.environ, **told, "JUPYTERHUB_API_TOKEN": token}
        with (
            log.open("wb") as written,
            subprocess.Popen(
                self.clock.words([*command, *words]), env=environment, stderr=written
            ) as culler,
        ):
            try:
                async with asyncio.timeout(60):
                    while "ulling server vera" not in log.read_text():
                        await asyncio.sleep(0.1)
                yield
                assert culler.poll() is None
            finally:
                culler.terminate()

    def faults(self) -> set[str]:
        """The checks of ``bluecloud doctor`` that find a fault."""
        program = str(Path(sys.executable).with_name("bluecloud"))
        ran = subprocess.run(
            self.clock.words([program, "doctor", "--json"]),
            env={**os.environ, **environment_of(self.deployment)},
            capture_output=True,
            check=False,
        )
        found = json.loads(ran.stdout)["findings"]
        return {each["check"] for each in found if each["verdict"] == "fault"}


@pytest.fixture(scope="module")
def jumping(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Jumping, Clock]]:
    """A deployment and its clock."""
    clock = Clock(tmp_path_factory.mktemp("clock") / "own")
    with running(Jumping(tmp_path_factory.mktemp("jumping"), clock)) as deployment:
        yield deployment, clock


@pytest.fixture(scope="module")
async def vera(jumping: tuple[Jumping, Clock]) -> AsyncIterator[AtWork]:
    deployment, clock = jumping
    async with await deployment.person("vera") as person:
        await person.start(LABORATORY)
        assert (await person.watch(LABORATORY))[-1].ready
        kernel = await person.start_kernel(LABORATORY)
        await person.run(LABORATORY, "x = 41", kernel=kernel)
        yield AtWork(deployment, clock, person, kernel, await Runs.of(person, deployment))
        await person.stop(LABORATORY)


async def goes(vera: AtWork) -> None:
    """The session, the laboratory and its kernel are still hers."""
    page = await vera.person.home()
    assert f'data-laboratory="{LABORATORY}" data-state="running"' in page
    assert (await vera.person.run(LABORATORY, "print(x + 1)", kernel=vera.kernel)).strip() == "42"


async def planned(vera: AtWork) -> dict[str, Any]:
    """Her schedule."""
    (found,) = await vera.runs.ask("GET", "/schedules")
    return dict(found)


@pytest.mark.parametrize("hours", [2, -1])
async def test_a_clock_that_is_set_and_set_back_loses_and_repeats_nothing(
    vera: AtWork, tmp_path: Path, hours: int
) -> None:
    already = vera.faults()
    # Half an hour away from whatever hour it is.
    half = datetime.now(UTC) + timedelta(minutes=30)
    hourly = {"cron": f"{half.minute} * * * *", "timezone": "UTC", "submit": asked("1")}
    schedule = (await vera.runs.ask("POST", "/schedules", hourly))["id"]
    due = (await planned(vera))["due"]
    go = tmp_path / "go"
    before = {each["id"] for each in (await vera.runs.ask("GET", "/runs"))["runs"]}
    run = await vera.runs.submit_cells(WAITS.format(go=str(go)))
    while (await vera.runs.ask("GET", f"/runs/{run}"))["state"] in {"queued", "starting"}:
        await asyncio.sleep(0.1)
    async with vera.culling(tmp_path / "culler.log", f"--timeout={HOUR_S}"):
        vera.clock.put_ahead(hours * HOUR_S)
        await asyncio.sleep(LOOKED_AT_S)
        there = await planned(vera)
        async with asyncio.timeout(60):
            while hours > 0 and not there["last_submission"]:
                await asyncio.sleep(0.2)
                there = await planned(vera)
        assert vera.faults() <= already
        await goes(vera)
        vera.clock.put_ahead(0)
        await asyncio.sleep(LOOKED_AT_S)
    assert (await vera.runs.ask("GET", f"/runs/{run}"))["state"] == "running"
    go.touch()
    told = await vera.runs.ended(run)
    assert (told["state"], told["attempt"]) == ("succeeded", 1), told
    await goes(vera)
    back = await planned(vera)
    assert back == there, "what was submitted for the time that was skipped is not submitted again"
    after = {each["id"] for each in (await vera.runs.ask("GET", "/runs"))["runs"]} - before - {run}
    if hours < 0:
        assert (back["due"], after) == (due, set())
    else:
        (again,) = after
        assert again.startswith(back["last_submission"])
        assert (back["missed"], (await vera.runs.ended(again))["state"]) == (1, "succeeded")
    await vera.runs.answer("DELETE", f"/schedules/{schedule}")
    assert vera.faults() <= already


def servers_of(person: str, state: Path) -> list[int]:
    """The processes of a person's laboratories."""
    found = []
    for each in psutil.process_iter(["cmdline"]):
        if "jupyterhub-singleuser" in " ".join(each.info["cmdline"] or ()):
            with suppress(psutil.NoSuchProcess):  # another test's, which has just ended
                if each.environ().get("JUPYTERHUB_USER") == person and str(state) in each.cwd():
                    found.append(each.pid)
    return found


async def test_a_hub_whose_clock_was_set_back_sees_that_a_laboratory_ended(
    vera: AtWork, tmp_path: Path
) -> None:
    vera.clock.put_ahead(-HOUR_S)
    (server,) = servers_of("vera", vera.deployment.state)
    os.kill(server, signal.SIGKILL)
    await until_stopped(vera.person)
    # The culler, which spares everybody when a clock was set, ends what is unused after.
    await vera.person.start(LABORATORY)
    assert (await vera.person.watch(LABORATORY))[-1].ready
    vera.clock.put_ahead(0)
    async with vera.culling(tmp_path / "culler.log", "--timeout=5"):
        await until_stopped(vera.person)

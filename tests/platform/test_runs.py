"""Runs on each engine: from a laboratory, and of a notebook of every laboratory."""

from __future__ import annotations

import asyncio
import json
import subprocess
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import nbformat
import pytest

from tests.platform.deployments import LABORATORY, Deployment, Docker, Local
from tests.platform.person import Person

ROOT = Path(__file__).resolve().parents[2]
# One analysis of each laboratory, the quickest, and with it R.
ONE_OF_EACH = {
    "aquaculture": "growth_stress",
    "biodiversity": "npzd_drivers",
    "environment": "marine_heatwaves",
    "fisheries": "yield_per_recruit_r",
    "genomics": "gene_clusters",
}
LONGEST_S = 180

SWEEP = """
import json
from bluecloud import runs

sweep = runs.submit("sst_anomaly", sweep={"confidence": [0.9, 0.95]}, title="Two intervals")
done = sweep.wait(timeout=150)
good = done.runs[0]
print(json.dumps({
    "states": [run.state for run in done.runs],
    "words": [run.words for run in done.runs],
    "cells": [(run.cells_done, run.cells) for run in done.runs],
    "confidences": sorted(run.parameters["confidence"] for run in done.runs),
    "files": sorted(str(path) for path in good.fetch("fetched")),
}))
"""

SECRET = "Tiefsee-7040-m"
READ = """
import json
from pathlib import Path
from bluecloud_catalogs.credentials import credential
found = credential("cmems")
told = [found.username, len(found.password.get_secret_value())]
Path("found.json").write_text(json.dumps(told))
"""
# What a laboratory, and a run that is submitted in it, find of a login that was stored before.
LOGINS = f"""
import json, time
import nbformat.v4 as nb
from bluecloud import runs
from bluecloud_catalogs.credentials import credential

with open("reading.ipynb", "w") as file:
    file.write(nb.writes(nb.new_notebook(cells=[nb.new_code_cell({READ!r})])))
(run,) = runs.submit("reading.ipynb").wait(timeout=100).runs
assert run.state == "succeeded", run.words
(found,) = [path for path in run.fetch("read") if path.name == "found.json"]
until = time.monotonic() + 20
while not (here := credential("cmems")) and time.monotonic() < until:
    time.sleep(0.2)
print(json.dumps({{"here": here.username, "in a run": json.loads(found.read_text())}}))
"""


@pytest.fixture
async def rosa(deployment: Deployment) -> AsyncIterator[Person]:
    """Somebody who may open every laboratory."""
    async with await deployment.person("rosa") as person:
        yield person


@pytest.mark.one_engine
async def test_a_sweep_goes_from_a_laboratory_to_what_it_left(
    rosa: Person, deployment: Deployment
) -> None:
    service = await Runs.of(rosa, deployment)
    await service.ask("PUT", "/credentials/cmems", {"username": "rosa", "password": SECRET})
    await rosa.start(LABORATORY)
    assert (await rosa.watch(LABORATORY))[-1].ready
    try:
        told = json.loads(await rosa.run(LABORATORY, SWEEP))
        logins = json.loads(await rosa.run(LABORATORY, LOGINS))
    finally:
        await rosa.stop(LABORATORY)
    assert told["states"] == ["succeeded", "succeeded"], told["words"]
    assert logins == {"here": "rosa", "in a run": ["rosa", len(SECRET)]}
    assert told["confidences"] == [0.9, 0.95]
    assert all(done == cells > 5 for done, cells in told["cells"])
    assert any(name.endswith("sst_anomaly.ipynb") for name in told["files"])
    assert any(name.endswith(".nc") for name in told["files"])


# What the README shows of runs, in one line of a shell.
TYPED = " && ".join(
    [
        "bluecloud run sst_anomaly -p confidence=0.9 --watch",
        "bluecloud runs list",
        "RUN=$(python -c 'from bluecloud import runs; print(runs.recent()[0].id)')",
        "bluecloud runs fetch --capsule $RUN",
        "bluecloud verify runs/$RUN*",
        "bluecloud schedules add '0 6 * * 1' sst_anomaly --timezone Europe/Paris",
        "bluecloud schedules list",
        "echo a-secret | bluecloud credentials add icos --username tessa",
        "bluecloud credentials list",
        "bluecloud data find oxygen --bbox -6,30,37,46",
        "echo went-$((6*7))",
    ]
)


@pytest.mark.one_engine
async def test_a_terminal_has_all_that_runs_need(deployment: Deployment) -> None:
    async with await deployment.person("tessa") as person, asyncio.timeout(LONGEST_S):
        await person.start(LABORATORY)
        assert (await person.watch(LABORATORY))[-1].ready
        try:
            shown = await person.type(LABORATORY, TYPED)
            assert "went-42" in shown, shown
            for said in ("succeeded", "same", "Europe/Paris", "icos", "found in"):
                assert said in shown, shown
            refused = await person.type(LABORATORY, "bluecloud run sst_anomaly -p confidense=0.9")
            assert refused.count("confidense") > 1, "what was typed, and what is said of it"
            assert "confidence" in refused
        finally:
            await person.stop(LABORATORY)


async def test_a_notebook_of_every_laboratory_runs_to_its_end(local: Local) -> None:
    """As processes; in containers test_forked.py runs all of them."""
    async with await local.person("rosa") as rosa:
        service = await Runs.of(rosa, local)
        submitted = [await service.submit(slug, name) for slug, name in ONE_OF_EACH.items()]
        ended = [await service.ended(run) for run in submitted]
    assert {run["laboratory"]: (run["state"], run["words"]) for run in ended} == dict.fromkeys(
        ONE_OF_EACH, ("succeeded", "")
    )
    for run in ended:
        assert run["outputs"], f"{run['notebook']} left nothing"


SLOW = """
import time
from pathlib import Path
Path("begun").touch()
print("begun", flush=True)
time.sleep(8)
"""
CHILD = """
import subprocess, sys
child = subprocess.run([sys.executable, "-c", "held = bytearray(6 * 10**9); print(len(held))"])
assert child.returncode == 0, f"the child ended with {child.returncode}"
"""


async def test_a_run_outlives_the_laboratory_it_was_submitted_from_and_the_hub(
    rosa: Person, deployment: Deployment
) -> None:
    service = await Runs.of(rosa, deployment)
    await rosa.start(LABORATORY)
    assert (await rosa.watch(LABORATORY))[-1].ready
    content = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(SLOW)])
    submit = f"""
from pathlib import Path
from bluecloud import runs
Path("slow.ipynb").write_text({nbformat.writes(content)!r})
print(runs.submit("slow.ipynb").runs[0].id)
"""
    run = (await rosa.run(LABORATORY, submit)).strip()
    while (await service.ask("GET", f"/runs/{run}"))["state"] in {"queued", "starting"}:
        await asyncio.sleep(0.2)
    await rosa.stop(LABORATORY)
    await asyncio.to_thread(deployment.restart_hub)
    told = await service.ended(run)
    assert (told["state"], told["words"], told["attempt"]) == ("succeeded", "", 1)
    assert [output["path"] for output in told["outputs"]] == ["begun"]


def containers_of_runs(docker: Docker) -> list[str]:
    """The names of all of a deployment's containers of runs."""
    words = ["docker", "ps", "--all", "--format={{.Names}}", f"--filter=name={docker.name}-run-"]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.split()


@pytest.mark.docker
async def test_a_killed_container_is_tried_again_and_memory_of_a_child_is_named(
    docker: Docker,
) -> None:
    async with await docker.person("rosa") as rosa:
        service = await Runs.of(rosa, docker)
        greedy = await service.submit_cells(CHILD)
        slow = await service.submit_cells(SLOW)
        while (await service.ask("GET", f"/runs/{slow}"))["state"] in {"queued", "starting"}:
            await asyncio.sleep(0.2)
        await asyncio.to_thread(
            subprocess.run,
            ["docker", "kill", f"{docker.name}-run-{slow}-1"],
            check=True,
            capture_output=True,
        )
        told = await service.ended(slow)
        assert (told["state"], told["attempt"]) == ("succeeded", 2), told
        told = await service.ended(greedy)
    assert (told["state"], told["cause"]) == ("failed", "out-of-memory"), told
    assert "larger size" in told["why"]["next_step"]
    # A run is told as ended once its results are kept; its container goes a moment later.
    end = asyncio.get_running_loop().time() + 60
    while left := containers_of_runs(docker):
        assert asyncio.get_running_loop().time() < end, f"left by runs that ended: {left}"
        await asyncio.sleep(0.5)


def asked(*sources: str) -> dict[str, Any]:
    """What is sent to have a notebook of these cells run."""
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    content = json.loads(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    return {"laboratory": LABORATORY, "notebook": {"name": "cells.ipynb", "content": content}}


class Runs:
    """The service's routes of runs, as a person asks them through the hub's proxy."""

    def __init__(self, person: Person, address: str, token: str) -> None:
        self._person = person
        self._address = address
        self._headers = {"Authorization": f"token {token}"}

    @classmethod
    async def of(cls, person: Person, deployment: Deployment) -> Runs:
        """With a token that reaches the service and nothing else."""
        parts = urlsplit(deployment.address)
        local = deployment.engine == "local"
        host = parts.netloc if local else f"bluecloud--service.{parts.netloc}"
        token = await person.token(scopes=["access:services!service=bluecloud"])
        return cls(person, f"http://{host}/services/bluecloud", token)

    async def ask(self, method: str, path: str, body: Any = None) -> Any:
        """What the service answers, which is no refusal."""
        answer = await self.answer(method, path, body)
        assert not answer.is_error, answer.text
        return answer.json()

    async def answer(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """The service's answer, whatever it is."""
        address = f"{self._address}{path}"
        return await self._person.client.request(method, address, headers=self._headers, json=body)

    async def submit(self, slug: str, name: str, **parameters: Any) -> str:
        """A curated notebook submitted, and its run's name."""
        path = ROOT / "notebooks" / slug / f"{name}.ipynb"
        content = json.loads(path.read_text(encoding="utf-8"))
        return await self._submit(slug, path.name, content, parameters)

    async def submit_cells(self, *sources: str) -> str:
        """A notebook of these cells submitted, and its run's name."""
        told = await self.ask("POST", "/runs", asked(*sources))
        return str(told["runs"][0]["id"])

    async def _submit(self, slug: str, name: str, content: Any, parameters: Any) -> str:
        body = {
            "laboratory": slug,
            "notebook": {"name": name, "content": content},
            "parameters": parameters,
        }
        told = await self.ask("POST", "/runs", body)
        return str(told["runs"][0]["id"])

    async def ended(self, run: str) -> dict[str, Any]:
        """The run when it has come to its end."""
        for _ in range(LONGEST_S * 2):
            told: dict[str, Any] = await self.ask("GET", f"/runs/{run}")
            if told["state"] in {"succeeded", "failed", "cancelled"}:
                return told
            await asyncio.sleep(0.5)
        raise AssertionError(f"{run} is {told['state']} after {LONGEST_S} s: {told}")

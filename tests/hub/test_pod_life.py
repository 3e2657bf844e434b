"""A laboratory's pod from its start to its end, against a stand-in for the cluster's API."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from aiohttp import web

from bluecloud_hub import exits
from bluecloud_hub.pods import KubernetesLaboratory
from tests.hub import cluster_api as cluster
from tests.hub.cluster_api import ClusterApi
from tests.hub.cluster_hub import People


@pytest.fixture(scope="module")
async def window() -> AsyncIterator[int]:
    """What answers in a pod's place: the port of something on loopback."""

    async def answer(_: web.Request) -> web.Response:
        return web.json_response({"version": "2"})

    app = web.Application()
    app.router.add_get("/user/{person}/{laboratory}/api", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield runner.addresses[0][1]
    await runner.cleanup()


@pytest.fixture
async def spawner(
    people: People, cluster_api: ClusterApi, window: int
) -> AsyncIterator[KubernetesLaboratory]:
    """Ada's laboratory, as before any start of it."""
    cluster_api.outcome, cluster_api.refusal = cluster.runs, ""
    cluster_api.made.clear()
    cluster_api.deleted.clear()
    made = people.spawner("environment", groups=["environment"])
    made.port = window
    made.time_to_start = 60
    yield made
    cluster_api.outcome, cluster_api.refusal = cluster.runs, ""
    await made.stop(now=True)


def said(spawner: KubernetesLaboratory) -> list[str]:
    return [stage["message"] for stage in spawner._stages.said]


def last_end(spawner: KubernetesLaboratory) -> exits.Exit | None:
    return exits.last(spawner.deployment.settings.state_folder, "ada", "environment")


async def stopped_at_start(spawner: KubernetesLaboratory) -> exits.Exit:
    with pytest.raises(exits.LaboratoryStoppedError) as stopped:
        await asyncio.wait_for(spawner.start(), 30)
    return stopped.value.end


async def test_it_starts_runs_and_stops(
    spawner: KubernetesLaboratory, cluster_api: ClusterApi, window: int
) -> None:
    where = await asyncio.wait_for(spawner.start(), 30)
    assert where == ("127.0.0.1", window)
    assert await spawner.poll() is None
    words = said(spawner)
    assert "A machine has been found" in words
    assert any("image is fetched" in each for each in words)
    assert words[-1] == "JupyterLab answers"
    assert not any("node-7" in each for each in words)
    percents = [stage["progress"] for stage in spawner._stages.said]
    assert percents == sorted(percents)

    await spawner.stop()
    assert cluster_api.deleted == [(spawner.pod_name, 10)]
    assert cluster_api.pods == {}
    assert await spawner.poll() is not None
    assert last_end(spawner) is None, "somebody asked for its end"


async def test_a_pod_of_an_earlier_start_is_not_started_again(
    spawner: KubernetesLaboratory, cluster_api: ClusterApi
) -> None:
    await asyncio.wait_for(spawner.start(), 30)
    first = cluster_api.pods[spawner.pod_name]["metadata"]["uid"]
    await asyncio.wait_for(spawner.start(), 30)
    assert cluster_api.pods[spawner.pod_name]["metadata"]["uid"] != first
    assert len(cluster_api.made) == 2


@pytest.mark.parametrize(
    ("outcome", "cause"),
    [
        (cluster.ends(137, "OOMKilled"), "more memory than its limit of 2 GB"),
        (cluster.ends(1), "exit code 1"),
        (cluster.is_evicted, "more outside the home than there is disk for"),
    ],
    ids=["memory", "code", "disk"],
)
async def test_why_it_ended_is_kept_and_the_pod_is_removed(
    spawner: KubernetesLaboratory, cluster_api: ClusterApi, outcome: Any, cause: str
) -> None:
    await asyncio.wait_for(spawner.start(), 30)
    outcome(cluster_api, cluster_api.pods[spawner.pod_name])
    async with asyncio.timeout(10):
        while await spawner.poll() is None:
            await asyncio.sleep(0.05)
    end = last_end(spawner)
    assert end is not None
    assert cause in end.cause
    assert end.log == ("one", "two")
    assert cluster_api.pods == {}


async def test_a_pod_that_ends_while_it_starts_is_not_waited_for(
    spawner: KubernetesLaboratory, cluster_api: ClusterApi
) -> None:
    cluster_api.outcome = cluster.ends(1)
    end = await stopped_at_start(spawner)
    assert "exit code 1" in end.cause
    assert end.log == ("one", "two")
    assert cluster_api.pods == {}


async def test_no_room_is_said_while_it_waits_and_when_it_gives_up(
    spawner: KubernetesLaboratory, cluster_api: ClusterApi
) -> None:
    cluster_api.outcome = cluster.has_no_room
    spawner.time_to_start = 8
    end = await stopped_at_start(spawner)
    assert "No machine of the cluster had room" in end.cause
    assert "smaller size" in end.advice
    assert "No machine has room yet; waiting for one" in said(spawner)
    assert cluster_api.pods == {}


async def test_a_refusal_of_the_cluster_is_told_in_its_words(
    spawner: KubernetesLaboratory, cluster_api: ClusterApi
) -> None:
    cluster_api.refusal = "exceeded quota: pods, requested: 1, used: 20, limited: 20"
    end = await stopped_at_start(spawner)
    assert "exceeded quota" in end.cause
    assert "HTTP response" not in end.cause


async def test_a_hub_that_comes_back_expects_only_what_ran(
    spawner: KubernetesLaboratory,
) -> None:
    await asyncio.wait_for(spawner.start(), 30)
    spawner.load_state(spawner.get_state())
    assert spawner._expected_to_run
    await spawner.stop()
    spawner.orm_spawner.server = None
    spawner.load_state(spawner.get_state())
    assert not spawner._expected_to_run

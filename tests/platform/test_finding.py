"""Finding data from a laboratory: the service answers, and what is shipped when it does not."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.platform.deployments import LABORATORY, Deployment, Docker
from tests.platform.person import Person

FIND = """
import json, os, warnings
import bluecloud_catalogs
from bluecloud_catalogs.errors import DataError

def find(token):
    os.environ.pop("JUPYTERHUB_API_TOKEN", None)
    if token:
        os.environ["JUPYTERHUB_API_TOKEN"] = token
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        try:
            found = bluecloud_catalogs.find("temperature")
        except DataError as error:
            return [type(error).__name__, 0, ""]
    words = [str(each.message) for each in said if "service" in str(each.message)]
    return [found.where, found.total, " ".join(words)]

own = os.environ["JUPYTERHUB_API_TOKEN"]
print(json.dumps([find(own), find("wrong"), find(None)]))
"""


@pytest.fixture
async def tess(deployment: Deployment) -> AsyncIterator[Person]:
    """Somebody in a laboratory."""
    async with await deployment.person("tess") as person:
        await person.start(LABORATORY)
        assert (await person.watch(LABORATORY))[-1].ready
        yield person
        await person.stop(LABORATORY)


async def found(person: Person) -> Any:
    """Where, how many and with which warning: with the own token, a wrong one, and none."""
    return json.loads(await person.run(LABORATORY, FIND))


async def test_the_service_answers_who_may_ask_and_the_shipped_index_while_it_is_away(
    tess: Person, deployment: Deployment
) -> None:
    own, wrong, without = await found(tess)
    assert own[0].startswith("the service at http://")
    assert own[1] >= 1
    assert own[2] == ""
    assert wrong[0] == without[0] == "CredentialRequired"

    began = deployment.service_began()
    await asyncio.to_thread(deployment.restart_hub)
    assert deployment.service_began() == began
    assert (await found(tess))[0] == own

    await asyncio.to_thread(deployment.stop_service)
    try:
        for where, number, warning in await found(tess):
            assert where == "the small index that is shipped (entries and samples only)"
            assert number >= 1
            assert "The service could not be asked" in warning
    finally:
        await asyncio.to_thread(deployment.start_service)
    assert (await found(tess))[0] == own


async def test_the_hubs_proxy_leads_to_the_service(deployment: Deployment) -> None:
    parts = urlsplit(deployment.address)
    host = parts.netloc if deployment.engine == "local" else f"bluecloud--service.{parts.netloc}"
    service = f"http://{host}/services/bluecloud"
    async with await deployment.person("theo") as theo:
        assert (await theo.client.get(f"{service}/health")).json()["status"] == "ok"
        assert (await theo.client.get(f"{service}/stac/search")).status_code == 401
        enough = await theo.token(scopes=["access:services!service=bluecloud"])
        less = await theo.token(scopes=["read:users!user"])
        answers = [
            await theo.client.get(
                f"{service}/stac/search",
                params={"q": "temperature"},
                headers={"Authorization": f"token {token}", "X-Forwarded-Proto": "https"},
            )
            for token in (enough, less)
        ]
    assert [answer.status_code for answer in answers] == [200, 403]
    assert answers[0].json()["numberMatched"] >= 1
    links = {link["rel"]: link["href"] for link in answers[0].json()["links"]}
    assert links["self"] == f"https://{host}/services/bluecloud/stac/search"


@pytest.mark.docker
async def test_the_services_container_is_held_in_and_finds_what_it_harvests(docker: Docker) -> None:
    held = json.loads(docker.of_service("{{json .}}"))
    assert held["HostConfig"]["CapDrop"] == ["ALL"]
    assert held["HostConfig"]["ReadonlyRootfs"] is True
    assert held["HostConfig"]["SecurityOpt"] == ["no-new-privileges:true"]
    assert held["HostConfig"]["RestartPolicy"]["Name"] == "unless-stopped"
    # Root without root's powers, but for giving the folders of runs to who works in them.
    assert held["Config"]["User"] == "0:0"
    assert sorted(held["HostConfig"]["CapAdd"]) == ["CHOWN", "DAC_OVERRIDE", "FOWNER"]
    mounts = {mount["Source"] for mount in held["Mounts"] if mount["Type"] == "bind"}
    assert mounts == {str(docker.state), os.environ.get("DOCKER_SOCKET", "/var/run/docker.sock")}
    networks = {f"{docker.name}-labs", f"{docker.name}_inner"}
    assert set(held["NetworkSettings"]["Networks"]) == networks
    assert docker.settings["CONFIGPROXY_AUTH_TOKEN"] not in " ".join(held["Config"]["Env"])

    began = docker.service_began()
    ask = "import httpx; print(httpx.get('http://127.0.0.1:8082/services/bluecloud/health').text)"
    inside = ("exec", "-T", "service")
    before = json.loads(docker.compose(*inside, "python", "-c", ask))
    harvest = ("bluecloud", "data", "harvest", "--tier", "sample", "argogdac")
    assert "argogdac: " in docker.compose(*inside, *harvest)
    after = json.loads(docker.compose(*inside, "python", "-c", ask))
    assert (before["index"], after["index"]) == ("shipped", "harvested")
    assert after["records"] >= 1
    assert docker.service_began() == began

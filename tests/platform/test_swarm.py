"""Laboratories on a Docker Swarm: on one server, then on two, of which one is cut off.

The servers are Docker daemons of the test's own in network namespaces (swarming.py).
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.platform.deployments import LABORATORY, running
from tests.platform.person import Person
from tests.platform.swarming import PLACEMENT, OnSwarm, Server, Swarm, inside, swarming
from tests.platform.test_failures import until_stopped
from tests.platform.test_faults import faults
from tests.service.serving import until

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(
        os.getuid() != 0 or shutil.which("dockerd") is None,
        reason="Docker daemons of the test's own need root and dockerd",
    ),
]

# What holds a laboratory in, and whom it reaches, as it sees it itself.
SEEN = """
import json, os, pathlib, socket
def reaches(host, port):
    try:
        socket.create_connection((host, port), timeout=4).close()
        return True
    except OSError:
        return False
def written(path):
    try:
        pathlib.Path(path, "probe").write_text("x")
        return True
    except OSError:
        return False
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines())
print(json.dumps({
    "user": [os.getuid(), os.getgid()],
    "capabilities": int(status["CapEff"], 16) | int(status["CapBnd"], 16),
    "no_new_privileges": int(status["NoNewPrivs"]),
    "written": [p for p in (
        "/home/jovyan", "/srv/bluecloud/shared", "/run/bluecloud", "/run/jupyter",
        "/srv/bluecloud/products", "/srv/bluecloud/members-products") if written(p)],
    "in_memory": [line.split()[3] for line in open("/proc/self/mounts")
                  if line.split()[1] in ("/run/bluecloud", "/run/jupyter")],
    "reaches": {host: reaches(host, port) for host, port in PLACES},
}))
"""


@pytest.fixture(scope="module")
def swarm(layers: Path) -> Iterator[Swarm]:
    with swarming(layers) as made:
        yield made


@pytest.fixture(scope="module")
def platform(swarm: Swarm, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OnSwarm]:
    """A deployment on the manager, in whose network this process is as long as it is there."""
    with inside(swarm.manager.name), pytest.MonkeyPatch.context() as patched:
        patched.setenv("DOCKER_HOST", swarm.manager.daemon.address)
        with running(OnSwarm(tmp_path_factory.mktemp("swarm"), swarm.manager.daemon)) as deployment:
            yield deployment


async def started(ada: Person) -> None:
    """Start the laboratory, which has to come up."""
    await ada.start(LABORATORY)
    stages = await ada.watch(LABORATORY)
    assert stages[-1].ready, [stage.message for stage in stages]


def inspected(server: Server) -> dict[str, Any]:
    """The one container of a laboratory that a server has, as Docker sees it."""
    (container,) = server.laboratories()
    (found,) = json.loads(server.docker("inspect", container))
    return dict(found)


async def test_a_laboratory_is_held_in_and_started_once_and_leaves_nothing(
    swarm: Swarm, platform: OnSwarm
) -> None:
    manager = swarm.manager
    async with await platform.person("ada", LABORATORY) as ada:
        await started(ada)
        (service,) = json.loads(manager.docker("service", "inspect", *swarm.services()))
        task = service["Spec"]["TaskTemplate"]
        assert service["Spec"]["Name"] == platform.container("ada", LABORATORY)
        assert service["Spec"]["EndpointSpec"]["Mode"] == "dnsrr"
        assert task["RestartPolicy"]["Condition"] == "none"
        assert task["Placement"]["Constraints"] == [PLACEMENT]
        first = inspected(manager)
        limits = first["HostConfig"]
        assert limits["CapDrop"] == ["ALL"]
        assert limits["PidsLimit"] == 1024
        assert limits["Memory"] == task["Resources"]["Limits"]["MemoryBytes"] > 2**30
        assert limits["NanoCpus"] == task["Resources"]["Limits"]["NanoCPUs"] >= 10**9
        assert limits["LogConfig"]["Config"]["max-size"] == "5m"
        assert not limits["Privileged"]
        places = [("hub", 8081), ("service", 8082), (manager.address, 2377)]
        seen = json.loads(await ada.run(LABORATORY, f"PLACES = {places}\n{SEEN}"))
        assert seen["user"] == [1000, 1000]
        assert seen["capabilities"] == 0
        assert seen["no_new_privileges"] == 1
        writable = ["/home/jovyan", "/srv/bluecloud/shared", "/run/bluecloud", "/run/jupyter"]
        assert seen["written"] == writable
        assert len(seen["in_memory"]) == 2
        for options in seen["in_memory"]:
            assert {"noexec", "nosuid", "nodev"} <= set(options.split(","))
        assert seen["reaches"] == {"hub": True, "service": True, manager.address: False}
        assert (platform.home("ada") / "probe").stat().st_uid == 1000

        await ada.stop(LABORATORY)
        await until_stopped(ada)
        assert not running_ones(manager), "it is said to be stopped and still runs"
        await started(ada)
        assert inspected(manager)["Id"] != first["Id"]
        assert await ada.run(LABORATORY, "print(open('probe').read())") == "x\n"
        manager.docker("kill", *manager.laboratories())
        assert "was killed from outside" in await until_stopped(ada)
        until(lambda: not swarm.services() and not manager.laboratories())


async def test_a_server_that_is_cut_off_loses_its_laboratories_to_another(
    swarm: Swarm, platform: OnSwarm
) -> None:
    manager, worker = swarm.manager, swarm.join()
    assert "fence" in faults(platform), "doctor sees that the other server has none"
    platform.fence(swarm, worker)
    assert "fence" not in faults(platform)
    manager.docker("node", "update", "--availability=pause", manager.name)
    async with await platform.person("ada", LABORATORY) as ada:
        await started(ada)
        assert not manager.laboratories()
        assert inspected(worker)["Config"]["Labels"]["bluecloud.person"] == "ada"
        wrote = "open('far', 'w').write('kept')\nimport socket; print(socket.gethostname())"
        assert await ada.run(LABORATORY, wrote) == f"{LABORATORY}\n"
        places = [("hub", 8081), (worker.address, 7946), (manager.address, 2377)]
        seen = json.loads(await ada.run(LABORATORY, f"PLACES = {places}\n{SEEN}"))
        assert seen["reaches"] == {"hub": True, worker.address: False, manager.address: False}
        assert (seen["capabilities"], seen["no_new_privileges"]) == (0, 1)

        manager.docker("node", "update", "--availability=active", manager.name)
        worker.cut()
        assert "cannot be reached" in await until_stopped(ada)
        assert swarm.state_of(worker) == "down"
        assert len(running_ones(worker)) == 1, "nobody could tell it"
        await started(ada)
        here = inspected(manager)["Id"]
        assert await ada.run(LABORATORY, "print(open('far').read())") == "kept\n"

        worker.mend()
        until(lambda: swarm.state_of(worker) == "ready")
        until(lambda: not worker.laboratories())
        assert len(swarm.services()) == 1
        assert inspected(manager)["Id"] == here
        assert await ada.run(LABORATORY, "print(6 * 7)") == "42\n"
        await ada.stop(LABORATORY)
        until(lambda: not swarm.services() and not manager.laboratories())
        assert not worker.laboratories()


def running_ones(server: Server) -> list[str]:
    """The containers of laboratories that run on a server."""
    of_ours = "--filter=label=bluecloud.laboratory"
    return server.docker("ps", "--quiet", of_ours).split()

"""What a laboratory reaches on the network: attacked from inside, with a stand-in for a cloud."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from bluecloud_hub import fence
from bluecloud_hub.demo import free_port
from tests.platform.deployments import LABORATORY, Docker
from tests.platform.person import Person

pytestmark = pytest.mark.docker

# The place at which clouds give out a machine's keys. Here it is a namespace of this test's own.
METADATA = "169.254.169.254"
SERVE = """
import http.server, sys
class Keys(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b"the keys")
    def log_message(self, *_): pass
http.server.HTTPServer((sys.argv[1], int(sys.argv[2])), Keys).serve_forever()
"""
REACHES = """
import json, socket
def reaches(host, port):
    try:
        socket.create_connection((host, port), timeout=4).close()
        return True
    except OSError:
        return False
print(json.dumps({name: reaches(host, port) for name, (host, port) in PLACES.items()}))
"""


def ip(*words: str) -> None:
    subprocess.run(["ip", *words], check=True, capture_output=True)


@pytest.fixture(scope="module")
def cloud() -> Iterator[None]:
    """A machine of a cloud, whose keys are at the link-local address."""
    name = f"bct{os.getpid() % 10**6}"
    inner, outer = f"{name}i", f"{name}o"
    ip("netns", "add", name)
    serving = None
    try:
        ip("link", "add", outer, "type", "veth", "peer", "name", inner, "netns", name)
        ip("addr", "add", "169.254.169.253/30", "dev", outer)
        ip("link", "set", outer, "up")
        inside = ("netns", "exec", name, "ip")
        ip(*inside, "addr", "add", f"{METADATA}/30", "dev", inner)
        ip(*inside, "link", "set", inner, "up")
        ip(*inside, "route", "add", "default", "via", "169.254.169.253")
        words = ["ip", "netns", "exec", name, sys.executable, "-c", SERVE, METADATA, "80"]
        serving = subprocess.Popen(words)
        until = time.monotonic() + 20
        while not reaches_from_outside(METADATA, 80):
            assert time.monotonic() < until, "the stand-in did not start"
            time.sleep(0.1)
        yield
    finally:
        if serving:
            serving.kill()
            serving.wait()
        ip("netns", "del", name)


def reaches_from_outside(host: str, port: int) -> bool:
    """Whether this machine reaches an address."""
    code = REACHES.replace("PLACES", repr({"it": (host, port)}))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)
    return bool(json.loads(done.stdout)["it"])


@pytest.fixture(scope="module")
async def people(docker: Docker) -> AsyncIterator[tuple[Person, Person]]:
    """Two people, each inside a small laboratory."""
    async with await docker.person("una") as una, await docker.person("vito") as vito:
        for person in (una, vito):
            await person.start(LABORATORY, size="small")
            assert (await person.watch(LABORATORY))[-1].ready
        yield una, vito
        for person in (una, vito):
            await person.stop(LABORATORY)


def inspected(container: str) -> dict[str, str]:
    """Where a container is on the laboratories' network."""
    words = ["docker", "inspect", "--format", "{{json .NetworkSettings.Networks}}", container]
    told = json.loads(subprocess.run(words, capture_output=True, check=True).stdout)
    found: dict[str, str] = next(each for name, each in told.items() if name.endswith("-labs"))
    return found


async def test_a_laboratory_reaches_neither_keys_of_a_cloud_nor_the_machine_nor_a_neighbour(
    docker: Docker, cloud: None, people: tuple[Person, Person]
) -> None:
    una, vito = people
    here = inspected(docker.container("una", LABORATORY))
    neighbour = inspected(docker.container("vito", LABORATORY))["IPAddress"]
    program = await vito.start_kernel(LABORATORY)  # it serves as long as its kernel is there
    await vito.run(LABORATORY, SERVING.replace("PORT", "8123"), kernel=program)
    port = free_port()
    listening = subprocess.Popen([sys.executable, "-c", SERVE, "0.0.0.0", str(port)])  # noqa: S104
    places = {
        "keys": (METADATA, 80),
        "machine": (here["Gateway"], port),
        "server of a neighbour": (neighbour, 8888),
        "program of a neighbour": (neighbour, 8123),
        "hub": ("hub", 8081),
        "service": ("service", 8082),
        "registry": ("registry", 5000),
    }
    expected = dict.fromkeys(places, False) | dict.fromkeys(("hub", "service", "registry"), True)
    try:
        code = REACHES.replace("PLACES", repr(places))
        assert json.loads(await una.run(LABORATORY, code)) == expected
        if fence.neighbours_are_apart():
            # It is the fence that keeps them: without it all are reached.
            docker.compose("stop", "fence")
            try:
                assert all(json.loads(await una.run(LABORATORY, code)).values())
            finally:
                docker.compose("up", "--detach", "fence")
            until = time.monotonic() + 30
            while not fence.is_there(fence.table_of(docker.name)):
                assert time.monotonic() < until
                time.sleep(0.2)
            assert json.loads(await una.run(LABORATORY, code)) == expected
    finally:
        listening.kill()
        listening.wait()


SERVING = """
import http.server, threading
server = http.server.ThreadingHTTPServer(("0.0.0.0", PORT), http.server.SimpleHTTPRequestHandler)
threading.Thread(target=server.serve_forever, daemon=True).start()
"""


async def test_a_service_that_comes_back_elsewhere_is_reached_again(
    docker: Docker, people: tuple[Person, Person]
) -> None:
    una, _ = people
    docker.compose("restart", "service")
    docker.wait_for_service()
    code = REACHES.replace("PLACES", repr({"service": ("service", 8082)}))
    assert json.loads(await una.run(LABORATORY, code)) == {"service": True}


def test_the_rules_go_with_the_deployment(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What `make down` leaves of the fence: nothing."""
    made = Docker(tmp_path_factory.mktemp("fenced"), "fenced")
    try:
        made.compose("up", "--detach", "fence")
        made.compose("up", "--no-start", "proxy")  # its network
        until = time.monotonic() + 60
        while not fence.is_there(fence.table_of(made.name)):
            assert time.monotonic() < until
            time.sleep(0.2)
    finally:
        made.stop()
    assert not fence.is_there(fence.table_of(made.name))

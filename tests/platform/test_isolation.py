"""What a laboratory's container is held to, seen from inside it (engine ``docker`` only)."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator

import pytest

from bluecloud_hub.homes import make_products
from tests.platform.deployments import LABORATORY, Docker
from tests.platform.person import Person

pytestmark = pytest.mark.docker

LOOK = """
import json, os, pathlib, socket

def reaches(host, port):
    try:
        socket.create_connection((host, port), timeout=3).close()
        return True
    except OSError:
        return False

def may_write(folder):
    return os.access(folder, os.W_OK)

lines = pathlib.Path("/proc/self/status").read_text().splitlines()
status = dict(line.split(":\\t", 1) for line in lines if ":\\t" in line)
cgroup = pathlib.Path("/sys/fs/cgroup")
limits = [p for p in (cgroup / "memory/memory.limit_in_bytes", cgroup / "memory.max") if p.exists()]
secret = ("PASSWORD", "SECRET", "CONFIGPROXY", "DATABASE")
print(json.dumps({
    "uid": os.getuid(),
    "capabilities": [int(status[k], 16) for k in ("CapPrm", "CapEff", "CapBnd")],
    "no_new_privileges": status["NoNewPrivs"],
    "docker_socket": os.path.exists("/var/run/docker.sock"),
    "database": reaches("database", 5432),
    "proxy_door": reaches("proxy-api", 8001) or reaches("proxy", 8001),
    "hub": reaches("hub", 8081),
    "writable": [f for f in ("/", "/opt/bluecloud", "/opt/venv", "/etc", "/home") if may_write(f)],
    "homes": sorted(os.listdir("/home")),
    "credentials": oct(os.stat(os.environ["BLUECLOUD_CREDENTIALS_DIR"]).st_mode & 0o777),
    "own files": oct(os.stat(os.environ["JUPYTER_RUNTIME_DIR"]).st_mode & 0o777),
    "memory": int(limits[0].read_text()),
    "names": sorted(k for k in os.environ if any(word in k for word in secret)),
}))
"""


@pytest.fixture(scope="module")
async def sam(docker: Docker) -> AsyncIterator[Person]:
    """Somebody inside a small laboratory."""
    async with await docker.person("sam") as person:
        await person.start(LABORATORY, size="small")
        assert (await person.watch(LABORATORY))[-1].ready
        yield person
        await person.stop(LABORATORY)


async def test_a_laboratory_is_held_in(sam: Person) -> None:
    seen = json.loads(await sam.run(LABORATORY, LOOK))
    assert seen == {
        "uid": 1000,
        "capabilities": [0, 0, 0],
        "no_new_privileges": "1",
        "docker_socket": False,
        "database": False,
        "proxy_door": False,
        "hub": True,
        "writable": [],
        "homes": ["jovyan"],
        "credentials": "0o700",
        "own files": "0o700",
        "memory": 2 * 2**30,
        "names": [],
    }


PRODUCTS = """
import json, os, pathlib

folders = [pathlib.Path(name) for name in os.environ["BLUECLOUD_PRODUCTS"].split(os.pathsep)]
print(json.dumps({
    "there": sorted(str(p.relative_to(f)) for f in folders for p in f.rglob("*.csv")),
    "writable": [str(f) for f in folders if os.access(f, os.W_OK)],
}))
"""


async def test_products_of_members_are_seen_in_their_laboratory_alone(
    docker: Docker, sam: Person
) -> None:
    everybodys, members = make_products(docker.state, "restricted")
    everyones, theirs = everybodys / LABORATORY / "tides/901", members / "restricted/eels/1"
    for folder in (everyones, theirs):
        folder.mkdir(parents=True)
        (folder / "levels.csv").write_text("m\n1.5\n")
    open_to_all, closed = f"{LABORATORY}/tides/901/levels.csv", "restricted/eels/1/levels.csv"
    async with await docker.person("cleo", "restricted") as cleo:
        await cleo.start("restricted")
        try:
            assert (await cleo.watch("restricted"))[-1].ready
            inside = json.loads(await cleo.run("restricted", PRODUCTS))
        finally:
            await cleo.stop("restricted")
    outside = json.loads(await sam.run(LABORATORY, PRODUCTS))
    for folder in (everyones, theirs):  # which are no products of the table's
        shutil.rmtree(folder)
    assert {open_to_all, closed} <= set(inside["there"])
    assert open_to_all in outside["there"]
    assert closed not in outside["there"]
    assert inside["writable"] == outside["writable"] == []


async def test_processes_are_limited(sam: Person) -> None:
    code = """
import subprocess
children, fault = [], ""
try:
    for _ in range(3000):
        children.append(subprocess.Popen(["sleep", "60"]))
except OSError as error:
    fault = type(error).__name__
finally:
    for child in children:
        child.kill()
    for child in children:
        child.wait()
print(fault, len(children) < 1100)
"""
    assert (await sam.run(LABORATORY, code)).split() == ["BlockingIOError", "True"]


async def test_each_person_has_an_origin_of_their_own(sam: Person, docker: Docker) -> None:
    page = await sam.open(LABORATORY)
    assert page.url.host == "sam.bluecloud.localhost"
    assert str(page.url).startswith(docker.address.replace("bluecloud", "sam.bluecloud"))

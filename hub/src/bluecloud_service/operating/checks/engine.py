"""The Docker engine, and what bears the deployment's name on it; on engine ``local``, processes."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import select, text

from bluecloud_hub.fence import NOT_APART
from bluecloud_hub.homes import folder_name

from ...gate.held import LABEL as GATE
from ...runs.index import RUNS
from ..deployment import Deployment
from ..findings import Told, check, fault, listed, not_applicable, ok, one_line, warning
from .folders import room

_LEAST = (20, 10)
_NEW_S = 120.0  # it may be on its way just now
_GATE_S = 4 * 3600.0
_UNITS = {"M": 2**20, "G": 2**30}
_START = "start it: systemctl start docker; see that DOCKER_SOCKET is its socket"
_LOCAL = not_applicable("engine local has no containers")


@check("docker", unanswered=_START)
def docker(of: Deployment) -> Iterator[Told]:
    """The engine answers, and is new enough."""
    if not of.in_containers:
        yield _LOCAL
        return
    version = str(of.docker.version()["Version"])
    number = tuple(int(part) for part in version.split(".")[:2] if part.isdigit())
    least = ".".join(map(str, _LEAST))
    if number < _LEAST:
        yield fault(f"Docker {version}", f"install Docker {least} or newer")
    else:
        yield ok(f"Docker {version}")


@check("disk-docker", unanswered=_START)
def disk(of: Deployment) -> Iterator[Told]:
    """Room where Docker keeps images and containers."""
    if not of.in_containers:
        yield _LOCAL
        return
    root = Path(of.docker.info()["DockerRootDir"])
    # In a container its own root is a layer on that disk.
    path = root if root.is_dir() or not Path("/.dockerenv").exists() else Path("/")
    yield from room(path, "docker system prune; sweep the registry (deploy/README.md, Releases)")


@check("containers", unanswered="start the Docker engine and the databases")
def containers(of: Deployment) -> Iterator[Told]:
    """Each container of laboratories and runs is known to the hub or the table of runs."""
    if not of.in_containers:
        yield _LOCAL
        return
    label = f"bluecloud.deployment={of.settings.name}"
    found = of.docker.containers(all=True, filters={"label": label})
    servers, units, now = _servers(of), _units(of), time.time()
    for each in found:
        labels: Mapping[str, str] = each["Labels"]
        name, age = each["Names"][0].lstrip("/"), now - each["Created"]
        whose = (labels.get("bluecloud.person", ""), labels.get("bluecloud.laboratory", ""))
        if "bluecloud.person" in labels:
            is_known = whose in servers or age < _NEW_S
        elif "bluecloud.unit" in labels:
            is_known = labels["bluecloud.unit"] in units or age < _NEW_S
        else:
            is_known = age < (_GATE_S if GATE in labels else _GATE_S / 4)
        if not is_known:
            yield warning(f"nobody knows container {name}", f"docker rm --force {name}")
    yield ok(f"{len(found)} containers")


@check("networks", unanswered=_START)
def networks(of: Deployment) -> Iterator[Told]:
    """The laboratories' network is there, and nobody else is on it."""
    if not of.in_containers:
        yield _LOCAL
        return
    name = of.settings.network
    found = {each["Name"]: each for each in of.docker.networks()}
    if name not in found:
        yield fault(f"there is no network {name}", "make up")
        return
    own = f"{of.settings.name}-"
    project = of.settings.name
    for other, network in found.items():
        by = (network.get("Labels") or {}).get("com.docker.compose.project")
        if other.startswith(own) and other != name and by != project:
            yield warning(f"nobody knows network {other}", f"docker network rm {other}")
    on_it = of.docker.inspect_network(name).get("Containers") or {}
    for identifier, told in on_it.items():
        if not _is_ours(of, identifier):
            fix = f"docker network disconnect {name} {told['Name']}"
            yield warning(f"{told['Name']} is no part of it and on network {name}", fix)
    yield ok(f"{len(on_it)} containers on {name}")


@check("fence", unanswered=_START)
def fence(of: Deployment) -> Iterator[Told]:
    """The kernel holds the rules of what laboratories cannot reach."""
    if not of.in_containers:
        yield _LOCAL
        return
    marks = {
        "com.docker.compose.project": of.settings.name,
        "com.docker.compose.service": "fence",
    }
    asked = {"label": [f"{key}={value}" for key, value in marks.items()]}
    found = [
        each
        for each in of.docker.containers(all=True, filters=asked)
        if marks.items() <= dict(each["Labels"] or {}).items()
    ]
    if not found:
        yield fault("laboratories reach the machine and each other: there is no fence", "make up")
        return
    health = of.docker.inspect_container(found[0]["Id"])["State"].get("Health") or {}
    said = str((health.get("Log") or [{}])[-1].get("Output", ""))
    if health.get("Status") != "healthy":
        yield fault(
            f"the fence is {health.get('Status', 'down')}: {one_line(said)}", "see its log; make up"
        )
    elif NOT_APART in said:
        fix = "modprobe br_netfilter; sysctl net.bridge.bridge-nf-call-iptables=1; make up"
        yield warning("laboratories reach each other: the kernel filters no bridged traffic", fix)
    elif "reject" not in said:
        yield warning("BLUECLOUD_FORBIDDEN is 'off': nothing is forbidden", "leave it empty")
    elif of.settings.engine == "swarm":
        yield from _fences(of)
    else:
        yield ok("laboratories reach neither the machine nor each other nor its cloud's keys")


def _fences(of: Deployment) -> Iterator[Told]:
    """Of each other server of the swarm, whether its fence runs."""
    here = of.docker.info()["Swarm"]["NodeID"]
    name = f"{of.settings.name}-fence"
    fenced = (
        {
            task["NodeID"]
            for task in of.docker.tasks(filters={"service": name, "desired-state": "running"})
            if task["Status"]["State"] == "running"
        }
        if of.docker.services(filters={"name": name})
        else set()
    )
    for node in of.docker.nodes():
        is_used = node["Spec"]["Availability"] == "active" and node["Status"]["State"] == "ready"
        if is_used and node["ID"] not in {here, *fenced}:
            server = node["Description"]["Hostname"]
            fix = f"start the service {name}: deploy/README.md, Swarm"
            yield fault(f"no fence runs on {server}: its laboratories reach everything", fix)
    yield ok("laboratories reach neither their server nor its cloud's keys; in a swarm, each other")


def _is_ours(of: Deployment, identifier: str) -> bool:
    from docker.errors import NotFound

    try:
        labels = of.docker.inspect_container(identifier)["Config"]["Labels"] or {}
    except NotFound:
        return True
    marks = ("bluecloud.deployment", "com.docker.compose.project")
    return of.settings.name in {labels.get(mark) for mark in marks}


@check("processes", unanswered="see what service-database says")
def processes(of: Deployment) -> Iterator[Told]:
    """Each process of runs, on engine ``local``, is known to the table of runs."""
    if of.in_containers:
        yield not_applicable("runs are containers")
        return
    known = _units(of)
    for path in sorted((of.state / "service" / "units").glob("*")):
        if path.suffix != ".log" and path.name not in known and _is_held(path):
            pid = path.read_text().strip()
            yield warning(f"nobody knows unit {path.name}, process {pid}", f"kill {pid}")
    yield ok(f"{len(known)} units are out")


def _is_held(path: Path) -> bool:
    """Whether a unit lives, as its lock says."""
    try:
        probe = os.open(path, os.O_RDONLY)
    except OSError:
        return False
    try:
        fcntl.flock(probe, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(probe)
    return False


def _units(of: Deployment) -> set[str]:
    with of.service_database.connect() as connection:
        return set(connection.execute(select(RUNS.c.unit).where(RUNS.c.settled == 0)).scalars())


def _servers(of: Deployment) -> set[tuple[str, str]]:
    """The servers that the hub has, by their person's folder and their laboratory."""
    asked = text(
        "SELECT u.name, s.name FROM spawners s JOIN users u ON u.id = s.user_id"
        " WHERE s.server_id IS NOT NULL"
    )
    with of.hub_database.connect() as connection:
        found: Any = connection.execute(asked)
        return {(folder_name(person), laboratory) for person, laboratory in found}


@check("limits", unanswered=_START)
def limits(of: Deployment) -> Iterator[Told]:
    """The laboratories' sizes fit on this machine."""
    if not of.in_containers:
        yield not_applicable("engine local holds no limits")
        return
    told = of.docker.info()
    memory, cores = int(told["MemTotal"]), int(told["NCPU"])
    together = 0
    for slug, laboratory in of.laboratories.items():
        first = laboratory.sizes[laboratory.default_size]
        together += _bytes(first.memory_limit)
        for name, size in laboratory.sizes.items():
            if _bytes(size.memory_limit) > memory or size.cpu_limit > cores:
                said = f"{slug} {name}: {size.cpu_limit:g} cores, {size.memory_limit}"
                yield warning(f"{said}, more than there is", f"make it smaller in {slug}.toml")
    runs = of.service.runs_memory
    together += _bytes(runs) if runs else 0
    said = f"one server of each laboratory and all runs: {together / 2**30:.0f} GiB"
    machine = f"this machine: {cores} cores, {memory / 2**30:.0f} GiB"
    if together > memory:
        fix = "smaller default sizes, a smaller BLUECLOUD_RUNS_MEMORY, or more memory"
        yield warning(f"{said}; {machine}", fix)
    else:
        yield ok(f"{said}; {machine}{'' if runs else '; runs have no limit of memory'}")


def _bytes(memory: str) -> int:
    return int(memory[:-1]) * _UNITS[memory[-1]]


@check("images", unanswered=_START)
def unused(of: Deployment) -> Iterator[Told]:
    """Images that nothing is started from any more do not pile up."""
    if not of.in_containers:
        yield _LOCAL
        return
    dangling = of.docker.images(filters={"dangling": True})
    size = sum(int(each["Size"]) for each in dangling)
    said = listed([f"{len(dangling)} images without a name, {size / 2**30:.1f} GiB"])
    if size > 20 * 2**30:
        yield warning(said, "docker image prune")
    else:
        yield ok(said)

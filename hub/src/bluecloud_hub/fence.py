"""What laboratories and runs cannot reach on the network, by the kernel's rules.

Docker lets a container reach the machine itself, the link-local addresses at which a cloud gives
out its keys, and every container beside it. The fence is a table of nftables in the machine's own
network namespace, so that nothing inside a container can change it::

    hub, service, proxy, registry   <->  laboratories and runs     allowed
    laboratories and runs            ->  the internet              allowed
    laboratories and runs            ->  each other                refused
    laboratories and runs            ->  the machine itself        refused, but for names (port 53)
    everybody on the network         ->  addresses of `forbidden`  refused, but for names (port 53)

It is its own table, read before Docker's, and holds for the bridge of the deployment's network
alone. Each change is one transaction of the kernel's: there is no moment without rules. What is
new on the network is a laboratory until Docker says that it is not.

In a swarm each server has a fence of its own, for the bridge by which containers leave the swarm's
network. What goes from laboratory to laboratory within that network passes no rule of it.

Source: nft(8); Docker's "Packet filtering and firewalls".
"""

from __future__ import annotations

import ipaddress
import logging
import os
import queue
import shutil
import signal
import subprocess
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from bluecloud_hub.settings import Settings, read_settings

log = logging.getLogger("bluecloud.fence")
LOOK_S = 15.0
SWARMS_OWN = "ingress-sbox"  # among the containers of a network, and none
DEPLOYMENT = "bluecloud.deployment"  # the label of laboratories and runs
NOT_APART = "not in force: bridge-nf-call-iptables is not 1"
_BRIDGED = Path("/proc/sys/net/bridge/bridge-nf-call-iptables")


class FenceError(Exception):
    """The kernel does not take the rules; the message has what it says."""


class Engine(Protocol):
    """What is asked of Docker."""

    def inspect_network(self, name: str) -> Mapping[str, Any]:
        """A network, with ``Containers``."""

    def inspect_container(self, name: str) -> Mapping[str, Any]:
        """A container, with its labels."""


def table_of(name: str) -> str:
    """The table of a deployment."""
    return f"{name}-fence"


def rules(
    table: str, bridge: str, ours: Iterable[str], forbidden: Sequence[str], *, apart: bool = True
) -> str:
    """The whole table, for ``nft -f``; without a chain where nothing is forbidden.

    Parameters
    ----------
    bridge
        The interface of the deployment's network.
    ours
        IPv4 addresses of hub, service, proxy and registry on it.
    forbidden
        Networks in CIDR notation, IPv4 and IPv6.
    apart
        Whether the kernel shows rules what goes from container to container; where it does not,
        the rule says so, and `bluecloud doctor` reads it.

    Raises
    ------
    ValueError
        If an address or network is none.
    """
    anew = f"table inet {table}\ndelete table inet {table}\ntable inet {table} {{\n"
    if not forbidden:
        return f"{anew}}}\n"
    allowed = sorted(str(ipaddress.IPv4Address(one)) for one in ours)
    networks = [ipaddress.ip_network(one) for one in forbidden]
    closed = [
        f"    {family} daddr {{ {', '.join(map(str, found))} }} reject"
        for family, version in (("ip", 4), ("ip6", 6))
        if (found := [one for one in networks if one.version == version])
    ]
    mine = f"{{ {', '.join(allowed)} }}"
    neighbours = [
        f'    oifname "{bridge}" ip {end} {mine} accept' for end in ("saddr", "daddr") if allowed
    ]
    host = [f"    ip saddr {mine} accept"] if allowed else []
    common = [
        f'    iifname != "{bridge}" accept',
        "    ct state established,related accept",
    ]
    # TCP and UDP by number, since names of protocols are looked for in a file.
    names = "    meta l4proto { 6, 17 } th dport 53 accept"
    idle = "" if apart else f' comment "{NOT_APART}"'
    lines = [
        "  chain forward {",
        "    type filter hook forward priority filter - 10; policy accept;",
        *common,
        *neighbours,
        f'    oifname "{bridge}" reject{idle}',
        names,
        *closed,
        "  }",
        "  chain input {",
        "    type filter hook input priority filter - 10; policy accept;",
        *common,
        *host,
        names,
        "    meta l4proto { 1, 58 } accept",  # ICMP of IPv4 and IPv6: who is where, how large
        "    reject",
        "  }",
        "}",
    ]
    return anew + "\n".join(lines) + "\n"


class Fence:
    """The rules of one deployment, kept as Docker's network is.

    Parameters
    ----------
    engine
        Docker, whose network is looked at.
    network
        The network of laboratories.
    """

    def __init__(self, engine: Engine, table: str, network: str, forbidden: Sequence[str]) -> None:
        self._engine = engine
        self._table = table
        self._network = network
        self._forbidden = forbidden
        self._last = ""

    def wanted(self) -> str:
        """The rules as they have to be now."""
        network = self._engine.inspect_network(self._network)
        named = (network.get("Options") or {}).get("com.docker.network.bridge.name")
        bridge = named or f"br-{network['Id'][:12]}"
        ours = []
        for identifier, told in (network.get("Containers") or {}).items():
            if identifier == SWARMS_OWN:
                continue
            labels = self._engine.inspect_container(identifier)["Config"]["Labels"] or {}
            if DEPLOYMENT not in labels and told["IPv4Address"]:
                ours.append(told["IPv4Address"].partition("/")[0])
        apart = neighbours_are_apart()
        return rules(self._table, bridge, ours, self._forbidden, apart=apart)

    def hold(self) -> bool:
        """Have the kernel hold what is wanted; whether anything was changed.

        Raises
        ------
        FenceError
            If it does not.
        """
        wanted = self.wanted()
        if wanted == self._last and is_there(self._table):
            return False
        nft("-f", "-", told=wanted)
        self._last = wanted
        return True

    def remove(self) -> None:
        """Take the rules away."""
        if is_there(self._table):
            nft("delete", "table", "inet", self._table)


def nft(*words: str, told: str = "") -> str:
    """Ask the kernel.

    Raises
    ------
    FenceError
        If there is no nft, or the kernel refuses.
    """
    program = shutil.which("nft", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/sbin")
    if program is None:
        raise FenceError("there is no nft here: install nftables")
    done = subprocess.run(
        [program, *words], input=told, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise FenceError(f"nft {' '.join(words)}: {done.stderr.strip()}")
    return done.stdout


def is_there(table: str) -> bool:
    """Whether the kernel has a table."""
    return f"table inet {table}" in nft("list", "tables").splitlines()


def neighbours_are_apart() -> bool:
    """Whether the kernel shows the rules what goes from container to container of a bridge."""
    try:
        return _BRIDGED.read_text().strip() == "1"
    except OSError:
        return False


def keep(settings: Settings) -> None:
    """Keep the rules as the network is, until told to end; then take them away."""
    import docker
    import docker.utils

    ending = threading.Event()
    changes: queue.Queue[None] = queue.Queue()

    def end(*_: object) -> None:
        ending.set()
        changes.put(None)

    for each in (signal.SIGTERM, signal.SIGINT):
        signal.signal(each, end)
    if not settings.forbidden:
        log.warning("BLUECLOUD_FORBIDDEN is 'off': laboratories reach whatever Docker lets them")
    api = docker.APIClient(version="auto", timeout=60, **docker.utils.kwargs_from_env())
    fence = Fence(api, table_of(settings.name), settings.fenced, settings.forbidden)
    listening = threading.Thread(target=_listen, args=(changes, ending), daemon=True)
    listening.start()
    if not neighbours_are_apart():
        log.warning("the kernel filters no bridged traffic: laboratories reach each other")
    while not ending.is_set():
        try:
            if fence.hold():
                log.info("the rules are as network %s is", settings.fenced)
        except (docker.errors.DockerException, OSError, FenceError) as error:
            # The rules of before go on; the health says so where there are none.
            log.warning("the rules are as they were: %s", error)
            ending.wait(1)
        try:
            changes.get(timeout=LOOK_S)
        except queue.Empty:
            continue
    fence.remove()


def _listen(changes: queue.Queue[None], ending: threading.Event) -> None:
    """Say each time that a container joins or leaves a network."""
    import docker
    import docker.utils

    while not ending.is_set():
        try:
            api = docker.APIClient(version="auto", timeout=60, **docker.utils.kwargs_from_env())
            changes.put(None)
            for _ in api.events(filters={"type": "network"}):
                changes.put(None)
        except (docker.errors.DockerException, OSError):
            ending.wait(1)


def main() -> None:
    """``python -m bluecloud_hub.fence``."""
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(message)s")
    keep(read_settings())


if __name__ == "__main__":
    main()

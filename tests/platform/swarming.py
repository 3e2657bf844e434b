"""A Docker Swarm of a test's own: servers in network namespaces of one machine, on one wire.

Each server is a Docker daemon with an address on the wire and a name of its own; nothing of it is
in the machine's own network. Whoever asks what listens on a server's loopback is `inside` it.
"""

from __future__ import annotations

import ctypes
import os
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bluecloud_hub.labs import read_laboratories
from tests.platform.daemons import Daemon, remove
from tests.platform.deployments import LABORATORY, ROOT, Docker, images
from tests.service.serving import until

_CLONE_NEWNET = 0x40000000
_libc = ctypes.CDLL(None, use_errno=True)
WIRE = "10.199.0.0/24"
PLACEMENT = "node.platform.os==linux"
HEARTBEAT = "2s"  # so that a server that is cut off is known to be after six seconds


def ip(*words: str) -> None:
    """Change a network."""
    done = subprocess.run(["ip", *words], check=False, capture_output=True, text=True)
    assert done.returncode == 0, f"ip {' '.join(words)}: {done.stderr}"


@contextmanager
def inside(namespace: str) -> Iterator[None]:
    """Be in a network namespace: this thread, and the processes that it starts."""
    before = os.open("/proc/thread-self/ns/net", os.O_RDONLY)
    there = os.open(f"/run/netns/{namespace}", os.O_RDONLY)
    try:
        _enter(there)
        yield
    finally:
        _enter(before)
        os.close(there)
        os.close(before)


def _enter(namespace: int) -> None:
    if _libc.setns(namespace, _CLONE_NEWNET):
        raise OSError(ctypes.get_errno(), "setns")


@dataclass
class Server:
    """A server of the swarm."""

    name: str
    address: str
    daemon: Daemon
    wire: str

    def docker(self, *words: str) -> str:
        """What its Docker says."""
        return self.daemon.docker(*words)

    def cut(self) -> None:
        """Take its cable out."""
        ip("-n", self.wire, "link", "set", self.name, "down")

    def mend(self) -> None:
        """Put its cable in again."""
        ip("-n", self.wire, "link", "set", self.name, "up")

    def laboratories(self) -> list[str]:
        """The ids of its containers of laboratories, running or not."""
        of_ours = "--filter=label=bluecloud.laboratory"
        return self.docker("ps", "--all", "--quiet", "--no-trunc", of_ours).split()


@dataclass
class Swarm:
    """A manager, and servers that join it."""

    folder: Path
    layers: Path
    stack: ExitStack
    servers: list[Server] = field(default_factory=list)
    prefix: str = field(default_factory=lambda: f"bcs{os.getpid() % 10**6}")

    @property
    def manager(self) -> Server:
        """The server that began it."""
        return self.servers[0]

    def begin(self) -> None:
        """The wire, and a manager."""
        wire = f"{self.prefix}w"
        ip("netns", "add", wire)
        self.stack.callback(ip, "netns", "delete", wire)
        ip("-n", wire, "link", "add", "wire", "type", "bridge")
        ip("-n", wire, "link", "set", "wire", "up")
        first = self._server()
        at = (f"--advertise-addr={first.address}", f"--listen-addr={first.address}:2377")
        first.docker("swarm", "init", *at, f"--dispatcher-heartbeat={HEARTBEAT}")

    def join(self) -> Server:
        """One more server, a worker."""
        key = self.manager.docker("swarm", "join-token", "--quiet", "worker")
        more = self._server()
        at = (f"--advertise-addr={more.address}", f"--listen-addr={more.address}:2377")
        more.docker("swarm", "join", *at, f"--token={key}", f"{self.manager.address}:2377")
        until(lambda: self.state_of(more) == "ready")
        return more

    def state_of(self, server: Server) -> str:
        """What the manager knows of a server: ``ready`` or ``down``."""
        words = ("node", "inspect", "--format={{.Status.State}}", server.name)
        return self.manager.docker(*words)

    def services(self) -> list[str]:
        """The ids of the services of laboratories."""
        of_ours = "--filter=label=bluecloud.laboratory"
        return self.manager.docker("service", "ls", "--quiet", of_ours).split()

    def _server(self) -> Server:
        number = len(self.servers) + 1
        name, wire = f"{self.prefix}{number}", f"{self.prefix}w"
        address = f"10.199.0.{number}"
        ip("netns", "add", name)
        self.stack.callback(ip, "netns", "delete", name)
        ip("-n", name, "link", "set", "lo", "up")
        cable = ("eth0", "netns", name, "type", "veth", "peer", "name", name, "netns", wire)
        ip("link", "add", *cable)
        ip("-n", wire, "link", "set", name, "master", "wire", "up")
        ip("-n", name, "addr", "add", f"{address}/24", "dev", "eth0")
        ip("-n", name, "link", "set", "eth0", "up")
        folder = self.folder / str(number)
        folder.mkdir()
        enter = ("nsenter", f"--net=/run/netns/{name}", "unshare", "--uts", "sh", "-c")
        named = ('hostname "$0" && exec "$@"', name)
        # Services cannot ask for it with this Docker; its daemon does for all.
        daemon = Daemon(folder, name, (*enter, *named), ("--no-new-privileges",))
        self.stack.callback(daemon.close)
        daemon.take(self.layers)
        daemon.begin()
        self.stack.callback(daemon.docker, "swarm", "leave", "--force")
        made = Server(name, address, daemon, wire)
        self.servers.append(made)
        return made


@contextmanager
def swarming(layers: Path) -> Iterator[Swarm]:
    """A swarm of one manager; all of it is taken away at the end."""
    with ExitStack() as stack:
        # A socket's path is to be short.
        folder = Path(tempfile.mkdtemp(prefix="bcs-"))
        stack.callback(remove, folder)
        made = Swarm(folder, layers, stack)
        made.begin()
        yield made


class OnSwarm(Docker):
    """A deployment on the manager of a swarm, as ``make up`` starts it there."""

    files = ("compose.yaml", "compose.swarm.yaml")

    def __init__(self, state: Path, daemon: Daemon) -> None:
        socket = daemon.address.removeprefix("unix://")
        laboratory = read_laboratories(ROOT / "hub" / "labs")[LABORATORY]
        settings = {
            "BLUECLOUD_ENGINE": "swarm",
            # Room for one: whoever ended, however that was, has to have given it back.
            "BLUECLOUD_LABORATORIES_MEMORY": laboratory.sizes[laboratory.default_size].memory_limit,
            "BLUECLOUD_SWARM_PLACEMENT": PLACEMENT,
            "BLUECLOUD_FORBIDDEN": WIRE,
        }
        super().__init__(state, "s", DOCKER_SOCKET=socket, **settings)

    def fence(self, swarm: Swarm, worker: Server) -> None:
        """Have a worker its fence, as deploy/README.md says."""
        image = swarm.manager.docker("image", "inspect", "--format={{.Id}}", f"{images()}/hub")
        socket = worker.daemon.address.removeprefix("unix://")
        here = swarm.manager.docker("info", "--format={{.Swarm.NodeID}}")
        swarm.manager.docker(
            *("service", "create", "--quiet", "--mode=global", f"--constraint=node.id!={here}"),
            *(f"--name={self.name}-fence", "--network=host", "--cap-drop=ALL"),
            *("--cap-add=NET_ADMIN", "--read-only", "--env=BLUECLOUD_ENGINE=swarm"),
            *(f"--env=BLUECLOUD_NAME={self.name}", f"--env=BLUECLOUD_FORBIDDEN={WIRE}"),
            f"--mount=type=bind,source={socket},target=/var/run/docker.sock",
            *(image, "python", "-m", "bluecloud_hub.fence"),
        )

        def holds() -> bool:
            with inside(worker.name):
                listed = subprocess.run(["nft", "list", "tables"], capture_output=True, check=True)
            return f"{self.name}-fence".encode() in listed.stdout

        until(holds)

    def stop(self) -> None:
        """Nothing: it goes with the daemon that has all of it."""

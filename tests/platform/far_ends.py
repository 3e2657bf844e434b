"""The far ends that `doctor` asks, as they may be: a Docker engine, clocks, certificates."""

from __future__ import annotations

import contextlib
import json
import ssl
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from bluecloud_hub.fence import NOT_APART
from tests.platform.breaking import OLD
from tests.platform.operating import IMAGE

LOOPBACK = ip_address("127.0.0.1")


@contextlib.contextmanager
def answering(
    told: Callable[[str], Any], *, ahead_s: float = 0, days: int | None = None
) -> Iterator[str]:
    """A program that answers, whose clock is ahead, or that has a certificate of some days."""

    class Answers(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = told(self.path.partition("?")[0])
            body = json.dumps(found if found is not None else {"message": "No such image"}).encode()
            self.send_response(200 if found is not None else 404)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(body)

        def date_time_string(self, timestamp: float | None = None) -> str:
            return super().date_time_string((timestamp or time.time()) + ahead_s)

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Answers)
    if days is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate(days))
        server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield f"{'http' if days is None else 'https'}://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def certificate(days: int) -> Path:
    """A certificate of loopback that ends in some days, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    ends = datetime.now(UTC) + timedelta(days=days, hours=1)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=400))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(LOOPBACK)]), critical=False)
        .sign(key, SHA256())
    )
    private = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path = Path(tempfile.mkdtemp()) / "tls.pem"
    path.write_bytes(private + made.public_bytes(Encoding.PEM))
    return path


@dataclass
class Engine:
    """What a Docker engine of this deployment answers."""

    containers: list[dict[str, Any]] = field(default_factory=list)
    networks: list[dict[str, Any]] = field(default_factory=lambda: [{"Name": "bluecloud-labs"}])
    on_network: dict[str, Any] = field(default_factory=dict)
    images: list[dict[str, Any]] = field(default_factory=list)
    here: set[str] = field(default_factory=lambda: {IMAGE})
    fence: str = "healthy"
    fence_says: str = 'oifname "br-1" reject'
    version: str = "28.2.2"
    memory: int = 256 * 2**30

    def told(self, path: str) -> Any:
        """The answer to a path of Docker's API; None of what there is none."""
        _, _, asked = (
            path.lstrip("/").partition("/") if path.startswith("/v1.") else ("", "", path[1:])
        )
        if asked.startswith("images/") and asked.endswith("/json") and asked != "images/json":
            return {} if asked.removeprefix("images/").removesuffix("/json") in self.here else None
        if asked.startswith("containers/") and asked != "containers/json":
            health = {"Status": self.fence, "Log": [{"Output": self.fence_says}]}
            return {"Config": {"Labels": {}}, "State": {"Health": health}}
        return {
            "version": {"Version": self.version, "ApiVersion": "1.43"},
            "info": {"DockerRootDir": "/", "MemTotal": self.memory, "NCPU": 64},
            "containers/json": [*self.containers, *([FENCE] if self.fence else [])],
            "networks": self.networks,
            "networks/bluecloud-labs": {"Containers": self.on_network},
            "images/json": self.images,
        }[asked]


def container(name: str, **labels: str) -> dict[str, Any]:
    told = {f"bluecloud.{each}": value for each, value in labels.items()}
    return {"Names": [f"/{name}"], "Created": int(OLD), "Labels": told}


FENCE = {
    "Id": "fence",
    "Names": ["/fence"],
    "Created": 4_000_000_000,
    "Labels": {
        "com.docker.compose.project": "bluecloud",
        "com.docker.compose.service": "fence",
    },
}

# What an engine is like, and which check says what of it.
ENGINES: dict[str, tuple[Engine, str, str, str]] = {
    "old": (Engine(version="19.03.1"), "docker", "fault", "Docker 19.03.1"),
    "small": (Engine(memory=2**30), "limits", "warning", "more than there is"),
    "without the network": (Engine(networks=[]), "networks", "fault", "no network bluecloud-labs"),
    "with a network": (
        Engine(networks=[{"Name": "bluecloud-labs"}, {"Name": "bluecloud-old"}]),
        "networks",
        "warning",
        "nobody knows network bluecloud-old",
    ),
    "with a stranger": (
        Engine(on_network={"1": {"Name": "miner"}}),
        "networks",
        "warning",
        "miner is no part of it",
    ),
    "without a fence": (Engine(fence=""), "fence", "fault", "there is no fence"),
    "with a broken fence": (
        Engine(fence="unhealthy", fence_says="No such file"),
        "fence",
        "fault",
        "unhealthy: No such file",
    ),
    "with an idle fence": (
        Engine(fence_says=f'reject comment "{NOT_APART}"'),
        "fence",
        "warning",
        "reach each other",
    ),
    "with the fence off": (Engine(fence_says="table inet"), "fence", "warning", "'off'"),
    "with a server": (
        Engine([container("bluecloud-ada--genomics", person="ada", laboratory="genomics")]),
        "containers",
        "warning",
        "bluecloud-ada--genomics",
    ),
    "with a unit": (
        Engine([container("bluecloud-run-1", unit="run-1")]),
        "containers",
        "warning",
        "bluecloud-run-1",
    ),
    "with images": (
        Engine(images=[{"Size": 30 * 2**30}]),
        "images",
        "warning",
        "30.0 GiB",
    ),
    "without the image": (Engine(here=set()), "release-images", "fault", "not on this server"),
}

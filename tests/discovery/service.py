"""The service as a process of its own, on a free port, as a deployment starts it."""

from __future__ import annotations

import os
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx
import psutil

from bluecloud_hub.demo import free_port, is_taken

# Every client that has none of its own loads one, which takes longer than what it asks.
TLS = ssl.create_default_context()
_TRIES = 3
PROGRAM = (sys.executable, "-m", "bluecloud_service")


@contextmanager
def serving(index: Path | None, **settings: str) -> Iterator[str]:
    """Serve an index, and give the service's address; the process ends with the block."""
    with start({**({"BLUECLOUD_INDEX": str(index)} if index else {}), **settings}) as (address, _):
        yield address


@contextmanager
def start(
    settings: dict[str, str], *, program: Sequence[str] = PROGRAM
) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Start the service on a free port, and give its address and process when it answers."""
    environment = {
        **{name: value for name, value in os.environ.items() if name != "JUPYTERHUB_API_TOKEN"},
        **settings,
    }
    for _ in range(_TRIES):
        port = free_port()
        address = f"http://127.0.0.1:{port}/services/bluecloud"
        told = {**environment, "BLUECLOUD_SERVICE_PORT": str(port)}
        with subprocess.Popen(program, env=told) as service:
            try:
                if not _answers(service, address, port):
                    continue
                yield address, service
                return
            finally:
                service.terminate()
    raise AssertionError(f"others took each of {_TRIES} ports")


def _answers(service: subprocess.Popen[bytes], address: str, port: int) -> bool:
    """Whether it answers; not if another program of the tests has taken its port meanwhile."""
    until = time.monotonic() + 60
    with httpx.Client(trust_env=False, verify=TLS) as client:
        while True:
            if service.poll() is not None:
                assert is_taken(port), "the service ended"
                return False
            try:
                client.get(f"{address}/health").raise_for_status()
                if _listens(service.pid, port):
                    return True
            except httpx.HTTPError:
                pass
            assert time.monotonic() < until, "the service does not answer"
            time.sleep(0.05)


def _listens(pid: int, port: int) -> bool:
    process = psutil.Process(pid)
    return any(
        one.status == psutil.CONN_LISTEN and one.laddr.port == port
        for each in (process, *process.children(recursive=True))
        for one in each.net_connections("tcp")
    )

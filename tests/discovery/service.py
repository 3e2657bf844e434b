"""The service as a process of its own, on a free port, as a deployment starts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import httpx

from bluecloud_hub.demo import free_port

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
    port = free_port()
    environment = {
        **{name: value for name, value in os.environ.items() if name != "JUPYTERHUB_API_TOKEN"},
        "BLUECLOUD_SERVICE_PORT": str(port),
        **settings,
    }
    address = f"http://127.0.0.1:{port}/services/bluecloud"
    with subprocess.Popen(program, env=environment) as service:
        try:
            until = time.monotonic() + 60
            while True:
                assert service.poll() is None, "the service ended"
                try:
                    httpx.get(f"{address}/health", trust_env=False).raise_for_status()
                    break
                except httpx.HTTPError:
                    assert time.monotonic() < until, "the service does not answer"
                    time.sleep(0.05)
            yield address, service
        finally:
            service.terminate()

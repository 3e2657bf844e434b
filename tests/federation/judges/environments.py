"""Environments of their own for real servers, whose bounds conflict with ours; and their ports.

They are made where packages can be had, in seconds; a test that cannot have one is skipped.
"""

import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest


def environment(folder: Path, packages: Sequence[str]) -> Path:
    """The Python of a new environment with these packages; the test is skipped without them."""
    uv = Path(sys.executable).with_name("uv")
    for command in (
        [uv, "venv", "--quiet", "--python", sys.executable, folder / "venv"],
        [uv, "pip", "install", "--quiet", "--python", folder / "venv", *packages],
    ):
        try:
            made = subprocess.run(command, capture_output=True, timeout=180, check=False)
        except (OSError, subprocess.TimeoutExpired) as error:
            pytest.skip(f"it needs an environment with {', '.join(packages)}: {error}")
        if made.returncode:
            pytest.skip(f"it needs an environment with {', '.join(packages)}: uv could not make it")
    return folder / "venv" / "bin" / "python"


@contextmanager
def running(python: Path, program: str, *arguments: str, folder: Path) -> Iterator[int]:
    """The port of a server that a program serves on; the port is its last argument."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    log = folder / "log"
    with log.open("w") as told:
        server = subprocess.Popen(
            [python, "-c", program, *arguments, str(port)], stdout=told, stderr=told, cwd=folder
        )
        try:
            _wait(port, server, log)
            yield port
        finally:
            server.terminate()
            server.wait(timeout=20)


def _wait(port: int, server: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and server.poll() is None:
        with socket.socket() as asked:
            if asked.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.1)
    raise AssertionError(log.read_text())

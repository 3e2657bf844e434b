"""``make demo``: one command, an address, three people; Ctrl-C leaves nothing behind."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bluecloud_hub.demo import free_port
from tests.platform.deployments import LABORATORY
from tests.platform.person import Person

ROOT = Path(__file__).resolve().parents[2]


def processes_about(state: Path) -> list[str]:
    """Every process that was started for a state folder, by its environment or its words."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            try:
                told = (entry / "environ").read_bytes() + (entry / "cmdline").read_bytes()
                words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue
            if str(state).encode() in told and words:
                found.append(words)
    return found


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The demonstration and what it printed until it was ready."""
    program = subprocess.Popen(
        [sys.executable, "-m", "bluecloud_hub.demo", "--port", str(free_port())],
        env={**os.environ, "BLUECLOUD_STATE": str(tmp_path), "BLUECLOUD_TIERS": "sample"},
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        printed: list[str] = []
        assert program.stdout is not None
        for line in program.stdout:
            printed.append(line)
            if line.startswith("Ctrl-C"):
                break
        yield program, printed
    finally:
        program.send_signal(signal.SIGINT)
        program.wait(60)
        if program.stdout is not None:
            program.stdout.close()


async def test_the_demonstration_opens_and_leaves_nothing(
    demo: tuple[subprocess.Popen[str], list[str]], tmp_path: Path
) -> None:
    program, printed = demo
    address = next(line.split()[1] for line in printed if line.startswith("ready:"))
    people = dict(re.findall(r"(ada|ben|mia) .* password: (\S+)", "".join(printed)))
    assert set(people) == {"ada", "ben", "mia"}
    async with Person(address, "mia", people["mia"]) as mia:
        assert (await mia.log_in()).url.path == "/hub/home"
        assert "no isolation" in await mia.home()
        await mia.start(LABORATORY)
        assert (await mia.watch(LABORATORY))[-1].ready
    assert any("jupyterhub-singleuser" in words for words in processes_about(tmp_path))

    program.send_signal(signal.SIGINT)
    assert program.wait(60) == 0
    assert processes_about(tmp_path) == []


def test_a_port_that_is_taken_is_named(
    demo: tuple[subprocess.Popen[str], list[str]], tmp_path: Path
) -> None:
    port = next(line for line in demo[1] if line.startswith("ready:")).strip().rsplit(":", 1)[1]
    second = subprocess.run(
        [sys.executable, "-m", "bluecloud_hub.demo", "--port", port],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "BLUECLOUD_STATE": str(tmp_path / "second")},
    )
    assert second.returncode == 1
    assert f"port {port} of 127.0.0.1 is taken" in second.stderr

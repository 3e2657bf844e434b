"""``make demo``: one command, an address, three people; however it ends, it leaves nothing."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bluecloud_hub.demo import free_port
from bluecloud_service.operating.doctor import app as doctor
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


def command(*before: str) -> list[str]:
    """The demonstration on a free port, as ``make demo`` calls it."""
    return [*before, sys.executable, "-m", "bluecloud_hub.demo", "--port", str(free_port())]


def surroundings(state: Path) -> dict[str, str]:
    """The environment of a demonstration with a state of its own."""
    return {**os.environ, "BLUECLOUD_STATE": str(state), "BLUECLOUD_TIERS": "sample"}


def until_ready(lines: Iterable[str]) -> list[str]:
    """What is printed until it is ready, the last line included."""
    printed = []
    for line in lines:
        printed.append(line)
        if line.startswith("Ctrl-C"):
            return printed
    raise AssertionError("it did not become ready: " + "".join(printed))


def visitor(printed: list[str]) -> Person:
    """The lab manager, at the address and with the password that were printed."""
    said = "".join(printed)
    address = re.search(r"ready: (\S+)", said)
    people = dict(re.findall(r"(ada|ben|mia) .* password: (\S+)", said))
    assert address
    assert set(people) == {"ada", "ben", "mia"}
    return Person(address[1], "mia", people["mia"])


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """The demonstration and what it printed until it was ready."""
    program = subprocess.Popen(
        command(),
        env=surroundings(tmp_path),
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    try:
        assert program.stdout is not None
        yield program, until_ready(program.stdout)
    finally:
        program.send_signal(signal.SIGINT)
        program.wait(60)
        if program.stdout is not None:
            program.stdout.close()


async def test_the_demonstration_opens_and_leaves_nothing(
    demo: tuple[subprocess.Popen[str], list[str]], tmp_path: Path
) -> None:
    program, printed = demo
    async with visitor(printed) as mia:
        assert (await mia.log_in()).url.path == "/hub/home"
        assert "no isolation" in await mia.home()
        await mia.start(LABORATORY)
        assert (await mia.watch(LABORATORY))[-1].ready
        words = ("--env-file", str(tmp_path / "demo.env"))  # where it is, for its operator
        told = await asyncio.to_thread(
            CliRunner().invoke, doctor, [*words, "--only=hub", "--only=service", "--only=homes"]
        )
        assert told.exit_code == 0, told.output
    assert any("jupyterhub-singleuser" in words for words in processes_about(tmp_path))

    program.send_signal(signal.SIGINT)
    assert program.wait(60) == 0
    assert processes_about(tmp_path) == []


async def test_closing_its_terminal_leaves_nothing(tmp_path: Path) -> None:
    ours, its = os.openpty()
    program = subprocess.Popen(
        command("setsid", "--ctty"),
        env=surroundings(tmp_path),
        cwd=ROOT,
        stdin=its,
        stdout=its,
        stderr=its,
    )
    try:
        os.close(its)
        with os.fdopen(ours) as terminal:
            printed = until_ready(terminal)
            async with visitor(printed) as mia:
                await mia.log_in()
                await mia.start(LABORATORY)
                assert (await mia.watch(LABORATORY))[-1].ready
        program.wait(60)  # with the terminal closed
        assert processes_about(tmp_path) == []
    finally:
        program.send_signal(signal.SIGTERM)
        program.wait(60)


async def test_a_hub_killed_during_a_start_ends_the_demonstration_and_leaves_nothing(
    demo: tuple[subprocess.Popen[str], list[str]], tmp_path: Path
) -> None:
    program, printed = demo
    children = Path(f"/proc/{program.pid}/task/{program.pid}/children").read_text().split()
    (hub,) = [
        int(child)
        for child in children
        if b"jupyterhub" in Path(f"/proc/{child}/cmdline").read_bytes()
    ]
    async with visitor(printed) as mia:
        await mia.log_in()
        await mia.start(LABORATORY)
        os.kill(hub, signal.SIGKILL)
        assert any("jupyterhub-singleuser" in words for words in processes_about(tmp_path))
    assert program.stdout is not None
    assert "the hub ended with code -9; its log: " in program.stdout.read()
    assert program.wait(60) == 1
    assert processes_about(tmp_path) == []


FIND = """
import os
import bluecloud_catalogs
found = bluecloud_catalogs.find("argo salinity")
print(found.where == "the service at " + os.environ["BLUECLOUD_SERVICE_URL"] + "/stac", found.total)
"""
LESS = """
import json, os, urllib.request, urllib.error
def ask(address, token, **more):
    request = urllib.request.Request(address, headers={"Authorization": "token " + token}, **more)
    try:
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)
    except urllib.error.HTTPError as error:
        return error.code
address = os.environ["BLUECLOUD_SERVICE_URL"] + "/stac/search"
print(ask(address, os.environ["JUPYTERHUB_API_TOKEN"])["numberMatched"] > 0, ask(address, "wrong"))
"""


async def test_a_notebook_asks_the_service_and_nobody_else_may(
    demo: tuple[subprocess.Popen[str], list[str]],
) -> None:
    _, printed = demo
    address = next(line.split()[1] for line in printed if line.startswith("ready:"))
    people = dict(re.findall(r"(ada|ben|mia) .* password: (\S+)", "".join(printed)))
    async with Person(address, "ada", people["ada"]) as ada:
        await ada.log_in()
        await ada.start(LABORATORY)
        assert (await ada.watch(LABORATORY))[-1].ready
        here, number = (await ada.run(LABORATORY, FIND)).split()
        assert (here, int(number) >= 1) == ("True", True)
        assert (await ada.run(LABORATORY, LESS)).split() == ["True", "401"]
        through_proxy = f"{address}/services/bluecloud"
        with httpx.Client(trust_env=False) as nobody:
            assert nobody.get(f"{through_proxy}/stac/search").status_code == 401
            assert nobody.get(f"{through_proxy}/health").json()["status"] == "ok"
        token = await ada.token(scopes=["read:users!user"])
        with httpx.Client(trust_env=False) as less:
            less.headers["Authorization"] = f"token {token}"
            assert less.get(f"{through_proxy}/stac/search").status_code == 403


def test_a_port_that_is_taken_is_named(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as first:
        port = first.getsockname()[1]
        second = subprocess.run(
            [sys.executable, "-m", "bluecloud_hub.demo", "--port", str(port)],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "BLUECLOUD_STATE": str(tmp_path)},
        )
    assert second.returncode == 1
    assert f"port {port} of 127.0.0.1 is taken" in second.stderr

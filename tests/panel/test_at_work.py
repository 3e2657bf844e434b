"""Kernels and terminals at work keep a server, those at rest do not, and no loop does for ever.

Jupyter Server with its kernels and terminals is in the process of the tests, where a look is taken
when it is wanted, and a day has passed as soon as one is told so; the last test has all of it as a
spawner starts it.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
from jupyter_server.serverapp import ServerApp
from jupyter_server_terminals.terminalmanager import TerminalManager

from bluecloud_panel.at_work import LONGEST, AtWork
from bluecloud_panel.terminals import Terminal
from tests.panel.conftest import TOKEN, ServerFactory

SILENT = "import time\nwhile True: time.sleep(0.05)"
PRINTS = "import time\nwhile True:\n    print('still here', flush=True)\n    time.sleep(0.05)"
COMPUTES = "bash -c 'while [ $SECONDS -lt 100 ]; do :; done'"  # and no longer, whoever is left
HOUR = timedelta(hours=1)
IDLE_S = 3


@pytest.fixture
async def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[ServerApp]:
    """A Jupyter server that nobody asks anything over HTTP."""
    for name in ("CONFIG", "DATA", "RUNTIME"):
        monkeypatch.setenv(f"JUPYTER_{name}_DIR", str(tmp_path / name.lower()))
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path / "ipython"))
    made = ServerApp()
    made.initialize(
        argv=["--allow-root", "--no-browser", f"--ServerApp.root_dir={tmp_path}"],
        find_extensions=False,
        new_httpserver=False,
    )
    terminals = TerminalManager(shell_command=["bash", "--norc", "--noprofile"])
    made.web_app.settings["terminal_manager"] = terminals
    yield made
    started = [
        child
        for each in terminals.terminals.values()
        for child in psutil.Process(each.ptyproc.pid).children(recursive=True)
    ]
    await terminals.terminate_all()
    for child in started:  # what is not told that its terminal is gone, a loop above all
        with suppress(psutil.NoSuchProcess):
            child.kill()
    await made.kernel_manager.shutdown_all(now=True)


async def until(is_so: Callable[[], object]) -> None:
    """Ask until it is so."""
    async with asyncio.timeout(30):
        while not is_so():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def kernel(app: ServerApp, code: str) -> AsyncIterator[Any]:
    """A kernel that executes this, and nobody listens."""
    manager = app.kernel_manager
    number = await manager.start_kernel()
    made = manager.get_kernel(number)
    client = made.client()
    client.start_channels()
    try:
        await client.wait_for_ready(timeout=30)
        client.execute(code)
        await until(lambda: made.execution_state == "busy")
        yield made
    finally:
        client.stop_channels()
        await manager.shutdown_kernel(number, now=True)


def terminal(app: ServerApp, command: str = "") -> Any:
    """A terminal in which a command was typed."""
    manager = app.web_app.settings["terminal_manager"]
    made = manager.terminals[manager.create()["name"]]
    if command:
        made.ptyproc.write(f"{command}\n")
    return made


async def test_a_silent_kernel_counts_while_it_is_busy_and_no_longer(app: ServerApp) -> None:
    at_work = AtWork(app)
    now = datetime.now(UTC)
    async with kernel(app, SILENT) as busy:
        for hours in (1, 2, 23):
            await at_work.look(now + hours * HOUR)
            assert app.web_app.last_activity() == now + hours * HOUR
        await busy.interrupt_kernel()
        await until(lambda: busy.execution_state == "idle")
        await at_work.look(now + 23.5 * HOUR)
        assert app.web_app.last_activity() == now + 23 * HOUR


async def test_one_that_prints_is_forgotten_after_a_day(app: ServerApp) -> None:
    at_work = AtWork(app)
    manager = app.kernel_manager
    async with kernel(app, PRINTS) as busy:
        said = manager.last_kernel_activity
        await until(lambda: manager.last_kernel_activity > said)
        assert app.web_app.last_activity() >= said, "what it says counts, as ever"

        await at_work.look(datetime.now(UTC) - LONGEST)
        await at_work.look(datetime.now(UTC))
        last = app.web_app.last_activity()
        said = manager.last_kernel_activity
        await until(lambda: manager.last_kernel_activity > said + timedelta(seconds=0.2))
        assert app.web_app.last_activity() == last < said

        # What people do goes on counting, and so does another kernel.
        asked = datetime.now(UTC)
        app.web_app.settings["api_last_activity"] = asked
        assert app.web_app.last_activity() == asked
        async with kernel(app, SILENT):
            assert app.web_app.last_activity() > asked
            later = datetime.now(UTC) + HOUR
            await at_work.look(later)
            assert app.web_app.last_activity() == later

        # Interrupted and begun anew it is another day's work.
        await busy.interrupt_kernel()
        await until(lambda: busy.execution_state == "idle")
        await at_work.look(later + HOUR)
        client = busy.client()
        client.start_channels()
        client.execute(SILENT)
        await until(lambda: busy.execution_state == "busy")
        client.stop_channels()
        await at_work.look(later + 2 * HOUR)
        assert app.web_app.last_activity() == later + 2 * HOUR


async def test_a_command_that_works_in_a_terminal_counts_for_a_day(app: ServerApp) -> None:
    at_work = AtWork(app)
    now = datetime.now(UTC)
    terminal(app, COMPUTES)
    await until(lambda: foreground(app))
    for hours in (0, 1, 23):
        await at_work.look(now + hours * HOUR)
        assert app.web_app.last_activity() == now + hours * HOUR
        await asyncio.sleep(0.3)
    await at_work.look(now + LONGEST)
    await asyncio.sleep(0.3)
    await at_work.look(now + LONGEST + HOUR)
    assert app.web_app.last_activity() == now + 23 * HOUR

    # Another terminal's command is another day's work.
    terminal(app, COMPUTES)
    await until(lambda: len(foreground(app)) == 2)
    await at_work.look(now + LONGEST + 2 * HOUR)
    assert app.web_app.last_activity() == now + LONGEST + 2 * HOUR


def foreground(app: ServerApp) -> list[str]:
    """The terminals that have a command in their foreground."""
    terminals = app.web_app.settings["terminal_manager"].terminals
    return [
        name
        for name, each in terminals.items()
        if Terminal(each.ptyproc.pid, each.ptyproc.fd).look().works
    ]


async def test_a_command_in_a_shell_of_the_shell_works(app: ServerApp) -> None:
    made = terminal(app, "bash --norc --noprofile")
    made.ptyproc.write(f"{COMPUTES}\n")
    looked = Terminal(made.ptyproc.pid, made.ptyproc.fd)
    for _ in range(4):  # the inner shell is new once
        await until(lambda: looked.look().works)


@pytest.mark.parametrize(
    "command",
    ["sleep 100", "cat", "python3 -q", "less +1 /etc/passwd", "(sleep 100; echo)"],
)
async def test_a_command_that_only_waits_does_not_work(app: ServerApp, command: str) -> None:
    made = terminal(app, command)
    await until(lambda: foreground(app))
    looked = Terminal(made.ptyproc.pid, made.ptyproc.fd)
    assert looked.look().works, "it is new"
    await until(lambda: not looked.look().works)
    for _ in range(3):
        await asyncio.sleep(0.2)
        seen = looked.look()
        assert (seen.works, seen.goes_on) == (False, True)


async def test_what_only_moves_data_works(app: ServerApp, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    with pipe.open("r+b", buffering=0) as far_end:
        made = terminal(app, f"cat {pipe} > {tmp_path / 'brought'}")
        await until(lambda: foreground(app))
        looked = Terminal(made.ptyproc.pid, made.ptyproc.fd)
        await until(lambda: not looked.look().works)
        for count in range(1, 4):
            far_end.write(b"x")
            await until(lambda: (tmp_path / "brought").stat().st_size == count)  # noqa: B023
            assert looked.look().works
            assert not looked.look().works


@pytest.mark.parametrize("command", ["", f"{COMPUTES} &"], ids=["nothing", "background"])
async def test_a_terminal_at_its_prompt_is_at_rest(app: ServerApp, command: str) -> None:
    made = terminal(app, command)
    looked = Terminal(made.ptyproc.pid, made.ptyproc.fd)
    shell = psutil.Process(made.ptyproc.pid)
    await until(lambda: bool(shell.children()) is bool(command))
    rests = 0
    async with asyncio.timeout(30):
        while rests < 5:  # the shell has come up by then
            await asyncio.sleep(0.1)
            seen = looked.look()
            assert not seen.works
            rests = 0 if seen.goes_on else rests + 1


async def test_a_loop_at_the_prompt_goes_on_between_two_of_its_commands(app: ServerApp) -> None:
    made = terminal(app, "while :; do ls > /dev/null; done")
    await until(lambda: foreground(app))
    looked = Terminal(made.ptyproc.pid, made.ptyproc.fd)
    looked.look()
    seen = []
    for _ in range(4):  # long enough for the shell to have had its turn, with others at work
        await asyncio.sleep(1)
        seen.append(looked.look())
    assert all(each.goes_on for each in seen)
    made.ptyproc.write("\x03")
    await until(lambda: not looked.look().goes_on)


async def test_a_terminal_that_is_closed_while_it_is_looked_at_is_at_rest(app: ServerApp) -> None:
    made = terminal(app, COMPUTES)
    looked = Terminal(made.ptyproc.pid, made.ptyproc.fd)
    await app.web_app.settings["terminal_manager"].terminate_all()
    seen = looked.look()
    assert (seen.works, seen.goes_on) == (False, False)


async def test_a_laboratory_is_kept_while_something_works_in_it(start: ServerFactory) -> None:
    server = start(environment={"BLUECLOUD_IDLE_S": str(IDLE_S)})

    def stops_at() -> datetime:
        told = server.get("server?no_track_activity=1").json()["stops_at"]
        return datetime.fromisoformat(told)

    name = server.client.post("api/terminals", json={}).json()["name"]
    url = f"{server.url.replace('http', 'ws', 1)}terminals/websocket/{name}?token={TOKEN}"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as typed:
        began = server.home / "began"
        await typed.send_json(["stdin", f"touch {began}; timeout 6 {COMPUTES}\n"])
        await until(began.exists)
    left, ends = stops_at(), time.monotonic() + 6
    while time.monotonic() < ends - 1:
        assert stops_at() > datetime.now(UTC)
        await asyncio.sleep(0.2)
    assert stops_at() > left + timedelta(seconds=IDLE_S), "it would have been stopped"
    await asyncio.sleep(2.5)
    over = stops_at()
    await asyncio.sleep(1.5)
    assert stops_at() == over

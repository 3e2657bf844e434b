"""How Jupyter starts a kernel by the fork server: a provisioner that the kernel's spec names.

Whatever is not certain is started plainly, as Jupyter's own provisioner does: never slower,
and no way to fail that was not there before.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

from jupyter_client.connect import KernelConnectionInfo
from jupyter_client.multikernelmanager import MultiKernelManager
from jupyter_client.provisioning.local_provisioner import LocalProvisioner
from traitlets import List, Unicode, default

from bluecloud_runner.forkserver.client import ANSWER_S, ForkedKernel, ensure
from bluecloud_runner.forkserver.modules import names
from bluecloud_runner.forkserver.place import place
from bluecloud_runner.forkserver.wire import (
    MOST_BYTES,
    Ended,
    Start,
    Started,
    address,
    send_start,
)

# What the launcher gives to Popen and a fork has as well; anything else is started plainly.
_UNDERSTOOD = frozenset({"cwd", "env", "extra_arguments", "kernel_id", "stderr", "stdout"})

# Jupyter looks ten times a second whether a kernel has ended; a fork ends in less.
_MOMENT_S = 0.5


class ForkedProvisioner(LocalProvisioner):
    """Starts a kernel as a fork of a process that has imported its modules, where there is one."""

    preload = List(
        Unicode(), help="Modules that the server imports; those of the laboratory by default."
    ).tag(config=True)

    @default("preload")
    def _those_of_the_laboratory(self) -> list[str]:
        return names(os.environ.get("BLUECLOUD_LAB", ""))

    usage: Ended | None = None
    """What the last kernel used, once it has ended; None if it was not forked."""

    forked = False
    """Whether the last kernel is a fork."""

    _is_ending = False

    async def launch_kernel(self, cmd: list[str], **kwargs: Any) -> KernelConnectionInfo:
        """Start the kernel, by a fork where that makes no difference but in time."""
        self.usage, self.forked, self._is_ending = None, False, False
        kernel = await self._fork(cmd, kwargs)
        if kernel is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process: Any = kernel
        self.forked = True
        self.pid = self.pgid = kernel.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    async def poll(self) -> int | None:
        """The exit code, or None while it runs; what it used is kept."""
        if self._is_ending and isinstance(self.process, ForkedKernel):
            await self.process.about_to_end(_MOMENT_S)
        code = await super().poll()
        if isinstance(self.process, ForkedKernel):
            self.usage = self.process.ended
        return code

    async def shutdown_requested(self, restart: bool = False) -> None:
        """Note that it ends now, so that its end is waited for and not looked for."""
        self._is_ending = True
        await super().shutdown_requested(restart)

    async def send_signal(self, signum: int) -> None:
        """Signal the kernel and its children; its number may be another's once it has ended."""
        if isinstance(self.process, ForkedKernel) and self.process.poll() is not None:
            return
        await super().send_signal(signum)

    async def get_provisioner_info(self) -> dict[str, Any]:
        """As of any kernel, and whether it is a fork."""
        return {**await super().get_provisioner_info(), "forked": self.forked}

    async def _fork(self, cmd: list[str], kwargs: dict[str, Any]) -> ForkedKernel | None:
        start = _request(cmd, kwargs)
        streams = _streams(kwargs)
        if start is None or streams is None:
            return None
        try:
            connection = address(place(start.environment, self.preload).socket)
        except OSError:
            self._prepare_for_later(start)
            return None
        try:
            send_start(connection, start, streams)
            started = Started(**json.loads(await _answer(connection)))
        except (OSError, ValueError, TypeError) as error:
            self.log.debug("The fork server does not answer: %s", error)
            started = Started(0)
        except BaseException:
            connection.close()
            raise
        if not started.pid:
            connection.close()
            self._prepare_for_later(start)
            return None
        return ForkedKernel(connection, started.pid)

    def _prepare_for_later(self, start: Start) -> None:
        """Start a server in the background, where other kernels like this one will follow.

        A client of a single kernel, as a script is, would only pay for it.
        """
        if not isinstance(getattr(self.parent, "parent", None), MultiKernelManager):
            return
        try:
            usual = place(os.environ, self.preload) == place(start.environment, self.preload)
        except OSError:
            return
        if usual:
            ensure(environment=start.environment, modules=self.preload, owner=os.getpid())


async def _answer(connection: socket.socket) -> bytes:
    return await asyncio.wait_for(
        asyncio.get_running_loop().sock_recv(connection, MOST_BYTES), ANSWER_S
    )


def _request(cmd: list[str], kwargs: dict[str, Any]) -> Start | None:
    """What to ask for; None for another kernel, interpreter or way of starting it."""
    folder = Path(kwargs.get("cwd") or Path.cwd()).absolute()
    is_ours = (
        len(cmd) > 3
        and Path(cmd[0]).absolute().parent == Path(sys.executable).absolute().parent
        and Path(cmd[0]).resolve() == Path(sys.executable).resolve()
        and cmd[1:3] == ["-m", "ipykernel_launcher"]
        and all(value is None or name in _UNDERSTOOD for name, value in kwargs.items())
        and os.access(folder, os.X_OK)
    )
    if not is_ours:
        return None
    environment = dict(os.environ if kwargs.get("env") is None else kwargs["env"])
    environment["JPY_PARENT_PID"] = str(os.getpid())
    arguments = [os.path.expanduser(argument) for argument in cmd[3:]]  # noqa: PTH111 - text
    return Start(arguments, environment, str(folder), _umask())


def _streams(kwargs: dict[str, Any]) -> tuple[int, int] | None:
    """The descriptors that the kernel writes to; None where there is a pipe to be made."""
    descriptors: list[int] = []
    for name, own in (("stdout", 1), ("stderr", 2)):
        told = kwargs.get(name)
        descriptor = own if told is None else told if isinstance(told, int) else told.fileno()
        if descriptor == subprocess.STDOUT and name == "stderr":
            descriptor = descriptors[0]
        if descriptor < 0:
            return None
        descriptors.append(descriptor)
    return descriptors[0], descriptors[1]


def _umask() -> int:
    """What this process has; elsewhere it can only be read by setting it."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("Umask:"):
            return int(line.split()[1], 8)
    return 0o022

"""What a client and its fork server say to each other: one packet each, as JSON.

The connection is the kernel's lease. It is held by the client, the server and the kernel:
when the client's end closes, the kernel is killed; when the other two have closed theirs, it
has ended, and the packet before that says how.
"""

from __future__ import annotations

import array
import json
import os
import socket
import struct
from dataclasses import asdict, dataclass, field
from pathlib import Path

MOST_BYTES = 1 << 20
_STREAMS = 2  # standard output and standard error go along with a request
_CREDENTIALS = "3i"


@dataclass(frozen=True)
class Start:
    """A request for one kernel; without arguments, for the state of the server."""

    arguments: list[str] = field(default_factory=list)
    environment: dict[str, str] = field(default_factory=dict)
    folder: str = ""
    umask: int = 0o022


@dataclass(frozen=True)
class Started:
    """The kernel's process; 0 where the server refuses, because its code is stale."""

    pid: int


@dataclass(frozen=True)
class Ended:
    """How a kernel ended, and what it used.

    Attributes
    ----------
    exit_code
        As `subprocess.Popen.returncode` has it: negative for a signal.
    cpu_s
        Of the kernel and of those of its children that it has waited for.
    peak_bytes
        The most memory that the kernel or one such child had in use at once, what it shares
        with the server included.
    """

    exit_code: int
    cpu_s: float
    peak_bytes: int


@dataclass(frozen=True)
class State:
    """What a server says of itself."""

    pid: int
    kernels: int
    preloaded: list[str]
    passed_over: dict[str, str]
    preload_s: float


def packet(said: Start | Started | Ended | State) -> bytes:
    """What is sent for it."""
    return json.dumps(asdict(said)).encode()


def address(path: Path) -> socket.socket:
    """A socket connected to a server of this account.

    Raises
    ------
    OSError
        If nobody listens there, or another account.
    """
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    try:
        connection.setblocking(False)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, MOST_BYTES)
        connection.connect(str(path))
        if peer(connection) != os.getuid():
            raise PermissionError(f"{path} is answered by another account")
    except BaseException:
        connection.close()
        raise
    return connection


def peer(connection: socket.socket) -> int:
    """The account at the other end."""
    size = struct.calcsize(_CREDENTIALS)
    found = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    return int(struct.unpack(_CREDENTIALS, found)[1])


def send_start(connection: socket.socket, start: Start, streams: tuple[int, int]) -> None:
    """Ask for a kernel that writes to these descriptors.

    Raises
    ------
    OSError
        If the server is gone, or the request is too large for one packet.
    """
    along = [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", streams))]
    connection.sendmsg([packet(start)], along)


def receive_start(connection: socket.socket) -> tuple[Start, list[int]] | None:
    """The request and its descriptors; None where the client has gone or makes no sense."""
    descriptors = array.array("i")
    try:
        said, along, _, _ = connection.recvmsg(
            MOST_BYTES, socket.CMSG_SPACE(_STREAMS * descriptors.itemsize)
        )
    except OSError:
        return None
    for level, kind, content in along:
        if level == socket.SOL_SOCKET and kind == socket.SCM_RIGHTS:
            descriptors.frombytes(content[: len(content) - len(content) % descriptors.itemsize])
    try:
        start = Start(**json.loads(said))
    except (ValueError, TypeError):
        start = None
    if start is None or (start.arguments and len(descriptors) != _STREAMS):
        for descriptor in descriptors:
            os.close(descriptor)
        return None
    return start, list(descriptors)

"""The test federation: providers on loopback, each a folder of one server, with faults on request.

A provider answers requests: with what was recorded of the real one, with what is worked out
from the same real tables where filters are needed, or as an emulator of its protocol; its
``kind`` says which. A request it knows nothing of is answered 404 and noted in ``unknown``, so
that a changed query fails its test instead of being answered with something near.

Faults are set by a part of the path and stay until they are taken away.
"""

from __future__ import annotations

import gzip
import re
import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal, Protocol, get_args
from urllib.parse import parse_qsl, unquote, unquote_plus

Kind = Literal["recorded", "derived", "emulated"]
Fault = Literal[
    "429", "500", "503", "503 once", "busy for an hour", "cut short", "drip", "exception report",
    "expired token", "html", "licence redirect", "reset", "reset once", "silent", "truncated",
]  # fmt: skip
FAULTS: tuple[Fault, ...] = get_args(Fault)
TOMCAT = (
    b"<!doctype html><html><head><title>HTTP Status 500 - Internal Server Error</title></head>"
    b"<body><h1>HTTP Status 500 - Internal Server Error</h1></body></html>"
)
PAGE = b"<html><head><title>Welcome</title></head><body>Please choose</body></html>"
EXCEPTION = (
    b'<?xml version="1.0"?><ows:ExceptionReport xmlns:ows="http://www.opengis.net/ows/1.1" '
    b'version="1.1.0"><ows:Exception exceptionCode="NoApplicableCode"><ows:ExceptionText>'
    b"The layer is gone</ows:ExceptionText></ows:Exception></ows:ExceptionReport>"
)
DRIP_S = 0.05


@dataclass(frozen=True)
class Request:
    """One request as a provider sees it, its path below the provider's folder."""

    method: str
    path: str  # decoded, without a leading slash
    raw_query: str
    headers: Mapping[str, str]  # names in lower case
    body: bytes
    address: str  # of the provider, for links in its answers

    @property
    def query(self) -> dict[str, str]:
        """The query; of a name that occurs twice, the last."""
        return dict(parse_qsl(self.raw_query, keep_blank_values=True))

    @property
    def asked(self) -> str:
        """Path and decoded query, as one line."""
        return f"{self.path}?{unquote_plus(self.raw_query)}" if self.raw_query else self.path


@dataclass(frozen=True)
class Reply:
    """An answer. The length is announced by the server, and ranges are cut by it."""

    body: bytes = b""
    status: int = 200
    content_type: str = "application/octet-stream"
    headers: Mapping[str, str] = field(default_factory=dict)


class Provider(Protocol):
    """What answers for one source."""

    @property
    def kind(self) -> Kind:
        """Where its answers come from."""

    def answer(self, request: Request) -> Reply | None:
        """The answer; none for what it knows nothing of."""


@dataclass(frozen=True)
class Folders:
    """Folders served as one tree, the first that has a file answering."""

    folders: tuple[Path, ...]
    kind: Kind = "recorded"

    def answer(self, request: Request) -> Reply | None:
        """The file at the path; of a folder, a page that lists it."""
        if ".." in request.path.split("/"):
            return None
        for folder in self.folders:
            path = folder / request.path
            if path.is_file():
                changed = formatdate(path.stat().st_mtime, usegmt=True)
                return Reply(path.read_bytes(), headers={"Last-Modified": changed})
        places = [each / request.path for each in self.folders if (each / request.path).is_dir()]
        if not places:
            return None
        names = {each.name + "/" * each.is_dir() for place in places for each in place.iterdir()}
        listed = "".join(f'<a href="{name}">{name}</a><br>' for name in sorted(names))
        return Reply(f"<html><body>{listed}</body></html>".encode(), content_type="text/html")


@dataclass
class Federation:
    """A running server: its address, what was asked of it, and how it is to misbehave."""

    url: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    served: list[str] = field(default_factory=list)  # paths answered with 200, in order
    faults: dict[str, Fault] = field(default_factory=dict)  # by a part of path and query
    closing: threading.Event = field(default_factory=threading.Event)

    def address(self, source: str) -> str:
        """Where a provider is."""
        return f"{self.url}/{source}"

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [path for path, _ in self.asked]


@contextmanager
def serve(
    providers: Mapping[str, Provider], *, host: str = "127.0.0.1", port: int = 0
) -> Iterator[Federation]:
    """Serve providers, each below its name; one of the empty name is the whole tree.

    ``host`` is an address of loopback; a client that drops the port of an address needs 80.
    """
    seen: Counter[str] = Counter()
    one_at_a_time = threading.Lock()  # some answers are made with NetCDF, which is not for threads

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def handle_any(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length)
            seen[self.path] += 1
            headers = {name.lower(): value for name, value in self.headers.items()}
            federation.asked.append((self.path, dict(self.headers)))
            told = unquote(self.path)
            fault: str = next(
                (what for part, what in federation.faults.items() if part in told), ""
            )
            if fault.endswith(" once"):
                fault = fault.removesuffix(" once") if seen[self.path] == 1 else ""
            with one_at_a_time:
                reply = self.reply(body, headers)
            if reply.status == 200:
                federation.served.append(self.path)
            absent = reply.status != 200 and fault in {"cut short", "truncated", "drip"}
            if fault and not absent:
                self.misbehave(fault, reply.body)
            else:
                self.send(reply)

        do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any  # noqa: N815

        def reply(self, body: bytes, headers: dict[str, str]) -> Reply:
            path, _, query = self.path.partition("?")
            name, _, rest = path.lstrip("/").partition("/")
            if name not in providers and "" in providers:
                name, rest = "", path.lstrip("/")
            if name not in providers:
                return Reply(b"no such provider", 404, "text/plain")
            address = f"{federation.url}/{name}" if name else federation.url
            request = Request(self.command, unquote(rest), query, headers, body, address)
            found = providers[name].answer(request)
            if found is None:
                federation.unknown.append(f"{self.command} {name}/{request.asked}")
                return Reply(b"not recorded", 404, "text/plain")
            return found

        def send(self, reply: Reply) -> None:
            body, headers, status = reply.body, dict(reply.headers), reply.status
            asked = re.fullmatch(r"bytes=(\d*)-(\d*)", self.headers.get("Range", ""))
            if asked and status == 200 and body:
                first = int(asked[1]) if asked[1] else max(len(body) - int(asked[2]), 0)
                last = int(asked[2]) if asked[1] and asked[2] else len(body) - 1
                if first >= len(body):
                    status, body = 416, b""
                else:
                    headers["Content-Range"] = (
                        f"bytes {first}-{min(last, len(body) - 1)}/{len(body)}"
                    )
                    status, body = 206, body[first : last + 1]
            elif headers.get("Last-Modified", "-") == self.headers.get("If-Modified-Since"):
                status, body = 304, b""
            elif "gzip" in headers.get("Content-Encoding", ""):
                body = gzip.compress(body)
            self.send_response(status)
            headers.setdefault("Accept-Ranges", "bytes")
            if status not in {204, 304}:
                headers.setdefault("Content-Type", reply.content_type)
                headers["Content-Length"] = str(len(body))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD" and body:
                self.wfile.write(body)

        def misbehave(self, fault: str, whole: bytes) -> None:
            self.close_connection = True
            plain = {
                "429": Reply(b"slower", 429, "text/plain", {"Retry-After": "0"}),
                "500": Reply(TOMCAT, 500, "text/html;charset=utf-8"),
                "503": Reply(b"busy", 503, "text/plain", {"Retry-After": "0"}),
                "busy for an hour": Reply(b"busy", 503, "text/plain", {"Retry-After": "3600"}),
                "html": Reply(PAGE, 200, "text/html"),
                "exception report": Reply(EXCEPTION, 200, "text/xml"),
                "expired token": Reply(
                    b'{"message": "The token has expired"}', 401, "application/json"
                ),
                "licence redirect": Reply(b"", 302, "text/html", {"Location": "/licence"}),
                "cut short": Reply(whole[: max(len(whole) - 40, len(whole) // 2)]),
            }
            if fault in plain:
                self.send(plain[fault])
            elif fault == "truncated":
                self.begin(len(whole) or 100)
                self.wfile.write(whole[: len(whole) // 2])
            elif fault == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            elif fault == "silent":
                federation.closing.wait()
            elif fault == "drip":
                self.begin(len(whole) or 100)
                for byte in whole or bytes(100):
                    self.wfile.write(bytes([byte]))
                    if federation.closing.wait(DRIP_S):
                        return

        def begin(self, length: int) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(length))
            self.end_headers()

        def handle(self) -> None:
            try:
                super().handle()
            except (OSError, ValueError):
                self.close_connection = True  # we or the client hung up, as the test wanted

        def finish(self) -> None:
            try:
                super().finish()
            except (OSError, ValueError):
                self.close_connection = True

        def log_message(self, *_: Any) -> None:
            """Say nothing: tests look at ``asked``."""

    class Server(ThreadingHTTPServer):
        request_queue_size = 64  # with the usual 5, the sixth connection at once waits a second
        daemon_threads = True

    with Server((host, port), Handler) as server:
        federation = Federation(f"http://{host}:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield federation
        finally:
            federation.closing.set()
            server.shutdown()
            thread.join()

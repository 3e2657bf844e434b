"""A GDAC on loopback: folders served over HTTP as they lie, with faults on request."""

import socket
import struct
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Literal

Fault = Literal["500", "503", "503 once", "busy for an hour", "html", "truncated", "cut short",
                "reset", "reset once", "silent", "drip"]  # fmt: skip
PAGE = b"<html><head><title>Apache Tomcat - Error report</title></head></html>"


@dataclass
class Gdac:
    """A running server: its address, what was asked of it, and how it is to misbehave."""

    url: str
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)  # by the end of a path
    closing: threading.Event = field(default_factory=threading.Event)

    @property
    def paths(self) -> list[str]:
        """The paths asked for, in order."""
        return [path for path, _ in self.asked]


@contextmanager
def serve(*folders: Path) -> Iterator[Gdac]:
    """Serve the folders as one tree, the first that has a file answering."""
    seen: Counter[str] = Counter()

    class Handler(SimpleHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def translate_path(self, path: str) -> str:
            places = [folder / path.split("?")[0].lstrip("/") for folder in folders]
            return str(next((place for place in places if place.is_file()), places[-1]))

        def do_GET(self) -> None:
            seen[self.path] += 1
            gdac.asked.append((self.path, dict(self.headers)))
            fault = next((what for end, what in gdac.faults.items() if self.path.endswith(end)), "")
            if fault.endswith(" once"):
                fault = fault.removesuffix(" once") if seen[self.path] == 1 else ""
            if fault:
                self.misbehave(fault)
            else:
                super().do_GET()

        def misbehave(self, fault: str) -> None:
            self.close_connection = True
            path = Path(self.translate_path(self.path))
            whole = path.read_bytes() if path.is_file() else b""
            if fault == "500":
                self.answer(500, PAGE)
            elif fault == "503":
                self.answer(503, b"busy", {"Retry-After": "0"})
            elif fault == "busy for an hour":
                self.answer(503, b"busy", {"Retry-After": "3600"})
            elif fault == "html":
                self.answer(200, PAGE)
            elif fault == "cut short":
                self.answer(200, whole[: len(whole) - 40])
            elif fault == "truncated":
                self.answer(200, whole[: len(whole) // 2], {"Content-Length": str(len(whole))})
            elif fault == "reset":
                linger = struct.pack("ii", 1, 0)
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                self.connection.close()
            elif fault == "silent":
                gdac.closing.wait()
            elif fault == "drip":
                self.drip(whole)

        def answer(self, status: int, body: bytes, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            sent = {"Content-Length": str(len(body)), **(headers or {})}
            for name, value in sent.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        def drip(self, whole: bytes) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(len(whole)))
            self.end_headers()
            for byte in whole:
                try:
                    self.wfile.write(bytes([byte]))
                except OSError:
                    return
                if gdac.closing.wait(0.05):
                    return

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

    with Server(("127.0.0.1", 0), Handler) as server:
        gdac = Gdac(f"http://127.0.0.1:{server.server_port}")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
        thread.start()
        try:
            yield gdac
        finally:
            gdac.closing.set()
            server.shutdown()
            thread.join()

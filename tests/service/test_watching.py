"""A stream of events lasts as long as whoever opened it may watch, and no longer."""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager

import httpx
import pytest
import uvicorn
from fastapi import FastAPI
from starlette.requests import Request

from bluecloud_service.errors import NotAllowed, NotKnown, NotNow, TooOften
from bluecloud_service.identity import Person
from bluecloud_service.runs.routes import may_still
from bluecloud_service.runs.watching import Watched
from tests.service.serving import until

ADA = Person("ada")


class Door:
    """A stream without an end, and whether one may still watch it."""

    def __init__(self, piece: str) -> None:
        self.open = True
        self.left = threading.Event()
        self.pieces = 0
        self._piece = piece

    async def _stream(self) -> AsyncIterator[str]:
        try:
            while True:
                self.pieces += 1
                yield self._piece
                await asyncio.sleep(0.01)
        finally:
            self.left.set()

    @contextmanager
    def served(self) -> Iterator[int]:
        """The port on which it is watched."""
        app = FastAPI()

        @app.get("/")
        def watched() -> Watched:
            return Watched(self._stream(), lambda: self.open, asked_s=0.1)

        server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="error"))
        thread = threading.Thread(target=server.run)
        thread.start()
        try:
            until(lambda: server.started)
            yield server.servers[0].sockets[0].getsockname()[1]
        finally:
            self.open = False
            server.should_exit = True
            thread.join()


def test_a_stream_ends_when_one_may_not_watch_any_more() -> None:
    door = Door(": here\n\n")
    with (
        door.served() as port,
        httpx.stream("GET", f"http://127.0.0.1:{port}/", trust_env=False, timeout=20) as answer,
    ):
        lines = answer.iter_lines()
        assert next(lines) == ": here"
        time.sleep(0.3)  # asked about, and allowed
        assert next(lines) == ""
        door.open = False
        assert set(lines) <= {": here", ""}, "it ends as an answer does"
        assert door.left.wait(5)


def test_one_who_reads_nothing_is_held_little_for_and_let_go() -> None:
    door = Door("a" * 2**20)
    with door.served() as port, socket.create_connection(("127.0.0.1", port)) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: here\r\n\r\n")
        until(lambda: door.pieces)
        time.sleep(1)
        assert door.pieces < 20, "what is not read is not made"
        door.open = False
        assert door.left.wait(5)


@pytest.mark.parametrize(
    ("answer", "may"),
    [
        (ADA, True),
        (Person("ben"), False),
        (Person(None), False),
        (NotKnown("the hub does not know this token"), False),
        (NotAllowed("this token lacks the scope"), False),
        (NotNow("the hub could not be asked"), True),
        (TooOften("too many requests", after_s=1), True),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, Exception) else None,
)
def test_who_may_still_watch(answer: Person | Exception, may: bool) -> None:
    def admitted(_: Request) -> Person:
        if isinstance(answer, Exception):
            raise answer
        return answer

    app = FastAPI()
    app.state.admitted = admitted
    assert may_still(Request({"type": "http", "app": app}), ADA) is may

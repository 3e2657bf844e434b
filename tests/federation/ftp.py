"""A folder over FTP on loopback, by a real FTP server, and servers that are none."""

import logging
import socket
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # of asyncore, in Python 3.11
    from pyftpdlib.authorizers import DummyAuthorizer
    from pyftpdlib.handlers import FTPHandler
    from pyftpdlib.ioloop import IOLoop
    from pyftpdlib.servers import FTPServer


@contextmanager
def served(folder: Path, *, anonymous: bool = True) -> Iterator[str]:
    """Serve a folder to everybody, or to nobody; gives the address."""
    logging.getLogger("pyftpdlib").setLevel(logging.CRITICAL)
    authorizer = DummyAuthorizer()
    if anonymous:
        authorizer.add_anonymous(str(folder))

    class Handler(FTPHandler):
        pass

    Handler.authorizer = authorizer
    Handler.auth_failed_timeout = 0
    with FTPServer(("127.0.0.1", 0), Handler, ioloop=IOLoop()) as server:
        stopped = threading.Event()

        def turn() -> None:
            # Not serve_forever: closing the loop from here while it waits there is an error in it.
            while not stopped.is_set():
                server.ioloop.loop(timeout=0.05, blocking=False)

        thread = threading.Thread(target=turn)
        thread.start()
        try:
            yield f"ftp://127.0.0.1:{server.address[1]}"
        finally:
            stopped.set()
            thread.join()
            server.close_all()


@contextmanager
def talking(*lines: bytes, every_s: float = 0.0) -> Iterator[str]:
    """Listen, say these lines to whoever connects, and nothing more; gives the address.

    With ``every_s`` the lines are said byte by byte, so many seconds apart.
    """
    stop = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))
    listener.settimeout(0.05)

    def answer() -> None:
        open_ones = []
        while not stop.is_set():
            try:
                connection, _ = listener.accept()
            except TimeoutError:
                continue
            open_ones.append(connection)
            for byte in b"".join(lines) if every_s else ():
                if stop.wait(every_s):
                    break
                try:
                    connection.sendall(bytes([byte]))
                except OSError:
                    break
            if not every_s:
                connection.sendall(b"".join(lines))
        for connection in open_ones:
            connection.close()

    thread = threading.Thread(target=answer)
    thread.start()
    try:
        yield f"ftp://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        stop.set()
        thread.join()
        listener.close()

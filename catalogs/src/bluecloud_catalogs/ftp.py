"""The same files over FTP, for trees that are offered by it: with deadlines, and never half.

A file is asked for its size first, so that one that breaks off is known to be broken; what may
pass is tried again as over HTTP. FTP says what is wrong by a number: 550 is "no such file",
530 wants a login, 4xx may pass. Logins are not sent: it would be in the clear.
"""

from __future__ import annotations

import ftplib
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit

from .errors import (
    CredentialRequired,
    DataError,
    MalformedAnswer,
    NotFound,
    ParameterError,
    RequestTooLarge,
    SourceUnavailable,
)
from .http import Answer, Call, Patience, Validators

_CONNECTIONS = 4  # archives allow few from one address
_ATTEMPTS = 3
_PAUSE_S = 0.25  # and twice as long the next time
_CONNECT_S = 10.0
_BLOCK = 1 << 16


def get_all(calls: Sequence[Call], *, connections: int = _CONNECTIONS) -> list[Answer]:
    """Get every file, or raise the first failure; in the order asked.

    Parameters
    ----------
    calls
        Addresses that begin with ``ftp://``; nothing else of a call is possible here.
    connections
        How many are open at once, at most 4.

    Raises
    ------
    SourceError
        Naming the address and the reason.
    RequestTooLarge
        If a file is larger than is read.
    """
    patience = Patience.from_environment()
    for call in calls:
        if call.method != "GET" or call.body or call.secrets:
            raise ParameterError(f"{call.url}: over FTP files are got, without a login")
    width = max(1, min(connections, _CONNECTIONS, len(calls)))
    shares = [calls[start::width] for start in range(width)]
    with ThreadPoolExecutor(width) as threads:
        # A share is one connection: opening one costs as much as ten small files.
        done = list(threads.map(lambda share: _Session(patience).get(share), shares))
    answers = {answer.url: answer for share in done for answer in share}
    return [answers[call.url] for call in calls]


@dataclass
class _Session:
    """One control connection and the files asked for by it, one after the other."""

    patience: Patience
    ftp: ftplib.FTP | None = None

    def get(self, calls: Sequence[Call]) -> list[Answer]:
        try:
            return [self._patiently(call.url) for call in calls]
        finally:
            self._hang_up()

    def _patiently(self, url: str) -> Answer:
        reason = ""
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                with self._deadline():
                    return Answer(url, self._file(url), Validators())
            except TimeoutError as error:
                raise SourceUnavailable(f"{url}: no answer in time") from error
            except ftplib.error_perm as error:
                raise _meaning(str(error))(f"{url}: it answered {_line(error)}") from error
            except ftplib.error_proto as error:
                raise MalformedAnswer(f"{url}: it is no FTP server: {_line(error)}") from error
            except (ftplib.error_temp, ftplib.error_reply) as error:
                reason = f"it answered {_line(error)}"
            except ConnectionRefusedError as error:
                raise SourceUnavailable(f"{url}: no connection: {error.strerror}") from error
            except (OSError, EOFError) as error:
                reason = f"the connection broke: {error}".rstrip(": ")
            self._hang_up()
            if attempt < _ATTEMPTS:
                time.sleep(_PAUSE_S * 2 ** (attempt - 1))
        raise SourceUnavailable(f"{url}: {reason}, {_ATTEMPTS} times")

    def _file(self, url: str) -> bytes:
        path = unquote(urlsplit(url).path)
        if not path.isprintable():
            raise ParameterError(f"{url}: its path holds what no path on an FTP server can hold")
        ftp = self.ftp or self._connected(url)
        size = ftp.size(path) or 0
        most = self.patience.most_bytes
        if size > most:
            raise RequestTooLarge(
                f"{url}: the file is {size / 1e6:.0f} MB, and {most / 1e6:g} MB are read at once: "
                "ask for less, or set BLUECLOUD_HTTP_MOST_MB"
            )
        content = bytearray()
        until = time.monotonic() + self.patience.deadline_s

        def keep(block: bytes) -> None:
            content.extend(block)
            if time.monotonic() > until:
                raise TimeoutError

        ftp.retrbinary(f"RETR {path}", keep, _BLOCK)
        if len(content) != size:
            raise ConnectionError(f"{len(content)} of {size} bytes came")
        return bytes(content)

    def _connected(self, url: str) -> ftplib.FTP:
        told = urlsplit(url)
        # S321: files that everybody may have, and no login.
        ftp = self.ftp = ftplib.FTP(timeout=min(_CONNECT_S, self.patience.silence_s))  # noqa: S321
        ftp.connect(told.hostname or "", told.port or ftplib.FTP_PORT)
        ftp.timeout = self.patience.silence_s
        if ftp.sock is not None:
            ftp.sock.settimeout(self.patience.silence_s)
        ftp.login()
        ftp.voidcmd("TYPE I")
        return ftp

    @contextmanager
    def _deadline(self) -> Iterator[None]:
        """Cut the connection when a file takes too long, which else an answer a byte would not.

        Raises
        ------
        TimeoutError
            In place of whatever came of that.
        """
        over = threading.Event()

        def cut() -> None:
            over.set()
            if self.ftp is not None and self.ftp.sock is not None:
                with suppress(OSError):  # it has just ended by itself
                    self.ftp.sock.shutdown(socket.SHUT_RDWR)

        timer = threading.Timer(self.patience.deadline_s, cut)
        timer.daemon = True
        timer.start()
        try:
            yield
        except (OSError, EOFError, ftplib.Error) as error:
            if over.is_set():
                raise TimeoutError from error
            raise
        finally:
            timer.cancel()

    def _hang_up(self) -> None:
        if self.ftp is not None:
            self.ftp.close()  # without QUIT, whose answer would have to be waited for
            self.ftp = None


def _meaning(told: str) -> type[DataError]:
    """What a permanent refusal is."""
    if told.startswith("550"):
        return NotFound
    return CredentialRequired if told.startswith(("530", "532")) else SourceUnavailable


def _line(error: Exception) -> str:
    return " ".join(str(error).split())[:300]

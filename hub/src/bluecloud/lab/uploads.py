"""One blob on its way into a registry, in pieces, going on where a broken line left it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import BinaryIO

import httpx

from .errors import Damaged, Missing, Unreachable
from .images import Digest
from .wire import Unlike, Wire, push

Told = Callable[[int, int], None]
_BYTES = {"Content-Type": "application/octet-stream"}


class Upload:
    """A file that is sent, under the digest that its bytes have.

    Parameters
    ----------
    piece
        Bytes that are sent at once.
    told
        Hears how many bytes are there, of how many.
    """

    def __init__(
        self,
        wire: Wire,
        repository: str,
        name: Digest,
        file: BinaryIO,
        size: int,
        *,
        piece: int,
        told: Told,
    ) -> None:
        self._wire = wire
        self._repository = repository
        self._scopes = push(repository)
        self._name = name
        self._file = file
        self._size = size
        self._piece = piece
        self._told = told
        self._location = ""  # where the registry takes the next piece; empty before it begins

    def send(self) -> None:
        """Send what the registry lacks, with the wire's patience for lines that break.

        Raises
        ------
        Unreachable
            If it could not be sent.
        Refused, RegistryError
            If the registry does not take it.
        """
        for pause in (*self._wire.patience, None):
            try:
                self._send_from(self._standing())
                return
            except (Unreachable, Missing, Unlike) as error:
                if pause is None:
                    told = f"{self._name} could not be sent to {self._repository}: {error}"
                    raise Unreachable(told) from error
                if not isinstance(error, Unreachable):
                    self._location = ""  # the registry lost it, or has other bytes: from the start
                time.sleep(pause)

    def _standing(self) -> int:
        """How many bytes the registry has; the upload begins if it has not begun."""
        if not self._location:
            address = self._wire.url(self._repository, "blobs", "uploads/")
            with self._wire.asking("POST", address, scopes=self._scopes) as answer:
                self._move(answer)
            return 0
        with self._wire.asking("GET", self._location, scopes=self._scopes) as answer:
            self._move(answer)
            last = answer.headers.get("range", "").rpartition("-")[2]
        # "0-0" is said of no byte and of one: if that was one, the digest says so in the end.
        return int(last) + 1 if last.isdigit() and last != "0" else 0

    def _send_from(self, sent: int) -> None:
        self._file.seek(sent)
        self._told(sent, self._size)
        while self._size - sent > self._piece:
            piece = self._file.read(self._piece)
            span = {"Content-Range": f"{sent}-{sent + len(piece) - 1}"}
            with self._wire.asking(
                "PATCH",
                self._location,
                scopes=self._scopes,
                again=False,
                headers={**_BYTES, **span},
                content=piece,
            ) as answer:
                self._move(answer)
            sent += len(piece)
            self._told(sent, self._size)
        end = str(httpx.URL(self._location).copy_merge_params({"digest": self._name}))
        with self._wire.asking(
            "PUT", end, scopes=self._scopes, again=False, headers=_BYTES, content=self._file.read()
        ) as answer:
            taken = answer.headers.get("docker-content-digest", self._name)
        if taken != self._name:
            raise Damaged(f"{self._wire.host} took the blob {self._name} for {taken}")
        self._told(self._size, self._size)

    def _move(self, answer: httpx.Response) -> None:
        self._location = self._wire.near(answer.headers.get("location") or self._location)

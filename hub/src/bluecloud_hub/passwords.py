"""Passwords as they are kept: a hash a person, in one small file, under a lock.

FirstUseAuthenticator keeps them in a `dbm`, which on some Pythons is plain text that two
writers, or a writer and a reader, destroy. So every opening is under a lock, and reading never
opens for writing.
"""

from __future__ import annotations

import dbm
import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import bcrypt

from bluecloud_hub.errors import PeopleError

MIN_LENGTH = 12  # characters
MAX_BYTES = 72  # what bcrypt reads; its library refuses more with an exception

# Compared with where nobody is known, so that a name cannot be told by the time it takes.
_NOBODY = bcrypt.hashpw(b"nobody", bcrypt.gensalt())


def fault(word: str) -> str:
    """Why a password cannot be used, or an empty string."""
    if len(word.strip()) < MIN_LENGTH:
        return f"a password has {MIN_LENGTH} characters at least; this one has {len(word.strip())}"
    if len(word.encode()) > MAX_BYTES:
        return f"a password has {MAX_BYTES} bytes at most; this one has {len(word.encode())}"
    return ""


class Passwords:
    """The passwords of one deployment, by the person's name in lower case."""

    def __init__(self, state: Path) -> None:
        self.path = state / "hub" / "passwords"  # dbm may add an ending

    def match(self, name: str, word: str) -> bool:
        """Whether this is the person's password; takes as long where nobody has that name."""
        if len(word.encode()) > MAX_BYTES:
            return False
        stored = self._stored(name)
        return bcrypt.checkpw(word.encode(), stored or _NOBODY) and stored is not None

    def keep(self, name: str, word: str) -> None:
        """Set a person's password.

        Raises
        ------
        PeopleError
            If it is shorter than 12 characters or longer than 72 bytes.
        """
        if wrong := fault(word):
            raise PeopleError(wrong)
        hashed = bcrypt.hashpw(word.encode(), bcrypt.gensalt())
        with self._open("c") as stored:
            stored[name.encode()] = hashed

    def forget(self, name: str) -> None:
        """Take a person's password away, if there is one."""
        with self._open("c") as stored:
            if name.encode() in stored:
                del stored[name.encode()]

    def _stored(self, name: str) -> bytes | None:
        try:
            with self._open("r") as stored:
                found: bytes | None = stored.get(name.encode())
                return found
        except dbm.error[0]:
            return None  # nobody has been given one yet

    @contextmanager
    def _open(self, flag: Literal["c", "r"]) -> Iterator[Any]:
        lock = os.open(f"{self.path}.lock", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_SH if flag == "r" else fcntl.LOCK_EX)
            with dbm.open(str(self.path), flag, 0o600) as stored:
                yield stored
        finally:
            os.close(lock)

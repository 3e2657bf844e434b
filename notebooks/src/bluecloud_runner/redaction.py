"""Keeps what a person keeps secret out of what a run leaves behind.

A run is given its person's logins as files in ``$BLUECLOUD_CREDENTIALS_DIR``, and a token of its
own, ``$BLUECLOUD_RUN_TOKEN``, by which the service knows whose it is. A notebook, a library or a
provider's answer may print one. So each text that a run leaves (the executed notebook, its
events, its verdict) has the secrets replaced by a mark before it is written. A file that the
notebook itself wrote is never altered, for it would then say something else than what was
computed, under the same name: a file with a secret in it makes the run fail, and is not given out.
"""

from __future__ import annotations

import base64
import html
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from urllib.parse import quote, quote_plus

CREDENTIALS = "BLUECLOUD_CREDENTIALS_DIR"
TOKEN = "BLUECLOUD_RUN_TOKEN"  # noqa: S105 - the name of a variable
MARK = "[redacted]"

# Shorter ones would be found everywhere by chance.
SHORTEST = 6
_MOST_OF_A_FILE = 1 << 20
_PIECE = 1 << 20


class Secrets:
    """What must not be shown.

    Parameters
    ----------
    values
        Each secret; those of fewer than six characters are passed over.
    """

    def __init__(self, values: set[str]) -> None:
        long_enough = {value for value in values if len(value) >= SHORTEST}
        # As they stand in JSON too, where quotes and letters beyond ASCII are escaped, in an
        # address and in HTML; the longest first, so that none is left in part.
        written = {
            form
            for value in long_enough
            for form in (
                value,
                json.dumps(value)[1:-1],
                json.dumps(value, ensure_ascii=False)[1:-1],
                quote(value, errors="replace"),
                quote(value, safe="", errors="replace"),
                quote_plus(value, errors="replace"),
                html.escape(value),
            )
        }
        self._written = sorted(written, key=len, reverse=True)

    def redact_pieces(self, pieces: Sequence[str]) -> list[str]:
        """Texts that follow one another; a secret that lies in two leaves all of it to the first.

        As many as before, so that who counts them finds each in its place.
        """
        cleared = [self.redact(piece) for piece in pieces]
        whole = self.redact("".join(pieces))
        if whole == "".join(cleared):
            return cleared
        return [whole, *("" for _ in pieces[1:])]

    def redact(self, text: str) -> str:
        """The text with a mark in place of each secret."""
        for value in self._written:
            text = text.replace(value, MARK)
        return text

    def are_in(self, path: Path) -> bool:
        """Whether a file holds one, whatever its format.

        Raises
        ------
        OSError
            If it cannot be read.
        """
        if not self._written:
            return False
        sought = [value.encode() for value in self._written]
        overlap = max(map(len, sought)) - 1
        with path.open("rb") as file:
            kept = b""
            while piece := file.read(_PIECE):
                window = kept + piece
                if any(value in window for value in sought):
                    return True
                kept = window[-overlap:]
        return False


def secrets_given() -> Secrets:
    """The run's own token, and the secrets in the folder of credentials, where there is one."""
    token, told = os.environ.get(TOKEN), os.environ.get(CREDENTIALS)
    values = {token} if token else set()
    folder = Path(told) if told else None
    if folder is None or not folder.is_dir():
        return Secrets(values)
    for path in folder.iterdir():
        if path.is_file():
            values |= set(_values(path))
    return Secrets(values)


def _values(path: Path) -> Iterator[str]:
    try:
        with path.open("rb") as file:
            text = file.read(_MOST_OF_A_FILE).decode("utf-8", "replace")
    except OSError:  # what cannot be read cannot be shown either
        return
    try:
        yield from _strings(json.loads(text))
    except (ValueError, RecursionError):
        yield from (line.strip() for line in text.splitlines())


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield from (line.strip() for line in value.splitlines())
    elif isinstance(value, dict):
        user, word = value.get("username"), value.get("password")
        if isinstance(user, str) and isinstance(word, str):  # as a header has them (RFC 7617)
            yield base64.b64encode(f"{user}:{word}".encode("utf-8", "replace")).decode()
        for name, each in value.items():
            if name not in {"username", "expires", "kind"}:  # no secrets, and often common words
                yield from _strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from _strings(each)

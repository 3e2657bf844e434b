"""Where a page of runs ended, as the next one is asked for."""

from __future__ import annotations

import base64
import binascii
import re

from bluecloud_runner.folders import RUN

from ..errors import NotAsked
from .index import Row


def token_of(row: Row) -> str:
    """What 'next' of a page says whose last row this is."""
    return base64.urlsafe_b64encode(f"{row.submitted!r} {row.id}".encode()).decode().rstrip("=")


def row_before(token: str) -> tuple[float, str]:
    """When the last row of an earlier page was submitted, and its run.

    Raises
    ------
    NotAsked
        If it is not what an earlier page said.
    """
    try:
        said = base64.urlsafe_b64decode(token + "=" * (-len(token) % 4)).decode()
        at, _, run = said.partition(" ")
        if re.match(RUN, run):
            return float(at), run
    except (binascii.Error, ValueError):
        pass
    raise NotAsked(f"after = {token!r}: it is what 'next' of a page says")

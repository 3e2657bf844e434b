"""How each source is now: whether its provider answers, or what is read in its place.

A provider is asked the one small thing that its declaration names as ``probe``, once, with little
patience: what is wanted is whether it is there, not what it says.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from .credentials import credential
from .declarations import OWN_SOURCE
from .errors import DataError, RequestTooLarge, SourceUnavailable
from .http import Call, Patience, get_all
from .tiers import policy
from .tree import read_sources

if TYPE_CHECKING:
    from .tree import Entry

State = Literal["ok", "slow", "down", "login", "snapshot", "sample"]

SLOW_S = 2.0
_PATIENCE = Patience(silence_s=5.0, deadline_s=8.0, most_mb=1.0, attempts=1)
_ANSWERS = frozenset(range(200, 500))  # whatever it says to the probe, somebody is there


@dataclass(frozen=True)
class SourceState:
    """A source as it is now, and why it is said to be so."""

    source: str
    title: str
    state: State
    words: str


def entries_by_source() -> dict[str, list[Entry]]:
    """The entries of every source that can be read, by its slug."""
    found: dict[str, list[Entry]] = {}
    for _, entry in sorted(read_sources().entries.items()):
        if entry.source != OWN_SOURCE:
            found.setdefault(entry.source, []).append(entry)
    return found


def state_of(source: str, entries: Sequence[Entry]) -> SourceState:
    """How a source is: asks its provider, where the policy lets it be asked.

    Parameters
    ----------
    source
        Its slug.
    entries
        Those of it that can be read.
    """
    title, allowed = entries[0].source_title, policy()
    live = [entry for entry in entries if "live" in entry.tiers]
    if "live" not in allowed or not live:
        if "snapshot" in allowed and live:
            return SourceState(
                source, title, "snapshot", "Providers are not asked here: earlier answers are read."
            )
        return SourceState(source, title, "sample", "A small sample is read.")
    if all(each.login == "required" and not _has_login(each.login_name) for each in live):
        return SourceState(source, title, "login", "It wants a login of yours: see Access.")
    address = next((each.probe for each in live if each.probe), live[0].address)
    began = time.monotonic()
    try:
        get_all([Call(address, statuses=_ANSWERS, follow=False)], patience=_PATIENCE)
    except RequestTooLarge:
        pass  # it says more than anybody asked
    except SourceUnavailable as error:
        return SourceState(source, title, "down", f"{error}. Earlier answers or samples are read.")
    except DataError:
        pass  # an answer, if not the one that was hoped for
    took = time.monotonic() - began
    if took > SLOW_S:
        return SourceState(source, title, "slow", f"It took {took:.1f} s to answer.")
    return SourceState(source, title, "ok", "It answers.")


def _has_login(name: str) -> bool:
    try:
        return credential(name) is not None
    except DataError:
        return False

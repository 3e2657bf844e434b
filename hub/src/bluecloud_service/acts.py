"""What of the service's requests is written into the audit log: all that change something.

Every route that is no look is an act, under its method and template, of whoever was admitted. Of
what was sent only those fields are kept that say what was done to whom; none that can hold a text,
a password or a token. What changes nothing, though it is sent as if it did, is left out by name.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from bluecloud_hub.audit import Audit, Outcome

log = logging.getLogger(__name__)

LEFT_OUT = {
    "POST /stac/search": "a search, sent as a body because it is long",
    "POST /stac/aggregate": "the same, in numbers",
}
_LOOKS = frozenset({"GET", "HEAD", "OPTIONS"})
_TOLD = (
    "person", "group", "do", "to", "digest", "decision", "proposal", "thread", "repository",
    "current", "laboratory", "cron", "open", "open_to_all",
)  # fmt: skip


def noting(
    audit: Audit, failed: Callable[[], None]
) -> Callable[[str, str, str, Mapping[str, Any], int, bytes], None]:
    """What writes acts down; ``failed`` is told of each that could not be."""

    def note(
        actor: str, method: str, route: str, given: Mapping[str, Any], status: int, body: bytes
    ) -> None:
        act = f"{method} {route}"
        if method in _LOOKS or not actor or act in LEFT_OUT:
            return
        on = " ".join(str(value) for value in given.values())
        outcome: Outcome = "failed" if not 0 < status < 500 else "done"
        if 400 <= status < 500:
            outcome = "refused"
        try:
            audit.write(actor, act, on, outcome=outcome, **told(body))
        except OSError:
            failed()
            log.exception("the audit log does not take what %s did: %s %s", actor, act, on)

    return note


def told(body: bytes) -> dict[str, str]:
    """Of what was sent, as JSON or a form, the fields that say what was done to whom."""
    try:
        sent = json.loads(body) if body[:1] == b"{" else dict(parse_qsl(body.decode("ascii")))
    except (ValueError, RecursionError):
        return {}
    return {
        name: str(sent[name])
        for name in _TOLD
        if isinstance(sent.get(name), str | bool) and str(sent[name])
    }
